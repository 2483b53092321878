"""The kernels of the index of embeddings (learning/vector_index.py), over its arrays."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from jhalak.learning.best import keep_greatest, sort_down
from jhalak.learning.cells import nearest_cell
from jhalak.schema.candidates import Floats
from jhalak.schema.item import EMBEDDING_SIZE

CHUNK: Final = 128
"""Vectors that lie side by side. With 32 a search takes a third longer: memory is read best in
long stretches."""
FINE: Final = 32767.0
"""The greatest part of a query is brought to this as int16: 64 products still fit an int32."""
FINER: Final = 1024.0
"""Nearness is compared in whole numbers, of which a unit of FINE has so many."""
CELL_FINE: Final = 1e6
"""The same for cells; vectors are not much longer than 1."""
LAST_ROW: Final = (1 << 31) - 1


class Lists(NamedTuple):
    """The index's arrays, as the kernels take them."""

    first: NDArray[np.int32]
    """int32[languages + 1]: the cells of language l are first[l] to first[l + 1] - 1."""
    centroids: Floats
    """float32[cells, EMBEDDING_SIZE]"""
    head: NDArray[np.int32]
    """int32[cells]: the chunk that takes the cell's next vector, -1 for none; all others of its
    chain are full."""
    size: NDArray[np.int32]
    """int32[cells]: vectors"""
    total: NDArray[np.int64]
    """int64[languages]: vectors"""
    free: NDArray[np.int32]
    """int32[1]: first of the chain of unused chunks, -1 for none."""
    after: NDArray[np.int32]
    """int32[chunks]: the next chunk of the same chain, -1 at its end."""
    cell: NDArray[np.int32]
    """int32[chunks]"""
    row: NDArray[np.int32]
    """int32[chunks, CHUNK]"""
    code: NDArray[np.int8]
    """int8[chunks, CHUNK, EMBEDDING_SIZE]: the greatest part of each vector is 127 or -127. In
    units of 1/127 for all, as scoring has them, 4 % of the nearest 100 would be others."""
    scale: Floats
    """float32[chunks, CHUNK]: what a vector's code is to be multiplied by."""


@njit(cache=True, nogil=True)
def _remove(lists, place, language_of_cell, row):  # type: ignore[no-untyped-def]
    chunk, at = place[row] // CHUNK, place[row] % CHUNK
    cell = lists.cell[chunk]
    head = lists.head[cell]
    last = (lists.size[cell] - 1) % CHUNK
    moved = lists.row[head, last]
    lists.row[chunk, at] = moved
    lists.code[chunk, at] = lists.code[head, last]
    lists.scale[chunk, at] = lists.scale[head, last]
    place[moved] = place[row]
    place[row] = -1
    lists.size[cell] -= 1
    lists.total[language_of_cell[cell]] -= 1
    if last == 0:
        lists.head[cell] = lists.after[head]
        lists.after[head] = lists.free[0]
        lists.free[0] = head


@njit(cache=True, nogil=True)
def _add(lists, place, row, language, vector, most):  # type: ignore[no-untyped-def]
    """Add a vector whose greatest part is `most`."""
    code = np.empty(EMBEDDING_SIZE, np.int8)
    for d in range(EMBEDDING_SIZE):
        code[d] = np.int8(np.rint(vector[d] * (np.float32(127.0) / most)))
    cell = nearest_cell(code, lists.centroids, lists.first[language], lists.first[language + 1])
    at = lists.size[cell] % CHUNK
    if at == 0:
        chunk = lists.free[0]
        lists.free[0] = lists.after[chunk]
        lists.after[chunk] = lists.head[cell]
        lists.cell[chunk] = cell
        lists.head[cell] = chunk
    chunk = lists.head[cell]
    lists.row[chunk, at] = row
    lists.code[chunk, at] = code
    lists.scale[chunk, at] = most / np.float32(127.0)
    place[row] = chunk * CHUNK + at
    lists.size[cell] += 1
    lists.total[language] += 1


@njit(cache=True, nogil=True)
def put(lists, place, language_of_cell, rows, live, language, embedding):  # type: ignore[no-untyped-def]
    for i in range(len(rows)):
        row = rows[i]
        if place[row] >= 0:
            _remove(lists, place, language_of_cell, row)
        most = np.float32(0.0)
        for d in range(EMBEDDING_SIZE):
            most = max(most, abs(embedding[row, d]))
        if live[row] and most > 0:
            _add(lists, place, row, language[row], embedding[row], most)


@njit(cache=True, nogil=True, fastmath={"contract", "reassoc"})
def _cells_by_nearness(centroids, vector, first, keys):  # type: ignore[no-untyped-def]
    """keys[c]: the nearness of the cell first + c above that number, the nearest first."""
    for c in range(len(keys)):
        centroid = centroids[first + c]
        dot = np.float32(0.0)
        for d in range(EMBEDDING_SIZE):
            dot += centroid[d] * vector[d]
        keys[c] = (np.int64(dot * np.float32(CELL_FINE)) << 32) + first + c
    sort_down(keys, len(keys))


@njit(cache=True, nogil=True)
def _scan(  # type: ignore[no-untyped-def]
    head, size, after, rows, codes, scales, query, live, mark, keys, n, least, wanted
):  # fmt: skip
    """Look at one cell. keys[:n] are what is nearest so far, nearness above row, in no order; when
    they are full, all but the `wanted` nearest are dropped, and `least` is the nearness that
    counts from then on. Answers (n, least)."""
    held = (size - 1) % CHUNK + 1
    while head >= 0:
        code, scale = codes[head], scales[head]
        for i in range(held):
            dot = np.int32(0)
            for d in range(EMBEDDING_SIZE):
                dot = np.int32(dot + np.int32(np.int32(code[i, d]) * np.int32(query[d])))
            near = np.float32(dot) * scale[i]
            if near < least:
                continue
            row = rows[head, i]
            if mark[row] or not live[row]:
                continue
            keys[n] = (np.int64(np.floor(near * np.float32(FINER))) << 32) + (LAST_ROW - row)
            n += 1
            if n == len(keys):
                keep_greatest(keys, n, wanted)
                n = wanted
                least = np.float32(keys[n - 1] >> 32) / np.float32(FINER)
        held = CHUNK
        head = after[head]
    return n, least


@njit(cache=True, nogil=True)
def _nearest_one(lists, language, vector, wanted, depth, live, mark, out):  # type: ignore[no-untyped-def]
    """Fill out[:n] with the nearest rows of one language, nearest first; answers n <= wanted."""
    most = np.float32(1e-12)
    for d in range(EMBEDDING_SIZE):
        most = max(most, abs(vector[d]))
    query = np.empty(EMBEDDING_SIZE, np.int16)
    for d in range(EMBEDDING_SIZE):
        query[d] = np.int16(np.rint(vector[d] * (np.float32(FINE) / most)))
    keys = np.empty(2 * wanted + 64, np.int64)
    n, least = 0, np.float32(-np.inf)
    budget = depth * math.sqrt(lists.total[language])
    first = lists.first[language]
    cells = np.empty(lists.first[language + 1] - first, np.int64)
    _cells_by_nearness(lists.centroids, vector, first, cells)
    for cell in cells:
        if budget <= 0:
            break
        c = cell & LAST_ROW
        n, least = _scan(
            lists.head[c], lists.size[c], lists.after, lists.row, lists.code, lists.scale, query,
            live, mark, keys, n, least, wanted,
        )  # fmt: skip
        budget -= lists.size[c]
    if n > wanted:
        keep_greatest(keys, n, wanted)
        n = wanted
    sort_down(keys, n)
    for i in range(n):
        out[i] = LAST_ROW - (keys[i] & LAST_ROW)
    return n


@njit(cache=True, nogil=True)
def nearest(lists, vectors, languages, wanted, depth, live, mark):  # type: ignore[no-untyped-def]
    out = np.empty(wanted.sum(), np.int32)
    n = 0
    for k in range(len(languages)):
        for j in range(len(vectors)):
            if wanted[k, j] > 0:
                found = _nearest_one(
                    lists, languages[k], vectors[j], wanted[k, j], depth, live, mark, out[n:]
                )
                for i in range(n, n + found):
                    mark[out[i]] = 1
                n += found
    for i in range(n):
        mark[out[i]] = 0
    return out[:n]
