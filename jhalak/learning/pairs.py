"""Kernels of co-engagement (learning/neighbours.py), over its arrays."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from jhalak.schema.candidates import Floats

RING: Final = 12
"""Items that a viewer engaged with last. On kuairand-pure 8 find 3 % less."""
PLACES: Final = 32
"""Neighbours listed of each item."""
EXPORTED: Final = 16
"""Neighbours that a snapshot holds of each item."""
DAMP_OWN: Final = 0.5
DAMP_OTHER: Final = 0.3
"""Powers of the counts of the item and of its neighbour that a pair's count is divided by. With
0.5 for both, as the cosine has it, 16 neighbours find a fifth less: they are too rare to meet."""
SHRINK: Final = 5.0
"""Added to the divisor: what came up once with something rare says little."""
LEAST: Final = 0.25
"""A pair's count, in engagements of now, below which it says nothing."""

_A, _B = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9)
_C = np.uint64(0x94D049BB133111EB)
_S29, _S31, _S32 = np.uint64(29), np.uint64(31), np.uint64(32)


@njit(cache=True, nogil=True, inline="always")
def _hash(a, b):  # type: ignore[no-untyped-def]
    """64 bits of a pair of item numbers, whichever comes first."""
    z = (np.uint64(min(a, b)) * _A) ^ (np.uint64(max(a, b)) * _B)
    z = (z ^ (z >> _S31)) * _C
    return z ^ (z >> _S29)


@njit(cache=True, nogil=True, fastmath={"nnan", "nsz"})
def _note(near, often, floor, row, other, count):  # type: ignore[no-untyped-def]
    """`other` came up `count` times with `row`: list it, in its own place or in that of the least.
    The loops do not stop early, so that they become vector instructions."""
    if count <= floor[row]:
        return  # its count only rises: if it were listed, it would be above the floor
    names, counts = near[row], often[row]
    at = -1
    for k in range(len(names)):
        at = max(at, k if names[k] == other else -1)
    if at < 0:
        for k in range(len(names)):
            at = max(at, k if counts[k] == floor[row] else -1)
    was = counts[at]
    names[at] = other
    counts[at] = count
    if was == floor[row]:
        least = counts[0]
        for k in range(len(counts)):
            least = min(least, counts[k])
        floor[row] = least


@njit(cache=True, nogil=True)
def _engage(ring, row, keys, counts, near, often, floor, sketch, weight):  # type: ignore[no-untyped-def]
    """Count item `row` with each of a viewer's `ring` int32[RING], newest first, and put it there.
    `weight` is what one engagement counts now."""
    last = RING - 1
    for k in range(RING):
        if ring[k] == row:
            last = k
    if ring[last] != row:
        counts[row] += weight
        mask = np.uint64(sketch.shape[1] - 1)
        for k in range(RING):
            other = ring[k]
            if other >= 0:
                bits = _hash(keys[row], keys[other])
                i, j = bits & mask, (bits >> _S32) & mask
                count = min(sketch[0, i], sketch[1, j]) + np.float32(weight)
                sketch[0, i] = max(sketch[0, i], count)
                sketch[1, j] = max(sketch[1, j], count)
                _note(near, often, floor, row, other, count)
                _note(near, often, floor, other, row, count)
    for k in range(last, 0, -1):
        ring[k] = ring[k - 1]
    ring[0] = row


@njit(cache=True, nogil=True)
def engage(rings, steps, keys, counts, near, often, floor, sketch):  # type: ignore[no-untyped-def]
    """Take `steps` float64[n, 3] in their order: (ring, item row, weight) is an engagement; where
    the item row is -1 the ring becomes empty."""
    for k in range(len(steps)):
        ring, row = rings[int(steps[k, 0])], int(steps[k, 1])
        if row < 0:
            ring[:] = -1
        else:
            _engage(ring, row, keys, counts, near, often, floor, sketch, steps[k, 2])


@njit(cache=True, nogil=True)
def export(keys, counts, near, often, weight, nums, strength):  # type: ignore[no-untyped-def]
    """Fill nums[i] and strength[i] with item i's strongest neighbours, the strongest first."""
    other_damp = np.empty(len(keys))
    for i in range(len(keys)):
        other_damp[i] = max(counts[i] / weight, LEAST) ** DAMP_OTHER
    for i in range(len(keys)):
        own_damp = math.sqrt(max(counts[i] / weight, LEAST))
        for k in range(PLACES):
            other, count = near[i, k], often[i, k] / weight
            if other < 0 or count < LEAST:
                continue
            much = np.float32(count / (own_damp * other_damp[other] + SHRINK))
            at = EXPORTED
            while at > 0 and strength[i, at - 1] < much:
                at -= 1
            if at == EXPORTED:
                continue
            for j in range(EXPORTED - 1, at, -1):
                strength[i, j] = strength[i, j - 1]
                nums[i, j] = nums[i, j - 1]
            strength[i, at] = much
            nums[i, at] = keys[other]


@njit(cache=True, nogil=True)
def _lay(near, strength, row_of, live, rows, weights):  # type: ignore[no-untyped-def]
    for i in range(len(near)):
        at = 0
        for k in range(EXPORTED):
            other = row_of[near[i, k]] if 0 < near[i, k] < len(row_of) else -1
            # While a thread lays it the catalogue may grow: `live` is as it was.
            if 0 <= other < len(live) and live[other]:
                rows[1 + i, at] = other
                weights[1 + i, at] = strength[i, k]
                at += 1


def lay_neighbours(
    near: NDArray[np.int64], strength: Floats, row_of: NDArray[np.int32], live: NDArray[np.bool_]
) -> tuple[NDArray[np.int32], Floats]:
    """A snapshot's `near` and `near_strength` over the catalogue's rows: (int32[1 + n, EXPORTED],
    the rows of live neighbours, strongest first, -1 for none; float32, their strength); first a row
    of none.

    `row_of` int32[numbers] maps an item's number to its row, -1 for none. Without the GIL.
    """
    rows = np.full((1 + len(near), EXPORTED), -1, np.int32)
    weights = np.zeros((1 + len(near), EXPORTED), np.float32)
    _lay(near, strength, row_of, live, rows, weights)
    return rows, weights


def engage_reference(
    ring: list[int], item: int, counts: dict[int, float],
    lists: dict[int, list[tuple[float, int]]], together: dict[frozenset[int], float],
    weight: float,
) -> None:  # fmt: skip
    """What `engage` does, in plain Python over item numbers, with every pair counted: the same as
    long as no two pairs share their cells in the sketch. `lists` hold (count, neighbour)."""
    if item in ring:
        ring.remove(item)
        ring.insert(0, item)
        return
    counts[item] = counts.get(item, 0.0) + weight
    for other in ring:
        pair = frozenset((item, other))
        count = together[pair] = together.get(pair, 0.0) + weight
        for one, two in ((item, other), (other, item)):
            listed = lists.setdefault(one, [])
            named = [neighbour for _, neighbour in listed]
            if two in named:
                listed[named.index(two)] = (count, two)
            elif len(listed) < PLACES:
                listed.insert(0, (count, two))
            else:
                least = min(reversed(range(PLACES)), key=lambda k: listed[k][0])
                if count > listed[least][0]:
                    listed[least] = (count, two)
    ring.insert(0, item)
    del ring[RING:]


def export_reference(
    keys: NDArray[np.int64], counts: Floats, near: NDArray[np.int32], often: Floats, weight: float
) -> tuple[NDArray[np.int64], Floats]:
    """What `export` fills in, in NumPy."""
    count = np.maximum(counts[: len(keys)] / weight, LEAST)
    often = often[: len(keys)] / weight
    near = near[: len(keys)]
    much = often / (count[:, None] ** DAMP_OWN * count[near] ** DAMP_OTHER + SHRINK)
    much = np.where((near >= 0) & (often >= LEAST), much, 0).astype(np.float32)
    order = np.argsort(-much, axis=1, kind="stable")[:, :EXPORTED]
    strength = np.take_along_axis(much, order, axis=1)
    nums = keys[np.take_along_axis(near, order, axis=1)]
    return np.where(strength > 0, nums, 0), strength
