"""Candidate source and filter: what is in the channel that a viewer opened."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from jhalak.schema.candidates import Candidates, Mask, Rows
from jhalak.schema.query import Query
from jhalak.stages.walk import Walker
from jhalak.stages.world import World

NO_ROWS: Rows = np.empty(0, np.int32)


class InChannel:
    """Source: the newest unseen items of `query.channel` in the viewer's languages, each with its
    share. The ranker says which are best."""

    name: ClassVar[str] = "in channel"

    def __init__(self, world: World, walker: Walker, wanted: int = 400) -> None:
        self._world, self._walker, self._wanted = world, walker, wanted

    def find(self, query: Query) -> Rows:
        each = -(-query.some(self._wanted) // len(query.languages))
        found = [self._walker.first(rows, each, query.seen) for rows in rows_of(self._world, query)]
        return np.concatenate(found) if found else NO_ROWS


class OnlyChannel:
    """Filter: what is in `query.channel`. Closed: nobody is shown another channel's items."""

    name: ClassVar[str] = "only channel"
    fails: ClassVar[Literal["closed", "open"]] = "closed"

    def __init__(self, world: World) -> None:
        self._world = world

    def keep(self, query: Query, candidates: Candidates) -> Mask:
        parts = rows_of(self._world, query)
        held = np.concatenate(parts) if parts else NO_ROWS
        return np.isin(candidates.rows, held)


def rows_of(world: World, query: Query) -> list[Rows]:
    """The channel's rows by language, of those that the viewer reads."""
    held = world.channel_rows.get(query.channel, {})
    return [held[language] for language in query.languages if language in held]
