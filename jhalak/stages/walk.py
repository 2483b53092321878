"""Walking a pool in its order, past what the viewer may not see again."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from jhalak.catalogue.live import LiveCatalogue
from jhalak.schema.candidates import Mask, Rows
from jhalak.schema.pool import ByTopic


@njit(cache=True)
def _walk(rows, offsets, wanted, seen, row_of, live, mark):  # type: ignore[no-untyped-def]
    total = 0
    for t in range(len(wanted)):
        total += wanted[t]
    out = np.empty(min(total, len(rows)), np.int32)
    for i in range(len(seen)):
        if seen[i] < len(row_of):
            row = row_of[seen[i]]
            if row >= 0:
                mark[row] = 1
    n = 0
    for t in range(len(wanted)):
        left = wanted[t]
        i = offsets[t]
        while left > 0 and i < offsets[t + 1]:
            row = rows[i]
            i += 1
            if mark[row] == 0 and live[row]:
                out[n] = row
                n += 1
                left -= 1
    for i in range(len(seen)):
        if seen[i] < len(row_of):
            row = row_of[seen[i]]
            if row >= 0:
                mark[row] = 0
    return out[:n]


@njit(cache=True)
def _unseen(rows, seen, row_of, mark):  # type: ignore[no-untyped-def]
    keep = np.empty(len(rows), np.bool_)
    for i in range(len(seen)):
        if seen[i] < len(row_of) and row_of[seen[i]] >= 0:
            mark[row_of[seen[i]]] = 1
    for i in range(len(rows)):
        keep[i] = mark[rows[i]] == 0
    for i in range(len(seen)):
        if seen[i] < len(row_of) and row_of[seen[i]] >= 0:
            mark[row_of[seen[i]]] = 0
    return keep


class Walker:
    """Walks pools of one catalogue. Cost: O(seen + rows walked); one byte of scratch a row."""

    def __init__(self, catalogue: LiveCatalogue) -> None:
        self._catalogue = catalogue
        self._mark = np.zeros(catalogue.capacity, np.uint8)

    def _scratch(self) -> NDArray[np.uint8]:
        if len(self._mark) < self._catalogue.capacity:
            self._mark = np.zeros(self._catalogue.capacity, np.uint8)
        return self._mark

    def first(self, rows: Rows, wanted: int, seen: NDArray[np.int64]) -> Rows:
        """The first `wanted` live rows of `rows` whose items are not in `seen` (numbers)."""
        c = self._catalogue
        ends = np.array([0, len(rows)])
        found: Rows = _walk(rows, ends, np.array([wanted]), seen, c.row_of, c.live, self._scratch())
        return found

    def each(self, pool: ByTopic, wanted: NDArray[np.int64], seen: NDArray[np.int64]) -> Rows:
        """The first wanted[t] such rows of each topic t, topic by topic."""
        c = self._catalogue
        found: Rows = _walk(
            pool.rows, pool.offsets, wanted, seen, c.row_of, c.live, self._scratch()
        )
        return found

    def unseen(self, rows: Rows, seen: NDArray[np.int64]) -> Mask:
        """bool[n]: which rows' items are not in `seen`."""
        keep: Mask = _unseen(rows, seen, self._catalogue.row_of, self._scratch())
        return keep


def first_reference(
    catalogue: LiveCatalogue, rows: Rows, wanted: int, seen: NDArray[np.int64]
) -> Rows:
    """What `Walker.first` answers, in NumPy."""
    keep = catalogue.live[rows] & ~np.isin(catalogue.num[rows], seen)
    return rows[keep][:wanted]
