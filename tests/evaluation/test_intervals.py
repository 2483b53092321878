"""Intervals against the bootstrap that they stand for, and figures against their definitions."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jhalak.evaluation.intervals import (
    Estimate,
    auc_estimate,
    difference,
    grouped_auc_estimate,
    interval,
    log_loss_estimate,
    standard_error,
)
from jhalak.evaluation.metrics import auc, grouped_auc, log_loss

ROWS = st.lists(
    st.tuples(st.booleans(), st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.9, 1.0]), st.integers(0, 4)),
    max_size=40,
)


def columns(rows):
    label = np.array([row[0] for row in rows], bool)
    score = np.array([row[1] for row in rows], np.float64)
    return label, score, np.array([row[2] for row in rows], np.int64)


def crowd(seed: int, viewers: int = 120, each: int = 12):
    """(label, two scores, viewer, session): viewers differ in how much they like everything."""
    rng = np.random.default_rng(seed)
    viewer = np.repeat(np.arange(viewers), each)
    item = rng.normal(size=len(viewer))
    chance = 1 / (1 + np.exp(-(rng.normal(size=viewers)[viewer] + item)))
    label = rng.random(len(viewer)) < chance
    good = np.clip(chance + rng.normal(0, 0.1, len(viewer)), 0.01, 0.99)
    worse = np.clip(chance + rng.normal(0, 0.4, len(viewer)), 0.01, 0.99)
    return label, good, worse, viewer, np.arange(len(viewer)) // 6


@given(ROWS)
def test_values_are_those_of_the_plain_metrics_and_influences_add_up_to_nothing(rows) -> None:
    label, score, group = columns(rows)
    pairs = [
        (auc_estimate(label, score), auc(label, score)),
        (log_loss_estimate(label, score), log_loss(label, score)),
        (
            grouped_auc_estimate(label, score, group, by_rows=True),
            grouped_auc(label, score, group).value,
        ),
    ]
    for estimate, expected in pairs:
        assert estimate.value == pytest.approx(expected, nan_ok=True)
        assert estimate.influence.sum() == pytest.approx(0, abs=1e-9)
        assert len(estimate.influence) == len(rows)


FIGURES = {
    "auc": lambda label, score, session: auc_estimate(label, score),
    "log_loss": lambda label, score, session: log_loss_estimate(label, score),
    "session_gauc": lambda label, score, session: grouped_auc_estimate(
        label, score, session, by_rows=True
    ),
    "request_auc": lambda label, score, session: grouped_auc_estimate(
        label, score, session, by_rows=False
    ),
}


@pytest.mark.parametrize("name", FIGURES)
def test_the_standard_error_is_that_of_a_bootstrap_over_viewers(name: str) -> None:
    label, good, worse, viewer, session = crowd(3)
    figure = FIGURES[name]
    rng = np.random.default_rng(0)
    values, differences = [], []
    rows_of = [np.flatnonzero(viewer == v) for v in range(viewer.max() + 1)]
    for _ in range(300):
        drawn = rng.integers(0, len(rows_of), len(rows_of))
        rows = np.concatenate([rows_of[v] for v in drawn])
        # A viewer drawn twice is two viewers with sessions of their own.
        again = np.repeat(np.arange(len(drawn)), [len(rows_of[v]) for v in drawn])
        own = again * 1000 + session[rows] % 2
        a = figure(label[rows], good[rows], own).value
        values.append(a)
        differences.append(a - figure(label[rows], worse[rows], own).value)
    a, b = figure(label, good, session), figure(label, worse, session)
    assert standard_error(a.influence, viewer) == pytest.approx(np.std(values), rel=0.15)
    low, high = interval(a, viewer)
    assert (low + high) / 2 == pytest.approx(a.value)
    gap = difference(a, b, viewer)
    assert gap.value == a.value - b.value
    assert (gap.high - gap.low) / 3.92 == pytest.approx(np.std(differences), rel=0.15)


def test_ninety_five_of_a_hundred_intervals_hold_the_truth() -> None:
    truth = auc_estimate(*crowd(99, viewers=20_000)[:2]).value
    held = 0
    for seed in range(200):
        label, good, _, viewer, _ = crowd(seed, viewers=60)
        low, high = interval(auc_estimate(label, good), viewer)
        held += low <= truth <= high
    assert 180 <= held <= 199


def test_a_pair_is_told_apart_more_firmly_than_two_alone() -> None:
    label, good, worse, viewer, _ = crowd(5)
    a, b = auc_estimate(label, good), auc_estimate(label, worse)
    gap = difference(a, b, viewer)
    alone = math.hypot(standard_error(a.influence, viewer), standard_error(b.influence, viewer))
    assert gap.low > 0
    assert (gap.high - gap.low) / 3.92 < alone
    assert difference(a, a, viewer) == (0, 0, 0)


def test_rows_of_one_viewer_do_not_count_as_many() -> None:
    """Every row ten times says no more than every row once."""
    label, good, _, viewer, _ = crowd(7)
    once = standard_error(auc_estimate(label, good).influence, viewer)
    ten = [np.repeat(x, 10) for x in (label, good, viewer)]
    assert standard_error(auc_estimate(*ten[:2]).influence, ten[2]) == pytest.approx(once)


def test_one_viewer_has_no_interval() -> None:
    assert math.isnan(standard_error(np.zeros(5), np.zeros(5, np.int64)))
    assert all(map(math.isnan, interval(Estimate(0.5, np.zeros(0)), np.zeros(0, np.int64))))
