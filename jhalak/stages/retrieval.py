"""Candidate sources: trending, topics, nearest to taste, liked together, followed, fresh. Trials:
stages/exploration. Each answers what is best first; where there are several languages, topics,
interests or creators, one after the other, each with its share."""

from __future__ import annotations

import math
from typing import ClassVar, Final

import numpy as np
from numba import njit

from jhalak.learning.vector_index import DEPTH
from jhalak.schema.candidates import Rows
from jhalak.schema.pool import ByTopic
from jhalak.schema.query import Query
from jhalak.schema.viewer_state import TOPICS_MAX
from jhalak.stages.together import together
from jhalak.stages.walk import Walker
from jhalak.stages.world import World

NO_ROWS: Final = np.empty(0, np.int32)
LITTLE: Final = 0.5
"""Engagement of less than this says nothing about taste."""


def _joined(parts: list[Rows]) -> Rows:
    """One list of rows from several languages' lists, each in its order."""
    found = [part for part in parts if len(part)]
    if len(found) < 2:
        return found[0] if found else NO_ROWS
    return np.concatenate(found)


def _quotas(query: Query, wanted: int, least: int = 1) -> list[int]:
    """How many of `wanted` each of the query's languages gets, `least` at least."""
    if query.shares is None:
        return [max(-(-wanted // len(query.languages)), least)] * len(query.languages)
    return [max(math.ceil(wanted * share - 0.01), least) for share in query.shares.tolist()]


@njit(cache=True)
def _of_each(part, quotas):  # type: ignore[no-untyped-def]
    """int64[len(quotas), len(part)]: each quota spread over the parts that are greater than 0, in
    proportion; hardly any are none. Empty when the parts come to less than LITTLE."""
    total = 0.0
    for x in part:
        total += max(x, 0.0)
    out = np.zeros((len(quotas) if total >= LITTLE else 0, len(part)), np.int64)
    for i in range(len(out)):
        for j in range(len(part)):
            out[i, j] = math.ceil(max(part[j], 0.0) * quotas[i] / total - 0.05)
    return out


class Trending:
    """Source: stories that rise, and what is read much now, in each of the viewer's languages."""

    name: ClassVar[str] = "trending"

    def __init__(self, world: World, walker: Walker, wanted: int = 70) -> None:
        self._world, self._walker, self._wanted = world, walker, wanted

    def find(self, query: Query) -> Rows:
        quotas = _quotas(query, self._wanted, least=24)
        rise, much = (
            _joined(
                [
                    self._walker.first(pools[language], quota, query.seen)
                    for language, quota in zip(query.languages, quotas, strict=True)
                    if language in pools
                ]
            )
            for pools in (self._world.rising, self._world.serving.trending)
        )
        return np.concatenate([rise, much[~np.isin(much, rise)]]) if len(rise) else much


class Topical:
    """Source: best and newest items of the topics that the viewer engages with most."""

    name: ClassVar[str] = "topical"

    def __init__(self, world: World, walker: Walker, wanted: int = 130) -> None:
        self._world, self._walker, self._wanted = world, walker, wanted

    def find(self, query: Query) -> Rows:
        if query.state is None or not query.profiled:
            return NO_ROWS
        best, newest = self._world.serving.by_topic, self._world.catalogue.pools.by_topic
        quotas = np.array(_quotas(query, self._wanted // 2))
        wanted = _of_each(query.state.engaged, quotas)
        return _joined(
            [
                self._walker.each(pools[language], topics, query.seen)
                for pools in (best, newest)
                for language, topics in zip(query.languages, wanted, strict=False)
                if language in pools
            ]
        )


class Nearest:
    """Source: items whose embeddings are nearest to each of the viewer's interests.

    Each interest gets its share by weight, in each language. The more interests, the less deep each
    is searched for, so that four look at no more of the index than one: at 1,400 of the 7,000 items
    of a language, at 5,000 of 100,000.
    """

    name: ClassVar[str] = "nearest"

    def __init__(self, world: World, walker: Walker, wanted: int = 110) -> None:
        self._world, self._walker, self._wanted = world, walker, wanted

    def find(self, query: Query) -> Rows:
        state = query.state
        if state is None or not query.profiled:
            return NO_ROWS
        wanted = _of_each(state.interest_weight, np.array(_quotas(query, self._wanted)))
        if not len(wanted):
            return NO_ROWS
        held = np.count_nonzero(wanted[0])
        return self._world.index.nearest(
            state.interests, np.array(query.languages), wanted, self._world.catalogue.live,
            self._walker.marks(query.seen), DEPTH / (2 * held),
        )  # fmt: skip


class CoEngaged:
    """Source: what those who engaged with the viewer's latest items engaged with too.

    Reads   query.state.engaged_items; serving.neighbours and their strengths
    Cost    O(items x neighbours): about 15 us
    """

    name: ClassVar[str] = "co-engaged"

    def __init__(self, world: World, walker: Walker, wanted: int = 60) -> None:
        self._world, self._walker, self._wanted = world, walker, wanted

    def find(self, query: Query) -> Rows:
        serving, c = self._world.serving, self._world.catalogue
        if query.state is None or not query.profiled or len(serving.neighbours) < 2:
            return NO_ROWS
        found: Rows = together(
            query.state.engaged_items, c.row_of, serving.at, serving.neighbours,
            serving.neighbour_strength, c.language, c.live, np.array(query.languages),
            np.array(_quotas(query, self._wanted)), self._walker.marks(query.seen),
        )  # fmt: skip
        return found


class Fresh:
    """Source: the newest of every topic, so that none is out of reach."""

    name: ClassVar[str] = "fresh"

    def __init__(self, world: World, walker: Walker, wanted: int = 80) -> None:
        self._world, self._walker, self._wanted = world, walker, wanted

    def find(self, query: Query) -> Rows:
        pools = self._world.catalogue.pools.by_topic
        parts = []
        for language, quota in zip(query.languages, _quotas(query, self._wanted), strict=True):
            if language in pools:
                pool = pools[language]
                each = max(quota // max(pool.topics, 1), 2)
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
        c = self._world.catalogue
        parts = [self._by_creators(query, state.followed_creators)]
        if state.followed_topics:
            wanted = np.zeros(TOPICS_MAX, np.int64)
            wanted[list(state.followed_topics)] = max(self._wanted // 2, 1)
            parts += [
                self._walker.each(c.pools.by_topic[language], wanted, query.seen)
                for language in query.languages
                if language in c.pools.by_topic
            ]
        return _joined(parts)[: self._wanted]

    def _by_creators(self, query: Query, creators: set[int]) -> Rows:
        """The newest of each creator, who published last first."""
        c = self._world.catalogue
        held = [c.pools.creator[creator] for creator in creators if creator in c.pools.creator]
        if not held:
            return NO_ROWS
        held.sort(key=lambda rows: (-int(c.published_ms[rows[0]]), int(rows[0])))
        each = max(self._wanted // max(len(held), 2), 2)
        held = [rows[: 4 * each] for rows in held[: self._wanted]]
        offsets = np.cumsum([0] + [len(rows) for rows in held])
        wanted = np.full(len(held), each)
        return self._walker.each(
            ByTopic(np.concatenate(held), offsets, wanted, len(held)), wanted, query.seen
        )


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
