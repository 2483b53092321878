"""Candidate sources: trending, nearest to taste, fresh, followed. Trials: stages/exploration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from jhalak.schema.candidates import Rows
from jhalak.schema.pool import ByTopic
from jhalak.schema.query import Query
from jhalak.schema.viewer_state import TOPICS_MAX, ViewerState
from jhalak.stages.walk import Walker
from jhalak.stages.world import World

NO_ROWS: Final = np.empty(0, np.int32)


def _joined(parts: list[Rows]) -> Rows:
    """One list of rows from several languages' lists, each in its order."""
    found = [part for part in parts if len(part)]
    if len(found) < 2:
        return found[0] if found else NO_ROWS
    return np.concatenate(found)


class Trending:
    """Source: what is read much now in each of the viewer's languages."""

    name: ClassVar[str] = "trending"

    def __init__(self, world: World, walker: Walker, wanted: int = 90) -> None:
        self._world, self._walker, self._wanted = world, walker, wanted

    def find(self, query: Query) -> Rows:
        pools = self._world.serving.trending
        share = max(self._wanted // len(query.languages), 24)
        return _joined(
            [
                self._walker.first(pools[language], share, query.seen)
                for language in query.languages
                if language in pools
            ]
        )


class Nearest:
    """Source: best and newest items of the topics that the viewer engages with most."""

    name: ClassVar[str] = "nearest"

    def __init__(self, world: World, walker: Walker, wanted: int = 100) -> None:
        self._world, self._walker, self._wanted = world, walker, wanted

    def find(self, query: Query) -> Rows:
        if query.state is None or not query.profiled:
            return NO_ROWS
        wanted = self._shares(query.state, self._wanted // (2 * len(query.languages)))
        if not wanted.any():
            return NO_ROWS
        return _joined(
            _each(self._walker, self._world.serving.by_topic, query, wanted)
            + _each(self._walker, self._world.catalogue.pools.by_topic, query, wanted)
        )

    @staticmethod
    def _shares(state: ViewerState, wanted: int) -> NDArray[np.int64]:
        """int64[TOPICS_MAX]: how many of each topic, by its share of engagement."""
        liked = np.maximum(state.engaged, 0.0)
        total = float(liked.sum())
        if total < 0.5:
            return np.zeros(TOPICS_MAX, np.int64)
        return np.ceil(liked / total * wanted - 0.05).astype(np.int64)


class Fresh:
    """Source: the newest of every topic, so that none is out of reach."""

    name: ClassVar[str] = "fresh"

    def __init__(self, world: World, walker: Walker, wanted: int = 120) -> None:
        self._world, self._walker, self._wanted = world, walker, wanted

    def find(self, query: Query) -> Rows:
        pools = self._world.catalogue.pools.by_topic
        parts = []
        for language in query.languages:
            if language in pools:
                pool = pools[language]
                each = max(self._wanted // (len(query.languages) * max(pool.topics, 1)), 2)
                parts.append(self._walker.each(pool, pool.held * each, query.seen))
        return _joined(parts)


class Followed:
    """Source: the newest of the creators and topics that the viewer follows."""

    name: ClassVar[str] = "followed"

    def __init__(self, world: World, walker: Walker, wanted: int = 40) -> None:
        self._world, self._walker, self._wanted = world, walker, wanted

    def find(self, query: Query) -> Rows:
        state = query.state
        if state is None or not query.profiled:
            return NO_ROWS
        parts = []
        for creator in state.followed_creators:
            rows = self._world.catalogue.pools.creator.get(creator)
            if rows is not None:
                parts.append(self._walker.first(rows, 20, query.seen))
        if state.followed_topics:
            wanted = np.zeros(TOPICS_MAX, np.int64)
            wanted[list(state.followed_topics)] = 20
            parts += _each(self._walker, self._world.catalogue.pools.by_topic, query, wanted)
        return _joined(parts)[: self._wanted]


class LongestAgo:
    """Source: what the viewer has seen, the longest ago first. For when nothing else is left."""

    name: ClassVar[str] = "longest ago"

    def __init__(self, world: World) -> None:
        self._world = world

    def find(self, query: Query) -> Rows:
        state, catalogue = query.state, self._world.catalogue
        if state is None or not state.seen_count:
            return NO_ROWS
        m = state.seen_count
        order = np.argsort(state.seen_ms[:m], kind="stable")
        nums = state.seen[:m][order]
        nums = nums[nums < len(catalogue.row_of)]
        rows = catalogue.row_of[nums]
        rows = rows[rows >= 0]
        return rows[np.isin(catalogue.language[rows], query.languages)]


class Newest:
    """Source: everything unseen in each language, newest first; for the feed's fallbacks. It does
    not cut: filters may take thousands away before one is left. O(live items of the languages)."""

    name: ClassVar[str] = "newest"

    def __init__(self, world: World, walker: Walker) -> None:
        self._world, self._walker = world, walker

    def find(self, query: Query) -> Rows:
        pools = self._world.catalogue.pools.fresh
        parts = []
        for language in query.languages:
            rows = pools.get(language, NO_ROWS)
            parts.append(self._walker.first(rows, len(rows), query.seen))
        return _joined(parts)


def _each(
    walker: Walker, pools: Mapping[int, ByTopic], query: Query, wanted: NDArray[np.int64]
) -> list[Rows]:
    return [
        walker.each(pools[language], wanted, query.seen)
        for language in query.languages
        if language in pools
    ]
