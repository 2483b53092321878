"""Pools of rows: parts of the catalogue in an order worth walking."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from jhalak.schema.candidates import Rows
from jhalak.schema.viewer_state import TOPICS_MAX


class ByTopic(NamedTuple):
    """Rows grouped by topic: those of topic t are rows[offsets[t]:offsets[t + 1]]."""

    rows: Rows
    offsets: NDArray[np.int64]
    """int64[TOPICS_MAX + 1]"""
    held: NDArray[np.int64]
    """int64[TOPICS_MAX]: 1 for each topic that has rows."""
    topics: int
    """How many topics have rows."""


def by_topic(rows: Rows, topic: NDArray[np.int8]) -> ByTopic:
    """Group `rows` by their `topic`, keeping their order within each."""
    order = np.argsort(topic, kind="stable")
    counts = np.bincount(topic, minlength=TOPICS_MAX)
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    held = (counts > 0).astype(np.int64)
    return ByTopic(rows[order], offsets, held, int(held.sum()))
