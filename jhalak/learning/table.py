"""Tables of time-decayed counts by key, growing as keys come.

Every count halves with its half-life of log time. Decay is lazy: a row holds its counts as of its
own last change.
"""

from __future__ import annotations

import math
from typing import Any, ClassVar, Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from jhalak.schema.candidates import Floats
from jhalak.schema.slate import SURFACES

KINDS: Final = (
    "impression", "judged", "tap", "long", "like", "hide", "complete",
    "fast_impression", "fast_tap",
)  # fmt: skip
"""Columns of the counts. Judged are the impressions of which is known whether they were tapped:
all that are served, not all of an imported history. The fast ones are judged impressions and taps
again, with a short half-life."""
K: Final = len(KINDS)
KIND_INDEX: Final = {kind: index for index, kind in enumerate(KINDS[:7])}
SLOW: Final = 7
"""Columns before this one have the long half-life."""
HALF_LIFE_S: Final = 7 * 86_400.0
FAST_HALF_LIFE_S: Final = 6 * 3_600.0


@njit(cache=True, nogil=True)
def bump(counts, last_ms, at, kind, amount, at_ms, half_s, fast_s):  # type: ignore[no-untyped-def]
    """One event of KINDS[:7] at row `at`."""
    gap = (at_ms - last_ms[at]) / 1000.0
    if gap > 0:
        if last_ms[at] > 0:
            slow = math.exp2(-gap / half_s)
            fast = math.exp2(-gap / fast_s)
            for k in range(SLOW):
                counts[at, k] *= slow
            for k in range(SLOW, counts.shape[1]):
                counts[at, k] *= fast
        last_ms[at] = at_ms
    counts[at, kind] += amount
    if kind == 1 or kind == 2:
        counts[at, SLOW - 1 + kind] += amount


@njit(cache=True, nogil=True)
def bump_all(  # type: ignore[no-untyped-def]
    steps, places, half_s, fast_s, items, items_ms, cell, creator, scene_row, creators, creators_ms,
    topics, topics_ms, scenes, scenes_ms, item_scenes, item_scenes_ms,
):  # fmt: skip
    """Count `steps` int64[n, 4] in their order: (place, bits of kinds, amount, at_ms). `places`
    int64[p, 8] are as Counters has them. Bits from SLOW on are likes and hides once more. The
    reference is `Table.add`, kind by kind and table by table."""
    for i in range(len(steps)):
        row, creator_row, topic, everything, scene, own, of_cell, of_scene = places[steps[i, 0]]
        kinds, amount, at_ms = steps[i, 1], float(steps[i, 2]), steps[i, 3]
        cell[row] = of_cell
        creator[row] = creator_row
        if 0 <= of_scene < scene_row.shape[1]:
            scene_row[row, of_scene] = own + 1
        for bit in range(SLOW + 2):
            if kinds & (1 << bit) == 0:
                continue
            kind = bit if bit < SLOW else 4 + bit - SLOW
            bump(items, items_ms, row, kind, amount, at_ms, half_s, fast_s)
            if creator_row >= 0:
                bump(creators, creators_ms, creator_row, kind, amount, at_ms, half_s, fast_s)
            bump(topics, topics_ms, topic, kind, amount, at_ms, half_s, fast_s)
            bump(scenes, scenes_ms, everything, kind, amount, at_ms, half_s, fast_s)
            if scene >= 0:
                bump(scenes, scenes_ms, scene, kind, amount, at_ms, half_s, fast_s)
                bump(item_scenes, item_scenes_ms, own, kind, amount, at_ms, half_s, fast_s)


class Table:
    """Counts float32[n, K] by key (an item's or creator's number), growing as keys come."""

    COLUMNS: ClassVar[tuple[tuple[str, Any, int], ...]] = (
        ("keys", np.int64, 0), ("counts", np.float32, K), ("last_ms", np.int64, 0),
    )  # fmt: skip
    """Name, dtype and width (0: a plain column) of each array; `len(self)` rows are in use."""

    keys: NDArray[np.int64]
    counts: Floats
    last_ms: NDArray[np.int64]

    def __init__(self) -> None:
        self._fill({}, 0)

    def __len__(self) -> int:
        return len(self.index)

    def _fill(self, columns: dict[str, NDArray[Any]], n: int) -> None:
        """Hold these columns of n rows, with room to grow."""
        size = max(n, 256)
        for name, dtype, width in self.COLUMNS:
            column = np.zeros((size, width) if width else size, dtype)
            if n:
                column[:n] = columns[name]
            setattr(self, name, column)
        self.index: dict[int, int] = {int(key): row for row, key in enumerate(self.keys[:n])}

    def at(self, key: int) -> int:
        """The key's row, made if it is new."""
        row = self.index.get(key)
        if row is None:
            row = len(self.index)
            if row == len(self.keys):
                for name, _, _ in self.COLUMNS:
                    old = getattr(self, name)
                    setattr(self, name, np.concatenate([old, np.zeros_like(old)]))
            self.index[key] = row
            self.keys[row] = key
        return row

    def add(self, row: int, kind: int, amount: float, at_ms: int) -> None:
        bump(self.counts, self.last_ms, row, kind, amount, at_ms, HALF_LIFE_S, FAST_HALF_LIFE_S)

    def now(self, at_ms: int) -> Floats:
        """float32[n, K]: all counts as of `at_ms`."""
        n = len(self)
        gap = np.maximum(at_ms - self.last_ms[:n], 0) / 1000.0
        answer = self.counts[:n].copy()
        answer[:, :SLOW] *= np.exp2(-gap / HALF_LIFE_S)[:, None]
        answer[:, SLOW:] *= np.exp2(-gap / FAST_HALF_LIFE_S)[:, None]
        return answer

    def keep(self, rows: NDArray[np.intp]) -> None:
        """Keep only `rows`, in that order."""
        self._fill({name: getattr(self, name)[rows] for name, _, _ in self.COLUMNS}, len(rows))

    def dump(self) -> dict[str, bytes]:
        n = len(self)
        return {name: getattr(self, name)[:n].tobytes() for name, _, _ in self.COLUMNS}

    def load(self, data: dict[str, bytes]) -> None:
        columns = {
            name: np.frombuffer(data[name], dtype).reshape((-1, width) if width else -1)
            for name, dtype, width in self.COLUMNS
        }
        self._fill(columns, len(columns["keys"]))


class ItemTable(Table):
    """Counts of items, with what each item was when it was last served."""

    COLUMNS: ClassVar[tuple[tuple[str, Any, int], ...]] = (
        *Table.COLUMNS, ("cell", np.int32, 0), ("creator", np.int32, 0),
        ("scenes", np.int32, len(SURFACES)),
    )  # fmt: skip
    cell: NDArray[np.int32]
    """language * TOPICS_MAX + topic"""
    creator: NDArray[np.int32]
    """Row of its creator in the creators' table; -1 is unknown."""
    scenes: NDArray[np.int32]
    """Rows of (item, surface) in the table of those, plus 1; 0 is none yet."""
