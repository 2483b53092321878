"""How often a feed is asked."""

from __future__ import annotations

from collections import Counter

import pytest

from jhalak.config.settings import FollowSettings
from jhalak.ingest.pace import (
    a_day,
    counted,
    delay_s,
    gap_s,
    interval_s,
    max_age_s,
    pause_after_failure_s,
    retry_after_s,
    with_delays,
    with_new,
)
from jhalak.schema.feed import FeedState, Tally

DAY_MS = 86_400_000
NOW_MS = 20_000 * DAY_MS
RULES = FollowSettings()


def test_the_gap_is_the_mean_of_the_newest() -> None:
    assert gap_s([NOW_MS - n * 60_000 for n in range(50)], NOW_MS) == 60
    assert gap_s([NOW_MS] * 10 + [NOW_MS - 3_600_000] * 10, NOW_MS) == pytest.approx(3600 / 19)
    assert gap_s([NOW_MS], NOW_MS) == gap_s([], NOW_MS) == 0
    assert gap_s([NOW_MS] * 5, NOW_MS) == 1, "never nothing"


def test_a_pinned_old_entry_says_nothing_of_the_pace() -> None:
    dates = [NOW_MS, NOW_MS - 600_000, NOW_MS - 1_200_000, NOW_MS - 900 * DAY_MS]
    assert gap_s(dates, NOW_MS) == 600


@pytest.mark.parametrize(
    ("state", "pushed", "expected_s"),
    [
        (FeedState(), False, 900),
        (FeedState(gap_s=600, newest_ms=NOW_MS), False, 300),
        (FeedState(gap_s=10, newest_ms=NOW_MS), False, 60),
        (FeedState(gap_s=600, newest_ms=NOW_MS - 36_000_000), False, 3600),
        (FeedState(gap_s=600, newest_ms=NOW_MS - 900 * DAY_MS), False, 21_600),
        (FeedState(gap_s=600, newest_ms=NOW_MS, ttl_s=3600), False, 3600),
        (FeedState(gap_s=600, newest_ms=NOW_MS), True, 1200),
        (FeedState(gap_s=60, newest_ms=NOW_MS), True, 900),
        (FeedState(gap_s=600, newest_ms=NOW_MS + DAY_MS), False, 300),
    ],
)
def test_the_interval_follows_the_feed(state: FeedState, pushed: bool, expected_s: float) -> None:
    assert interval_s(state, RULES, NOW_MS, pushed=pushed) == expected_s


def test_failures_double_the_pause_up_to_a_bound() -> None:
    pauses = [
        pause_after_failure_s(FeedState(interval_s=300, failures=n), RULES, 0)
        for n in (1, 2, 3, 99)
    ]
    assert pauses == [600, 1200, 2400, 21_600]
    assert pause_after_failure_s(FeedState(failures=1), RULES, 7200) == 7200
    assert pause_after_failure_s(FeedState(failures=1), RULES, 1e9) == 86_400


def test_headers_are_read_or_left_aside() -> None:
    assert max_age_s("public, max-age=600") == 600 and max_age_s("max-age=999999") == 3600
    assert max_age_s("no-store, max-age=5") == max_age_s("") == max_age_s("max-age=x") == 0
    assert retry_after_s("120", NOW_MS) == 120
    assert retry_after_s("Fri, 04 Oct 2024 00:00:30 GMT", NOW_MS) == pytest.approx(30)
    assert retry_after_s("Fri, 01 Jan 1999 00:00:00 GMT", NOW_MS) == 0
    assert retry_after_s("later", NOW_MS) == retry_after_s("", NOW_MS) == 0


def test_entries_a_day_are_of_the_days_kept() -> None:
    days: dict[int, int] = {}
    for day in range(19_980, 20_001):
        days = with_new(days, 10, day * DAY_MS)
    assert len(days) == 8 and with_new(days, 0, NOW_MS) == days
    whole = NOW_MS + DAY_MS - 1
    assert a_day(FeedState(days=days), 0, whole) == pytest.approx(10, rel=0.01)
    assert a_day(FeedState(days={20_000: 6}), NOW_MS, NOW_MS + DAY_MS // 2) == 6
    assert a_day(FeedState(), NOW_MS, NOW_MS) == 0


def test_delays_are_of_the_last_entries() -> None:
    delays = with_delays((1.0,) * 40, [NOW_MS - 5000, NOW_MS + 1], NOW_MS)
    assert len(delays) == 32 and delays[-1] == 5
    assert delay_s(FeedState(delays_s=(1.0, 9.0, 2.0))) == 2 and delay_s(FeedState()) is None


def test_reasons_are_kept_by_name_up_to_a_number() -> None:
    many = Counter({f"reason {n}": 1 for n in range(60)})
    tally = counted(Tally(), Counter(new=2, rejected=60), many, delivered=True)
    assert (tally.new, tally.rejected, tally.deliveries, tally.polls) == (2, 60, 1, 0)
    assert len(tally.reasons) == 41 and tally.reasons["other"] == 20
