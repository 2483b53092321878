"""A viewer's interests: a few directions in the space of embeddings instead of their mean.

One mean of football and cooking lies near neither. An engagement moves the interest that it is
nearest to, when it is near enough; else it begins an interest in the place of the weakest one
(PinnerSage keeps clusters for the same reason; Pal et al. 2020). All weights fade with each
engagement, so that what is not engaged with any more makes way.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from jhalak.schema.candidates import Floats, Rows

NEAR: Final = 0.25
"""Cosine from which on an engagement belongs to an interest: twice the deviation of that of two
vectors by chance in 64 dimensions."""
HALF_LIFE: Final = 40.0
"""An interest's weight halves with each so many engagements with other things."""
HEAVIEST: Final = 10.0
"""Weight above which an interest does not grow, so that it goes on following its items."""


@njit(cache=True, nogil=True)
def lean_interests(vectors, weights, embedding, unit, weight):  # type: ignore[no-untyped-def]
    """Fold an engagement of `weight` with an item into vectors float32[n, D] (unit length, or 0
    for none) and weights float32[n]. `embedding` [D], in units of `unit`, has unit length or none.

    A negative weight (a hide, or an engagement taken back) takes from the interest that the item
    belongs to, and ends it at 0. About 0.5 us.
    """
    weakest, nearest, most, length = 0, 0, np.float32(-2.0), np.float32(0.0)
    for d in range(len(embedding)):
        length += np.float32(embedding[d] * embedding[d])
    if length == 0:
        return
    for j in range(len(weights)):
        if weights[j] < weights[weakest]:
            weakest = j
        if weights[j] > 0:
            dot = np.float32(0.0)
            for d in range(len(embedding)):
                dot += np.float32(vectors[j, d] * embedding[d] * unit)
            if dot > most:
                nearest, most = j, dot
    if weight < 0:
        if most >= NEAR:
            weights[nearest] = max(weights[nearest] + weight, 0.0)
            if weights[nearest] == 0:
                vectors[nearest] = 0
        return
    fade = np.float32(2.0 ** (-weight / HALF_LIFE))
    for j in range(len(weights)):
        weights[j] *= fade
    at, old = nearest, weights[nearest]
    if most < NEAR:
        at, old = weakest, np.float32(0.0)
    total = np.float32(0.0)
    for d in range(len(embedding)):
        vectors[at, d] = np.float32(old * vectors[at, d] + weight * unit * embedding[d])
        total += vectors[at, d] * vectors[at, d]
    scale = np.float32(1.0 / max(math.sqrt(total), 1e-6))
    for d in range(len(embedding)):
        vectors[at, d] *= scale
    weights[at] = min(np.float32(old + weight), np.float32(HEAVIEST))


@njit(cache=True, nogil=True, fastmath={"contract", "reassoc"})
def nearest_interest(vectors, weights, rows, packed):  # type: ignore[no-untyped-def]
    """float32[len(rows)]: the greatest cosine of each row's embedding (packed int8[rows, D], in
    units of 1/127) to an interest; 0 where there is none. About 10 us for 300 rows."""
    out = np.zeros(len(rows), np.float32)
    for i in range(len(rows)):
        best = np.float32(-2.0)
        for j in range(len(weights)):
            if weights[j] > 0:
                dot = np.float32(0.0)
                for d in range(vectors.shape[1]):
                    dot += vectors[j, d] * np.float32(packed[rows[i], d])
                best = max(best, dot / np.float32(127.0))
        if best > -2.0:
            out[i] = best
    return out


def lean_reference(
    vectors: Floats, weights: Floats, embedding: Floats, weight: float
) -> tuple[Floats, Floats]:
    """What `lean_interests` makes of the arrays, in NumPy; it leaves its own alone."""
    vectors, weights = vectors.copy(), weights.copy()
    if not embedding.any():
        return vectors, weights
    near = np.where(weights > 0, vectors @ embedding, -2.0)
    nearest, weakest = int(np.argmax(near)), int(np.argmin(weights))
    if weight < 0:
        if near[nearest] >= NEAR:
            weights[nearest] = max(weights[nearest] + weight, 0.0)
            vectors[nearest] *= weights[nearest] > 0
        return vectors, weights
    weights *= np.float32(2.0 ** (-weight / HALF_LIFE))
    if near[nearest] < NEAR:
        nearest, weights[weakest] = weakest, 0.0
    moved = weights[nearest] * vectors[nearest] + weight * embedding
    vectors[nearest] = moved / max(float(np.linalg.norm(moved)), 1e-6)
    weights[nearest] = min(weights[nearest] + weight, HEAVIEST)
    return vectors, weights


def nearest_reference(
    vectors: Floats, weights: Floats, rows: Rows, packed: NDArray[np.int8]
) -> Floats:
    """What `nearest_interest` answers, in NumPy."""
    if not (weights > 0).any():
        return np.zeros(len(rows), np.float32)
    cosine = packed[rows].astype(np.float32) @ vectors[weights > 0].T
    most: Floats = cosine.max(axis=1) / np.float32(127)
    return most
