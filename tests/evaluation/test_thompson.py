"""Chances of places under Thompson sampling."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jhalak.evaluation.thompson import thompson_chances


@given(
    st.lists(st.tuples(st.integers(1, 60), st.integers(20, 3000)), min_size=3, max_size=8),
    st.integers(0, 1000),
)
@settings(max_examples=15, deadline=None)
def test_they_are_what_sampling_finds(arms: list[tuple[int, int]], seed: int) -> None:
    alpha, beta = zip(*arms, strict=True)
    draws = np.random.default_rng(seed).beta(alpha, beta, (20_000, len(arms)))
    best = np.argsort(-draws, axis=1)[:, :3]
    sampled = np.array([[(best[:, r] == k).mean() for r in range(3)] for k in range(len(arms))])
    chances = thompson_chances(alpha, beta, 3)
    assert np.abs(chances - sampled).max() < 5 * 0.5 / np.sqrt(20_000)
    assert chances.sum(axis=0) == pytest.approx([1, 1, 1], abs=1e-3)


def test_equal_arms_have_equal_chances() -> None:
    assert thompson_chances([5] * 4, [400] * 4, 2) == pytest.approx(np.full((4, 2), 0.25), abs=1e-4)


def test_two_arms_share_both_places() -> None:
    first, second = thompson_chances([30, 10], [1000, 1000], 2)
    assert first[0] > 0.99 and second[1] == pytest.approx(first[0], abs=1e-4)
