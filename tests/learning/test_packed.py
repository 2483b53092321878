"""A profile's bytes: at most 1 KB of what was learned, near what it was, and steady."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jhalak.learning.packed import load_taste, pack, taste_bytes, unpack
from jhalak.learning.profile import dump, load
from jhalak.schema.viewer_state import (
    COMPLETED,
    ENGAGED,
    JUDGED,
    LIKE,
    LONGED,
    SCENE_0,
    SCENES,
    SHOWN,
    TAPPED,
    ViewerState,
)


def busiest(seed: int = 0) -> ViewerState:
    """A viewer about whom everything that can be known is known: both surfaces, every topic and
    language, as many creators and items as are remembered, of a great catalogue."""
    rng = np.random.default_rng(seed)
    state = ViewerState(5, n=1000 * seed)
    state.counts[:] = np.exp(rng.normal(2, 2, state.counts.shape))
    state.counts[:, ENGAGED] -= 5
    state.counts[:, JUDGED] = state.counts[:, SHOWN]
    state.counts[SCENE_0 + 2 : SCENE_0 + SCENES] = 0  # there are two surfaces
    state.creators[:] = rng.integers(1, 1 << 20, len(state.creators))
    state.items[:] = rng.integers(1, 1 << 24, len(state.items))
    state.items_done[:] = rng.choice([0, TAPPED, TAPPED | LONGED | COMPLETED], len(state.items))
    state.vectors[:] = 10 * rng.normal(size=state.vectors.shape)
    state.interests[:] = rng.normal(size=state.interests.shape) / 8
    state.interest_weight[:] = 10 * rng.random(len(state.interest_weight))
    return state


def again(state: ViewerState) -> ViewerState:
    back = ViewerState(state.viewer, n=state.n)
    load_taste(back, taste_bytes(state))
    return back


@pytest.mark.parametrize("seed", range(5))
def test_of_the_busiest_viewer_a_kilobyte_is_kept(seed: int) -> None:
    assert len(taste_bytes(busiest(seed))) <= 1024


def test_of_a_viewer_who_did_nothing_next_to_nothing_is_kept() -> None:
    assert len(taste_bytes(ViewerState(5))) < 350


@pytest.mark.parametrize("seed", range(5))
def test_what_was_learned_comes_back_nearly(seed: int) -> None:
    state = busiest(seed)
    back = again(state)
    np.testing.assert_allclose(back.counts, state.counts, rtol=0.017, atol=1e-6)
    for name in ("vectors", "interests"):
        mine, theirs = getattr(state, name), getattr(back, name)
        lengths = np.linalg.norm(mine, axis=1) * np.linalg.norm(theirs, axis=1)
        assert ((mine * theirs).sum(axis=1) / lengths > 0.99).all()
    np.testing.assert_allclose(back.interest_weight, state.interest_weight, rtol=1e-3)
    for name in ("creators", "items", "items_done"):
        assert np.array_equal(getattr(back, name), getattr(state, name))


@pytest.mark.parametrize("seed", range(5))
def test_written_again_nothing_moves(seed: int) -> None:
    state = busiest(seed)
    back = again(state)
    back.n = state.n + 17  # another draw
    assert taste_bytes(back) == taste_bytes(state)


def test_what_moves_less_than_a_step_between_two_writes_moves_all_the_same() -> None:
    state = ViewerState(5)
    state.vectors[0, :2] = 15.0, 4.0
    for n in range(1, 401):
        state.counts[0, SHOWN] += 0.5  # a step is 2 from 128 on
        state.vectors[0, 1] += 0.1 * (n <= 80)  # a step is 1
        state = again(state)
        state.n = n
    assert state.counts[0, SHOWN] == pytest.approx(200, abs=25)
    assert state.vectors[0, 1] == pytest.approx(12, abs=4)


def test_what_a_history_did_not_tell_of_is_kept_apart() -> None:
    state = ViewerState(5)
    state.counts[0, [SHOWN, LIKE]] = 4, 1
    assert again(state).counts[0].tolist() == state.counts[0].tolist()
    state.counts[0, JUDGED] = 3
    assert again(state).counts[0].tolist() == state.counts[0].tolist()


def test_a_seen_item_takes_13_bytes() -> None:
    state = ViewerState(5)
    before = len(dump(state))
    state.seen = np.arange(1 << 20, (1 << 20) + 1000)
    state.seen_ms = np.full(1000, 1_790_000_000_000)
    state.seen_flags = np.ones(1000, np.uint8)
    state.seen_count = 1000
    assert len(dump(state)) - before <= 13 * 1000 + 16


@given(st.integers(0, 63).flatmap(lambda bits: st.tuples(
    st.just(bits), st.lists(st.integers(0, (1 << bits) - 1), max_size=20)
)))  # fmt: skip
def test_packed_numbers_come_back(given: tuple[int, list[int]]) -> None:
    bits, numbers = given
    data = pack(np.array(numbers, np.int64), bits)
    assert len(data) == -(-len(numbers) * bits // 8)
    assert unpack(data, bits, len(numbers)).tolist() == numbers


def test_a_profile_of_another_format_is_refused() -> None:
    with pytest.raises(ValueError, match="format 99"):
        load(5, msgspec.msgpack.encode({"format": 99}))
