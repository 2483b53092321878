"""How evenly creators are met: small worlds whose answers can be known by eye."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jhalak.learning.fairness import AGES, fairness, gini
from jhalak.learning.reach_fold import ReachFold
from jhalak.schema.reason import REASON_INDEX
from tests.learning.reach_records import JOIN_MS, OFFSET_MS, event, outcomes, served
from tests.worlds import DAY_MS, NOW_MS, often

POPULAR, EXPLORE = REASON_INDEX["popular"], REASON_INDEX["explore"]


@pytest.mark.parametrize(
    ("amounts", "expected"),
    [([5, 5, 5], 0.0), ([0, 0, 0, 8], 0.75), ([1, 3], 0.25), ([], None), ([0, 0], None)],
)
def test_gini_by_eye(amounts: list[int], expected: float | None) -> None:
    found = gini(amounts)
    assert found == expected if expected is None else found == pytest.approx(expected)


@often(50)
@given(st.lists(st.integers(0, 1000), min_size=1, max_size=30))
def test_gini_is_the_mean_difference_of_two_over_twice_the_mean(amounts: list[int]) -> None:
    found, n, whole = gini(amounts), len(amounts), sum(amounts)
    if not whole:
        assert found is None
        return
    apart = sum(abs(one - other) for one in amounts for other in amounts)
    assert found == pytest.approx(apart / (2 * n * whole))


def folded() -> ReachFold:
    """Video 1 of creator 10 (hi): four impressions, one of a trial; video 2 of creator 20 (hi): two
    of trials; video 3 of creator 30 (en): one, a month ago."""
    fold, shows = ReachFold(1, JOIN_MS, OFFSET_MS), [
        (3, 30, 0, POPULAR, 40), (1, 10, 1, EXPLORE, 1), (1, 10, 1, POPULAR, 1),
        (1, 10, 1, POPULAR, 1), (1, 10, 1, POPULAR, 0), (2, 20, 1, EXPLORE, 0),
        (2, 20, 1, EXPLORE, 0),
    ]  # fmt: skip
    for n, (item, creator, language, reason, days) in enumerate(shows, 1):
        at_ms = NOW_MS - days * DAY_MS
        slate = served(n, n, at_ms, (item,), (reason,), (language,), creators=(creator,))
        seen = outcomes(event(f"e{n}", "impression", n, item), viewer=n, at_ms=at_ms)
        fold.apply(0, 2 * n, slate)
        fold.apply(0, 2 * n + 1, seen)
    return fold


def test_the_report_of_three_videos() -> None:
    began = {10: NOW_MS - 400 * DAY_MS, 20: NOW_MS - 2 * DAY_MS}
    found = fairness(folded().videos, began, NOW_MS, OFFSET_MS, trial=3)
    assert (found["videos"], found["creators"], found["impressions"]) == (3, 3, 6)
    by_age = {one["age"]: (one["creators"], one["impressions"]) for one in found["newness"]}
    assert tuple(by_age) == AGES
    assert by_age["7 days"] == (1, 2) and by_age["older"] == (1, 4)
    assert by_age["no account"] == (1, 0) and by_age["28 days"] == (0, 0)
    english, hindi = found["languages"]
    assert (english["language"], english["gini"], english["impressions"]) == ("en", None, 0)
    assert (hindi["language"], hindi["gini"]) == ("hi", round(1 / 6, 4))
    assert found["exploration"] == {
        "impressions": 3, "share": round(3 / 7, 4), "videos": 2, "earned": 1, "earned_share": 0.5,
        "needed": 3,
    }  # fmt: skip
    assert found["regions"] is None, "nobody's place is known"


def test_nothing_is_said_of_an_empty_log() -> None:
    found = fairness({}, {}, NOW_MS, OFFSET_MS, 100)
    assert found["gini"] is None and found["languages"] == [] and found["impressions"] == 0
    assert found["exploration"]["earned_share"] is None
