"""How well scores foretell labels: AUC, log-loss, calibration, and AUC within sessions.

`label` is bool[n], `score` float[n], higher meaning likelier. A figure that the data cannot give
(one class only) is NaN.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Labels = NDArray[np.bool_]
Scores = NDArray[np.floating[Any]]

LEAST: Final = 1e-7
"""Probabilities are kept this far from 0 and 1 in a log-loss."""
BINS: Final = 10
"""Of a calibration, each with as many rows."""
SESSION_GAP_MS: Final = 30 * 60_000
"""A viewer who sees nothing for longer begins a new session."""


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
    return float(surprise(label, probability).mean())


def surprise(label: Labels, probability: Scores) -> NDArray[np.float64]:
    """float64[n]: -log p(what happened), in nats."""
    p = np.clip(probability.astype(np.float64), LEAST, 1 - LEAST)
    answer: NDArray[np.float64] = -np.log(np.where(label, p, 1 - p))
    return answer


class Bin(NamedTuple):
    """Rows that were given about the same probability."""

    rows: int
    expected: float
    """Mean of their probabilities."""
    happened: float
    """Share of them that have the label."""


def calibration(label: Labels, probability: Scores, bins: int = BINS) -> list[Bin]:
    """Bins of equal mass, from the least probability to the greatest; none is empty. O(n log n)"""
    order = np.argsort(probability, kind="stable")
    return [
        Bin(len(part), float(probability[part].mean(dtype=np.float64)), float(label[part].mean()))
        for part in np.array_split(order, bins)
        if len(part)
    ]


def calibration_error(curve: list[Bin]) -> float:
    """Mean distance of what was expected from what happened, weighted by rows; NaN for no rows."""
    rows = sum(part.rows for part in curve)
    off = sum(part.rows * abs(part.expected - part.happened) for part in curve)
    return off / rows if rows else float("nan")


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
    each = group_aucs(label, score, group)
    if not len(each.value):
        return GroupedAuc(float("nan"), 0)
    return GroupedAuc(float(np.average(each.value, weights=each.size)), len(each.value))


class GroupAucs(NamedTuple):
    """Of the m groups that hold both classes."""

    value: NDArray[np.float64]
    """float64[m]: AUC"""
    size: NDArray[np.int64]
    """int64[m]: rows"""
    row: NDArray[np.int64]
    """int64[m]: one row of each"""


def group_aucs(label: Labels, score: Scores, group: NDArray[np.int64]) -> GroupAucs:
    """AUC of each group that holds both classes. O(n log n)"""
    if not len(label):
        return GroupAucs(np.zeros(0), np.zeros(0, np.int64), np.zeros(0, np.int64))
    _, row, place = np.unique(group, return_index=True, return_inverse=True)
    size = np.bincount(place)
    positive = np.bincount(place, weights=label)
    negative = size - positive
    rank_sum = np.bincount(place, weights=np.where(label, ranks(score, place), 0.0))
    both = (positive > 0) & (negative > 0)
    wins = rank_sum[both] - positive[both] * (positive[both] + 1) / 2
    return GroupAucs(wins / (positive[both] * negative[both]), size[both], row[both])


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
