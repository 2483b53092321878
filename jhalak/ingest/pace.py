"""How often a feed is asked: pure functions of what it has shown."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Sequence
from email.utils import parsedate_to_datetime
from typing import Final

import msgspec

from jhalak.config.settings import FollowSettings
from jhalak.schema.feed import (
    KEPT_DAYS,
    KEPT_DELAYS,
    KEPT_REASONS,
    FeedState,
    Tally,
)

NEWEST: Final = 20
"""Entries by which a feed's pace is told."""
RECENT_MS: Final = 7 * 86_400_000
DAY_MS: Final = 86_400_000
UNKNOWN_S: Final = 900.0
"""Between polls of a feed whose pace is not known."""
PUSHED_S: Final = 900.0
"""At least so much between polls of a feed whose hub tells us at once, and four times its own."""
MAX_RETRY_S: Final = 86_400.0


def gap_s(dates_ms: Sequence[int], now_ms: int) -> float:
    """Usual time between two entries, from the dates of the newest; 0 for fewer than two.

    The mean, since many feeds come in bursts of one minute, over what is of the last week where
    that is enough: a pinned old entry says nothing of the pace.
    """
    newest = sorted(dates_ms, reverse=True)[:NEWEST]
    recent = [at for at in newest if at > now_ms - RECENT_MS]
    counted = recent if len(recent) >= 3 else newest
    if len(counted) < 2:
        return 0.0
    return max((counted[0] - counted[-1]) / 1000 / (len(counted) - 1), 1.0)


def interval_s(state: FeedState, rules: FollowSettings, now_ms: int, *, pushed: bool) -> float:
    """Seconds from one poll to the next: half the usual gap, so that an entry waits a quarter of
    it on average, and longer while the feed sleeps; never against the feed's own wish."""
    interval = UNKNOWN_S
    if state.gap_s:
        asleep = max(now_ms - state.newest_ms, 0) / 1000
        interval = max(state.gap_s / 2, asleep / 10)
    if pushed:
        interval = max(4 * interval, PUSHED_S)
    interval = max(interval, float(state.ttl_s))
    return min(max(interval, rules.shortest_s), rules.longest_s)


def pause_after_failure_s(state: FeedState, rules: FollowSettings, retry_after_s: float) -> float:
    """Twice as long with each failure in a row, and not before the server allows."""
    first = max(state.interval_s, rules.shortest_s)
    backed_off = min(first * 2.0 ** min(state.failures, 16), rules.longest_s)
    return max(backed_off, min(retry_after_s, MAX_RETRY_S))


def retry_after_s(value: str, now_ms: int) -> float:
    """Seconds that a Retry-After header asks for; 0 for none or nonsense."""
    text = value.strip()
    if text.isdecimal() and len(text) < 9:
        return float(text)
    try:
        return max(parsedate_to_datetime(text).timestamp() - now_ms / 1000, 0.0)
    except (ValueError, TypeError, IndexError, OverflowError):
        return 0.0


def max_age_s(value: str) -> int:
    """Seconds for which a Cache-Control header lets an answer be kept, up to an hour: longer ones
    are meant for pages."""
    for part in value.lower().split(","):
        name, _, number = part.strip().partition("=")
        if name in ("no-cache", "no-store"):
            return 0
        if name == "max-age" and number.isdecimal() and len(number) < 9:
            return min(int(number), 3600)
    return 0


def counted(
    tally: Tally, counts: Counter[str], reasons: Counter[str], *, delivered: bool
) -> Tally:  # fmt: skip
    """The tally with a poll or delivery more."""
    kept = dict(tally.reasons)
    for reason, count in reasons.items():
        name = reason if reason in kept or len(kept) < KEPT_REASONS else "other"
        kept[name] = kept.get(name, 0) + count
    return msgspec.structs.replace(
        tally,
        polls=tally.polls + (not delivered),
        deliveries=tally.deliveries + delivered,
        new=tally.new + counts["new"],
        updated=tally.updated + counts["updated"],
        duplicate=tally.duplicate + counts["duplicate"],
        rejected=tally.rejected + counts["rejected"],
        recalled=tally.recalled + counts["recalled"],
        reasons=kept,
    )


def with_new(days: dict[int, int], count: int, now_ms: int) -> dict[int, int]:
    """New entries by day with `count` more today, without what is too long ago."""
    today = now_ms // DAY_MS
    kept = {day: n for day, n in days.items() if day > today - KEPT_DAYS}
    return kept | {today: kept.get(today, 0) + count} if count else kept


def a_day(state: FeedState, added_ms: int, now_ms: int) -> float:
    """New entries a day, over the whole days kept or since the feed was added."""
    today = now_ms // DAY_MS
    since = max(added_ms, (today - KEPT_DAYS + 1) * DAY_MS)
    recent = sum(count for day, count in state.days.items() if day > today - KEPT_DAYS)
    return recent / max((now_ms - since) / DAY_MS, 1.0)


def with_delays(delays: tuple[float, ...], published_ms: Sequence[int], now_ms: int) -> tuple[
    float, ...
]:  # fmt: skip
    """The delays measured, with those of entries that are live now."""
    new = tuple(round((now_ms - at) / 1000, 1) for at in published_ms if at <= now_ms)
    return (*delays, *new)[-KEPT_DELAYS:]


def delay_s(state: FeedState) -> float | None:
    """The median delay; None where none was measured."""
    return statistics.median(state.delays_s) if state.delays_s else None
