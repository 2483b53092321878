"""Interests: kernels against references; two tastes stay two; a hide ends one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jhalak.learning.interests import (
    BYTES,
    HEAVIEST,
    INTERESTS,
    NEAR,
    dump,
    engage_interests,
    engage_reference,
    load,
    nearest_interest,
    nearest_reference,
)
from jhalak.schema.item import EMBEDDING_SIZE

D = EMBEDDING_SIZE


def nothing() -> tuple[np.ndarray, np.ndarray]:
    return np.zeros((INTERESTS, D), np.float32), np.zeros(INTERESTS, np.float32)


def item(rng: np.random.Generator, kind: int, spread: float = 0.7) -> np.ndarray:
    """An item of one of some kinds, each about its own axis."""
    x = spread * rng.normal(size=D) / np.sqrt(D)
    x[kind] += 1
    return (x / np.linalg.norm(x)).astype(np.float32)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(
    seed=st.integers(0, 10_000),
    steps=st.lists(
        st.tuples(st.integers(0, 6), st.sampled_from([0.5, 1.0, 1.5, 30.0, -1.0, -3.0])),
        max_size=40,
    ),
)
def test_engaging_does_what_its_reference_does(seed: int, steps: list[tuple[int, float]]) -> None:
    rng = np.random.default_rng(seed)
    vectors, weights = nothing()
    for kind, weight in steps:
        embedding = item(rng, kind)
        slow = engage_reference(vectors, weights, embedding, weight)
        engage_interests(vectors, weights, embedding, weight)
        np.testing.assert_allclose(vectors, slow[0], atol=1e-5)
        np.testing.assert_allclose(weights, slow[1], rtol=1e-5)
        assert ((weights >= 0) & (weights <= HEAVIEST + 30)).all()
        length = np.linalg.norm(vectors, axis=1)
        np.testing.assert_allclose(length, weights > 0, atol=1e-4)


@settings(max_examples=50, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10_000), held=st.integers(0, INTERESTS), n=st.integers(0, 30))
def test_the_nearest_interest_is_what_its_reference_says(seed: int, held: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    vectors, weights = nothing()
    for j in range(held):
        vectors[j], weights[j] = item(rng, j), rng.uniform(0.1, 5)
    packed = rng.integers(-60, 60, (20, D)).astype(np.int8)
    rows = rng.integers(0, 20, n).astype(np.int32)
    fast = nearest_interest(vectors, weights, rows, packed)
    assert fast.dtype == np.float32
    np.testing.assert_allclose(
        fast, nearest_reference(vectors, weights, rows, packed), rtol=1e-4, atol=1e-5
    )


def test_two_tastes_stay_two_interests_in_step_with_their_engagements() -> None:
    rng = np.random.default_rng(1)
    vectors, weights = nothing()
    for k in range(60):
        engage_interests(vectors, weights, item(rng, 3 if k % 3 else 8), 1.0)
    strongest = np.argsort(-weights)[:2]
    assert vectors[strongest[0], 3] > 0.9
    assert vectors[strongest[1], 8] > 0.9
    mean = (vectors[strongest[0]] + vectors[strongest[1]]) / 2
    assert (
        nearest_interest(
            vectors, weights, np.zeros(1, np.int32),
            np.rint(127 * item(rng, 8)).astype(np.int8)[None],
        )[0]
        > mean @ item(rng, 8) + 0.1
    )  # fmt: skip


def test_a_new_taste_takes_the_place_of_the_weakest() -> None:
    rng = np.random.default_rng(2)
    vectors, weights = nothing()
    for kind, times in ((0, 9), (1, 6), (2, 3), (3, 1)):
        for _ in range(times):
            engage_interests(vectors, weights, item(rng, kind, 0.3), 1.0)
    engage_interests(vectors, weights, item(rng, 9, 0.3), 1.0)
    near = [int(np.argmax(vector)) for vector in vectors]
    assert sorted(near) == [0, 1, 2, 9]


def test_a_hide_takes_from_its_own_interest_only_and_ends_it() -> None:
    rng = np.random.default_rng(3)
    vectors, weights = nothing()
    for kind in (0, 1, 1):
        engage_interests(vectors, weights, item(rng, kind, 0.3), 1.0)
    before = weights.copy()
    engage_interests(vectors, weights, item(rng, 0, 0.3), -3.0)
    assert weights[0] == 0 and not vectors[0].any()
    assert weights[1] == before[1]
    engage_interests(vectors, weights, item(rng, 40, 0.1), -3.0)
    assert weights[1] == before[1]


def test_interests_are_kept_in_272_bytes() -> None:
    rng = np.random.default_rng(4)
    vectors, weights = nothing()
    for kind in (0, 1, 2):
        engage_interests(vectors, weights, item(rng, kind), 1.0)
    data = dump(vectors, weights)
    assert len(data) == BYTES == 272
    again, heavy = load(data)
    np.testing.assert_allclose(again, vectors, atol=0.005)
    assert heavy.tolist() == weights.tolist()
    assert dump(again, heavy) == data
    with pytest.raises(ValueError, match="272"):
        load(data[:-1])
    assert 0 < NEAR < 1
