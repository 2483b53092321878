"""A learner's snapshot laid over the rows of one process's live catalogue."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from jhalak.learning.counters import Counters
from jhalak.learning.engagers import Engagers, no_engagers
from jhalak.learning.features import ITEM_BLOCK, F
from jhalak.learning.model import (
    CREATOR_DIMS,
    INPUTS,
    ITEM_WIDTH,
    SIDE,
    H,
    Ids,
    Weights,
    starting_weights,
)
from jhalak.learning.pairs import EXPORTED, lay_neighbours
from jhalak.learning.trials import Tried, nothing_tried, tried
from jhalak.schema.candidates import Floats, Rows
from jhalak.schema.item import EMBEDDING_SIZE
from jhalak.schema.languages import LANGUAGES
from jhalak.schema.pool import Shelves, no_shelves
from jhalak.schema.viewer_state import TOPICS_MAX

BLOCK, ITEM, CREATOR, NEAR, ENGAGERS = range(5)
"""Columns of `Serving.at`."""
CELLS: Final = len(LANGUAGES) * TOPICS_MAX


@dataclass(slots=True, eq=False)
class Serving:
    """What feeds read of the learned state.

    Of most items little or nothing is known. So what is known lies in tables as long as that, and
    `at` says where: a snapshot is laid by filling `at`, and a slate's candidates are found in
    tables that stay in the processor's caches.
    """

    version: int
    """0: nothing was learned yet, these are the starting weights."""
    weights: Weights
    scene_rates: Floats
    """float32[SCENES + 1, 3]: rates of tap, long view and like in each scene; the last row: all."""
    blocks: Floats
    """float32[CELLS + known items, ITEM_BLOCK]: first those of items never shown, by language and
    topic."""
    items: Floats
    """float32[1 + known items, ITEM_WIDTH]: embeddings of items, and their biases; the first row,
    0, is that of all others."""
    creators: Floats
    """float32[1 + known creators, CREATOR_DIMS]: the same of creators."""
    at: NDArray[np.int32]
    """int32[rows, 5], as long as the catalogue: which row of `blocks`, `items`, `creators`,
    `neighbours` and `engagers` is that of a row of the catalogue."""
    engagers: Engagers = field(default_factory=lambda: no_engagers(1))
    """Of 1 + known items. The first row, of whom nothing is known, is that of all others."""
    trials: Tried = field(default_factory=nothing_tried)
    neighbours: NDArray[np.int32] = field(
        default_factory=lambda: np.full((1, EXPORTED), -1, np.int32)
    )
    """int32[1 + known items, EXPORTED]: rows engaged with together with each, strongest first; -1:
    none left. The first row is that of all others."""
    neighbour_strength: Floats = field(default_factory=lambda: np.zeros((1, EXPORTED), np.float32))
    trending: Shelves = field(default_factory=lambda: no_shelves(len(LANGUAGES)))
    """Rows with counts by language, best first."""
    by_topic: Shelves = field(default_factory=lambda: no_shelves(CELLS))
    """The same rows by language and topic, best first."""
    _rates: dict[int, Floats] = field(default_factory=dict, init=False)
    _joined: tuple[Weights, Floats] | None = field(default=None, init=False)

    def fit(self, rows: int) -> None:
        """Make `at` at least `rows` long."""
        if len(self.at) < rows:
            new = np.zeros((rows, self.at.shape[1]), np.int32)
            new[: len(self.at)] = self.at
            self.at = new

    def renew(self, rows: Rows, language: NDArray[np.int8], topic: NDArray[np.int8]) -> None:
        """`rows` hold new items now: nothing is known of them."""
        self.at[rows] = 0
        self.at[rows, BLOCK] = cell_of(language, topic)

    def rates(self, scene: int) -> Floats:
        """float32[2, 3]: rates in this scene and over all."""
        rates = self._rates.get(scene)
        if rates is None:
            rates = self._rates[scene] = self.scene_rates[[scene, -1]]
        return rates

    def joined(self) -> Floats:
        """float32[INPUTS, one + H]: what the network's first layer and its linear part make of its
        inputs, side by side. The first input is always 1: the layer's own bias is in its row."""
        if self._joined is None or self._joined[0] is not self.weights:
            self._joined = self.weights, joined(self.weights)
        return self._joined[1]

    def ids(
        self, rows: Rows, topic: NDArray[np.int8], language: NDArray[np.int8], scene: int
    ) -> Ids:
        """What `model.predict` wants to know of the candidates `rows`; `topic` and `language` are
        the catalogue's columns."""
        n = len(rows)
        side, bias = np.empty((n, SIDE), np.float32), np.empty((n, H), np.float32)
        of = np.empty((3, n), np.int8)
        gather(self.items, self.creators, self.at, topic, language, rows, scene, side, bias, of)
        return Ids(side, bias, of[0], of[1], of[2])


def joined(weights: Weights) -> Floats:
    """See Serving.joined."""
    views = weights.views()
    one = weights.hidden[0]
    made = np.zeros((INPUTS, one + H), np.float32)
    made[:, :one] = views["A"]
    made[0, :one] += views["a"]
    made[:F, one:] = views["w"]
    return made


def cell_of(language: NDArray[np.int8], topic: NDArray[np.int8]) -> NDArray[np.int32]:
    """The rows of `Serving.blocks` for items never shown."""
    return language.astype(np.int32) * TOPICS_MAX + topic


@njit(cache=True, nogil=True)
def gather(  # type: ignore[no-untyped-def]
    items, creators, at, topic, language, rows, scene, side, bias, of
):
    """What is known of `rows`, side by side: embeddings, biases, and of[3]: topic, language,
    scene."""
    dims, heads = items.shape[1] - bias.shape[1], bias.shape[1]
    for i in range(len(rows)):
        row = rows[i]
        of[0, i], of[1, i], of[2, i] = topic[row], language[row], scene
        item, creator = at[row, ITEM], at[row, CREATOR]
        for d in range(dims):
            side[i, d] = items[item, d]
        for d in range(creators.shape[1]):
            side[i, dims + d] = creators[creator, d]
        for h in range(heads):
            bias[i, h] = items[item, dims + h]


def nothing_learned(rows: int) -> Serving:
    """The serving state of an empty cell."""
    return Serving(
        version=0,
        weights=starting_weights(),
        scene_rates=Counters().scene_rates(0),
        blocks=Counters().cold_blocks(0).reshape(CELLS, ITEM_BLOCK),
        items=np.zeros((1, ITEM_WIDTH), np.float32),
        creators=np.zeros((1, CREATOR_DIMS), np.float32),
        at=np.zeros((rows, 5), np.int32),
    )


@njit(cache=True, nogil=True)
def _place(nums, first, column, row_of, live, at):  # type: ignore[no-untyped-def]
    """What is known of the items `nums` lies in their table from the row `first` on; answers their
    rows of the catalogue, -1 where the item is not live."""
    rows = np.full(len(nums), -1, np.int32)
    for i in range(len(nums)):
        if 0 <= nums[i] < len(row_of):
            row = row_of[nums[i]]
            if 0 <= row < len(live) and live[row]:
                at[row, column] = first + i
                rows[i] = row
    return rows


@njit(cache=True, nogil=True)
def _place_all(known, live, language, topic, creator, at):  # type: ignore[no-untyped-def]
    """Every live row is of its cell and of its creator; `known` int32: a creator's number to its
    row of the table of creators, 0 for none."""
    for row in range(len(live)):
        if live[row]:
            at[row, BLOCK] = language[row] * TOPICS_MAX + topic[row]
            if 0 < creator[row] < len(known):
                at[row, CREATOR] = known[creator[row]]


def _after_nobody(table: NDArray[Any]) -> NDArray[Any]:
    """A table with a row of zeros before its own."""
    return np.concatenate([np.zeros_like(table, shape=(1, *table.shape[1:])), table])


@njit(cache=True, nogil=True)
def _keys(rows, trend, language, keys):  # type: ignore[no-untyped-def]
    """Fills `keys` int64[n] so that they rise by language, and in each as `trend` float32[n] falls;
    of equals the first comes first. Rows of -1 and what does not trend are left out; answers how
    many are not."""
    n = 0
    bits = trend.view(np.uint32)
    for i in range(len(rows)):
        if rows[i] >= 0 and trend[i] > 0:
            falling = np.int64(0xFFFFFFFF) - np.int64(bits[i])
            keys[n] = (np.int64(language[rows[i]]) << 56) + (falling << 24) + i
            n += 1
    return n


@njit(cache=True, nogil=True)
def _sort_out(keys, rows, language, topic, best, offsets, by_topic, topic_offsets):  # type: ignore[no-untyped-def]
    """The rows of sorted `keys`: best[n] as they come, and by_topic[n] by language and topic."""
    for key in keys:
        row = rows[key & 0xFFFFFF]
        offsets[language[row] + 1] += 1
        topic_offsets[language[row] * TOPICS_MAX + topic[row] + 1] += 1
    for shelf in range(1, len(offsets)):
        offsets[shelf] += offsets[shelf - 1]
    for shelf in range(1, len(topic_offsets)):
        topic_offsets[shelf] += topic_offsets[shelf - 1]
    free = topic_offsets[:-1].copy()
    for i in range(len(keys)):
        row = rows[keys[i] & 0xFFFFFF]
        best[i] = row
        shelf = language[row] * TOPICS_MAX + topic[row]
        by_topic[free[shelf]] = row
        free[shelf] += 1


def shelve(
    rows: Rows, trend: Floats, language: NDArray[np.int8], topic: NDArray[np.int8]
) -> tuple[Shelves, Shelves]:
    """(by language, by language and topic): of `rows` int32[n], -1 for none, those that trend, the
    greatest of `trend` float32[n] first. Without the GIL; one sort of whole numbers is a tenth of
    what sorting by two keys takes."""
    keys = np.empty(len(rows), np.int64)
    keys = keys[: _keys(rows, trend, language, keys)]
    keys.sort()
    by_language, by_topic = no_shelves(len(LANGUAGES), len(keys)), no_shelves(CELLS, len(keys))
    _sort_out(keys, rows, language, topic, *by_language, *by_topic)
    return by_language, by_topic


def lay(
    version: int,
    arrays: dict[str, NDArray[Any]],
    row_of: NDArray[np.int32],
    live: NDArray[np.bool_],
    language: NDArray[np.int8],
    topic: NDArray[np.int8],
    creator: NDArray[np.int32],
) -> Serving:
    """A snapshot's arrays (learning.fold.Fold.arrays) over the catalogue's columns.

    `row_of` int32[numbers] maps an item's number to its row, -1 for none; the others are
    columns over rows. About 5 ms for 100,000 items, most of it without the GIL: call it in a
    thread.
    """
    numbers = arrays["creators"]
    known = np.zeros(int(numbers.max(initial=0)) + 1, np.int32)
    known[numbers] = np.arange(1, 1 + len(numbers))
    at = np.zeros((len(live), 5), np.int32)
    _place_all(known, live, language, topic, creator, at)
    rows = _place(arrays["nums"], CELLS, BLOCK, row_of, live, at)
    _place(arrays["embedded"], 1, ITEM, row_of, live, at)
    _place(arrays["near_nums"], 1, NEAR, row_of, live, at)
    _place(arrays["engaged_nums"], 1, ENGAGERS, row_of, live, at)
    one, two = arrays["hidden"].tolist()
    serving = Serving(
        version=version,
        weights=Weights(np.array(arrays["flat"]), np.array(arrays["calibration"]), (one, two)),
        scene_rates=np.array(arrays["scene_rates"]),
        blocks=np.concatenate([arrays["cold"].reshape(CELLS, ITEM_BLOCK), arrays["blocks"]]),
        items=_after_nobody(arrays["item_rows"].reshape(-1, ITEM_WIDTH)),
        creators=_after_nobody(arrays["creator_rows"].reshape(-1, CREATOR_DIMS)),
        at=at,
        engagers=Engagers(
            _after_nobody(arrays["engager_mean"].reshape(-1, EMBEDDING_SIZE)),
            _after_nobody(arrays["engager_unit"]),
            np.array(arrays["usual_taste"]),
        ),
        trials=tried(arrays),
    )
    serving.neighbours, serving.neighbour_strength = lay_neighbours(
        arrays["near"], arrays["near_strength"], row_of, live
    )
    serving.trending, serving.by_topic = shelve(rows, arrays["trend"], language, topic)
    return serving
