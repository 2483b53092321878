"""What is engaged with together with a viewer's latest items: the kernel of retrieval.CoEngaged."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from jhalak.learning.best import sort_down
from jhalak.learning.serving import NEAR
from jhalak.schema.candidates import Floats, Rows

KEEP = 0.9
"""How much less each earlier engagement counts than the next one."""
FINE = 1 << 24
"""Strengths are compared in whole numbers, of which 1 has so many."""
LAST_ROW = (1 << 31) - 1


@njit(cache=True)
def together(  # type: ignore[no-untyped-def]
    items, row_of, at, neighbours, strength, language, live, languages, quotas, mark
):
    """Rows int32[n] of the neighbours of `items` int64[m] (numbers, newest last), by the sum of
    their strengths, the strongest first; of languages[i] at most quotas[i]. No row that is marked.
    at[row, NEAR] says which row of `neighbours` is that of a row of the catalogue."""
    most = len(items) * neighbours.shape[1]
    rows, sums = np.empty(most, np.int32), np.empty(most, np.float32)
    n = 0
    weight = np.float32(1.0)
    for i in range(len(items) - 1, -1, -1):
        row = row_of[items[i]] if items[i] < len(row_of) else -1
        if 0 <= row < len(at):
            near = at[row, NEAR]
            for k in range(neighbours.shape[1]):
                other = neighbours[near, k]
                if other < 0:
                    break
                if mark[other] or not live[other]:
                    continue
                j = 0
                while j < n and rows[j] != other:
                    j += 1
                if j == n:
                    rows[n], sums[n] = other, 0.0
                    n += 1
                sums[j] += weight * strength[near, k]
        weight *= np.float32(KEEP)
    keys = np.empty(n, np.int64)
    for i in range(n):
        keys[i] = (np.int64(sums[i] * FINE) << 32) + (LAST_ROW - rows[i])
    sort_down(keys, n)
    left = quotas.copy()
    found = 0
    for key in keys:
        row = LAST_ROW - (key & LAST_ROW)
        for k in range(len(languages)):
            if languages[k] == language[row] and left[k] > 0:
                left[k] -= 1
                rows[found] = row
                found += 1
    return rows[:found]


def together_reference(
    items: NDArray[np.int64], row_of: NDArray[np.int32], at: NDArray[np.int32],
    neighbours: NDArray[np.int32], strength: Floats, language: NDArray[np.int8],
    live: NDArray[np.bool_], languages: NDArray[np.int64], quotas: NDArray[np.int64],
    mark: NDArray[np.uint8],
) -> Rows:  # fmt: skip
    """What `together` answers, in NumPy."""
    sums = np.zeros(len(live), np.float32)
    for age, item in enumerate(items[::-1].tolist()):
        row = int(row_of[item]) if item < len(row_of) else -1
        if 0 <= row < len(at):
            near = at[row, NEAR]
            others = neighbours[near][neighbours[near] >= 0]
            sums[others] += np.float32(KEEP) ** age * strength[near, : len(others)]
    sums[(mark != 0) | ~live] = 0
    chosen = []
    for tongue, quota in zip(languages.tolist(), quotas.tolist(), strict=True):
        rows = np.flatnonzero((sums > 0) & (language == tongue))
        chosen.append(rows[np.argsort(-sums[rows], kind="stable")][:quota])
    rows = np.concatenate(chosen)
    return rows[np.lexsort((rows, -sums[rows]))].astype(np.int32)
