"""Filters for whom a video is: followers only; and not by taste alone where its maker is young."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from jhalak.pipeline.stage import SOURCES
from jhalak.schema.candidates import Candidates, Mask, Rows
from jhalak.schema.query import Query
from jhalak.schema.viewer_state import ViewerState
from jhalak.stages.world import World


def may_see(world: World, state: ViewerState | None, rows: Rows) -> Mask:
    """bool[n]: is each of `rows` for everyone, or by a creator whom the viewer follows? Nothing
    known of the viewer: only what is for everyone. 2 us for 500 where all is."""
    catalogue = world.catalogue
    closed: Mask = catalogue.followers_only[rows]
    if not closed.any():
        return np.ones(len(rows), np.bool_)
    if state is None or not state.followed_creators:
        return ~closed
    return ~closed | np.isin(catalogue.creator[rows], list(state.followed_creators))


class ForFollowers:
    """Filter: what is for followers only goes to followers. Closed: its creator was promised so.

    Reads   catalogue.followers_only; query.state.followed_creators
    """

    name: ClassVar[str] = "for followers"
    fails: ClassVar[Literal["closed", "open"]] = "closed"

    def __init__(self, world: World) -> None:
        self._world = world

    def keep(self, query: Query, candidates: Candidates) -> Mask:
        return may_see(self._world, query.state, candidates.rows)


class NotByTasteAlone:
    """Filter: what a minor made comes to no adult by nearness of taste alone; followed, trending,
    topical, new or tried it may come. Who is not known to be a minor counts as an adult.

    Reads   catalogue.by_minor; SOURCES
    """

    name: ClassVar[str] = "not by taste alone"
    fails: ClassVar[Literal["closed", "open"]] = "closed"

    def __init__(self, world: World, taste: tuple[int, ...]) -> None:
        """`taste`: places of the sources that go by taste alone."""
        self._world = world
        self.others = np.uint16(0xFFFF ^ sum(1 << place for place in taste))

    def keep(self, query: Query, candidates: Candidates) -> Mask:
        young: Mask = self._world.catalogue.by_minor[candidates.rows]
        if query.minor or not young.any():
            return np.ones(len(candidates), np.bool_)
        mask: Mask = ~young | ((candidates[SOURCES] & self.others) > 0)
        return mask
