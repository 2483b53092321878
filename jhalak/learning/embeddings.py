"""Embeddings of ids: a row of its own for each id that is met often enough, none for the others.

Rows never collide, because nothing is hashed, and do not grow without bound: an id gets a row only
after GATE examples (many ids are met once and would only fill memory), and loses it when nothing
was learned about it for long (frequency gate and expiry: Liu et al. 2022, "Monolith", section 2.2).
Learned by Adagrad, each number at its own pace.
"""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from jhalak.schema.candidates import Floats

GATE: Final = 2
"""Examples of an id before it gets a row."""
RATE: Final = 0.03
_ARRAYS: Final = ("keys", "used_ms", "values", "squares")
FIRM: Final = 1.0
"""Initial sum of squared gradients."""


@njit(cache=True, nogil=True)
def _step(values, squares, rows, gradient, rate):  # type: ignore[no-untyped-def]
    """One Adagrad step for each example in turn; `rows` int64[n], -1 for none."""
    for i in range(len(rows)):
        row = rows[i]
        if row < 0:
            continue
        for d in range(values.shape[1]):
            g = gradient[i, d]
            squares[row, d] += g * g
            values[row, d] -= rate * g / math.sqrt(squares[row, d])


@njit(cache=True, nogil=True)
def _draw(key, seed, out):  # type: ignore[no-untyped-def]
    """Small numbers, uniform in +-0.0173 (a deviation of 0.01), different for each id and the same
    whenever this id comes: splitmix64."""
    state = np.uint64(key) ^ (np.uint64(seed + 1) * np.uint64(0xD1342543DE82EF95))
    for d in range(len(out)):
        state += np.uint64(0x9E3779B97F4A7C15)
        z = state
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
        out[d] = (float(z >> np.uint64(11)) * 2.0**-53 - 0.5) * 0.0346


@njit(cache=True, nogil=True)
def _gather(values, rows, out):  # type: ignore[no-untyped-def]
    for i in range(len(rows)):
        if rows[i] >= 0:
            out[i] = values[rows[i]]
        else:
            out[i] = 0.0


class Embeddings:
    """float32[n, width] by id (an item's or creator's number), growing as ids pass the gate."""

    def __init__(self, width: int, seed: int) -> None:
        self.width, self._seed = width, seed
        self.index: dict[int, int] = {}
        self.waiting: dict[int, int] = {}
        """Ids that have no row yet to the examples of them."""
        self._allot(256)

    def _allot(self, size: int) -> None:
        self.keys = np.zeros(size, np.int64)
        self.used_ms = np.zeros(size, np.int64)
        self.values: Floats = np.zeros((size, self.width), np.float32)
        self.squares: Floats = np.full((size, self.width), FIRM, np.float32)

    def _take(self, rows: NDArray[np.int64], size: int) -> None:
        """Keep only `rows`, in that order, with room for `size`."""
        old = {name: getattr(self, name)[rows] for name in _ARRAYS}
        self._allot(size)
        for name, values in old.items():
            getattr(self, name)[: len(rows)] = values

    def __len__(self) -> int:
        return len(self.index)

    def rows(self, ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """int64[n]: the row of each id, -1 for those without."""
        find = self.index.get
        return np.fromiter((find(key, -1) for key in ids.tolist()), np.int64, len(ids))

    def meet(self, ids: NDArray[np.int64], at_ms: int) -> NDArray[np.int64]:
        """`rows`, after counting an example of each id as of `at_ms`; 0 stands for no id."""
        out = np.full(len(ids), -1, np.int64)
        for i, key in enumerate(ids.tolist()):
            if key <= 0:
                continue
            row = self.index.get(key)
            if row is None:
                met = self.waiting.get(key, 0) + 1
                if met < GATE:
                    self.waiting[key] = met
                    continue
                self.waiting.pop(key, None)
                row = self._new(key)
            self.used_ms[row] = at_ms
            out[i] = row
        return out

    def _new(self, key: int) -> int:
        row = len(self.index)
        if row == len(self.keys):
            self._take(np.arange(row), 2 * row)
        self.index[key] = row
        self.keys[row] = key
        _draw(key, self._seed, self.values[row])
        self.squares[row] = FIRM
        return row

    def gather(self, rows: NDArray[np.int64]) -> Floats:
        """float32[n, width]; zeros where the row is -1."""
        out = np.empty((len(rows), self.width), np.float32)
        _gather(self.values, rows, out)
        return out

    def learn(self, rows: NDArray[np.int64], gradient: Floats) -> None:
        """Step against `gradient` float32[n, width] of each example's loss."""
        _step(self.values, self.squares, rows, gradient, RATE)

    def expire(self, since_ms: int) -> None:
        """Forget ids that nothing was learned about since then, and who waits at the gate."""
        n = len(self)
        used = np.flatnonzero(self.used_ms[:n] >= since_ms)
        self.waiting.clear()
        if len(used) == n:
            return
        self._take(used, max(256, 2 * len(used)))
        self.index = {int(key): row for row, key in enumerate(self.keys[: len(used)])}

    def arrays(self) -> tuple[NDArray[np.int64], Floats]:
        """(ids int64[n], their embeddings float32[n, width])"""
        n = len(self)
        return self.keys[:n].copy(), self.values[:n].copy()

    def dump(self) -> dict[str, Any]:
        n = len(self)
        arrays = {name: getattr(self, name)[:n].tobytes() for name in _ARRAYS}
        return {**arrays, "waiting": list(self.waiting.items())}

    def load(self, data: dict[str, Any]) -> None:
        keys = np.frombuffer(data["keys"], np.int64)
        n = len(keys)
        self._allot(max(256, n))
        self.keys[:n] = keys
        self.used_ms[:n] = np.frombuffer(data["used_ms"], np.int64)
        for name in ("values", "squares"):
            getattr(self, name)[:n] = np.frombuffer(data[name], np.float32).reshape(n, self.width)
        self.index = {int(key): row for row, key in enumerate(keys)}
        self.waiting = {int(key): int(met) for key, met in data["waiting"]}
