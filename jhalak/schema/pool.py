"""Pools of rows: parts of the catalogue in an order worth walking."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from jhalak.schema.candidates import Rows
from jhalak.schema.languages import LANGUAGES
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


class Shelves(NamedTuple):
    """Rows of all languages: those of shelf s are rows[offsets[s]:offsets[s + 1]]. A shelf is a
    language, or a language's topic: language x TOPICS_MAX + topic."""

    rows: Rows
    offsets: NDArray[np.int64]

    def of(self, language: int) -> Rows:
        """The rows of a language, shelf by shelf."""
        each = (len(self.offsets) - 1) // len(LANGUAGES)
        return self.rows[self.offsets[language * each] : self.offsets[(language + 1) * each]]


def by_language_and_topic(
    rows: Rows, language: NDArray[np.int8], topic: NDArray[np.int8]
) -> Shelves:
    """A shelf a language's topic, of `rows` in their order."""
    keys = language.astype(np.int16) * TOPICS_MAX + topic
    counts = np.bincount(keys, minlength=len(LANGUAGES) * TOPICS_MAX)
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return Shelves(rows[np.argsort(keys, kind="stable")], offsets)


def no_shelves(shelves: int, rows: int = 0) -> Shelves:
    """As many as that, with nothing on them yet, and room for `rows`."""
    return Shelves(np.empty(rows, np.int32), np.zeros(shelves + 1, np.int64))
