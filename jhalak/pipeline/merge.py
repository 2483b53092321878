"""Merging what several sources found: each row once, with the sources that found it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numba import njit
from numpy.typing import NDArray

from jhalak.schema.candidates import Rows


@njit(cache=True, nogil=True)
def _merge(rows, sizes, place, limit, out_rows, out_bits):  # type: ignore[no-untyped-def]
    """Fill in what is found, and answer how many; -1 where a row is beyond `place`."""
    for row in rows:
        if row >= len(place):
            return -1
    n = 0
    at = 0
    for source in range(len(sizes)):
        bit = np.uint16(1 << source)
        for i in range(at, at + sizes[source]):
            row = rows[i]
            found = place[row]
            if found > 0:
                out_bits[found - 1] |= bit
            elif n < limit:
                out_rows[n] = row
                out_bits[n] = bit
                n += 1
                place[row] = n
        at += sizes[source]
    for i in range(n):
        place[out_rows[i]] = 0
    return n


class Merger:
    """Merges lists of rows in O(total), with one scratch array as long as the catalogue."""

    def __init__(self) -> None:
        self._place = np.zeros(1024, np.int32)

    def merge(self, found: Sequence[Rows], limit: int) -> tuple[Rows, NDArray[np.uint16]]:
        """Rows int32[n <= limit] in the order in which they first appear, and their source bits."""
        rows = np.concatenate(found) if found else np.empty(0, np.int32)
        sizes = np.array([len(f) for f in found], np.int64)
        most = min(len(rows), limit)
        out, bits = np.empty(most, np.int32), np.empty(most, np.uint16)
        n = _merge(rows, sizes, self._place, limit, out, bits)
        if n < 0:
            self._place = np.zeros(max(int(rows.max()) + 1, 2 * len(self._place)), np.int32)
            n = _merge(rows, sizes, self._place, limit, out, bits)
        return out[:n], bits[:n]


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
