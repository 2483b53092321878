"""How well scores foretell labels: AUC, log-loss, and AUC within sessions.

`label` is bool[n], `score` float[n], higher meaning likelier. A figure that the data cannot give
(one class only) is NaN.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Labels = NDArray[np.bool_]
Scores = NDArray[np.floating[Any]]

LEAST = 1e-7
"""Probabilities are kept this far from 0 and 1 in a log-loss."""


def ranks(score: Scores, group: NDArray[np.int64] | None = None) -> NDArray[np.float64]:
    """float64[n]: rank from 1 of each score (within its group), ties sharing their mean rank."""
    n = len(score)
    if n == 0:
        return np.zeros(0)
    order = np.lexsort((score,) if group is None else (score, group))
    by_rank = score[order]
    new = np.ones(n, bool)
    new[1:] = by_rank[1:] != by_rank[:-1]
    offset = np.zeros(n)
    if group is not None:
        grouped = group[order]
        changed = np.ones(n, bool)
        changed[1:] = grouped[1:] != grouped[:-1]
        new |= changed
        offset = np.flatnonzero(changed)[np.cumsum(changed) - 1].astype(np.float64)
    first = np.flatnonzero(new)
    size = np.diff(np.append(first, n))
    tie = np.cumsum(new) - 1
    answer = np.empty(n)
    answer[order] = first[tie] + (size[tie] + 1) / 2 - offset
    return answer


def auc(label: Labels, score: Scores) -> float:
    """Probability that a positive scores above a negative, a tie counting half. O(n log n)."""
    positive = int(label.sum())
    negative = len(label) - positive
    if not positive or not negative:
        return float("nan")
    total = float(ranks(score)[label].sum())
    return (total - positive * (positive + 1) / 2) / (positive * negative)


def log_loss(label: Labels, probability: Scores) -> float:
    """Mean of -log p(what happened), in nats."""
    if not len(label):
        return float("nan")
    p = np.clip(probability.astype(np.float64), LEAST, 1 - LEAST)
    return float(-np.log(np.where(label, p, 1 - p)).mean())


class GroupedAuc(NamedTuple):
    """AUC within groups."""

    value: float
    """Mean over the groups that hold both classes, weighted by their rows."""
    groups: int
    """How many those are."""


def grouped_auc(label: Labels, score: Scores, group: NDArray[np.int64]) -> GroupedAuc:
    """AUC of each group of rows, averaged by rows over the groups that hold both classes.

    With sessions as groups and each session scored with the viewer's state as it was at its
    start, this is session GAUC: a slate is ranked at once. O(n log n)."""
    if not len(label):
        return GroupedAuc(float("nan"), 0)
    _, place = np.unique(group, return_inverse=True)
    size = np.bincount(place)
    positive = np.bincount(place, weights=label)
    negative = size - positive
    rank_sum = np.bincount(place, weights=np.where(label, ranks(score, place), 0.0))
    both = (positive > 0) & (negative > 0)
    if not both.any():
        return GroupedAuc(float("nan"), 0)
    wins = rank_sum[both] - positive[both] * (positive[both] + 1) / 2
    value = np.average(wins / (positive[both] * negative[both]), weights=size[both])
    return GroupedAuc(float(value), int(both.sum()))


def sessions(viewer: NDArray[np.int64], at_ms: NDArray[np.int64], gap_ms: int) -> NDArray[np.int64]:
    """int64[n]: a number for each row's session. A session of a viewer ends where nothing is shown
    for more than `gap_ms`. Rows in any order; only times are read, never outcomes."""
    n = len(viewer)
    order = np.lexsort((at_ms, viewer))
    start = np.ones(n, bool)
    if n:
        who, when = viewer[order], at_ms[order]
        start[1:] = (who[1:] != who[:-1]) | (when[1:] - when[:-1] > gap_ms)
    answer = np.empty(n, np.int64)
    answer[order] = np.cumsum(start) - 1
    return answer
