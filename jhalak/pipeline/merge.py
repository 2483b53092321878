"""Merging what several sources found: each row once, with the sources that found it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numba import njit
from numpy.typing import NDArray

from jhalak.schema.candidates import Rows


@njit(cache=True)
def _merge(
    rows: NDArray[np.int32], bits: NDArray[np.uint16], place: NDArray[np.int32], limit: int
) -> tuple[NDArray[np.int32], NDArray[np.uint16]]:
    out_rows = np.empty(min(len(rows), limit), np.int32)
    out_bits = np.empty(min(len(rows), limit), np.uint16)
    n = 0
    for i in range(len(rows)):
        row = rows[i]
        at = place[row]
        if at > 0:
            out_bits[at - 1] |= bits[i]
        elif n < limit:
            out_rows[n] = row
            out_bits[n] = bits[i]
            n += 1
            place[row] = n
    for i in range(n):
        place[out_rows[i]] = 0
    return out_rows[:n], out_bits[:n]


_BITS = np.left_shift(1, np.arange(16)).astype(np.uint16)


class Merger:
    """Merges lists of rows in O(total), with one scratch array as long as the catalogue."""

    def __init__(self) -> None:
        self._place = np.zeros(1024, np.int32)

    def merge(self, found: Sequence[Rows], limit: int) -> tuple[Rows, NDArray[np.uint16]]:
        """Rows int32[n <= limit] in the order in which they first appear, and their source bits."""
        rows = np.concatenate(found) if found else np.empty(0, np.int32)
        bits = np.repeat(_BITS[: len(found)], [len(f) for f in found])
        top = int(rows.max()) + 1 if len(rows) else 0
        if top > len(self._place):
            self._place = np.zeros(max(top, 2 * len(self._place)), np.int32)
        merged: tuple[Rows, NDArray[np.uint16]] = _merge(rows, bits, self._place, limit)
        return merged


def merge_reference(found: Sequence[Rows], limit: int) -> tuple[Rows, NDArray[np.uint16]]:
    """What `Merger.merge` answers, in plain Python."""
    bits: dict[int, int] = {}
    for i, rows in enumerate(found):
        for row in rows.tolist():
            if row in bits:
                bits[row] |= 1 << i
            elif len(bits) < limit:
                bits[row] = 1 << i
    return np.array(list(bits), np.int32), np.array(list(bits.values()), np.uint16)
