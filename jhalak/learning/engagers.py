"""Whom an item is for: the mean taste of those who engaged with it.

Of many items little is known but who liked them: a video without a caption, a headline that does
not say what it is about. Whoever engages with one tells what it is by their own taste, as it was
when the slate was served; a viewer whose taste is near to theirs is likelier to engage with it too.
Tastes are taken relative to the usual one, for what all have in common tells nothing apart. On real
news without texts this is worth more than anything else that is known of viewer and item together
(docs/replay.md).

A taste is the viewer's long-term vector at a length of less than 1: the shorter, the less they have
engaged with. It is kept in whole numbers, so that a record of it is as good as the taste itself.
"""

from __future__ import annotations

import math
from typing import Any, Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from jhalak.schema.candidates import Floats
from jhalak.schema.item import EMBEDDING_SIZE

TASTE_UNIT: Final = 1 / 32_767
"""A taste's numbers are int16 in these units."""
TASTE_PRIOR: Final = 3.0
"""Shortens the taste of those who have engaged with little, whose next few taps are to find out
what else they like: in units of one engagement. At 1 their top topic is known 2 points more rarely
after eight (evaluation/simulator), and real news are foretold no better."""
ENGAGERS_PRIOR: Final = 1.0
"""Engagements' worth of belief that an item is for everybody alike."""
LEAST: Final = 2
"""With fewer nothing is said: what is published of an item must not be one viewer's taste."""
_KEEP: Final = 2.0 ** (-1 / 500)
"""What is known of an item counts half after 500 engagements more."""
SLATES: Final = 10_000
"""The usual taste is that of about so many slates."""


class Engagers(NamedTuple):
    """What features read of the engagers of m items."""

    mean: NDArray[np.int8]
    """int8[m, EMBEDDING_SIZE]"""
    unit: Floats
    """float32[m]: what the item's numbers are measured in; 0: not known"""
    usual: Floats
    """float32[EMBEDDING_SIZE]: the usual taste"""


def no_engagers(items: int) -> Engagers:
    """Nothing is known of any."""
    return Engagers(
        np.zeros((items, EMBEDDING_SIZE), np.int8), np.zeros(items, np.float32),
        np.zeros(EMBEDDING_SIZE, np.float32),
    )  # fmt: skip


@njit(cache=True, nogil=True)
def taste_of(vector, out):  # type: ignore[no-untyped-def]
    """Fill out int16[n] with the taste of a long-term vector float32[n]; False where there is
    none."""
    total = 0.0
    for d in range(len(vector)):
        total += vector[d] * vector[d]
    if total <= 0.0:
        return False
    scale = 1.0 / (TASTE_UNIT * (math.sqrt(total) + TASTE_PRIOR))
    for d in range(len(vector)):
        out[d] = np.int16(np.rint(vector[d] * scale))
    return True


def taste_bytes(vector: Floats) -> bytes:
    """A taste as records have it; empty where there is none."""
    taste = np.empty(len(vector), np.int16)
    return taste.tobytes() if taste_of(vector, taste) else b""


@njit(cache=True, nogil=True)
def meet(usual, met, taste):  # type: ignore[no-untyped-def]
    """A slate was served to somebody of this taste int16[n], the `met`-th one, from 1: moves
    `usual` float32[n]."""
    share = 1.0 / (min(met, SLATES) + 1.0)
    for d in range(len(usual)):
        usual[d] += np.float32((taste[d] * TASTE_UNIT - usual[d]) * share)


@njit(cache=True, nogil=True)
def join(total, weight, row, taste, usual):  # type: ignore[no-untyped-def]
    """Somebody of this taste engaged with the item of `total` float32[., n] and `weight`
    float32[.] in `row`."""
    for d in range(len(usual)):
        own = np.float32(taste[d] * TASTE_UNIT) - usual[d]
        total[row, d] = total[row, d] * np.float32(_KEEP) + own
    weight[row] = weight[row] * np.float32(_KEEP) + np.float32(1.0)


@njit(cache=True, nogil=True)
def leave(total, weight, row, taste, usual):  # type: ignore[no-untyped-def]
    """What `join` did is taken back, but for what faded and how the usual taste moved since."""
    for d in range(len(usual)):
        total[row, d] -= np.float32(taste[d] * TASTE_UNIT) - usual[d]
    weight[row] = max(weight[row] - np.float32(1.0), np.float32(0.0))


@njit(cache=True, nogil=True)
def tell(total, weight, row, mean, unit, at):  # type: ignore[no-untyped-def]
    """Put the mean taste of who engaged with `row` at `at` of mean int8[., n], unit float32[.]."""
    most = np.float32(0.0)
    for d in range(total.shape[1]):
        most = max(most, abs(total[row, d]))
    if most == 0.0 or weight[row] < LEAST - 0.5:
        unit[at] = 0.0
        return
    for d in range(total.shape[1]):
        mean[at, d] = np.int8(np.rint(total[row, d] * (np.float32(127.0) / most)))
    unit[at] = most / (np.float32(127.0) * (weight[row] + np.float32(ENGAGERS_PRIOR)))


@njit(cache=True, nogil=True)
def _tell_all(total, weight, n, mean, unit):  # type: ignore[no-untyped-def]
    for row in range(n):
        tell(total, weight, row, mean, unit, row)


class EngagerTable:
    """The engagers of all items. Memory: 300 bytes an item. `engage`: 1 us."""

    def __init__(self) -> None:
        self.usual: Floats = np.zeros(EMBEDDING_SIZE, np.float32)
        self._met = 0
        self._hold(np.zeros(0, np.int64), np.zeros(0, np.int64), b"", b"")

    def __len__(self) -> int:
        """How many items are known."""
        return len(self._index)

    def serve(self, taste: NDArray[np.int16]) -> None:
        """A slate was served to a viewer of this taste int16[EMBEDDING_SIZE]."""
        self._met += 1
        meet(self.usual, self._met, taste)

    def engage(self, item: int, taste: NDArray[np.int16], at_ms: int) -> None:
        """A viewer who had this taste then engaged with an item (its number)."""
        row = self._index.get(item)
        if row is None:
            row = self._new(item)
        self._last_ms[row] = at_ms
        join(self._total, self._weight, row, taste, self.usual)

    def disengage(self, item: int, taste: NDArray[np.int16]) -> None:
        """That was taken back."""
        row = self._index.get(item)
        if row is not None:
            leave(self._total, self._weight, row, taste, self.usual)

    def _new(self, item: int) -> int:
        row = len(self._index)
        if row == len(self._keys):
            for name in ("_keys", "_last_ms", "_total", "_weight"):
                old = getattr(self, name)
                setattr(self, name, np.concatenate([old, np.zeros_like(old)]))
        self._index[item] = row
        self._keys[row] = item
        return row

    def expire(self, at_ms: int, unused_s: float) -> None:
        """Forget items that nobody engaged with for `unused_s` of log time."""
        n = len(self)
        kept = np.flatnonzero(self._last_ms[:n] >= at_ms - unused_s * 1000)
        if len(kept) < n:
            self._hold(
                self._keys[kept], self._last_ms[kept], self._total[kept].tobytes(),
                self._weight[kept].tobytes(),
            )  # fmt: skip

    def arrays(self) -> dict[str, NDArray[Any]]:
        """For the snapshot: `engaged_nums` int64[n], and an Engagers of these items. About 10 ms
        for 100,000, without the GIL."""
        n = len(self)
        mean, unit, usual = no_engagers(n)
        _tell_all(self._total, self._weight, n, mean, unit)
        some = unit > 0
        usual[:] = self.usual
        return {
            "engaged_nums": self._keys[:n][some], "engager_mean": mean[some],
            "engager_unit": unit[some], "usual_taste": usual,
        }  # fmt: skip

    def dump(self) -> dict[str, Any]:
        """Everything, for `load`."""
        n = len(self)
        return {
            "usual": self.usual.tobytes(), "met": self._met, "keys": self._keys[:n].tobytes(),
            "last_ms": self._last_ms[:n].tobytes(), "total": self._total[:n].tobytes(),
            "weight": self._weight[:n].tobytes(),
        }  # fmt: skip

    def load(self, data: dict[str, Any]) -> None:
        """Continue from a checkpoint."""
        self.usual = np.frombuffer(data["usual"], np.float32).copy()
        self._met = data["met"]
        self._hold(
            np.frombuffer(data["keys"], np.int64), np.frombuffer(data["last_ms"], np.int64),
            data["total"], data["weight"],
        )  # fmt: skip

    def _hold(
        self, keys: NDArray[np.int64], last_ms: NDArray[np.int64], total: bytes, weight: bytes
    ) -> None:
        """Know these items, with room for more."""
        n = len(keys)
        size = max(256, n)
        self._index: dict[int, int] = {key: row for row, key in enumerate(keys.tolist())}
        self._keys, self._last_ms = np.zeros(size, np.int64), np.zeros(size, np.int64)
        self._total: Floats = np.zeros((size, EMBEDDING_SIZE), np.float32)
        self._weight: Floats = np.zeros(size, np.float32)
        self._keys[:n], self._last_ms[:n] = keys, last_ms
        self._total[:n] = np.frombuffer(total, np.float32).reshape(n, EMBEDDING_SIZE)
        self._weight[:n] = np.frombuffer(weight, np.float32)
