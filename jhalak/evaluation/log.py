"""A log to replay: impressions in time order, what they showed, and what viewers did before."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from jhalak.learning.features import ItemColumns

ACTIONS: Final = ("tap", "long", "complete", "share", "likes", "follows", "hides")
"""Columns of Impressions.actions, each a key of learning.taste.WEIGHT."""


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

    def first(self, n: int) -> Impressions:
        """The oldest n."""
        columns = {name: column[:n] for name, column in self._asdict().items()}
        return self._replace(**columns)


class Histories(NamedTuple):
    """What viewers did before the log: viewer v's are the entries offsets[v]:offsets[v + 1]."""

    offsets: NDArray[np.int64]
    """int64[viewers + 1]"""
    row: NDArray[np.int32]
    """int32[m], items shown, oldest first"""
    long: NDArray[np.bool_]
    """bool[m]: watched for long"""
    like: NDArray[np.bool_]
    last_ms: NDArray[np.int64]
    """int64[viewers]: when the last of them was shown; 0 where there is none"""


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
