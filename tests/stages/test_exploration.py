"""Trials: whose turn it is, and how much each is worth a try."""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jhalak.learning.model import HEADS, H
from jhalak.learning.trials import WORTH, Trials, Tried, tried
from jhalak.pipeline.stage import SOURCES
from jhalak.schema.query import Query
from jhalak.stages.exploration import (
    APART_MS,
    BELIEF,
    LATE_MS,
    LEAST,
    MOST,
    RENEW_MS,
    TRIAL,
    WAITING,
    Exploration,
    TrialWeights,
    _chances,
    chances_reference,
    in_turn,
)
from jhalak.stages.prediction import PREDICTIONS
from jhalak.stages.walk import Walker
from jhalak.stages.world import World
from tests.worlds import (
    DAY_MS,
    NOW_MS,
    candidates_of,
    make_item,
    make_items,
    names_of,
    often,
    query_of,
    world_of,
)

BUDGET = 100.0


def learned(world: World, **shown: int) -> None:
    """The world's learned state says that these items (`i3=7`: number 3) had impressions."""
    trials = Trials()
    for name, times in shown.items():
        for _ in range(times):
            trials.count_impression(int(name[1:]), 1, NOW_MS)
    knows(world, trials)


def knows(world: World, trials: Trials, at_ms: int = NOW_MS) -> None:
    world.serving.trials = tried(trials.arrays(at_ms))


def source_of(world: World, **more: Any) -> Exploration:
    return Exploration(world, Walker(world.catalogue), **{"budget": BUDGET, "cards": False, **more})


def found(world: World, query: Query | None = None, **more: Any) -> list[str]:
    return names_of(world, source_of(world, **more).find(query or query_of("en")))


def test_what_has_had_its_impressions_is_on_trial_no_more() -> None:
    world = world_of(*(make_item(f"i{i}", publisher=f"p{i}") for i in range(1, 5)))
    learned(world, i2=99, i3=100)
    assert sorted(found(world)) == ["i1", "i2", "i4"]


def test_slots_that_are_open_are_spoken_for() -> None:
    world = world_of(make_item("i1"))
    trials = Trials()
    for _ in range(100):
        trials.count_tried(1, 1, NOW_MS)
    knows(world, trials)
    assert found(world) == []
    knows(world, trials, NOW_MS + DAY_MS)
    assert found(world) == ["i1"]


def test_cards_of_a_story_share_a_budget_and_the_freshest_is_tried() -> None:
    old, new = (make_item(n, story="s", published_ms=NOW_MS - t) for n, t in (("a", 9), ("b", 5)))
    clips = [make_item(f"v{i}", story="s", kind="video") for i in range(2)]
    world = world_of(old, new, *clips)
    assert sorted(found(world)) == ["b", "v0", "v1"]
    trials = Trials()
    for _ in range(100):
        trials.count_impression(int(world.catalogue.story[world.catalogue.by_id["a"]]), 1, NOW_MS)
    knows(world, trials)
    assert sorted(found(world)) == ["v0", "v1"]


def test_creators_take_turns_and_each_shows_its_freshest_first() -> None:
    """One creator has twenty items, five have one: the first six are of six creators."""
    many = make_items({"food": 20}, publishers=1)
    few = [make_item(f"few-{i}", publisher=f"p{i}", published_ms=NOW_MS - DAY_MS) for i in range(5)]
    names = found(world_of(*many, *few))
    assert names[:6] == ["en-food-0", *(f"few-{i}" for i in (4, 3, 2, 1, 0))]
    assert names[6:] == [f"en-food-{i}" for i in range(1, 20)][: len(names) - 6]


def test_who_was_given_less_comes_before_who_was_given_more() -> None:
    world = world_of(*(make_item(f"i{i}", publisher=f"p{i}") for i in range(1, 4)))
    numbers = [int(world.catalogue.creator[world.catalogue.by_id[f"i{i}"]]) for i in range(1, 4)]
    trials = Trials()
    for creator, times in zip(numbers, (8, 3, 5), strict=True):
        for _ in range(times):
            trials.count_tried(999, creator, NOW_MS) if times == 8 else trials.count_tried(
                creator + 10_000_000, creator, NOW_MS
            )
    knows(world, trials)
    assert found(world) == ["i2", "i3", "i1"]


def test_the_lock_screen_tries_only_what_it_may_show() -> None:
    world = world_of(
        make_item("a"), make_item("clip", kind="video"), make_item("hot", "politics"),
    )  # fmt: skip
    assert sorted(found(world)) == ["a", "clip", "hot"]
    assert found(world, cards=True) == ["a"]
    assert sorted(found(world, query_of("en", minor=True))) == ["a", "clip"]


def test_nothing_about_the_candidates_is_drawn_and_what_was_seen_is_not_tried() -> None:
    world = world_of(*make_items({"food": 40, "sport": 40}), *make_items({"food": 9}, "hi"))
    source = source_of(world)
    first = source.find(query_of("en", "hi", rng=Random(1)))
    assert first.tolist() == source.find(query_of("en", "hi", rng=Random(2))).tolist()
    assert len(first) == 13 + 9 and first.dtype == np.int32
    seen = world.catalogue.num[first]
    after = source.find(query_of("en", "hi", seen=seen))
    assert len(after) == 13 and not set(after.tolist()) & set(first.tolist())


def test_a_queue_is_made_anew_when_something_changed_but_seldom() -> None:
    world = world_of(make_item("a"), make_item("b", publisher="q"))
    source = source_of(world)
    assert len(source.find(query_of("en"))) == 2
    world.catalogue.expire(NOW_MS + 21 * DAY_MS)
    world.catalogue.renew_pools()
    assert source.find(query_of("en")).tolist() == [], "what is not live is passed over"
    source._queue._world = world_of(make_item("c"))
    assert len(source._queue.rows([0], NOW_MS + RENEW_MS - 1, safe=False)[0]) == 2
    assert len(source._queue.rows([0], NOW_MS + RENEW_MS, safe=False)[0]) == 1


def test_queues_that_are_overdue_at_once_are_made_anew_apart() -> None:
    world = world_of(*make_items({"food": 2}), *make_items({"food": 2}, "hi"))
    source = source_of(world)
    query = query_of("en", "hi")
    assert len(source.find(query)) == 4, "a queue that never was is made at once"
    source._queue._world = world_of()

    def left(after_ms: int) -> list[int]:
        return [len(r) for r in source._queue.rows(query.languages, NOW_MS + after_ms, safe=False)]

    assert left(RENEW_MS) == left(RENEW_MS + APART_MS - 1) == [0, 2]
    assert left(RENEW_MS + APART_MS) == [0, 0]
    source._queue._world = world
    assert left(RENEW_MS + APART_MS + LATE_MS) == [2, 2], "where few come nobody waits"


def test_who_publishes_little_waits_behind_nobody_who_publishes_much() -> None:
    many = make_items({"food": WAITING + 50}, publishers=2)
    old = make_item("old", publisher="new", published_ms=NOW_MS - DAY_MS)
    world = world_of(*many, old)
    (rows,) = source_of(world)._queue.rows([0], NOW_MS, safe=False)
    names = names_of(world, rows)
    assert len(names) == len(set(names)) == WAITING
    assert "old" in names[:3], "each creator's freshest comes first"
    of = world.catalogue.creator[rows]
    ages = world.catalogue.published_ms[rows]
    for creator in np.unique(of):
        assert (np.diff(ages[of == creator]) <= 0).all()


def test_an_empty_catalogue_has_nothing_to_try() -> None:
    assert found(world_of(), query_of("en", "hi")) == []


@given(
    creators=st.lists(st.integers(0, 4), max_size=30),
    given_=st.lists(st.integers(0, 300), min_size=5, max_size=5),
)
@often()
def test_turns_are_what_was_given_and_what_comes_before(
    creators: list[int], given_: list[int]
) -> None:
    none = np.zeros(0, np.float32)
    known = Tried(
        np.zeros(0, np.int64), none, none, none, np.arange(5, dtype=np.int32),
        np.array(given_, np.float32), 0.0,
    )  # fmt: skip
    rows = np.arange(len(creators), dtype=np.int32)
    turn = {
        i: (given_[c] + BUDGET * creators[:i].count(c), i) for i, c in enumerate(creators)
    }  # fmt: skip
    turns = in_turn(rows, np.array(creators, np.int32), known, BUDGET)
    assert turns.tolist() == sorted(turn, key=lambda i: turn[i])


def weights(world: World, taps: Any) -> list[float]:
    """The weights of all items, found by source 2, whose expected taps are `taps`."""
    candidates = candidates_of(world, sources=0b100)
    expected = np.zeros((len(candidates), H), np.float32)
    expected[:, HEADS.index("tap")] = taps
    candidates.columns[PREDICTIONS] = expected
    columns = TrialWeights(world, source=2).score(query_of(), candidates)
    answer: list[float] = columns[TRIAL].tolist()
    return answer


FOUR = [make_item(f"i{i}", publisher=f"p{i}") for i in range(1, 5)]


def test_what_may_be_better_is_tried_more_and_nobody_is_left_out() -> None:
    low, equal, same, high = weights(world_of(*FOUR), [0.001, 0.4, 0.4, 0.6])
    assert equal == pytest.approx(same)
    assert LEAST <= low < equal < high <= MOST


def test_items_that_are_alike_are_tried_alike() -> None:
    assert weights(world_of(*FOUR), [0.1] * 4) == pytest.approx([1.0] * 4, rel=1e-4)


def test_creators_share_alike_however_many_items_they_have() -> None:
    world = world_of(*(make_item(f"i{i}", publisher="ab"[i > 0]) for i in range(4)))
    one, *three = weights(world, [0.1] * 4)
    assert one == pytest.approx(sum(three), rel=1e-4)


def test_what_was_learned_in_the_trial_tells() -> None:
    """Alike by the model: of two that forty saw, one was tapped by sixteen; two nobody saw."""
    trials = Trials()
    for number in (1, 2):
        for _ in range(40):
            trials.count_impression(number, 1, NOW_MS)
    trials.count_value(1, 16 * WORTH["tap"])
    world = world_of(*FOUR)
    knows(world, trials)
    liked, ignored, *unknown = weights(world, [0.2] * 4)
    assert liked > unknown[0] > ignored


def test_only_what_the_exploration_source_found_has_a_weight() -> None:
    world = world_of(*FOUR)
    candidates = candidates_of(world, sources=0b001)
    candidates.columns[SOURCES][1] = 0b101
    candidates.columns[PREDICTIONS] = np.zeros((4, H), np.float32)
    weight = TrialWeights(world, source=2).score(query_of(), candidates)[TRIAL]
    assert weight.tolist() == [0.0, 1.0, 0.0, 0.0]


POSTERIORS = st.lists(
    st.tuples(st.floats(0.001, 0.95), st.floats(BELIEF, 110.0)), min_size=1, max_size=24
)


@given(posteriors=POSTERIORS)
@often()
def test_the_kernels_chances_are_those_of_the_reference(
    posteriors: list[tuple[float, float]],
) -> None:
    mean, belief = np.array(posteriors).T
    chances = _chances(mean, belief)
    assert chances.sum() == pytest.approx(1.0)
    assert chances == pytest.approx(chances_reference(mean, belief), abs=0.02)


def test_the_chances_come_near_to_thompsons() -> None:
    """Against drawing from the Betas themselves, 200,000 times."""
    mean = np.array([0.02, 0.05, 0.05, 0.08, 0.2, 0.12])
    belief = np.array([10.0, 10.0, 40.0, 100.0, 10.0, 60.0])
    draws = np.random.default_rng(1).beta(mean * belief, (1 - mean) * belief, (200_000, 6))
    wins = np.bincount(draws.argmax(1), minlength=6) / len(draws)
    assert _chances(mean, belief) == pytest.approx(wins, abs=0.05)
