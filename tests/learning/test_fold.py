"""The learner's fold: each thing counted once, labels closed by log time, resumed bit for bit."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jhalak.config.settings import ModelSettings
from jhalak.learning.fold import ITEM_UNUSED_S, TOKEN_LIFE_MS, Fold
from jhalak.learning.model import HEADS, H
from jhalak.learning.table import KINDS
from jhalak.schema.activity import Activity, Forget, Served, Tick
from jhalak.schema.viewer_state import SCENES
from tests.learning.records import NOW_MS, event, facts_of, outcomes, relation, served

WINDOW_S = 120.0
WINDOW_MS = 120_000
JOIN_H = 72.0
HOUR_MS = 3_600_000
COUNTED = KINDS[:7]
AT_ONCE = ModelSettings(batch=1)
"""Each example is learned when its label closes."""


def new_fold(partitions: int = 1, model: ModelSettings = AT_ONCE) -> Fold:
    return Fold(partitions, WINDOW_S, JOIN_H, model)


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


def counts(fold: Fold, item: int) -> dict[str, float]:
    """What happened to an item, as of the log's time: only kinds of which something is left."""
    row = fold.counters.items.index.get(item)
    if row is None:
        return {}
    now = fold.counters.items.now(fold.at_ms)[row]
    found = {kind: round(float(now[k]), 3) for k, kind in enumerate(COUNTED)}
    return {kind: count for kind, count in found.items() if count}


def labels(*records: Activity, start: Fold | None = None) -> list[dict[str, int]]:
    """What is known of each example that is learned, by head: 1 or 0."""
    fold = start or new_fold()
    found: list[dict[str, int]] = []

    def add(x, about, label, at_ms) -> None:
        found.append({h: int(y) for h, y in zip(HEADS, label, strict=True) if y >= 0})

    fold.examples.add = add  # type: ignore[method-assign]
    run(fold, records)
    return found


def yes(*heads: str) -> dict[str, int]:
    return {head: int(head in heads) for head in HEADS}


SEEN = {"impression": 1, "judged": 1}


# What counts once


def test_an_event_sent_twice_counts_once() -> None:
    tap = event("a", "tap", 1, 10)
    once = after(served(1, [10]), outcomes(tap))
    twice = after(served(1, [10]), outcomes(tap, tap), outcomes(tap))
    assert counts(twice, 10) == counts(once, 10) == SEEN | {"tap": 1}
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
    assert counts(fold, 10)["impression"] == 1
    assert max(counts(fold, 10).values()) == 1


def test_whatever_was_done_with_a_card_it_was_seen() -> None:
    fold = after(served(1, [10]), outcomes(event("a", "tap", 1, 10)))
    assert counts(fold, 10)["impression"] == 1
    fold = after(
        served(1, [10]),
        outcomes(event("a", "tap", 1, 10), event("b", "impression", 1, 10)),
    )
    assert counts(fold, 10) == SEEN | {"tap": 1}


def test_the_same_item_in_two_slates_counts_twice() -> None:
    fold = after(
        served(1, [10]), served(2, [10]),
        outcomes(event("a", "tap", 1, 10), event("b", "tap", 2, 10)),
    )  # fmt: skip
    assert counts(fold, 10) == {"impression": 2, "judged": 2, "tap": 2}


@pytest.mark.parametrize(
    ("name", "value", "kinds", "heads"),
    [
        ("tap", 0, ["tap"], ["tap"]), ("dwell", 5000, ["long"], ["long"]),
        ("dwell", 4999, [], []), ("play", 10_000, ["long"], ["long"]), ("play", 9_999, [], []),
        ("complete", 0, ["complete", "long"], ["complete", "long"]),
        ("share", 0, ["like"], ["share"]), ("report", 1, ["hide"], ["report"]),
        ("impression", 0, [], []),
    ],
)  # fmt: skip
def test_each_event_is_counted_and_is_a_yes_for_its_labels(
    name: str, value: float, kinds: list[str], heads: list[str]
) -> None:
    records = [served(1, [10]), outcomes(event("a", name, 1, 10, value=value))]
    assert counts(after(*records), 10) == SEEN | dict.fromkeys(kinds, 1)
    assert labels(*records, Tick(NOW_MS + WINDOW_MS)) == [yes(*heads)]


def test_how_long_a_play_must_be_follows_the_plays_of_videos_about_as_long() -> None:
    def long_plays(watched_ms: float, duration_s: float) -> float:
        plays = [event(f"{n}", "play", n, 10 + n, value=watched_ms) for n in range(1, 100)]
        slates = [served(n, [10 + n], duration_s=duration_s) for n in range(1, 100)]
        fold = after(*slates, outcomes(*plays))
        return sum(counts(fold, 10 + n).get("long", 0) for n in range(1, 100))

    assert long_plays(4_000, 4) == 99, "watched to its end"
    assert long_plays(4_000, 7) < 99
    assert 0 < long_plays(20_000, 300) < 99, "what all others watch for as long is not long"
    fold = after(served(1, [10], duration_s=300), outcomes(event("a", "play", 1, 10, value=20_000)))
    moved = fold.watch.threshold_s != new_fold().watch.threshold_s
    assert np.flatnonzero(moved).tolist() == [fold.watch.range_of(300)]


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
    assert counts(fold, 10) == SEEN


def test_a_tap_after_an_undo_counts_again() -> None:
    fold = after(
        served(1, [10]),
        outcomes(
            event("a", "tap", 1, 10),
            event("u", "undo", 1, 10, undoes="a"),
            event("b", "tap", 1, 10),
        ),
    )
    assert counts(fold, 10) == SEEN | {"tap": 1}


def test_undoing_one_of_two_long_views_leaves_the_other() -> None:
    records = [
        served(1, [10]),
        outcomes(event("a", "complete", 1, 10), event("b", "dwell", 1, 10, value=60_000)),
        outcomes(event("u", "undo", 1, 10, undoes="b")),
    ]
    assert counts(after(*records), 10) == SEEN | {"long": 1, "complete": 1}
    records.append(outcomes(event("v", "undo", 1, 10, undoes="a")))
    assert counts(after(*records), 10) == SEEN


@pytest.mark.parametrize(
    ("name", "heads"), [("complete", ["complete", "long"]), ("share", ["share"])]
)
def test_what_was_undone_in_time_is_learned_as_a_no(name: str, heads: list[str]) -> None:
    records = [served(1, [10]), outcomes(event("a", name, 1, 10), event("b", "tap", 1, 10))]
    end = Tick(NOW_MS + WINDOW_MS)
    assert labels(*records, end) == [yes("tap", *heads)]
    undo = outcomes(event("u", "undo", 1, 10, undoes="a"))
    assert labels(*records, undo, end) == [yes("tap")]


def test_undo_of_nothing_changes_nothing() -> None:
    fold = after(served(1, [10]), outcomes(event("u", "undo", 1, 10, undoes="never")))
    assert counts(fold, 10) == {}


# Relations


def test_a_like_counts_once_and_its_end_takes_it_back() -> None:
    records = [served(1, [10]), relation("r1", "likes", 10, slate=1)]
    assert counts(after(*records), 10) == {"like": 1}
    records += [relation("r1", "likes", 10, slate=1), relation("r2", "saves", 10, slate=1)]
    assert counts(after(*records), 10) == {"like": 1}
    records.append(relation("r3", "likes", 10, slate=1, on=False))
    assert counts(after(*records), 10) == {}


@pytest.mark.parametrize("verb", ["hides", "blocks"])
def test_a_hide_or_block_counts_against_the_item_that_was_shown(verb) -> None:
    fold = after(served(1, [10]), relation("r", verb, 10, slate=1, kind="creator", target=3))
    assert counts(fold, 10) == {"hide": 1}


def test_a_relation_without_a_slot_changes_no_counter() -> None:
    fold = after(served(1, [10]), relation("r", "likes", 10))
    assert counts(fold, 10) == {}


@pytest.mark.parametrize(
    ("verb", "head"),
    [("likes", "like"), ("saves", "like"), ("follows", "follow"), ("hides", "hide"),
     ("blocks", "hide")],
)  # fmt: skip
def test_each_relation_is_a_yes_for_its_label_until_it_ends(verb, head: str) -> None:
    records = [
        served(1, [10]), outcomes(event("a", "impression", 1, 10)),
        relation("r", verb, 10, slate=1, kind="creator", target=3),
    ]  # fmt: skip
    end = Tick(NOW_MS + WINDOW_MS)
    assert labels(*records, end) == [yes(head)]
    ended = relation("s", verb, 10, slate=1, kind="creator", target=3, on=False)
    assert labels(*records, ended, end) == [yes()]


# Labels


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


def test_outcomes_later_than_the_join_are_counted_and_not_learned() -> None:
    late_ms = NOW_MS + int(JOIN_H * HOUR_MS) + 1
    fold = after(
        served(1, [10]),
        outcomes(event("a", "tap", 1, 10), at_ms=late_ms),
        Tick(late_ms + WINDOW_MS),
    )
    assert counts(fold, 10) == SEEN | {"tap": 1}
    assert fold.model.examples == 0


def test_what_was_served_without_scores_is_counted_and_not_learned() -> None:
    fold = after(
        served(1, [10], scored=False), outcomes(event("a", "tap", 1, 10)),
        Tick(NOW_MS + WINDOW_MS),
    )  # fmt: skip
    assert counts(fold, 10) == SEEN | {"tap": 1}
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
    assert len(lost.counters.items) == 0


# Checkpoints


EVENT_NAMES = ("impression", "tap", "dwell", "play", "complete", "share", "report", "undo")
VERBS = ("hides", "likes", "follows")
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
            log.append(served(slate + 1, items, now_ms, scored=slate != 3, duration_s=20.0 * slate))
        elif kind <= 4:
            log.append(outcomes(one, at_ms=now_ms))
        elif kind == 5:
            log.append(
                relation(
                    f"r{n % 7}", VERBS[position], item, on=n % 3 > 0, slate=slate + 1, at_ms=now_ms
                )
            )
        else:
            log.append(Forget("f", 5, now_ms, -1) if position else Tick(now_ms))
    return log


@settings(max_examples=60, deadline=None)
@given(st.lists(STEP, max_size=60), st.data())
def test_a_fold_resumed_at_any_record_ends_bit_for_bit_like_one_that_never_stopped(
    steps, data
) -> None:
    log, model = small_log(steps), ModelSettings(batch=data.draw(st.sampled_from([1, 3])))
    whole = run(new_fold(model=model), log)
    cut = data.draw(st.integers(0, len(log)))
    before = run(new_fold(model=model), log[:cut], log)
    before.arrays()  # publishing changes nothing
    resumed = new_fold(model=model)
    resumed.load(before.dump())
    assert resumed.dump() == before.dump()
    run(resumed, log[cut:], log, start=cut)
    assert resumed.dump() == whole.dump()
    for name, values in whole.arrays().items():
        assert np.array_equal(resumed.arrays()[name], values), name


def busy_log(rng: np.random.Generator, slates: int = 120) -> list[Activity]:
    """Slates of the same few items, so that their embeddings get rows, and what was done."""
    log: list[Activity] = []
    now_ms = NOW_MS
    for slate in range(1, slates + 1):
        now_ms += int(rng.integers(1, 2 * WINDOW_MS))
        items = (1 + rng.permutation(12)[:3]).tolist()
        log.append(served(slate, items, now_ms, duration_s=float(rng.choice([0, 5, 60, 200]))))
        names = rng.choice(EVENT_NAMES[:-1], 4)
        log.append(outcomes(*(
            event(f"{slate}-{n}", str(name), slate, items[n % 3], n % 3, value=9000, at_ms=now_ms)
            for n, name in enumerate(names)
        ), at_ms=now_ms))  # fmt: skip
        now_ms += int(rng.integers(1, 2 * WINDOW_MS))
        verb = VERBS[slate % 3]
        log.append(relation(f"r{slate}", verb, items[0], slate=slate, at_ms=now_ms))
        undo = event(f"u{slate}", "undo", slate, items[1], 1, undoes=f"{slate}-1", at_ms=now_ms)
        log.append(outcomes(undo, at_ms=now_ms))
    return log


@pytest.mark.parametrize("seed", range(3))
def test_a_fold_that_is_stopped_again_and_again_learns_the_same(seed: int) -> None:
    rng = np.random.default_rng(seed)
    log = busy_log(rng)
    model = ModelSettings(batch=4)
    whole = run(new_fold(model=model), log)
    assert len(whole.model.items) > 5 and whole.model.steps > 5
    at, part = 0, new_fold(model=model)
    while at < len(log):
        to = at + int(rng.integers(1, 60))
        run(part, log[at:to], log, start=at)
        saved, part = part.dump(), new_fold(model=model)
        part.load(saved)
        at = to
    for name in whole.model.ARRAYS:
        assert np.array_equal(getattr(part.model, name), getattr(whole.model, name)), name
    for mine, other in ((part.model.items, whole.model.items),
                        (part.model.creators, whole.model.creators)):  # fmt: skip
        for one, two in zip(mine.arrays(), other.arrays(), strict=True):
            assert np.array_equal(one, two)
    assert np.array_equal(part.watch.threshold_s, whole.watch.threshold_s)
    assert part.dump() == whole.dump()


@settings(max_examples=40, deadline=None)
@given(st.lists(STEP, max_size=60))
def test_no_action_of_a_slot_counts_more_than_once_whatever_comes(steps) -> None:
    log = small_log([(*step[:4], 0) for step in steps])  # no decay: sums are whole numbers
    fold = run(new_fold(), log)
    for slate in range(10):
        for item in (1 + slate, 20 + slate, 40 + slate):
            found = counts(fold, item)
            # Likes count beside shares, and hides beside reports.
            assert all(found[kind] <= 1 + (kind in ("like", "hide")) for kind in found)


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
    assert arrays["calibration"].shape[-1] == H
    assert len(arrays["scene_rates"]) == SCENES + 1
    arrays["flat"][:] = 0
    assert fold.model.average.any()  # a copy: the reader cannot change what is learned
