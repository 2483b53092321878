"""Fatigue: impressions of a creator that fade."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jhalak.schema.viewer_state import ViewerState
from jhalak.stages.fatigue import FATIGUE, CreatorFatigue, faded_load, faded_load_reference
from tests.worlds import NOW_MS, candidates_of, make_item, often, query_of, world_of

CREATORS = st.lists(st.integers(0, 6), max_size=30).map(lambda c: np.array(c, np.int32))


@given(
    creator=CREATORS,
    seen=st.lists(st.tuples(st.integers(0, 6), st.floats(0, 1e6)), max_size=30),
    half_life_s=st.floats(1.0, 1e6),
)
@often()
def test_the_kernel_answers_what_the_reference_answers(
    creator: np.ndarray, seen: list[tuple[int, float]], half_life_s: float
) -> None:
    creators = np.array([c for c, _ in seen], np.int32)
    ages = np.array([a for _, a in seen], np.float64)
    load = faded_load(creator, creators, ages, half_life_s)
    expected = faded_load_reference(creator, creators, ages, half_life_s)
    assert load.tolist() == pytest.approx(expected.tolist(), rel=1e-4, abs=1e-6)


def seen_by(*seen: tuple[int, float]) -> ViewerState:
    """A viewer who was served items (number, hours ago), in that order."""
    state = ViewerState(1)
    state.seen = np.array([item for item, _ in seen], np.int64)
    state.seen_ms = np.array([NOW_MS - int(3_600_000 * hours) for _, hours in seen], np.int64)
    state.seen_flags = np.zeros(len(seen), np.uint8)
    state.seen_count = len(seen)
    return state


WORLD = world_of(
    make_item("a1", publisher="A"), make_item("a2", publisher="A"), make_item("b1", publisher="B"),
    make_item("none", publisher=""),
)  # fmt: skip


def fatigue(state: ViewerState | None, **fields: object) -> list[float]:
    stage = CreatorFatigue(WORLD, half_life_s=6 * 3600.0, tolerance=2.0)
    query = query_of(state=state, **fields)
    factors: list[float] = stage.score(query, candidates_of(WORLD))[FATIGUE].tolist()
    return factors


def test_two_fresh_impressions_of_a_creator_halve_its_value() -> None:
    assert fatigue(seen_by((1, 0.0), (2, 0.0))) == pytest.approx([0.5, 0.5, 1.0, 1.0])


def test_an_impression_counts_half_after_its_half_life() -> None:
    assert fatigue(seen_by((1, 6.0)))[1] == pytest.approx(2 ** -(0.5 / 2))


def test_who_saw_nothing_is_tired_of_nothing() -> None:
    assert fatigue(None) == fatigue(seen_by()) == [1.0] * 4


def test_who_wants_no_profile_is_treated_as_if_they_had_seen_nothing() -> None:
    assert fatigue(seen_by((1, 0.0)), profiled=False) == [1.0] * 4


def test_an_impression_of_an_item_that_left_says_nothing() -> None:
    assert fatigue(seen_by((77, 0.0), (999_999, 0.0))) == [1.0] * 4


def test_an_impression_in_the_future_counts_as_one_of_now() -> None:
    assert fatigue(seen_by((1, -5.0)))[0] == pytest.approx(2**-0.5)
