"""How well lists are ordered: MRR, nDCG and AUC of each, and how much of the catalogue they use.

A list is what was ranked at once: a request, or a session where the log knows no requests. Only
lists that hold both a hit and a miss are judged, each counting the same, as MIND's own evaluation
does. Items with the same score stand in no order: each gets the mean of what their places are
worth, which is what shuffling them would give.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from jhalak.evaluation.intervals import Estimate, grouped_auc_estimate, mean_estimate
from jhalak.evaluation.metrics import Labels, Scores

DEPTHS: Final = (5, 10)
"""nDCG looks at so many places."""
COVERAGE_DEPTHS: Final = (1, 5, 10)

Worth = Callable[[NDArray[np.float64]], NDArray[np.float64]]
"""What a place, from 1, is worth."""


class Lists(NamedTuple):
    """Figures of ordered lists."""

    auc: Estimate
    mrr: Estimate
    """Mean over a list's hits of one by their place."""
    ndcg: dict[int, Estimate]
    """By depth."""


def judge(label: Labels, score: Scores, group: NDArray[np.int64]) -> Lists:
    """Figures of the lists that `group` int64[n] numbers. O(n log n)"""
    _, row, place = np.unique(group, return_index=True, return_inverse=True)
    size = np.bincount(place)
    hits = np.bincount(place, weights=label).astype(np.int64)
    judged = (hits > 0) & (hits < size)
    one = np.ones(int(judged.sum()))

    def mean(each: NDArray[np.float64]) -> Estimate:
        return mean_estimate(each[judged], one, row[judged], len(label))

    def gained(worth: Worth) -> NDArray[np.float64]:
        each = label * places_worth(score, place, worth)
        return np.bincount(place, weights=each).astype(np.float64)

    ndcg = {}
    for depth in DEPTHS:
        worth = _discount(depth)
        ideal = np.cumsum(worth(np.arange(1.0, hits.max(initial=0) + 1)))
        best = np.append(0.0, ideal)[hits]
        ndcg[depth] = mean(np.divide(gained(worth), best, where=judged, out=np.zeros(len(best))))
    reciprocal = gained(lambda rank: 1 / rank)
    return Lists(
        auc=grouped_auc_estimate(label, score, group, by_rows=False),
        mrr=mean(np.divide(reciprocal, hits, where=judged, out=np.zeros(len(hits)))),
        ndcg=ndcg,
    )


def _discount(depth: int) -> Worth:
    return lambda rank: np.where(rank <= depth, 1 / np.log2(rank + 1), 0.0)


def places_worth(score: Scores, group: NDArray[np.int64], worth: Worth) -> NDArray[np.float64]:
    """float64[n]: what each row's place in its group is worth, the greatest score standing first;
    rows of the same score share the mean of theirs. O(n log n)"""
    n = len(score)
    if not n:
        return np.zeros(0)
    order = np.lexsort((-score, group))
    by_group, by_score = group[order], score[order]
    first = np.append(True, by_group[1:] != by_group[:-1])
    tied = np.flatnonzero(first | np.append(True, by_score[1:] != by_score[:-1]))
    start = np.flatnonzero(first)[np.cumsum(first) - 1]
    total = np.add.reduceat(worth(np.arange(1.0, n + 1) - start), tied)
    size = np.diff(np.append(tied, n))
    answer = np.empty(n)
    answer[order] = np.repeat(total / size, size)
    return answer


def coverage(
    item: NDArray[np.int32], score: Scores, group: NDArray[np.int64]
) -> dict[int, float | None]:
    """By depth: the share of the items shown that stand among the first so many of some list.

    Only lists longer than the depth count, since a shorter one leaves nothing out: both its
    items and its places. None where there is no such list."""
    _, place = np.unique(group, return_inverse=True)
    size = np.bincount(place, minlength=1)[place] if len(place) else place
    ranked = places_worth(score, place, lambda rank: rank)
    answer: dict[int, float | None] = {}
    for depth in COVERAGE_DEPTHS:
        longer = size > depth
        shown = len(np.unique(item[longer]))
        used = len(np.unique(item[longer & (ranked <= depth)]))
        answer[depth] = used / shown if shown else None
    return answer
