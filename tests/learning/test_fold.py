"""The learner's fold: each thing counted once, labels closed by log time, resumed bit for bit."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jhalak.learning.features import F
from jhalak.learning.fold import ITEM_UNUSED_S, TOKEN_LIFE_MS, Fold
from jhalak.learning.model import HEADS, starting_weights
from jhalak.schema.activity import Activity, Forget, Served, Tick
from tests.learning.records import NOW_MS, event, outcomes, relation, served

WINDOW_S = 120.0
WINDOW_MS = 120_000
JOIN_H = 72.0
HOUR_MS = 3_600_000
TAP, LONG, LIKE, HIDE = range(4)


def new_fold(partitions: int = 1) -> Fold:
    return Fold(partitions, WINDOW_S, JOIN_H)


def run(fold: Fold, records: Sequence[Activity], log: Sequence[Activity] = (), start: int = 0):
    """Apply `records` as the worker does; `log` is where missing served records are read."""
    log = log or records
    for n, record in enumerate(records, start + 1):
        for _, wanted in fold.missing(record):
            found = log[wanted - 1]
            assert isinstance(found, Served)
            fold.remember(found)
        fold.apply(0, n, record)
    return fold


def after(*records: Activity) -> Fold:
    return run(new_fold(), records)


def counts(fold: Fold, item: int) -> list[float]:
    """[impressions, taps, long views, likes, hides] of an item, as of the log's time."""
    row = fold.counters.items.index.get(item)
    if row is None:
        return [0.0] * 5
    return [round(float(c), 3) for c in fold.counters.items.now(fold.at_ms)[row, :5]]


# What counts once


def test_an_event_sent_twice_counts_once() -> None:
    tap = event("a", "tap", 1, 10)
    once = after(served(1, [10]), outcomes(tap))
    twice = after(served(1, [10]), outcomes(tap, tap), outcomes(tap))
    assert counts(twice, 10) == counts(once, 10) == [1, 1, 0, 0, 0]
    assert twice.counts["repeats"] == 2
    assert twice.counts["events"] == 1


@pytest.mark.parametrize("name", ["impression", "tap", "complete"])
def test_impression_tap_and_completion_count_once_a_slot(name: str) -> None:
    fold = after(
        served(1, [10, 11]),
        outcomes(*(event(f"e{i}", name, 1, 10) for i in range(5))),
        outcomes(event("other", name, 1, 11, 1)),
    )
    assert counts(fold, 10) == counts(fold, 11)
    assert counts(fold, 10)[0] == 1
    assert max(counts(fold, 10)) == 1


def test_whatever_was_done_with_a_card_it_was_seen() -> None:
    fold = after(served(1, [10]), outcomes(event("a", "tap", 1, 10)))
    assert counts(fold, 10)[0] == 1
    fold = after(
        served(1, [10]),
        outcomes(event("a", "tap", 1, 10), event("b", "impression", 1, 10)),
    )
    assert counts(fold, 10)[0] == 1


def test_the_same_item_in_two_slates_counts_twice() -> None:
    fold = after(
        served(1, [10]), served(2, [10]),
        outcomes(event("a", "tap", 1, 10), event("b", "tap", 2, 10)),
    )  # fmt: skip
    assert counts(fold, 10)[:2] == [2, 2]


@pytest.mark.parametrize(
    ("name", "value", "kind"),
    [
        ("tap", 0, TAP), ("dwell", 5000, LONG), ("dwell", 4999, None), ("play", 10_000, LONG),
        ("play", 9_999, None), ("complete", 0, LONG), ("share", 0, LIKE), ("report", 1, HIDE),
        ("impression", 0, None),
    ],
)  # fmt: skip
def test_each_event_is_a_yes_for_its_label(name: str, value: float, kind: int | None) -> None:
    fold = after(served(1, [10]), outcomes(event("a", name, 1, 10, value=value)))
    expected = [1.0, 0, 0, 0, 0]
    if kind is not None:
        expected[1 + kind] = 1
    assert counts(fold, 10) == expected


def test_an_event_for_a_slot_that_was_not_served_counts_nothing() -> None:
    fold = after(served(1, [10]), outcomes(event("a", "tap", 1, 99, position=7)))
    assert len(fold.counters.items) == 0


# Undo


def test_undo_takes_back_what_it_names_once() -> None:
    undo = event("u", "undo", 1, 10, undoes="a")
    again = event("v", "undo", 1, 10, undoes="a")
    fold = after(
        served(1, [10]), outcomes(event("a", "tap", 1, 10)), outcomes(undo), outcomes(again)
    )
    assert counts(fold, 10) == [1, 0, 0, 0, 0]


def test_a_tap_after_an_undo_counts_again() -> None:
    fold = after(
        served(1, [10]),
        outcomes(
            event("a", "tap", 1, 10),
            event("u", "undo", 1, 10, undoes="a"),
            event("b", "tap", 1, 10),
        ),
    )
    assert counts(fold, 10)[:2] == [1, 1]


def test_undoing_one_of_two_long_views_leaves_the_other() -> None:
    records = [
        served(1, [10]),
        outcomes(event("a", "complete", 1, 10), event("b", "dwell", 1, 10, value=60_000)),
        outcomes(event("u", "undo", 1, 10, undoes="b")),
    ]
    assert counts(after(*records), 10)[1 + LONG] == 1
    records.append(outcomes(event("v", "undo", 1, 10, undoes="a")))
    assert counts(after(*records), 10)[1 + LONG] == 0


def test_undo_of_nothing_changes_nothing() -> None:
    fold = after(served(1, [10]), outcomes(event("u", "undo", 1, 10, undoes="never")))
    assert counts(fold, 10) == [0] * 5


# Relations


def test_a_like_counts_once_and_its_end_takes_it_back() -> None:
    records = [served(1, [10]), relation("r1", "likes", 10, slate=1)]
    assert counts(after(*records), 10)[1 + LIKE] == 1
    records += [relation("r1", "likes", 10, slate=1), relation("r2", "saves", 10, slate=1)]
    assert counts(after(*records), 10)[1 + LIKE] == 1
    records.append(relation("r3", "likes", 10, slate=1, on=False))
    assert counts(after(*records), 10)[1 + LIKE] == 0


@pytest.mark.parametrize("verb", ["hides", "blocks"])
def test_a_hide_or_block_counts_against_the_item_that_was_shown(verb) -> None:
    fold = after(served(1, [10]), relation("r", verb, 10, slate=1, kind="creator", target=3))
    assert counts(fold, 10)[1 + HIDE] == 1


def test_a_relation_without_a_slot_changes_no_counter() -> None:
    fold = after(served(1, [10]), relation("r", "likes", 10))
    assert counts(fold, 10) == [0] * 5


# Labels


def test_labels_close_by_log_time_and_not_before() -> None:
    records = [served(1, [10]), outcomes(event("a", "impression", 1, 10))]
    early = after(*records, Tick(NOW_MS + WINDOW_MS - 1))
    assert early.model.examples == 0
    closed = after(*records, Tick(NOW_MS + WINDOW_MS))
    assert closed.model.examples == 1
    x = served(1, [10])
    row = np.frombuffer(x.features, np.float16).astype(np.float32)
    change = closed.model.weights[TAP] - starting_weights()[TAP]
    assert (change * row <= 0).all()  # a no: every feature that was there loses
    assert change.any()


def test_yes_and_no_of_a_slot_are_learned_together() -> None:
    records = [served(1, [10]), outcomes(event("a", "tap", 1, 10))]
    assert after(*records).model.examples == 0
    fold = after(*records, Tick(NOW_MS + WINDOW_MS))
    assert fold.model.examples == 1
    row = np.frombuffer(served(1, [10]).features, np.float16).astype(np.float32)
    change = fold.model.weights - starting_weights()
    assert (change[TAP] * row >= 0).all()
    assert (change[HEADS.index("hide")] * row <= 0).all()


def test_a_slot_that_was_never_looked_at_is_not_learned() -> None:
    fold = after(
        served(1, [10, 11]), outcomes(event("a", "tap", 1, 11, 1)), Tick(NOW_MS + 5 * WINDOW_MS)
    )
    assert fold.model.examples == 1


def test_a_yes_after_the_close_is_learned_when_it_comes() -> None:
    late_ms = NOW_MS + 3 * WINDOW_MS
    records = [served(1, [10]), outcomes(event("a", "impression", 1, 10)), Tick(late_ms)]
    assert after(*records).model.examples == 1
    fold = after(*records, outcomes(event("b", "tap", 1, 10), at_ms=late_ms))
    assert fold.model.examples == 2
    assert counts(fold, 10)[1] == pytest.approx(1, abs=0.01)


def test_outcomes_later_than_the_join_are_counted_and_not_learned() -> None:
    late_ms = NOW_MS + int(JOIN_H * HOUR_MS) + 1
    fold = after(
        served(1, [10]),
        outcomes(event("a", "tap", 1, 10), at_ms=late_ms),
        Tick(late_ms + WINDOW_MS),
    )
    assert counts(fold, 10)[:2] == [1, 1]
    assert fold.model.examples == 0
    assert np.array_equal(fold.model.weights, starting_weights())


def test_what_was_served_without_scores_is_counted_and_not_learned() -> None:
    fold = after(
        served(1, [10], scored=False), outcomes(event("a", "tap", 1, 10)),
        Tick(NOW_MS + WINDOW_MS),
    )  # fmt: skip
    assert counts(fold, 10)[:2] == [1, 1]
    assert fold.model.examples == 0


def test_a_dead_slots_memory_is_freed() -> None:
    fold = after(served(1, [10]), relation("r", "likes", 10, slate=1))
    run(fold, [Tick(NOW_MS + TOKEN_LIFE_MS + 1)], start=2)
    assert not fold.shown
    assert not fold.cache
    assert not fold.relations


# Served records that were lost, or come after their outcomes


def test_outcomes_of_a_lost_served_record_are_counted_once_and_not_learned() -> None:
    tap = event("a", "tap", 7, 10)
    fold = after(
        outcomes(tap), outcomes(tap), outcomes(event("b", "tap", 7, 10)),
        Tick(NOW_MS + WINDOW_MS),
    )  # fmt: skip
    assert counts(fold, 10) == [1, 1, 0, 0, 0]
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
    assert counts(fold, 10) == [1, 1, 0, 0, 0]
    assert fold.model.examples == 1


def test_events_of_an_item_that_is_gone_count_under_what_it_was_when_served() -> None:
    fold = after(served(1, [10]), outcomes(event("a", "tap", 1, 10, live=False)))
    assert counts(fold, 10)[:2] == [1, 1]
    lost = after(outcomes(event("a", "tap", 1, 10, live=False)))
    assert len(lost.counters.items) == 0


# Checkpoints


EVENT_NAMES = ("impression", "tap", "dwell", "complete", "share", "report", "undo")
STEP = st.tuples(
    st.integers(0, 6),  # which kind of record
    st.integers(0, 9),  # of which slate
    st.integers(0, 2),  # position
    st.sampled_from(EVENT_NAMES),
    st.sampled_from([0, 1, 1000, WINDOW_MS, 30 * HOUR_MS, 50 * 24 * HOUR_MS]),  # time that passes
)


def small_log(steps) -> list[Activity]:
    """A log made of what the steps say: slates, events (some again), likes, forgetting, time."""
    now_ms = NOW_MS
    log: list[Activity] = []
    for n, (kind, slate, position, name, passes_ms) in enumerate(steps):
        now_ms += passes_ms
        items = [1 + slate, 20 + slate, 40 + slate]
        item = items[position]
        one = event(
            f"e{n % 9}", name, slate + 1, item, position, value=6000, at_ms=now_ms,
            undoes=f"e{(n + 5) % 9}" if name == "undo" else "",
        )  # fmt: skip
        if kind <= 1:
            log.append(served(slate + 1, items, now_ms, scored=slate != 3))
        elif kind <= 4:
            log.append(outcomes(one, at_ms=now_ms))
        elif kind == 5:
            verb = "likes" if position else "hides"
            log.append(
                relation(f"r{n % 7}", verb, item, on=n % 3 > 0, slate=slate + 1, at_ms=now_ms)
            )
        else:
            log.append(Forget("f", 5, now_ms, -1) if position else Tick(now_ms))
    return log


@settings(max_examples=60, deadline=None)
@given(st.lists(STEP, max_size=60), st.data())
def test_a_fold_resumed_at_any_record_ends_bit_for_bit_like_one_that_never_stopped(
    steps, data
) -> None:
    log = small_log(steps)
    whole = run(new_fold(), log)
    cut = data.draw(st.integers(0, len(log)))
    before = run(new_fold(), log[:cut], log)
    before.arrays()  # publishing changes nothing
    resumed = new_fold()
    resumed.load(before.dump())
    assert resumed.dump() == before.dump()
    run(resumed, log[cut:], log, start=cut)
    assert resumed.dump() == whole.dump()
    for name, values in whole.arrays().items():
        assert np.array_equal(resumed.arrays()[name], values), name


@settings(max_examples=40, deadline=None)
@given(st.lists(STEP, max_size=60))
def test_no_slot_counts_more_than_once_whatever_comes(steps) -> None:
    log = small_log([(*step[:4], 0) for step in steps])  # no decay: sums are whole numbers
    fold = run(new_fold(), log)
    for slate in range(10):
        for item in (1 + slate, 20 + slate, 40 + slate):
            assert set(counts(fold, item)) <= {0.0, 1.0}


def test_a_checkpoint_of_another_shape_is_refused() -> None:
    with pytest.raises(ValueError, match="partitions"):
        new_fold(partitions=3).load(new_fold(partitions=2).dump())


def test_items_that_nothing_happened_to_are_forgotten_by_log_time_alone() -> None:
    fold = after(served(1, [10]), outcomes(event("a", "tap", 1, 10)))
    run(fold, [Tick(NOW_MS + int(ITEM_UNUSED_S * 1000))], start=2)
    assert len(fold.arrays()["nums"]) == 1
    run(fold, [Tick(NOW_MS + int(ITEM_UNUSED_S * 1000) + 24 * HOUR_MS)], start=3)
    assert len(fold.arrays()["nums"]) == 0


def test_arrays_are_what_serving_reads() -> None:
    fold = after(
        served(1, [10, 11]), outcomes(event("a", "tap", 1, 10), event("b", "tap", 1, 11, 1))
    )
    arrays = fold.arrays()
    assert arrays["nums"].tolist() == [10, 11]
    assert len(arrays["blocks"]) == len(arrays["trend"]) == 2
    assert arrays["weights"].shape == (len(HEADS), F)
    arrays["weights"][:] = 0
    assert fold.model.weights.any()  # a copy: the reader cannot change what is learned
