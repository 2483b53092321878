"""Filters that fail closed: nothing unchecked is shown."""

from __future__ import annotations

from typing import ClassVar, Final, Literal

import numpy as np
from numba import njit

from jhalak.catalogue.topics import topics
from jhalak.pipeline.stage import SOURCES
from jhalak.schema.candidates import Candidates, Mask
from jhalak.schema.query import Query
from jhalak.stages.world import World

VIOLENT: Final = ("crime",)
"""Topics that a locked screen never shows: anyone nearby may look."""


class Live:
    """Filter: published, not expired, not recalled."""

    name: ClassVar[str] = "live"
    fails: ClassVar[Literal["closed", "open"]] = "closed"

    def __init__(self, world: World) -> None:
        self._world = world

    def keep(self, query: Query, candidates: Candidates) -> Mask:
        c = self._world.catalogue
        mask: Mask = _live(candidates.rows, c.live, c.expires_ms, query.now_ms)
        return mask


@njit(cache=True, nogil=True)
def _live(rows, live, expires_ms, now_ms):  # type: ignore[no-untyped-def]
    keep = np.empty(len(rows), np.bool_)
    for i in range(len(rows)):
        keep[i] = live[rows[i]] & (expires_ms[rows[i]] > now_ms)
    return keep


class SafeWhenLocked:
    """Filter: nothing violent; a sensitive topic only because it trends or was chosen, never
    from an inferred taste. `chosen` are the sources (by their place) that may bring one."""

    name: ClassVar[str] = "safe when locked"
    fails: ClassVar[Literal["closed", "open"]] = "closed"

    def __init__(self, world: World, chosen: tuple[int, ...]) -> None:
        self._world = world
        self.bits = np.uint16(sum(1 << place for place in chosen))
        """Of the sources that may bring a sensitive topic."""
        self.violent = np.array([topic.id in VIOLENT for topic in topics()] + [False] * 128)
        """bool[topics and more]"""

    def keep(self, query: Query, candidates: Candidates) -> Mask:
        c, rows = self._world.catalogue, candidates.rows
        allowed = (candidates[SOURCES] & self.bits) > 0
        mask: Mask = (~c.sensitive[rows] | allowed) & ~self.violent[c.topic[rows]]
        return mask & ~c.unsafe[rows]


class AgeSafe:
    """Filter: nothing sensitive for a minor."""

    name: ClassVar[str] = "age safe"
    fails: ClassVar[Literal["closed", "open"]] = "closed"

    def __init__(self, world: World) -> None:
        self._world = world

    def keep(self, query: Query, candidates: Candidates) -> Mask:
        if not query.minor:
            return np.ones(len(candidates), np.bool_)
        c, rows = self._world.catalogue, candidates.rows
        mask: Mask = ~(c.sensitive[rows] | c.unsafe[rows])
        return mask
