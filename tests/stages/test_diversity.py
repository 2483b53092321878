"""The selector: variety, what greedy guarantees, and the rules that yield."""

from __future__ import annotations

from itertools import combinations
from math import e
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jhalak.catalogue.live import sound_number
from jhalak.pipeline.stage import VALUE
from jhalak.schema.candidates import Candidates
from jhalak.schema.viewer_state import ViewerState
from jhalak.stages import greedy
from jhalak.stages.diversity import REACH, Diverse, InOrder, creator_before, parted, runs
from jhalak.stages.diversity_reference import Slots, choose_reference, told_apart, worth
from jhalak.stages.exploration import TRIAL
from jhalak.stages.greedy import CREATOR, LANGUAGE, PARTS, STORY, TOPIC, fading
from tests.worlds import candidates_of, make_item, names_of, often, query_of, world_of

FADING = fading(0.88, 0.85, 0.93)
FEW, FEWER = st.integers(0, 4), st.integers(0, 2)
ROW = st.tuples(st.integers(1, 5), FEW, st.integers(1, 3), FEWER, FEWER)
"""Topic, creator, language, story, sound."""


def groups(rows: Any) -> Any:
    return np.array(rows, np.int64).reshape(-1, 5).T.copy()


def choose(
    value: Any, topic: Any, creator: Any, story: Any = None, *, slots: int = 8, cap: int = 5,
    min_topics: int = 4,
) -> list[int]:  # fmt: skip
    """The slate's positions, without trials."""
    n = len(value)
    group = np.zeros((5, n), np.int64)
    group[TOPIC], group[CREATOR], group[LANGUAGE] = np.array(topic) + 1, creator, 1
    group[STORY] = 0 if story is None else story
    index, propensity, explored = greedy.choose(
        np.array(value, np.float64), group, np.zeros(n, np.float32), slots, FADING, cap, min_topics,
        0.05, np.uint64(1), 0,
    )  # fmt: skip
    assert propensity.tolist() == [1.0] * len(index) and not explored.any()
    found: list[int] = index.tolist()
    return found


@given(
    rows=st.lists(ROW, max_size=24),
    slots=st.integers(1, 14),
    cap=st.integers(1, 8),
    min_topics=st.integers(0, 5),
    fades=st.tuples(*[st.sampled_from([0.6, 0.88, 1.0])] * 3),
    exploration=st.sampled_from([0.0, 0.05, 0.5, 1.0]),
    seed=st.integers(0, 2**64 - 1),
    last=FEW,
)
@often(300)
def test_the_kernel_chooses_what_the_reference_chooses(
    rows: list[tuple[int, ...]], slots: int, cap: int, min_topics: int,
    fades: tuple[float, float, float], exploration: float, seed: int, last: int,
) -> None:  # fmt: skip
    """No topic's fade is 0: what adds nothing at all ties, and rounding tells it apart."""
    rng = np.random.default_rng(seed)
    n = len(rows)
    value = rng.random(n) * 0.9 + 0.05
    trial = np.where(rng.random(n) < 0.4, rng.random(n), 0).astype(np.float32)
    arguments = value, groups(rows), trial, slots, fading(*fades), cap, min_topics
    index, propensity, explored = greedy.choose(*arguments, exploration, np.uint64(seed), last)
    wanted, chances, tried = choose_reference(Slots(*arguments, last), exploration, seed)
    assert index.tolist() == wanted
    assert explored.tolist() == tried
    assert propensity.tolist() == pytest.approx(chances, abs=1e-6)


FADINGS = st.lists(st.floats(0.0, 1.0), min_size=10, max_size=10).map(
    lambda numbers: np.array(numbers).reshape(2, 5)
)


@given(
    rows=st.lists(st.tuples(FEW, FEWER), min_size=1, max_size=9),
    slots=st.integers(1, 5),
    of=FADINGS,
    seed=st.integers(0, 2**32),
)
@often(200)
def test_greedy_reaches_what_is_promised_of_the_best_of_all_slates(
    rows: list[tuple[int, int]], slots: int, of: np.ndarray, seed: int
) -> None:
    """Each item has a topic of its own and no creator: no rule stands in the way."""
    n = len(rows)
    value = np.random.default_rng(seed).random(n) ** 2
    group = groups([(i + 1, 0, a + 1, 0, b) for i, (a, b) in enumerate(rows)])
    index, _, _ = greedy.choose(
        value, group, np.zeros(n, np.float32), slots, of, 9, 0, 0.0, np.uint64(1), 0
    )
    of = told_apart(of, group)
    slates = combinations(range(n), min(slots, n))
    best = max(worth(slate, value, group, of) for slate in slates)
    assert worth(index.tolist(), value, group, of) >= (1 - 1 / e) * best - 1e-9


@given(
    rows=st.lists(st.tuples(st.integers(1, 3), FEWER, FEW), min_size=1, max_size=9),
    slots=st.integers(1, 5),
    cap=st.integers(1, 2),
    of=FADINGS,
    seed=st.integers(0, 2**32),
)
@often(200)
def test_greedy_reaches_a_third_of_the_best_slate_that_obeys_cap_and_stories(
    rows: list[tuple[int, int, int]], slots: int, cap: int, of: np.ndarray, seed: int
) -> None:
    n = len(rows)
    value = np.random.default_rng(seed).random(n) ** 2
    group = groups([(topic, 0, 1, story, sound) for topic, story, sound in rows])

    def obeys(slate: Any) -> bool:
        stories = [rows[i][1] for i in slate if rows[i][1]]
        topics = [rows[i][0] for i in slate]
        return len(set(stories)) == len(stories) and all(topics.count(t) <= cap for t in topics)

    index, _, _ = greedy.choose(
        value, group, np.zeros(n, np.float32), slots, of, cap, 0, 0.0, np.uint64(1), 0
    )
    chosen = index.tolist()
    while not obeys(chosen):  # where nothing was left that obeys, rules yielded
        chosen.pop()
    of = told_apart(of, group)
    sizes = range(1, min(slots, n) + 1)
    allowed = [s for k in sizes for s in combinations(range(n), k) if obeys(s)]
    best = max(worth(slate, value, group, of) for slate in allowed)
    assert worth(chosen, value, group, of) >= best / 3 - 1e-9


@given(
    rows=st.lists(ROW, min_size=3, max_size=8), of=FADINGS, seed=st.integers(0, 2**32),
    small=st.integers(0, 4), large=st.integers(0, 4),
)  # fmt: skip
@often(200)
def test_what_a_slate_is_worth_is_monotone_and_submodular(
    rows: list[tuple[int, ...]], of: np.ndarray, seed: int, small: int, large: int
) -> None:
    """An item never takes away, and adds no more to a slate than to a part of it."""
    value, group = np.random.default_rng(seed).random(len(rows)), groups(rows)
    one = len(rows) - 1
    whole = list(range(min(small + large, one)))
    part = whole[:small]

    def adds(slate: list[int]) -> float:
        return worth([*slate, one], value, group, of) - worth(slate, value, group, of)

    assert adds(part) >= adds(whole) - 1e-12 and adds(whole) >= -1e-12


def test_the_first_repeat_of_a_group_is_worth_its_fade_of_its_value() -> None:
    value = np.array([1.0, 0.5])
    for way, fade in ((TOPIC, 0.88), (CREATOR, 0.85), (LANGUAGE, 0.93)):
        apart = groups([(1, 1, 1, 0, 0), (2, 2, 2, 0, 0)])
        apart[way] = 1
        assert worth([0, 1], value, apart, FADING) == pytest.approx(1.0 + 0.5 * fade)
    assert sum(PARTS) == pytest.approx(1.0)


def test_the_best_value_comes_first_and_each_candidate_once() -> None:
    assert choose([0.1, 0.9, 0.5], [0, 1, 2], [1, 2, 3]) == [1, 2, 0]


def test_no_creator_comes_twice_running_while_there_is_another() -> None:
    assert choose([0.9, 0.8, 0.1], [0, 1, 2], [7, 7, 8]) == [0, 2, 1]


def test_items_without_a_creator_may_follow_each_other() -> None:
    assert choose([0.9, 0.8, 0.1], [0, 1, 2], [0, 0, 8]) == [0, 1, 2]


def test_a_lone_creator_fills_the_slate() -> None:
    assert sorted(choose([0.9, 0.8, 0.1], [0, 1, 2], [7] * 3)) == [0, 1, 2]


def test_a_story_is_told_once_while_there_is_another() -> None:
    chosen = choose([0.9, 0.8, 0.02, 0.01], [0, 1, 2, 3], [1, 2, 3, 4], [5, 5, 6, 0], slots=3)
    assert chosen == [0, 2, 3]
    assert choose([0.9, 0.8], [0, 1], [1, 2], [5, 5]) == [0, 1]


def test_no_topic_takes_more_than_its_share_while_there_is_another() -> None:
    value = [0.9] * 10 + [0.05] * 10
    chosen = choose(value, [0] * 10 + [1] * 10, list(range(1, 21)), slots=6, cap=3)
    assert sum(i < 10 for i in chosen) == 3


def test_there_are_as_many_topics_as_asked_for() -> None:
    topic = [0] * 10 + [1, 2, 3]
    chosen = choose([0.9] * 10 + [0.01] * 3, topic, list(range(1, 14)), slots=6, cap=6)
    assert {topic[i] for i in chosen} == {0, 1, 2, 3}


def test_no_topic_comes_three_times_running_while_there_is_another() -> None:
    topic = [0] * 9 + [1] * 4
    chosen = choose([0.9] * 9 + [0.1] * 4, topic, list(range(1, 14)), slots=9, cap=9)
    assert "000" not in "".join(str(topic[i]) for i in chosen)


def scored(trial: Any) -> tuple[Any, Any]:
    """A world of eight creators and all its items as candidates with these weights."""
    world = world_of(*(make_item(f"i{i}", publisher=f"p{i}") for i in range(8)))
    found = candidates_of(world)
    found.columns[VALUE] = np.linspace(1, 0.5, 8, dtype=np.float32)
    found.columns[TRIAL] = np.array(trial, np.float32)
    return world, found


def test_slots_for_trials_show_what_has_a_weight_in_proportion_to_it() -> None:
    world, found = scored([0] * 6 + [3, 1])
    selector = Diverse(world, exploration=1.0)
    selection = selector.select(query_of(slots=3, rng=Random(3)), found)
    assert selection.explored.tolist() == [True, True, False]
    assert set(selection.index[:2].tolist()) == {6, 7}
    assert selection.propensity.tolist() in ([0.75, 1.0, 1.0], [0.25, 1.0, 1.0])


def test_an_arm_may_change_exploration_and_fades() -> None:
    world, found = scored([0] * 6 + [3, 1])
    selector = Diverse(world, exploration=0.0)
    assert selector.select(query_of(slots=1, exploration=1.0), found).explored.all()
    assert not selector.select(query_of(slots=1), found).explored.any()
    world = world_of(*(make_item(f"i{i}", "food" if i < 2 else "sport", publisher=f"p{i}")
                       for i in range(3)))  # fmt: skip
    found = candidates_of(world)
    found.columns[VALUE] = np.array([1.0, 0.9, 0.85], np.float32)
    found.columns[TRIAL] = np.zeros(3, np.float32)
    selector = Diverse(world, exploration=0.0, min_topics=1)
    assert selector.select(query_of(slots=2), found).index.tolist() == [0, 2]
    same = selector.select(query_of(slots=2, topic_fade=1.0, creator_fade=1.0), found)
    assert same.index.tolist() == [0, 1]


def test_nothing_is_explored_where_nothing_ever_is_whatever_an_arm_or_a_policy_says() -> None:
    items = [make_item(f"i{i}", publisher=f"p{i}") for i in range(4)]
    world = world_of(*items, make_item("other", "food", publisher="q"))
    found = candidates_of(world)
    found.columns[VALUE] = np.array([1.0, 0.9, 0.8, 0.7, 0.3], np.float32)
    found.columns[TRIAL] = np.ones(5, np.float32)
    never = Diverse(world, exploration=None, topic_share=1.0, min_topics=1)
    for said in (None, 0.05, 1.0):
        selection = never.select(query_of(state=ViewerState(1), exploration=said), found)
        assert selection.index.tolist() == [0, 1, 4, 2, 3], "nor is a topic asked for"
        assert not selection.explored.any() and (selection.propensity == 1.0).all()


def test_what_is_no_number_comes_last_and_nothing_comes_twice() -> None:
    value = [1.0, np.nan, 3.0, 2.0, np.nan, 1.5]
    assert choose(value, range(6), range(1, 7)) == [2, 3, 5, 0, 1, 4]


def test_no_candidates_make_an_empty_selection() -> None:
    world, _ = scored([0] * 8)
    nothing = Candidates(
        np.empty(0, np.int32), {VALUE: np.empty(0, np.float32), TRIAL: np.empty(0, np.float32)}
    )
    selection = Diverse(world, exploration=0.05).select(query_of(), nothing)
    assert len(selection.index) == len(selection.propensity) == 0


def test_a_viewer_is_not_shown_a_creator_whom_they_were_shown_last() -> None:
    world, found = scored([0] * 8)
    state = ViewerState(1)
    state.seen, state.seen_count = np.array([9, world.catalogue.num[found.rows[0]]]), 2
    selection = Diverse(world, exploration=0.0).select(query_of(slots=2, state=state), found)
    assert selection.index.tolist() == [1, 0]
    state.seen_count = 0
    assert creator_before(world, query_of(state=state)) == creator_before(world, query_of()) == 0
    state.seen, state.seen_count = np.array([1 << 40]), 1
    assert creator_before(world, query_of(state=state)) == 0


def test_rules_about_topics_yield_before_a_creator_comes_twice_running() -> None:
    topic, creator = [0, 0, 0, 0, 1], [1, 2, 1, 3, 3]
    assert choose([0.9, 0.8, 0.7, 0.6, 0.5], topic, creator, slots=5, cap=2) == [0, 1, 4, 2, 3]


def test_fallbacks_hand_on_the_first_ones() -> None:
    world = world_of(*(make_item(f"i{i}") for i in range(30)))
    assert len(InOrder().select(query_of(slots=1), candidates_of(world)).index) == REACH


def test_the_fallback_keeps_the_order_but_parts_a_creators_items_and_tells_no_story_twice() -> None:
    told = zip(["a", "a", "b", "c", "c"], ["", "s", "s", "", ""], strict=True)
    world = world_of(*(make_item(f"i{i}", publisher=p, story=s) for i, (p, s) in enumerate(told)))
    rows = candidates_of(world).rows
    nothing = rows[:0]
    names = names_of(world, parted(nothing, rows, 5, world))
    assert names == ["i0", "i2", "i3", "i4", "i1"]
    assert names_of(world, parted(rows[:1], rows, 3, world)) == ["i0", "i2", "i3"]
    twice = np.concatenate([rows, rows])
    assert names_of(world, parted(nothing, twice, 9, world)) == names, "each once"
    after = int(world.catalogue.creator[rows[0]])
    assert names_of(world, parted(nothing, rows, 1, world, after)) == ["i2"]


def test_where_a_creator_follows_themselves_is_found() -> None:
    for creators, last, at in (([1, 2, 1], 0, 3), ([1, 2, 2, 2], 0, 2), ([1, 2], 1, 0),
                               ([0, 0], 0, 2), ([], 1, 0)):  # fmt: skip
        assert runs(np.array(creators, np.int32), last) == at


def test_items_of_one_sound_are_not_what_a_slate_is_made_of() -> None:
    heard = [make_item(f"a{n}", publisher=f"@a{n}", topic="food", sound="song") for n in range(6)]
    other = [make_item(f"b{n}", publisher=f"@b{n}", topic="food", sound=f"s{n}") for n in range(6)]
    world = world_of(*heard, *other)
    rows = candidates_of(world).rows
    value = np.where(world.catalogue.sound[rows] == sound_number("song"), 1.0, 0.97)
    columns = {VALUE: value.astype(np.float32), TRIAL: np.zeros(12, np.float32)}
    found = Candidates(rows, columns)
    slate = Diverse(world, exploration=0.0, min_topics=0).select(query_of(slots=6), found)
    names = names_of(world, found.rows[slate.index])
    assert names[0].startswith("a") and sum(name.startswith("a") for name in names) == 1
