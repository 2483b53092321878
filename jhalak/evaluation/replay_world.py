"""Everything that replay changes as it goes: what serving and the learner would hold, in arrays."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from jhalak.evaluation.log import ACTIONS, Log
from jhalak.learning.engagers import Engagers, no_engagers
from jhalak.learning.features import ITEM_BLOCK
from jhalak.learning.model import About
from jhalak.learning.rates import ALL_PRIOR, SCENE_PRIOR, TOPIC_PRIOR, USUAL, R
from jhalak.learning.table import K
from jhalak.learning.taste import COLUMN, DONE, WEIGHT
from jhalak.schema.candidates import Floats
from jhalak.schema.item import EMBEDDING_SIZE
from jhalak.schema.languages import LANGUAGES
from jhalak.schema.viewer_state import (
    CREATORS_MAX,
    ENGAGED,
    INTERESTS,
    ITEMS_MAX,
    PLACES,
    SCENES,
    TOPICS_MAX,
    VECTORS,
)

KIND: Final = {"tap": 2, "long": 3, "complete": 6, "likes": 4, "share": 4, "hides": 5, "report": 5}
"""The counter's kind (learning.table.KINDS) of each action."""


class Viewers(NamedTuple):
    """The learned part of ViewerState, of all viewers."""

    at_ms: NDArray[np.int64]
    counts: Floats
    creators: NDArray[np.int32]
    vectors: Floats
    interests: Floats
    interest_weight: Floats
    items: NDArray[np.int64]
    items_done: NDArray[np.uint8]


class Tallies(NamedTuple):
    """Counts float32[rows, K] and the times of their last changes, as learning.counters holds
    them: of items, creators, topics in each language, scenes (the last row: all), and items in
    each scene."""

    item: Floats
    item_ms: NDArray[np.int64]
    creator: Floats
    creator_ms: NDArray[np.int64]
    topic: Floats
    topic_ms: NDArray[np.int64]
    scene: Floats
    scene_ms: NDArray[np.int64]
    pair: Floats
    pair_ms: NDArray[np.int64]


class EngagedBy(NamedTuple):
    """What learning.engagers.EngagerTable holds and publishes, of all items."""

    total: Floats
    """float32[rows, EMBEDDING_SIZE]"""
    weight: Floats
    told: Engagers
    met: NDArray[np.int64]
    """int64[1]: slates so far"""
    taste: NDArray[np.int16]
    """int16[EMBEDDING_SIZE]: of the viewer at hand"""


class Past(NamedTuple):
    """Histories to fold, in the order in which they end; see evaluation.log.Histories."""

    order: NDArray[np.int64]
    """int64[k]: viewers"""
    offsets: NDArray[np.int64]
    rows: NDArray[np.int32]
    done: NDArray[np.bool_]
    """bool[m, len(ACTIONS)]"""
    last_ms: NDArray[np.int64]
    whole: bool
    at: NDArray[np.int64]
    """int64[m, 6]: rows of the tallies"""
    next: NDArray[np.int64]
    """int64[1]: place in `order` of the next one"""
    taps_topic: NDArray[np.float64]
    """float64[TOPICS_MAX]: entries folded so far, where the histories are of taps alone"""
    taps_language: NDArray[np.float64]
    taps_creator: NDArray[np.float64]
    """By creator's number"""


def _viewers(n: int) -> Viewers:
    return Viewers(
        np.zeros(n, np.int64),
        np.zeros((n, PLACES, ENGAGED + 1), np.float32),
        np.zeros((n, CREATORS_MAX), np.int32),
        np.zeros((n, VECTORS, EMBEDDING_SIZE), np.float32),
        np.zeros((n, INTERESTS, EMBEDDING_SIZE), np.float32),
        np.zeros((n, INTERESTS), np.float32),
        np.zeros((n, ITEMS_MAX), np.int64),
        np.zeros((n, ITEMS_MAX), np.uint8),
    )


class World:
    """All of it, over one log."""

    def __init__(self, log: Log) -> None:
        self.log = log
        shown, items, n = log.impressions, log.items, len(log.items.topic)
        self.viewers, self.frozen = _viewers(log.viewers), _viewers(log.viewers)
        self.in_session = np.full(log.viewers, -1, np.int64)
        self.blocks = np.zeros((n, ITEM_BLOCK), np.float32)
        self.places = np.arange(n, dtype=np.int32).reshape(-1, 1)
        """Which of them is that of a row, and of the engagers': its own."""
        self.engagers = EngagedBy(
            np.zeros((n, EMBEDDING_SIZE), np.float32), np.zeros(n, np.float32), no_engagers(n),
            np.zeros(1, np.int64), np.zeros(EMBEDDING_SIZE, np.int16),
        )  # fmt: skip
        _, self._creator_row = np.unique(items.creator, return_inverse=True)
        cells = items.language.astype(np.int64) * TOPICS_MAX + items.topic
        pairs, pair = np.unique(
            shown.row.astype(np.int64) * SCENES + shown.scene, return_inverse=True
        )
        sizes = n, int(self._creator_row.max(initial=0)) + 1, int(cells.max(initial=0)) + 1
        arrays = [
            array
            for size in (*sizes, SCENES + 1, len(pairs))
            for array in (np.zeros((size, K), np.float32), np.zeros(size, np.int64))
        ]
        self.tallies = Tallies._make(arrays)
        self._cells = cells
        self.at = self._rows(shown.row, shown.scene.astype(np.int64), pair)
        self.priors = (
            np.array(list(USUAL.values())), np.full(R, ALL_PRIOR), np.full(R, SCENE_PRIOR),
            TOPIC_PRIOR,
        )  # fmt: skip
        self.actions = np.array(
            [
                (WEIGHT[name], COLUMN.get(name, -1), DONE.get(name, 0), KIND.get(name, -1))
                for name in ACTIONS
            ]
        )
        self.past = self._past()
        observed = np.array([name in log.observed for name in ACTIONS])
        self.label = np.where(observed, shown.actions, -1).astype(np.float32)

    def _rows(
        self, row: NDArray[np.int32], scene: NDArray[np.int64], pair: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        """int64[n, 6]: rows of the tallies of item, creator (-1: unknown), topic, scene, pair and
        all, of each impression."""
        known = self.log.items.creator[row] > 0
        creator = np.where(known, self._creator_row[row], -1)
        return np.stack(
            [row, creator, self._cells[row], scene, pair, np.full(len(row), SCENES)], axis=1
        ).astype(np.int64)

    def about(self, part: slice) -> About:
        """What impressions are of, as the model wants it."""
        items, shown = self.log.items, self.log.impressions
        row = shown.row[part]
        return About(
            self.log.numbers[row], items.creator[row].astype(np.int64),
            items.topic[row].astype(np.int64), items.language[row].astype(np.int64),
            shown.scene[part].astype(np.int64), shown.position[part].astype(np.int64),
        )  # fmt: skip

    def _past(self) -> Past:
        past = self.log.histories
        done = np.zeros((len(past.row), len(ACTIONS)), np.bool_)
        done[:, ACTIONS.index("tap")] = past.tap & (not past.whole)
        done[:, ACTIONS.index("long")] = past.long
        done[:, ACTIONS.index("likes")] = past.like
        nothing = np.full(len(past.row), -1, np.int64)
        held = np.flatnonzero(np.diff(past.offsets) > 0)
        return Past(
            held[np.argsort(past.last_ms[held], kind="stable")], past.offsets, past.row, done,
            past.last_ms, past.whole, self._rows(past.row, nothing, nothing),
            np.zeros(1, np.int64), np.zeros(TOPICS_MAX), np.zeros(len(LANGUAGES)),
            np.zeros(int(self.log.items.creator.max(initial=0)) + 1),
        )  # fmt: skip
