"""The selector: variety, exploration, and propensities that are true."""

from __future__ import annotations

from collections import Counter, defaultdict
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jhalak.pipeline.stage import SOURCES, VALUE
from jhalak.schema.candidates import Candidates
from jhalak.stages.diversity import Diverse, InOrder, _choose, choose_reference
from tests.worlds import candidates_of, make_item, names_of, often, query_of, world_of

FADES = np.array([0.88, 0.85, 0.93])
SMALL = st.integers(0, 4)


def choose(
    value: Any, topic: Any, creator: Any, language: Any, explorable: Any, *, slots: int = 8,
    cap: int = 5, min_topics: int = 4, exploration: float = 0.0, seed: int = 1,
) -> tuple[Any, Any, Any]:  # fmt: skip
    draws = np.random.default_rng(seed).random((slots, 2))
    arrays = (
        np.array(value, np.float32), np.array(topic, np.int8), np.array(creator, np.int32),
        np.array(language, np.int8), np.array(explorable, np.bool_),
    )  # fmt: skip
    found: tuple[Any, Any, Any] = _choose(
        *arrays, slots, FADES, cap, min_topics, exploration, draws
    )
    return found


@given(
    rows=st.lists(st.tuples(SMALL, SMALL, st.integers(0, 2), st.booleans()), max_size=24),
    slots=st.integers(1, 14),
    cap=st.integers(1, 8),
    min_topics=st.integers(0, 5),
    exploration=st.sampled_from([0.0, 0.05, 0.5, 1.0]),
    seed=st.integers(0, 2**32 - 1),
)
@often(300)
def test_the_kernel_chooses_what_the_reference_chooses(
    rows: list[tuple[int, int, int, bool]], slots: int, cap: int, min_topics: int,
    exploration: float, seed: int,
) -> None:  # fmt: skip
    rng = np.random.default_rng(seed)
    n = len(rows)
    value = (rng.random(n) * 0.9 + 0.05).astype(np.float32)
    topic, creator, language = (np.array([r[i] for r in rows], np.int64) for i in range(3))
    explorable = np.array([r[3] for r in rows], np.bool_)
    draws = rng.random((slots, 2))
    arguments = (
        value, topic.astype(np.int8), creator.astype(np.int32), language.astype(np.int8),
        explorable, slots, FADES, cap, min_topics, exploration, draws,
    )  # fmt: skip
    index, propensity, explored = _choose(*arguments)
    wanted, chances, tried = choose_reference(*arguments)
    assert index.tolist() == wanted
    assert explored.tolist() == tried
    assert propensity.tolist() == pytest.approx(chances, abs=1e-6)


def test_the_best_value_comes_first_and_each_candidate_once() -> None:
    index, _, _ = choose([0.1, 0.9, 0.5], [0, 1, 2], [1, 2, 3], [0, 0, 0], [False] * 3)
    assert index.tolist() == [1, 2, 0]


def test_no_creator_comes_twice_running_while_there_is_another() -> None:
    index, _, _ = choose([0.9, 0.8, 0.1], [0, 1, 2], [7, 7, 8], [0] * 3, [False] * 3)
    assert index.tolist() == [0, 2, 1]


def test_items_without_a_creator_may_follow_each_other() -> None:
    index, _, _ = choose([0.9, 0.8, 0.1], [0, 1, 2], [0, 0, 8], [0] * 3, [False] * 3)
    assert index.tolist() == [0, 1, 2]


def test_a_lone_creator_fills_the_slate() -> None:
    index, _, _ = choose([0.9, 0.8, 0.1], [0, 1, 2], [7] * 3, [0] * 3, [False] * 3)
    assert sorted(index.tolist()) == [0, 1, 2]


def test_no_topic_takes_more_than_its_share_while_there_is_another() -> None:
    value = [0.9] * 10 + [0.05] * 10
    index, _, _ = choose(
        value, [0] * 10 + [1] * 10, list(range(1, 21)), [0] * 20, [False] * 20, slots=6, cap=3
    )
    assert sum(i < 10 for i in index.tolist()) == 3


def test_there_are_as_many_topics_as_asked_for() -> None:
    value = [0.9] * 10 + [0.01, 0.01, 0.01]
    topic = [0] * 10 + [1, 2, 3]
    index, _, _ = choose(
        value, topic, list(range(1, 14)), [0] * 13, [False] * 13, slots=6, cap=6, min_topics=4
    )
    assert {topic[i] for i in index.tolist()} == {0, 1, 2, 3}


def test_no_topic_comes_three_times_running_while_there_is_another() -> None:
    value = [0.9] * 9 + [0.1] * 4
    topic = [0] * 9 + [1] * 4
    index, _, _ = choose(value, topic, list(range(1, 14)), [0] * 13, [False] * 13, slots=9, cap=9)
    said = "".join(str(topic[i]) for i in index.tolist())
    assert "000" not in said


def test_the_frequency_with_which_a_slot_shows_an_item_is_its_logged_propensity() -> None:
    value = [0.9, 0.7, 0.6, 0.4, 0.3, 0.2]
    topic, creator = [0, 1, 0, 2, 1, 2], [1, 2, 3, 1, 2, 0]
    explorable = [False, False, True, True, False, True]
    shown: dict[tuple[int, ...], Counter[int]] = defaultdict(Counter)
    logged: dict[tuple[int, ...], dict[int, float]] = defaultdict(dict)
    for seed in range(20_000):
        index, propensity, _ = choose(
            value, topic, creator, [0] * 6, explorable, slots=3, exploration=0.4, seed=seed
        )
        for slot in range(3):
            before = tuple(index[:slot].tolist())
            shown[before][int(index[slot])] += 1
            logged[before][int(index[slot])] = float(propensity[slot])
    checked = 0
    for before, counts in shown.items():
        times = counts.total()
        if times < 2000:
            continue
        checked += 1
        assert sum(logged[before].values()) == pytest.approx(1.0, abs=1e-5)
        for item, count in counts.items():
            p = logged[before][item]
            assert count / times == pytest.approx(p, abs=4 * (p * (1 - p) / times) ** 0.5)
    assert checked >= 4


def test_without_exploration_every_choice_is_certain() -> None:
    _, propensity, explored = choose([0.5, 0.4], [0, 1], [1, 2], [0, 0], [True, True])
    assert propensity.tolist() == [1.0, 1.0]
    assert not explored.any()


def test_the_selector_explores_only_what_the_exploration_source_found() -> None:
    world = world_of(*(make_item(f"i{i}", publisher=f"p{i}") for i in range(8)))
    found = candidates_of(world, sources=0b01)
    found.columns[VALUE] = np.linspace(1, 0.5, 8, dtype=np.float32)
    found.columns[SOURCES][6:] = 0b10
    selector = Diverse(world, explore_source=1, exploration=1.0)
    selection = selector.select(query_of(slots=2, rng=Random(3)), found)
    assert selection.explored.all()
    assert set(selection.index.tolist()) == {6, 7}
    assert selection.propensity.tolist() == [0.5, 1.0]


def test_no_candidates_make_an_empty_selection() -> None:
    world = world_of()
    nothing = Candidates(np.empty(0, np.int32), candidates_of(world).columns)
    nothing.columns[VALUE] = np.empty(0, np.float32)
    selection = Diverse(world, explore_source=0, exploration=0.05).select(query_of(), nothing)
    assert len(selection.index) == len(selection.propensity) == 0


def test_the_fallback_keeps_the_order_but_parts_a_creators_items() -> None:
    items = [make_item(f"i{i}", publisher=p) for i, p in enumerate(["a", "a", "b", "c", "c"])]
    world = world_of(*items)
    found = candidates_of(world)
    selection = InOrder(world).select(query_of(slots=5), found)
    names = names_of(world, found.rows[selection.index])
    assert names == ["i0", "i2", "i1", "i3", "i4"]
