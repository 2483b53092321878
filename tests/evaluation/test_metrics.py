"""Metrics against references that anyone can check by reading them."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jhalak.evaluation.metrics import (
    auc,
    calibration,
    calibration_error,
    grouped_auc,
    log_loss,
    ranks,
    sessions,
)

ROWS = st.lists(
    st.tuples(st.booleans(), st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.9, 1.0]), st.integers(0, 4)),
    max_size=40,
)
"""(label, score with many ties, group)"""


def columns(rows):
    label = np.array([row[0] for row in rows], bool)
    score = np.array([row[1] for row in rows], np.float64)
    return label, score, np.array([row[2] for row in rows], np.int64)


def auc_by_pairs(rows) -> float:
    """Every positive against every negative."""
    positive = [score for label, score, *_ in rows if label]
    negative = [score for label, score, *_ in rows if not label]
    pairs = [(p > n) + (p == n) / 2 for p in positive for n in negative]
    return sum(pairs) / len(pairs) if pairs else math.nan


@given(ROWS)
def test_auc_counts_pairs_and_a_tie_as_half(rows) -> None:
    label, score, _ = columns(rows)
    assert auc(label, score) == pytest.approx(auc_by_pairs(rows), nan_ok=True)


@given(ROWS)
def test_grouped_auc_is_the_mean_of_the_groups_that_hold_both_classes(rows) -> None:
    label, score, group = columns(rows)
    total = weight = groups = 0.0
    for number in range(5):
        mine = [row for row in rows if row[2] == number]
        value = auc_by_pairs(mine)
        if not math.isnan(value):
            total, weight, groups = total + value * len(mine), weight + len(mine), groups + 1
    answer = grouped_auc(label, score, group)
    assert answer.groups == groups
    assert answer.value == pytest.approx(total / weight if weight else math.nan, nan_ok=True)


@given(ROWS)
def test_log_loss_is_the_mean_surprise(rows) -> None:
    label, score, _ = columns(rows)
    surprise = [-math.log(min(max(p if y else 1 - p, 1e-7), 1 - 1e-7)) for y, p, _ in rows]
    expected = sum(surprise) / len(surprise) if surprise else math.nan
    assert log_loss(label, score) == pytest.approx(expected, abs=1e-9, nan_ok=True)


@given(ROWS)
def test_calibration_has_bins_of_equal_mass_and_their_mean_distance(rows) -> None:
    label, score, _ = columns(rows)
    curve = calibration(label, score)
    sizes = [part.rows for part in curve]
    assert sum(sizes) == len(rows)
    assert max(sizes, default=0) - min(sizes, default=0) <= 1
    assert [part.expected for part in curve] == sorted(part.expected for part in curve)
    error = sum(n * abs(p - y) for n, p, y in curve) / len(rows) if rows else math.nan
    assert calibration_error(curve) == pytest.approx(error, nan_ok=True)


def test_true_probabilities_are_calibrated_and_doubled_ones_are_not() -> None:
    rng = np.random.default_rng(2)
    chance = rng.uniform(0, 0.5, 40_000)
    label = rng.random(len(chance)) < chance
    assert calibration_error(calibration(label, chance)) < 0.01
    assert calibration_error(calibration(label, 2 * chance)) == pytest.approx(0.25, abs=0.01)


def test_ranks_start_at_one_and_ties_share_their_mean() -> None:
    assert ranks(np.array([0.3, 0.1, 0.3, 0.9])).tolist() == [2.5, 1, 2.5, 4]


def test_ranks_within_groups_start_anew() -> None:
    group = np.array([7, 7, 3, 3, 3])
    assert ranks(np.array([0.2, 0.1, 5, 5, 9]), group).tolist() == [2, 1, 1.5, 1.5, 3]


def test_scores_without_knowledge_have_an_auc_of_a_half() -> None:
    assert auc(np.array([True, False, True]), np.zeros(3)) == 0.5


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 300)), max_size=60),
    st.integers(0, 40),
)
def test_a_session_ends_where_a_viewer_sees_nothing_for_longer_than_the_gap(rows, gap) -> None:
    viewer = np.array([row[0] for row in rows], np.int64)
    at_ms = np.array([row[1] for row in rows], np.int64)
    answer = sessions(viewer, at_ms, gap)
    for i in range(len(rows)):
        for j in range(i):
            between = sorted(
                at for who, at in rows
                if who == viewer[i] and min(at_ms[i], at_ms[j]) <= at <= max(at_ms[i], at_ms[j])
            )  # fmt: skip
            unbroken = all(b - a <= gap for a, b in itertools.pairwise(between))
            same = viewer[i] == viewer[j] and unbroken
            assert (answer[i] == answer[j]) == same
