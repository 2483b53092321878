"""Intervals by empirical likelihood."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from jhalak.evaluation.likelihood import (
    freedom,
    ratio_interval,
    ratio_interval_reference,
    t_quantile,
    unlikeliness,
)


@given(st.integers(0, 10_000), st.integers(5, 80), st.sampled_from([0.0, 0.5, 0.9]))
@settings(max_examples=25, deadline=None)
def test_the_fast_search_finds_what_the_slow_one_finds(seed: int, m: int, zeros: float) -> None:
    random = np.random.default_rng(seed)
    b = random.gamma(0.5, 2.0, m) + 0.01
    a = b * (random.random(m) >= zeros) * random.random(m)
    a[0] = b[0]
    low, high = ratio_interval(a, b)
    near = 1e-3 * (high - low)
    assert (low, high) == pytest.approx(ratio_interval_reference(a, b), rel=0, abs=near)
    assert low <= a.sum() / b.sum() <= high


def test_normal_units_have_the_usual_interval() -> None:
    a = np.random.default_rng(1).standard_normal(5000) + 3
    low, high = ratio_interval(a, np.ones(5000))
    half = 1.96 * a.std() / np.sqrt(5000)
    assert (low, high) == pytest.approx((a.mean() - half, a.mean() + half), abs=half / 50)


def test_rare_rewards_have_an_interval_that_is_longer_above_and_never_below_0() -> None:
    a = np.zeros(10_000)
    a[:8] = 1
    low, high = ratio_interval(a, np.ones(10_000))
    assert 0 < low < 0.0008 < high
    assert high - 0.0008 > 1.4 * (0.0008 - low)


def test_a_value_that_no_reweighting_reaches_is_impossible() -> None:
    assert unlikeliness(np.array([1.0, 2.0]), np.ones(2), 0.5) == np.inf
    assert unlikeliness(np.array([1.0, 2.0]), np.ones(2), 2.0) == np.inf
    assert unlikeliness(np.array([1.0, 2.0]), np.ones(2), 1.5) == 0


def test_units_that_agree_leave_no_doubt_and_one_leaves_all() -> None:
    assert ratio_interval(np.array([2.0, 4.0]), np.array([1.0, 2.0])) == (2.0, 2.0)
    assert np.isnan(ratio_interval(np.ones(1), np.ones(1))).all()


@pytest.mark.parametrize("degrees", [3, 4, 5, 8, 20, 1000])
def test_students_quantile(degrees: int) -> None:
    exact = stats.t.ppf(0.975, degrees)
    assert t_quantile(degrees) == pytest.approx(exact, rel=0.01 if degrees < 5 else 0.002)


def test_the_spread_of_rare_rewards_is_known_by_how_many_there_are() -> None:
    ones = np.zeros(10_000)
    ones[:12] = 1
    assert freedom(ones - ones.mean()) == pytest.approx(2 * 12, rel=0.02)
    normal = np.random.default_rng(2).standard_normal(4000)
    assert freedom(normal) == pytest.approx(4000, rel=0.1)
