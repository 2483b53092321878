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
from jhalak.schema.item import EMBEDDING_SIZE

INTERESTS: Final = 4
NEAR: Final = 0.35
"""Cosine from which on an engagement belongs to an interest."""
HALF_LIFE: Final = 40.0
"""An interest's weight halves with each so many engagements with other things."""
HEAVIEST: Final = 10.0
"""Weight above which an interest does not grow, so that it goes on following its items."""
BYTES: Final = INTERESTS * EMBEDDING_SIZE + 4 * INTERESTS
"""Of `dump`: 272."""


@njit(cache=True, nogil=True)
def engage_interests(vectors, weights, embedding, weight):  # type: ignore[no-untyped-def]
    """Fold an engagement of `weight` with an item's `embedding` float32[D] (unit length) into
    vectors float32[n, D] (unit length, or 0 for none) and weights float32[n].

    A negative weight (a hide) takes from the interest that the item belongs to, and ends it at 0;
    taking an engagement back is the same. About 0.5 us.
    """
    nearest, most = 0, np.float32(-2.0)
    weakest = 0
    for j in range(len(weights)):
        if weights[j] < weights[weakest]:
            weakest = j
        if weights[j] > 0:
            dot = np.float32(0.0)
            for d in range(len(embedding)):
                dot += vectors[j, d] * embedding[d]
            if dot > most:
                nearest, most = j, dot
    if weight < 0:
        if most >= NEAR:
            weights[nearest] = max(weights[nearest] + weight, 0.0)
            if weights[nearest] == 0:
                vectors[nearest] = 0
        return
    fade = 2.0 ** (-weight / HALF_LIFE)
    for j in range(len(weights)):
        weights[j] *= fade
    if most < NEAR:
        vectors[weakest] = embedding
        weights[weakest] = weight
        return
    total = np.float32(0.0)
    for d in range(len(embedding)):
        vectors[nearest, d] = weights[nearest] * vectors[nearest, d] + weight * embedding[d]
        total += vectors[nearest, d] * vectors[nearest, d]
    scale = np.float32(1.0 / max(math.sqrt(total), 1e-6))
    for d in range(len(embedding)):
        vectors[nearest, d] *= scale
    weights[nearest] = min(weights[nearest] + weight, HEAVIEST)


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


def dump(vectors: Floats, weights: Floats) -> bytes:
    """BYTES bytes: each vector as int8, its greatest part 127, and the weights as float32."""
    most = np.maximum(np.abs(vectors).max(axis=1, keepdims=True), 1e-12)
    codes = np.rint(vectors * (127.0 / most)).astype(np.int8)
    return codes.tobytes() + weights.astype(np.float32).tobytes()


def load(data: bytes) -> tuple[Floats, Floats]:
    """(vectors float32[INTERESTS, EMBEDDING_SIZE], weights float32[INTERESTS]) of `dump`. Raises
    ValueError for another number of bytes."""
    if len(data) != BYTES:
        raise ValueError(f"interests have {BYTES} bytes, not {len(data)}")
    size = INTERESTS * EMBEDDING_SIZE
    codes = np.frombuffer(data, np.int8, size).reshape(INTERESTS, EMBEDDING_SIZE)
    vectors = codes.astype(np.float32)
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6)
    return vectors, np.frombuffer(data, np.float32, INTERESTS, offset=size).copy()


def engage_reference(
    vectors: Floats, weights: Floats, embedding: Floats, weight: float
) -> tuple[Floats, Floats]:
    """What `engage_interests` makes of the arrays, in NumPy; it leaves its own alone."""
    vectors, weights = vectors.copy(), weights.copy()
    near = np.where(weights > 0, vectors @ embedding, -2.0)
    nearest = int(np.argmax(near))
    if weight < 0:
        if near[nearest] >= NEAR:
            weights[nearest] = max(weights[nearest] + weight, 0.0)
            vectors[nearest] *= weights[nearest] > 0
        return vectors, weights
    weakest = int(np.argmin(weights))
    weights *= 2.0 ** (-weight / HALF_LIFE)
    if near[nearest] < NEAR:
        vectors[weakest], weights[weakest] = embedding, weight
        return vectors, weights
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
    cosine: Floats = (packed[rows].astype(np.float32) / 127.0) @ vectors[weights > 0].T
    return cosine.max(axis=1)
