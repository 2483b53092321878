"""Item embeddings from who watched what: a truncated SVD, for logs that have no texts."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from jhalak.schema.candidates import Floats
from jhalak.schema.item import EMBEDDING_SIZE

OVERSAMPLE = 16
STEPS = 4
"""Power iterations of the randomised SVD (Halko, Martinsson, Tropp 2011)."""


@njit(cache=True, nogil=True)
def _spread(to, of, weight, values, out):  # type: ignore[no-untyped-def]
    """out[to] += weight * values[of]: one product with a sparse matrix given as triples."""
    for e in range(len(to)):
        for d in range(values.shape[1]):
            out[to[e], d] += weight[e] * values[of[e], d]


def item_vectors(
    viewer: NDArray[np.int64], row: NDArray[np.int32], viewers: int, rows: int, seed: int = 0
) -> Floats:
    """float32[rows, EMBEDDING_SIZE], unit length or zero, quantised as items' embeddings are.

    `viewer` int64[m] watched item `row` int32[m]. Counts are divided by the roots of the viewer's
    and the item's totals, so that neither busy viewers nor hits decide; the strongest direction,
    which is popularity, is left out.
    """
    if not len(row):
        return np.zeros((rows, EMBEDDING_SIZE), np.float32)
    per_viewer = np.bincount(viewer, minlength=viewers)
    per_item = np.bincount(row, minlength=rows)
    weight = (1.0 / np.sqrt(per_viewer[viewer] * per_item[row])).astype(np.float32)
    size = min(EMBEDDING_SIZE + 1 + OVERSAMPLE, rows)
    start = np.random.default_rng(seed).standard_normal((rows, size))
    basis = np.linalg.qr(start.astype(np.float32))[0]
    for _ in range(STEPS):
        by_viewer = np.zeros((viewers, size), np.float32)
        _spread(viewer, row, weight, basis, by_viewer)
        by_item = np.zeros((rows, size), np.float32)
        _spread(row, viewer, weight, by_viewer, by_item)
        basis = np.linalg.qr(by_item)[0]
    by_viewer = np.zeros((viewers, size), np.float32)
    _spread(viewer, row, weight, basis, by_viewer)
    values, turn = np.linalg.eigh(by_viewer.T @ by_viewer)
    strongest = np.argsort(-values)[1 : EMBEDDING_SIZE + 1]
    vectors = np.zeros((rows, EMBEDDING_SIZE), np.float32)
    found = (basis @ turn[:, strongest]) * np.sqrt(np.sqrt(np.maximum(values[strongest], 0)))
    vectors[:, : len(strongest)] = found
    vectors[per_item == 0] = 0
    return _quantised(vectors)


def _quantised(vectors: Floats) -> Floats:
    """Each row as int8 and back, at unit length."""
    largest = np.abs(vectors).max(axis=1, keepdims=True)
    coarse = np.rint(127 * np.divide(vectors, largest, where=largest > 0, out=vectors * 0))
    length = np.linalg.norm(coarse, axis=1, keepdims=True)
    unit: Floats = np.divide(coarse, length, where=length > 0, out=coarse * 0).astype(np.float32)
    return unit
