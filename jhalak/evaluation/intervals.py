"""How firm a figure is: intervals of it, and of the difference of two on the same rows.

Each figure comes with what every row contributes to its error (its influence). Rows of one viewer
are not independent, so contributions are added up by viewer first; what is left is a sum of
independent terms, whose spread is the figure's standard error. For AUC this is the method of
DeLong et al. (1988) with the clusters of Obuchowski (1997); for means and ratios, the
delta method. It gives what a bootstrap over viewers gives (a test compares them) in one pass.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from jhalak.evaluation.metrics import Labels, Scores, group_aucs, ranks, surprise

Z: Final = 1.959964
"""Half the width of a 95 % interval, in standard errors."""


class Estimate(NamedTuple):
    """A figure over n rows."""

    value: float
    """NaN where the rows cannot give it."""
    influence: NDArray[np.float64]
    """float64[n]: what each row contributes to its error; adds up to 0"""
    groups: int = 0
    """How many sessions or requests were averaged, if any."""


class Difference(NamedTuple):
    """One figure minus another one, on the same rows."""

    value: float
    low: float
    high: float


def auc_estimate(label: Labels, score: Scores) -> Estimate:
    """Probability that a positive scores above a negative. O(n log n)"""
    n = len(label)
    positive = int(label.sum())
    negative = n - positive
    if not positive or not negative:
        return Estimate(float("nan"), np.zeros(n))
    among_own = ranks(score, label.astype(np.int64))
    below = ranks(score) - among_own  # how many of the other class score less, ties half
    above = np.where(label, below / negative, 1 - below / positive)
    value = float(above[label].mean())
    return Estimate(value, (above - value) / np.where(label, positive, negative))


def log_loss_estimate(label: Labels, probability: Scores) -> Estimate:
    """Mean surprise in nats. O(n)"""
    if not len(label):
        return Estimate(float("nan"), np.zeros(0))
    each = surprise(label, probability)
    value = float(each.mean())
    return Estimate(value, (each - value) / len(each))


def grouped_auc_estimate(
    label: Labels, score: Scores, group: NDArray[np.int64], *, by_rows: bool
) -> Estimate:
    """Mean AUC of the groups that hold both classes, weighted by their rows (`by_rows`, as of
    sessions) or each counting the same (as of requests). O(n log n)"""
    each = group_aucs(label, score, group)
    weight = each.size.astype(np.float64) if by_rows else np.ones(len(each.size))
    return mean_estimate(each.value, weight, each.row, len(label))


def mean_estimate(
    each: NDArray[np.float64], weight: NDArray[np.float64], row: NDArray[np.int64], n: int
) -> Estimate:
    """Weighted mean of m figures `each`, of which one belongs to each row of `row`, int64[m]."""
    influence = np.zeros(n)
    if not len(each):
        return Estimate(float("nan"), influence)
    value = float(np.average(each, weights=weight))
    influence[row] = weight * (each - value) / weight.sum()
    return Estimate(value, influence, len(each))


def standard_error(influence: NDArray[np.float64], cluster: NDArray[np.int64]) -> float:
    """Of the figure with this influence, where rows of one `cluster` int64[n] hang together; NaN
    for fewer than two clusters."""
    _, place = np.unique(cluster, return_inverse=True)
    total = np.bincount(place, weights=influence)
    count = len(total)
    if count < 2:
        return float("nan")
    return float(np.sqrt(count / (count - 1) * (total**2).sum()))


def interval(estimate: Estimate, cluster: NDArray[np.int64]) -> tuple[float, float]:
    """95 % interval; (NaN, NaN) where there is none."""
    half = Z * standard_error(estimate.influence, cluster)
    return estimate.value - half, estimate.value + half


def difference(a: Estimate, b: Estimate, cluster: NDArray[np.int64]) -> Difference:
    """a minus b, with its 95 % interval: paired, because both are of the same rows."""
    value = a.value - b.value
    half = Z * standard_error(a.influence - b.influence, cluster)
    return Difference(value, value - half, value + half)
