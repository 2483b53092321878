"""An index of items' embeddings: the nearest of a language without looking at all.

The vectors of a language lie in cells (learning/cells.py), each cell a chain of chunks of CHUNK
vectors that lie side by side in memory. A search looks into the cells nearest to its query until
it has looked at enough of them; a language with few has one cell, and its search is exact. Items
come and go in place: a vector joins the last chunk of its cell, and the last vector of the cell
fills the place of one that leaves. When much has changed, a new index with cells of its own is
built beside this one, and takes its place.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from jhalak.learning import vector_lists
from jhalak.learning.cells import train
from jhalak.learning.vector_lists import CHUNK, FINE, FINER, Lists
from jhalak.schema.candidates import Floats, Rows
from jhalak.schema.item import EMBEDDING_SIZE
from jhalak.schema.languages import LANGUAGES

DEPTH: Final = 32.0
"""A search looks at so many times the root of a language's vectors: at 10,000 of 100,000, at half
of 4,000. It finds 92 % of the true nearest 100 among 100,000 vectors without any clusters
(spectrum 1/sqrt(k)), and 99 % where there are topics."""


class VectorIndex:
    """The live rows that have an embedding, by language and cell. Written by one thread.

    Memory: about 80 bytes a vector, and half a chunk a cell. `put` 2 us a row with 253 cells.
    """

    def __init__(self, centroids: dict[int, Floats] | None = None) -> None:
        """`centroids` float32[n, EMBEDDING_SIZE] by language; a language without has one cell."""
        one = np.zeros((1, EMBEDDING_SIZE), np.float32)
        parts = [(centroids or {}).get(language, one) for language in range(len(LANGUAGES))]
        cells = [len(part) for part in parts]
        self._language = np.repeat(np.arange(len(LANGUAGES), dtype=np.int32), cells)
        self._place = np.full(256, -1, np.int32)
        self._lists = Lists(
            first=np.concatenate([[0], np.cumsum(cells)]).astype(np.int32),
            centroids=np.concatenate(parts),
            head=np.full(sum(cells), -1, np.int32),
            size=np.zeros(sum(cells), np.int32),
            total=np.zeros(len(LANGUAGES), np.int64),
            free=np.full(1, -1, np.int32),
            after=np.empty(0, np.int32),
            cell=np.empty(0, np.int32),
            row=np.empty((0, CHUNK), np.int32),
            code=np.empty((0, CHUNK, EMBEDDING_SIZE), np.int8),
            scale=np.empty((0, CHUNK), np.float32),
        )
        self.changes = 0
        """Rows put since it was built."""

    def __len__(self) -> int:
        return int(self._lists.total.sum())

    @property
    def stale(self) -> bool:
        """Whether so much has changed that cells of its own would serve it better."""
        return self.changes > max(len(self) // 2, 1000)

    def put(
        self, rows: Rows, live: NDArray[np.bool_], language: NDArray[np.int8], embedding: Floats
    ) -> None:
        """`rows` int32[n] changed: from now on they are in the index as the catalogue's columns
        say, or out of it when they are not live or have no embedding."""
        self._make_room(len(live), len(rows))
        vector_lists.put(self._lists, self._place, self._language, rows, live, language, embedding)
        self.changes += len(rows)

    def nearest(
        self, vectors: Floats, languages: NDArray[np.int64], wanted: NDArray[np.int64],
        live: NDArray[np.bool_], mark: NDArray[np.uint8], depth: float = DEPTH,
    ) -> Rows:  # fmt: skip
        """The nearest rows to each of `vectors` float32[m, EMBEDDING_SIZE] in each of `languages`
        int64[n]: the wanted[i, j] nearest to vector j in language i, nearest first, language by
        language and vector by vector, each row once.

        `mark` uint8[rows] is not 0 for rows that are not wanted; the caller's again afterwards.
        `depth`: see DEPTH. Cost: 8 us, and for each vector and language 10 us and 6 to 9 ns a
        vector looked at: about 100 us among 100,000, 25 among 7,000.
        """
        found: Rows = vector_lists.nearest(
            self._lists, vectors, languages, wanted, depth, live, mark
        )
        return found

    def _make_room(self, rows: int, more: int) -> None:
        """So many rows can be placed, and `more` vectors added."""
        if rows > len(self._place):
            place = np.full(max(rows, 2 * len(self._place)), -1, np.int32)
            place[: len(self._place)] = self._place
            self._place = place
        lists = self._lists
        # A cell's last chunk may be as good as empty; all others are full.
        needed = (len(self) + more) // CHUNK + len(lists.head) + 1
        held = len(lists.after)
        if needed <= held:
            return
        size = max(needed, held + held // 2)
        grown: dict[str, NDArray[Any]] = {}
        for name in ("after", "cell", "row", "code", "scale"):
            old = getattr(lists, name)
            grown[name] = np.zeros((size, *old.shape[1:]), old.dtype)
            grown[name][:held] = old
        grown["after"][held:] = np.arange(held + 1, size + 1)
        grown["after"][-1] = lists.free[0]
        lists.free[0] = held
        self._lists = lists._replace(**grown)


def build(live: NDArray[np.bool_], language: NDArray[np.int8], embedding: Floats) -> VectorIndex:
    """A new index of the catalogue's columns, with cells trained on them.

    About 0.6 s for 100,000 items of one language, nearly all without the GIL: call it in a thread,
    and `put` what changed meanwhile into what it answers.
    """
    rows = np.flatnonzero(live).astype(np.int32)
    tongue = language[rows]
    centroids = {
        int(key): train(np.rint(127 * embedding[rows[tongue == key]]).astype(np.int8))
        for key in np.unique(tongue)
    }
    index = VectorIndex(centroids)
    index.put(rows, live, language, embedding)
    index.changes = 0
    return index


def nearest_reference(
    vector: Floats, wanted: int, live: NDArray[np.bool_], language: NDArray[np.int8],
    embedding: Floats, mark: NDArray[np.uint8], tongue: int,
) -> Rows:  # fmt: skip
    """The `wanted` nearest of all, in NumPy: what `nearest` answers where a language has one
    cell."""
    rows = np.flatnonzero(live & (language == tongue) & (mark == 0) & embedding.any(axis=1))
    most = np.abs(embedding[rows]).max(axis=1)
    code = np.rint(embedding[rows] * (np.float32(127) / most)[:, None]).astype(np.int64)
    fine = np.float32(FINE) / np.abs(vector).max()
    dot = code @ np.rint(vector * fine).astype(np.int64)
    near = np.floor(dot.astype(np.float32) * (most / np.float32(127)) * np.float32(FINER))
    order = np.lexsort((rows, -near))
    return rows[order][:wanted].astype(np.int32)
