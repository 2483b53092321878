"""A learner's snapshot laid over the rows of one process's live catalogue."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from jhalak.learning.counters import Counters
from jhalak.learning.features import ITEM_BLOCK
from jhalak.learning.model import (
    CREATOR_DIMS,
    ITEM_DIMS,
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
from jhalak.schema.pool import ByTopic, by_topic


@dataclass(slots=True, eq=False)
class Serving:
    """What feeds read of the learned state. Row arrays are as long as the catalogue."""

    version: int
    """0: nothing was learned yet, these are the starting weights."""
    weights: Weights
    cold: Floats
    """float32[languages, topics, ITEM_BLOCK]: blocks of items never shown."""
    scene_rates: Floats
    """float32[SCENES + 1, 3]: rates of tap, long view and like in each scene; the last row: all."""
    blocks: Floats
    """float32[rows, ITEM_BLOCK]"""
    side: Floats
    """float32[rows, SIDE + H]: embeddings of the item and its creator, and the item's biases."""
    trials: Tried = field(default_factory=nothing_tried)
    neighbours: NDArray[np.int32] = field(default_factory=lambda: np.zeros((0, EXPORTED), np.int32))
    """int32[rows or 0, EXPORTED]: rows engaged with together with each, strongest first; -1: none
    left."""
    neighbour_strength: Floats = field(default_factory=lambda: np.zeros((0, EXPORTED), np.float32))
    trending: dict[int, Rows] = field(default_factory=dict)
    """Language index to rows with counts, best first."""
    by_topic: dict[int, ByTopic] = field(default_factory=dict)
    """Language index to the same rows by topic, best first."""

    def fit(self, rows: int) -> None:
        """Make the row arrays at least `rows` long."""
        if len(self.blocks) < rows:
            for name in ("blocks", "side"):
                old = getattr(self, name)
                new = np.zeros((rows, old.shape[1]), np.float32)
                new[: len(old)] = old
                setattr(self, name, new)

    def renew(self, rows: Rows, language: NDArray[np.int8], topic: NDArray[np.int8]) -> None:
        """`rows` hold new items now: nothing is known of them."""
        self.blocks[rows] = self.cold[language, topic]
        self.side[rows] = 0.0

    def rates(self, scene: int) -> Floats:
        """float32[2, 3]: rates in this scene and over all."""
        return self.scene_rates[[scene, -1]]

    def ids(
        self, rows: Rows, topic: NDArray[np.int8], language: NDArray[np.int8], scene: int
    ) -> Ids:
        """What `model.predict` wants to know of the candidates `rows`; `topic` and `language` are
        the catalogue's columns."""
        n = len(rows)
        side, bias = np.empty((n, SIDE), np.float32), np.empty((n, H), np.float32)
        of = np.empty((3, n), np.int8)
        _gather(self.side, topic, language, rows, scene, side, bias, of)
        return Ids(side, bias, of[0], of[1], of[2])


@njit(cache=True, nogil=True)
def _gather(table, topic, language, rows, scene, side, bias, of):  # type: ignore[no-untyped-def]
    """Take apart what `Serving.side` holds of `rows`, and of[3]: topic, language, scene."""
    width = side.shape[1]
    for i in range(len(rows)):
        of[0, i] = topic[rows[i]]
    for i in range(len(rows)):
        of[1, i] = language[rows[i]]
    for i in range(len(rows)):
        of[2, i] = scene
    for i in range(len(rows)):
        bias[i, 0] = table[rows[i], width]  # see learning.features: bring rows near, many at once
    for i in range(len(rows)):
        for d in range(width):
            side[i, d] = table[rows[i], d]
        for h in range(bias.shape[1]):
            bias[i, h] = table[rows[i], width + h]


def nothing_learned(rows: int) -> Serving:
    """The serving state of an empty cell."""
    return Serving(
        version=0,
        weights=starting_weights(),
        cold=Counters().cold_blocks(0),
        scene_rates=Counters().scene_rates(0),
        blocks=np.zeros((rows, ITEM_BLOCK), np.float32),
        side=np.zeros((rows, SIDE + H), np.float32),
    )


@njit(cache=True, nogil=True)
def _lay(nums, blocks, row_of, live, cold, language, topic, out):  # type: ignore[no-untyped-def]
    """Fill every live row with its cold block, then the known items with theirs; answers the
    known items' rows, -1 where the item is not live."""
    for row in range(len(live)):
        if live[row]:
            out[row] = cold[language[row], topic[row]]
    rows = np.full(len(nums), -1, np.int32)
    for i in range(len(nums)):
        num = nums[i]
        if 0 <= num < len(row_of):
            row = row_of[num]
            if 0 <= row < len(live) and live[row]:
                out[row] = blocks[i]
                rows[i] = row
    return rows


@njit(cache=True, nogil=True)
def _lay_sides(  # type: ignore[no-untyped-def]
    nums, item_rows, row_of, creators, creator_rows, live, creator, item_dims, out
):
    """Fill out[rows, SIDE + H]; `creators` is sorted."""
    side = item_dims + creator_rows.shape[1]
    for i in range(len(nums)):
        if 0 <= nums[i] < len(row_of):
            row = row_of[nums[i]]
            if 0 <= row < len(live) and live[row]:
                out[row, :item_dims] = item_rows[i, :item_dims]
                out[row, side:] = item_rows[i, item_dims:]
    for row in range(len(live)):
        if live[row] and creator[row] > 0:
            at = np.searchsorted(creators, creator[row])
            if at < len(creators) and creators[at] == creator[row]:
                out[row, item_dims:side] = creator_rows[at]


def _sides(
    arrays: dict[str, NDArray[Any]],
    row_of: NDArray[np.int32],
    live: NDArray[np.bool_],
    creator: NDArray[np.int32],
) -> Floats:
    out = np.zeros((len(live), SIDE + H), np.float32)
    order = np.argsort(arrays["creators"])
    _lay_sides(
        arrays["embedded"], arrays["item_rows"].reshape(-1, ITEM_WIDTH), row_of,
        arrays["creators"][order], arrays["creator_rows"].reshape(-1, CREATOR_DIMS)[order], live,
        creator, ITEM_DIMS, out,
    )  # fmt: skip
    return out


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
    blocks = np.zeros((len(live), ITEM_BLOCK), np.float32)
    rows = _lay(
        arrays["nums"], arrays["blocks"], row_of, live, arrays["cold"], language, topic, blocks
    )
    one, two = arrays["hidden"].tolist()
    weights = Weights(np.array(arrays["flat"]), np.array(arrays["calibration"]), (one, two))
    serving = Serving(
        version, weights, np.array(arrays["cold"]), np.array(arrays["scene_rates"]), blocks,
        _sides(arrays, row_of, live, creator), tried(arrays),
    )  # fmt: skip
    serving.neighbours, serving.neighbour_strength = lay_neighbours(
        arrays["near_nums"], arrays["near"], arrays["near_strength"], row_of, live
    )
    known = np.flatnonzero(rows >= 0)
    trend = arrays["trend"][known]
    known, trend = known[trend > 0], trend[trend > 0]
    rows = rows[known]
    order = np.lexsort((-trend, language[rows]))
    cuts = np.flatnonzero(np.diff(language[rows[order]])) + 1
    for best in np.split(rows[order], cuts):
        if len(best):
            serving.trending[int(language[best[0]])] = best
            serving.by_topic[int(language[best[0]])] = by_topic(best, topic[best])
    return serving
