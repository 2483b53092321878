"""A log to replay: impressions in time order, what they showed, and what viewers did before."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from jhalak.learning.features import ItemColumns
from jhalak.schema.item import EMBEDDING_SIZE

ACTIONS: Final = ("tap", "long", "complete", "likes", "share", "follows", "hides", "report")
"""Columns of Impressions.actions, in the order of learning.model.HEADS; each a key of
learning.taste.WEIGHT."""
SCENES: Final = 16
"""Places where a log's impressions were shown (surfaces, tabs) are numbers below this."""


class BadLog(ValueError):
    """Files that hold no log that can be replayed: which file, which line, and what to do."""


class Impressions(NamedTuple):
    """n impressions, oldest first."""

    viewer: NDArray[np.int64]
    """int64[n], 0..viewers - 1"""
    row: NDArray[np.int32]
    """int32[n], the item's row in the log's ItemColumns"""
    at_ms: NDArray[np.int64]
    """int64[n], Unix milliseconds, never falling"""
    hour: NDArray[np.float64]
    """float64[n], local hour of day"""
    day: NDArray[np.int64]
    """int64[n], local days since 1970"""
    actions: NDArray[np.bool_]
    """bool[n, len(ACTIONS)]: what the viewer did with it"""
    scene: NDArray[np.int8]
    """int8[n], 0..SCENES - 1: where it was shown"""
    request: NDArray[np.int64]
    """int64[n]: rows of one number were ranked and shown at once, and lie side by side; their
    outcomes are learned after all of them were foretold"""
    position: NDArray[np.int16]
    """int16[n]: slot within the request, from 0; -1: the log does not say"""
    watched_s: NDArray[np.float32]
    """float32[n]: how long it was watched or looked at, seconds; NaN: the log does not say"""

    def first(self, n: int) -> Impressions:
        """The oldest n, and the rest of the last one's request."""
        while 0 < n < len(self.request) and self.request[n] == self.request[n - 1]:
            n += 1
        columns = {name: column[:n] for name, column in self._asdict().items()}
        return self._replace(**columns)


class Histories(NamedTuple):
    """What viewers did before the log: viewer v's are the entries offsets[v]:offsets[v + 1]."""

    offsets: NDArray[np.int64]
    """int64[viewers + 1]"""
    row: NDArray[np.int32]
    """int32[m], items shown, oldest first"""
    tap: NDArray[np.bool_]
    """bool[m]: tapped or clicked, as far as the histories say"""
    long: NDArray[np.bool_]
    """bool[m]: watched for long"""
    like: NDArray[np.bool_]
    last_ms: NDArray[np.int64]
    """int64[viewers]: when the last of them was shown; 0 where there is none"""
    whole: bool = True
    """They hold all that was shown, not only what was tapped. Whether the rest was tapped is not
    known."""


class Log(NamedTuple):
    """All of it."""

    impressions: Impressions
    histories: Histories
    items: ItemColumns
    numbers: NDArray[np.int64]
    """int64[rows]: the items' numbers, from 1 upwards"""
    viewers: int
    copies: int
    """Rows left out because they repeat an earlier (viewer, item, time)."""
    left_out: int
    """Histories left out because they do not lie before the log."""
    observed: tuple[str, ...]
    """The actions of ACTIONS that the log records; of the others nothing can be learned."""
    scenes: tuple[str, ...] = ()
    """Names of the scenes, by number; empty: they have none."""
    omitted: tuple[tuple[str, int], ...] = ()
    """What else was left out, and how many: ("candidates without a label", 12)."""


def bare_items(rows: int, published_ms: int, lifetime_h: float) -> ItemColumns:
    """Items of which nothing is known but that they exist."""
    return ItemColumns(
        topic=np.zeros(rows, np.int8),
        language=np.zeros(rows, np.int8),
        creator=np.zeros(rows, np.int32),
        published_ms=np.full(rows, published_ms, np.int64),
        lifetime_h=np.full(rows, lifetime_h, np.float32),
        duration_s=np.zeros(rows, np.float32),
        sensitive=np.zeros(rows, np.bool_),
        embedding=np.zeros((rows, EMBEDDING_SIZE), np.float32),
    )


def no_histories(viewers: int) -> Histories:
    """Nobody did anything before."""
    none = np.zeros(0, np.bool_)
    return Histories(
        np.zeros(viewers + 1, np.int64), np.zeros(0, np.int32), none, none, none,
        np.zeros(viewers, np.int64),
    )  # fmt: skip
