"""Interests: kernels against references; two tastes stay two; a hide ends one."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from jhalak.learning.interests import (
    HEAVIEST,
    lean_interests,
    lean_reference,
    nearest_interest,
    nearest_reference,
)
from jhalak.schema.item import EMBEDDING_SIZE
from jhalak.schema.viewer_state import INTERESTS

D = EMBEDDING_SIZE


def nothing() -> tuple[np.ndarray, np.ndarray]:
    return np.zeros((INTERESTS, D), np.float32), np.zeros(INTERESTS, np.float32)


def engage(vectors: np.ndarray, weights: np.ndarray, embedding: np.ndarray, weight: float) -> None:
    lean_interests(vectors, weights, embedding, 1.0, weight)


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
        slow = lean_reference(vectors, weights, embedding, weight)
        engage(vectors, weights, embedding, weight)
        np.testing.assert_allclose(vectors, slow[0], atol=1e-5)
        np.testing.assert_allclose(weights, slow[1], rtol=1e-5)
        assert ((weights >= 0) & (weights <= HEAVIEST)).all()
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
        engage(vectors, weights, item(rng, 3 if k % 3 else 8), 1.0)
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
            engage(vectors, weights, item(rng, kind, 0.3), 1.0)
    engage(vectors, weights, item(rng, 9, 0.3), 1.0)
    near = [int(np.argmax(vector)) for vector in vectors]
    assert sorted(near) == [0, 1, 2, 9]


def test_a_hide_takes_from_its_own_interest_only_and_ends_it() -> None:
    rng = np.random.default_rng(3)
    vectors, weights = nothing()
    for kind in (0, 1, 1):
        engage(vectors, weights, item(rng, kind, 0.3), 1.0)
    before = weights.copy()
    engage(vectors, weights, item(rng, 0, 0.3), -3.0)
    assert weights[0] == 0 and not vectors[0].any()
    assert weights[1] == before[1]
    engage(vectors, weights, item(rng, 40, 0.1), -3.0)
    assert weights[1] == before[1]


def test_an_item_without_an_embedding_changes_nothing() -> None:
    vectors, weights = nothing()
    engage(vectors, weights, np.zeros(D, np.float32), 1.0)
    assert not weights.any()
    engage(vectors, weights, item(np.random.default_rng(5), 1), 1.0)
    before = weights.copy()
    engage(vectors, weights, np.zeros(D, np.float32), 1.0)
    assert weights.tolist() == before.tolist()


def test_an_embedding_may_come_packed() -> None:
    packed = np.rint(127 * item(np.random.default_rng(6), 1)).astype(np.int8)
    (one, by_one), (two, by_two) = nothing(), nothing()
    for _ in range(3):
        lean_interests(one, by_one, packed, 1 / 127, 0.7)
        engage(two, by_two, packed.astype(np.float32) / 127, 0.7)
    np.testing.assert_allclose(one, two, atol=1e-5)
    np.testing.assert_allclose(by_one, by_two, rtol=1e-5)
