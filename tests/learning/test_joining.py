"""Served records that were lost, come late, or are long past."""

from __future__ import annotations

from jhalak.schema.activity import Tick
from tests.learning.folding import (
    SEEN,
    WINDOW_MS,
    after,
    counts,
)
from tests.learning.records import NOW_MS, event, outcomes, served


def test_outcomes_of_a_lost_served_record_are_counted_once_and_not_learned() -> None:
    tap = event("a", "tap", 7, 10)
    fold = after(
        outcomes(tap), outcomes(tap), outcomes(event("b", "tap", 7, 10)),
        Tick(NOW_MS + WINDOW_MS),
    )  # fmt: skip
    assert counts(fold, 10) == SEEN | {"tap": 1}
    assert fold.counts["unjoined"] == 2
    assert fold.counts["repeats"] == 1
    assert fold.model.examples == 0


def test_outcomes_that_overtake_their_served_record_are_counted_once_and_learned() -> None:
    fold = after(
        outcomes(event("a", "impression", 1, 10)),
        served(1, [10]),
        outcomes(event("a", "impression", 1, 10), event("b", "tap", 1, 10)),
        Tick(NOW_MS + WINDOW_MS),
    )
    assert counts(fold, 10) == SEEN | {"tap": 1}
    assert fold.model.examples == 1


def test_events_of_an_item_that_is_gone_count_under_what_it_was_when_served() -> None:
    fold = after(served(1, [10]), outcomes(event("a", "tap", 1, 10, live=False)))
    assert counts(fold, 10) == SEEN | {"tap": 1}
    lost = after(outcomes(event("a", "tap", 1, 10, live=False)))
    assert len(lost.tallies.counters.items) == 0
