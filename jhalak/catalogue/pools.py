"""Live rows in the orders that sources walk."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from jhalak.schema.candidates import Rows
from jhalak.schema.languages import LANGUAGES
from jhalak.schema.pool import ByTopic, Shelves, by_language_and_topic, by_topic, no_shelves
from jhalak.schema.viewer_state import TOPICS_MAX

SAFE: Final = 200


@dataclass(slots=True)
class Pools:
    """Live rows by language, and by language and topic; newest first. Replaced, never changed."""

    fresh: dict[int, Rows] = field(default_factory=dict)
    by_topic: dict[int, ByTopic] = field(default_factory=dict)
    creator: dict[int, Rows] = field(default_factory=dict)
    """Creator number to its rows."""
    shelves: Shelves = field(default_factory=lambda: no_shelves(len(LANGUAGES) * TOPICS_MAX))
    """All of `by_topic` side by side."""
    safe: dict[int, Rows] = field(default_factory=dict)
    """The newest cards and videos that are safe for everyone, at most SAFE a language."""


def pools_of(live: NDArray[np.bool_], facts: NDArray[Any]) -> Pools:
    """Of the catalogue's columns (columns.FACTS). 20 ms at 100,000 items, most of it sorting
    without the GIL."""
    rows = np.flatnonzero(live).astype(np.int32)
    rows = newest_first(rows, facts["published_ms"], facts["num"])
    named = rows[facts["creator"][rows] > 0]
    # Found by whom it is for, and by nobody else: it takes no other's place among candidates.
    rows = rows[~facts["followers_only"][rows]]
    language, topic = facts["language"], facts["topic"]
    fresh = split(rows, language[rows].astype(np.int64))
    unsafe = facts["sensitive"] | facts["unsafe"]
    return Pools(
        fresh=fresh,
        by_topic={key: by_topic(part, topic[part]) for key, part in fresh.items()},
        creator=split(named, facts["creator"][named]),
        shelves=by_language_and_topic(rows, language[rows], topic[rows]),
        safe={key: part[~unsafe[part]][:SAFE] for key, part in fresh.items()},
    )


def newest_first(rows: Rows, published_ms: NDArray[np.int64], num: NDArray[np.int64]) -> Rows:
    """`rows` by when they were published; of the same moment, those that came last first."""
    return rows[np.lexsort((-num[rows], -published_ms[rows]))]


def split(rows: Rows, keys: NDArray[np.integer]) -> dict[int, Rows]:
    """Rows by key, each part in the order of `rows`."""
    order = np.argsort(keys, kind="stable")
    cuts = np.flatnonzero(np.diff(keys[order])) + 1
    parts = np.split(order, cuts)
    return {int(keys[part[0]]): rows[part] for part in parts if len(part)}
