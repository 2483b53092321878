"""Walking a pool in its order, past what the viewer may not see again."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from jhalak.catalogue.live import LiveCatalogue
from jhalak.schema.candidates import Mask, Rows
from jhalak.schema.pool import ByTopic


@njit(cache=True)
def _mark(seen, row_of, old, mark):  # type: ignore[no-untyped-def]
    """Take back the marks of the rows `old`, and mark those of `seen`'s items; answers them."""
    for row in old:
        mark[row] = 0
    rows = np.empty(len(seen), np.int32)
    n = 0
    for num in seen:
        if num < len(row_of) and row_of[num] >= 0:
            rows[n] = row_of[num]
            mark[rows[n]] = 1
            n += 1
    return rows[:n]


@njit(cache=True)
def _walk(rows, offsets, wanted, live, mark):  # type: ignore[no-untyped-def]
    total = 0
    for t in range(len(wanted)):
        total += wanted[t]
    out = np.empty(min(total, len(rows)), np.int32)
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
    return out[:n]


@njit(cache=True)
def _first(rows, wanted, live, mark):  # type: ignore[no-untyped-def]
    out = np.empty(min(wanted, len(rows)), np.int32)
    n = 0
    for row in rows:
        if n == len(out):
            break
        if mark[row] == 0 and live[row]:
            out[n] = row
            n += 1
    return out[:n]


@njit(cache=True)
def _unseen(rows, mark):  # type: ignore[no-untyped-def]
    keep = np.empty(len(rows), np.bool_)
    for i in range(len(rows)):
        keep[i] = mark[rows[i]] == 0
    return keep


class Walker:
    """Walks pools of one catalogue. Cost: O(rows walked), and O(seen) for the first walk with an
    array `seen`: its marks, one byte a row, stay until another array, or a catalogue that has
    changed, comes."""

    def __init__(self, catalogue: LiveCatalogue) -> None:
        self._catalogue = catalogue
        self._mark = np.zeros(catalogue.capacity, np.uint8)
        self._marked = np.zeros(0, np.int32)
        self._seen: NDArray[np.int64] | None = None
        self._row_of, self._num = catalogue.row_of, catalogue.num
        self._seq = catalogue.seq

    def marks(self, seen: NDArray[np.int64]) -> NDArray[np.uint8]:
        """uint8[rows]: 1 for rows whose items are in `seen` (numbers). Who sets other marks takes
        them back at once."""
        c = self._catalogue
        if (
            seen is self._seen and c.seq == self._seq and c.row_of is self._row_of
            and c.num is self._num
        ):  # fmt: skip
            return self._mark
        if len(self._mark) < c.capacity:
            self._mark = np.zeros(c.capacity, np.uint8)
        self._marked = _mark(seen, c.row_of, self._marked, self._mark)
        self._seen, self._row_of, self._seq, self._num = seen, c.row_of, c.seq, c.num
        return self._mark

    def first(self, rows: Rows, wanted: int, seen: NDArray[np.int64]) -> Rows:
        """The first `wanted` live rows of `rows` whose items are not in `seen` (numbers)."""
        found: Rows = _first(rows, wanted, self._catalogue.live, self.marks(seen))
        return found

    def each(self, pool: ByTopic, wanted: NDArray[np.int64], seen: NDArray[np.int64]) -> Rows:
        """The first wanted[t] such rows of each topic t, topic by topic."""
        live = self._catalogue.live
        found: Rows = _walk(pool.rows, pool.offsets, wanted, live, self.marks(seen))
        return found

    def unseen(self, rows: Rows, seen: NDArray[np.int64]) -> Mask:
        """bool[n]: which rows' items are not in `seen`."""
        keep: Mask = _unseen(rows, self.marks(seen))
        return keep


def first_reference(
    catalogue: LiveCatalogue, rows: Rows, wanted: int, seen: NDArray[np.int64]
) -> Rows:
    """What `Walker.first` answers, in NumPy."""
    keep = catalogue.live[rows] & ~np.isin(catalogue.num[rows], seen)
    return rows[keep][:wanted]
