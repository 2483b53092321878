"""Labels: closed by log time, yes and no together, and what comes too late."""

from __future__ import annotations

import numpy as np
import pytest

from jhalak.config.settings import ModelSettings
from jhalak.schema.activity import Tick
from tests.learning.folding import (
    HOUR_MS,
    JOIN_H,
    SEEN,
    WINDOW_MS,
    after,
    counts,
    labels,
    new_fold,
    run,
    yes,
)
from tests.learning.records import NOW_MS, event, facts_of, outcomes, relation, served


def test_labels_close_by_log_time_and_not_before() -> None:
    records = [served(1, [10]), outcomes(event("a", "impression", 1, 10))]
    early = after(*records, Tick(NOW_MS + WINDOW_MS - 1))
    assert early.model.examples == 0
    assert np.array_equal(early.model.flat, new_fold().model.flat)
    closed = after(*records, Tick(NOW_MS + WINDOW_MS))
    assert closed.model.examples == 1
    assert not np.array_equal(closed.model.flat, new_fold().model.flat)


def test_yes_and_no_of_a_slot_are_learned_together() -> None:
    records = [served(1, [10]), outcomes(event("a", "tap", 1, 10))]
    assert labels(*records) == []
    assert labels(*records, Tick(NOW_MS + WINDOW_MS)) == [yes("tap")]


def test_an_example_is_what_was_served() -> None:
    fold, found = new_fold(), []
    fold.examples.add = lambda *one: found.append(one)  # type: ignore[method-assign]
    slate = served(1, [10, 11])
    run(fold, [slate, outcomes(event("a", "tap", 1, 11, 1)), Tick(NOW_MS + WINDOW_MS)])
    ((x, about, _, at_ms),) = found
    features = np.frombuffer(slate.features, np.float16).reshape(2, -1)
    assert np.array_equal(x, features[1])
    topic, language, creator = facts_of(11)
    assert about == (11, creator, topic, language, slate.surface, 1)
    assert at_ms == NOW_MS + WINDOW_MS


def test_examples_wait_until_there_are_enough_for_a_minibatch() -> None:
    fold = new_fold(model=ModelSettings(batch=3))
    items = list(range(10, 15))
    run(fold, [
        served(1, items), outcomes(*(event(f"{p}", "tap", 1, i, p) for p, i in enumerate(items))),
        Tick(NOW_MS + WINDOW_MS),
    ])  # fmt: skip
    assert (fold.model.examples, fold.model.steps, fold.examples.waiting) == (3, 1, 2)


def test_a_slot_that_was_never_looked_at_is_not_learned() -> None:
    fold = after(
        served(1, [10, 11]), outcomes(event("a", "tap", 1, 11, 1)), Tick(NOW_MS + 5 * WINDOW_MS)
    )
    assert fold.model.examples == 1


def test_a_yes_after_the_close_is_learned_when_it_comes_and_says_nothing_else() -> None:
    late_ms = NOW_MS + 3 * WINDOW_MS
    records = [served(1, [10]), outcomes(event("a", "impression", 1, 10)), Tick(late_ms)]
    assert labels(*records) == [yes()]
    late = outcomes(event("b", "tap", 1, 10), event("c", "tap", 1, 10), at_ms=late_ms)
    assert labels(*records, late) == [yes(), {"tap": 1}]
    like = relation("r", "likes", 10, slate=1, at_ms=late_ms)
    assert labels(*records, late, like) == [yes(), {"tap": 1}, {"like": 1}]
    assert counts(after(*records, late), 10)["tap"] == pytest.approx(1, abs=0.01)


def test_outcomes_later_than_the_join_change_nothing() -> None:
    join_ms = int(JOIN_H * HOUR_MS)
    records = [
        served(1, [10]), outcomes(event("a", "tap", 1, 10), at_ms=NOW_MS + join_ms),
        Tick(NOW_MS + join_ms + WINDOW_MS),
    ]  # fmt: skip
    fold = after(*records)
    assert fold.counts["late"] == 0 and counts(fold, 10)["tap"] == 1
    before = fold.tallies.dump()
    late = outcomes(event("a", "tap", 1, 10), event("b", "share", 1, 10), at_ms=fold.at_ms)
    run(fold, [late, relation("r", "likes", 10, slate=1, at_ms=fold.at_ms)], records, start=3)
    assert fold.counts["late"] == 2
    assert fold.tallies.dump() == before, "what was counted before does not count again"


def test_what_was_served_without_scores_is_counted_and_not_learned() -> None:
    fold = after(
        served(1, [10], scored=False), outcomes(event("a", "tap", 1, 10)),
        Tick(NOW_MS + WINDOW_MS),
    )  # fmt: skip
    assert counts(fold, 10) == SEEN | {"tap": 1}
    assert fold.model.examples == 0


def test_a_dead_slots_memory_is_freed() -> None:
    fold = after(served(1, [10]), relation("r", "likes", 10, slate=1))
    run(fold, [Tick(NOW_MS + int(JOIN_H * HOUR_MS) + 1)], start=2)
    assert not fold.slates.shown
    assert not fold.slates.cache
    assert not fold.relations
