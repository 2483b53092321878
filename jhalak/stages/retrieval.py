"""Candidate sources: trending, topics, nearest to taste, liked together, followed, fresh. Trials:
stages/exploration. Each answers what is best first; where there are several languages, topics,
interests or creators, one after the other, each with its share."""

from __future__ import annotations

import math
from typing import ClassVar, Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from jhalak.catalogue.channels import channel_number
from jhalak.learning.vector_index import DEPTH
from jhalak.schema.candidates import Floats, Rows
from jhalak.schema.pool import ByTopic
from jhalak.schema.query import Query
from jhalak.schema.viewer_state import TOPICS_MAX, UNJUDGED
from jhalak.stages.together import together
from jhalak.stages.walk import Walker
from jhalak.stages.world import World

NO_ROWS: Final = np.empty(0, np.int32)
LITTLE: Final = 0.5
"""Engagement of less than this says nothing about taste."""


def _joined(parts: list[Rows]) -> Rows:
    """One list of rows from several lists, each in its order."""
    found = [part for part in parts if len(part)]
    if len(found) < 2:
        return found[0] if found else NO_ROWS
    return np.concatenate(found)


def _shared(query: Query) -> tuple[NDArray[np.int64], Floats]:
    """The query's languages, and the share of each; worked out once a query."""
    if query.spoken is None:
        languages = np.array(query.languages, np.int64)
        shares = query.shares
        if shares is None:
            shares = np.full(len(languages), 1.0 / max(len(languages), 1), np.float32)
        query.spoken = languages, shares
    return query.spoken


@njit(cache=True, nogil=True, inline="always")
def quota(wanted, share, least):  # type: ignore[no-untyped-def]
    """How many of `wanted` a language with this share gets, `least` at least."""
    return max(np.int64(math.ceil(wanted * np.float64(share) - 0.01)), least)


@njit(cache=True, nogil=True)
def _of_each(part, wanted, out):  # type: ignore[no-untyped-def]
    """out int64[len(part)]: `wanted` spread over the parts that are greater than 0, in proportion;
    hardly any are none. Answers whether the parts come to LITTLE at least."""
    total = 0.0
    for x in part:
        total += max(x, 0.0)
    if total < LITTLE:
        return False
    for j in range(len(part)):
        out[j] = math.ceil(max(part[j], 0.0) * wanted / total - 0.05)
    return True


@njit(cache=True, nogil=True, inline="always")
def _take(rows, start, end, wanted, live, mark, out, n):  # type: ignore[no-untyped-def]
    """Put the first `wanted` of rows[start:end] that live and are not marked at out[n:]; answers
    where they end."""
    most = n + wanted
    for i in range(start, end):
        if n >= most:
            break
        row = rows[i]
        if mark[row] == 0 and live[row]:
            out[n] = row
            n += 1
    return n


@njit(cache=True, nogil=True)
def _lead(rows, offsets, languages, shares, wanted, least, live, mark, out):  # type: ignore[no-untyped-def]
    """The first of each language's shelf."""
    n = 0
    for k in range(len(languages)):
        shelf = languages[k]
        many = quota(wanted, shares[k], least)
        n = _take(rows, offsets[shelf], offsets[shelf + 1], many, live, mark, out, n)
    return n


@njit(cache=True, nogil=True)
def _of_topics(  # type: ignore[no-untyped-def]
    rows, offsets, engaged, languages, shares, wanted, live, mark, out, n
):
    """The first of each topic's shelf, by how much of the engagement the topic has."""
    each = np.empty(len(engaged), np.int64)
    for k in range(len(languages)):
        if not _of_each(engaged, quota(wanted, shares[k], 1), each):
            return n
        for t in range(len(each)):
            if each[t] > 0:
                shelf = languages[k] * len(each) + t
                n = _take(rows, offsets[shelf], offsets[shelf + 1], each[t], live, mark, out, n)
    return n


@njit(cache=True, nogil=True)
def _of_all_topics(rows, offsets, languages, shares, wanted, least, live, mark, out):  # type: ignore[no-untyped-def]
    """As many of each topic that has any, `least` at least."""
    n = 0
    for k in range(len(languages)):
        first = languages[k] * TOPICS_MAX
        held = 0
        for t in range(first, first + TOPICS_MAX):
            held += offsets[t + 1] > offsets[t]
        many = max(quota(wanted, shares[k], 1) // max(held, 1), least)
        for t in range(first, first + TOPICS_MAX):
            n = _take(rows, offsets[t], offsets[t + 1], many, live, mark, out, n)
    return n


class Trending:
    """Source: stories that rise, and what is read much now, in each of the viewer's languages."""

    name: ClassVar[str] = "trending"
    LEAST: ClassVar[int] = 24

    def __init__(self, world: World, walker: Walker, wanted: int = 70) -> None:
        self._world, self._walker, self._wanted = world, walker, wanted

    def find(self, query: Query) -> Rows:
        languages, shares = _shared(query)
        wanted, least = query.some(self._wanted), query.some(self.LEAST)
        out = np.empty(wanted + len(languages) * (least + 1), np.int32)
        rows, offsets = self._world.serving.trending
        n = _lead(
            rows, offsets, languages, shares, wanted, least,
            self._world.catalogue.live, self._walker.marks(query.seen), out,
        )  # fmt: skip
        much = out[:n]
        if not self._world.rising:
            return much
        rise = self._rising(query, shares)
        return np.concatenate([rise, much[~np.isin(much, rise)]]) if len(rise) else much

    def _rising(self, query: Query, shares: Floats) -> Rows:
        pools = self._world.rising
        return _joined(
            [
                self._walker.first(
                    pools[language],
                    max(math.ceil(query.some(self._wanted) * share - 0.01), self.LEAST),
                    query.seen,
                )
                for language, share in zip(query.languages, shares.tolist(), strict=True)
                if language in pools
            ]
        )


class Topical:
    """Source: best and newest items of the topics that the viewer engages with most."""

    name: ClassVar[str] = "topical"

    def __init__(self, world: World, walker: Walker, wanted: int = 130) -> None:
        self._world, self._walker, self._wanted = world, walker, wanted

    def find(self, query: Query) -> Rows:
        if query.state is None or not query.profiled:
            return NO_ROWS
        languages, shares = _shared(query)
        live, mark = self._world.catalogue.live, self._walker.marks(query.seen)
        engaged, half = query.state.engaged, query.some(self._wanted // 2)
        out = np.empty(2 * (half + len(languages) * (TOPICS_MAX + 1)), np.int32)
        n = 0
        for rows, offsets in (
            self._world.serving.by_topic, self._world.catalogue.pools.shelves
        ):  # fmt: skip
            n = _of_topics(rows, offsets, engaged, languages, shares, half, live, mark, out, n)
        return out[:n]


class Nearest:
    """Source: items whose embeddings are nearest to each of the viewer's interests.

    Each interest gets its share by weight, in each language. The more interests, the less deep each
    is searched for, so that four look at no more of the index than one: at 700 of the 7,000 items
    of a language, at 2,500 of 100,000.
    """

    name: ClassVar[str] = "nearest"

    def __init__(self, world: World, walker: Walker, wanted: int = 110) -> None:
        self._world, self._walker, self._wanted = world, walker, wanted

    def find(self, query: Query) -> Rows:
        state = query.state
        if state is None or not query.profiled:
            return NO_ROWS
        languages, shares = _shared(query)
        wanted = np.zeros((len(languages), len(state.interest_weight)), np.int64)
        held = _of_interests(state.interest_weight, shares, query.some(self._wanted), wanted)
        if not held:
            return NO_ROWS
        return self._world.index.nearest(
            state.interests, languages, wanted, self._world.catalogue.live,
            self._walker.marks(query.seen), DEPTH * query.reach / (4 * held),
        )  # fmt: skip


@njit(cache=True, nogil=True)
def _of_interests(weight, shares, wanted, out):  # type: ignore[no-untyped-def]
    """out int64[languages, interests]: what is wanted of each. Answers how many interests get any
    in the first language."""
    held = 0
    for k in range(len(shares)):
        if not _of_each(weight, quota(wanted, shares[k], 1), out[k]):
            return 0
    for j in range(len(weight)):
        held += out[0, j] > 0
    return held


class CoEngaged:
    """Source: what those who engaged with the viewer's latest items engaged with too.

    Reads   query.state.items; serving.neighbours and their strengths
    Cost    O(items x neighbours): about 15 us
    """

    name: ClassVar[str] = "co-engaged"

    def __init__(self, world: World, walker: Walker, wanted: int = 60) -> None:
        self._world, self._walker, self._wanted = world, walker, wanted

    def find(self, query: Query) -> Rows:
        serving, c, state = self._world.serving, self._world.catalogue, query.state
        if state is None or not query.profiled or len(serving.neighbours) < 2:
            return NO_ROWS
        languages, shares = _shared(query)
        out = np.empty(len(state.items) * serving.neighbours.shape[1], np.int32)
        n = _of_engaged(
            state.items, state.items_done, c.row_of, serving.at, serving.neighbours,
            serving.neighbour_strength, c.language, c.live, languages, shares,
            query.some(self._wanted), self._walker.marks(query.seen), out,
        )  # fmt: skip
        return out[:n]


@njit(cache=True, nogil=True)
def _of_engaged(  # type: ignore[no-untyped-def]
    items, done, row_of, at, neighbours, strength, language, live, languages, shares, wanted, mark,
    out,
):  # fmt: skip
    """`together` of the items that were engaged with."""
    engaged = np.empty(len(items), np.int64)
    m = 0
    for i in range(len(items)):
        if done[i] & ~np.uint8(UNJUDGED):
            engaged[m] = items[i]
            m += 1
    quotas = np.empty(len(languages), np.int64)
    for k in range(len(languages)):
        quotas[k] = quota(wanted, shares[k], 1)
    found = together(
        engaged[:m], row_of, at, neighbours, strength, language, live, languages, quotas, mark
    )
    for i in range(len(found)):
        out[i] = found[i]
    return len(found)


class Fresh:
    """Source: the newest of every topic, so that none is out of reach."""

    name: ClassVar[str] = "fresh"
    LEAST: ClassVar[int] = 2

    def __init__(self, world: World, walker: Walker, wanted: int = 80) -> None:
        self._world, self._walker, self._wanted = world, walker, wanted

    def find(self, query: Query) -> Rows:
        languages, shares = _shared(query)
        wanted, least = query.some(self._wanted), query.some(self.LEAST)
        out = np.empty(wanted + len(languages) * (least * TOPICS_MAX + 1), np.int32)
        rows, offsets = self._world.catalogue.pools.shelves
        n = _of_all_topics(
            rows, offsets, languages, shares, wanted, least, self._world.catalogue.live,
            self._walker.marks(query.seen), out,
        )  # fmt: skip
        return out[:n]


class Followed:
    """Source: the newest of the creators, topics and channels that the viewer follows."""

    name: ClassVar[str] = "followed"

    def __init__(self, world: World, walker: Walker, wanted: int = 40) -> None:
        self._world, self._walker, self._wanted = world, walker, wanted

    def find(self, query: Query) -> Rows:
        state = query.state
        if state is None or not query.profiled:
            return NO_ROWS
        c = self._world.catalogue
        pools = c.pools.creator
        creators = [pools[creator] for creator in state.followed_creators if creator in pools]
        channels = self._channels(query)
        if not (creators or channels or state.followed_topics):
            return NO_ROWS
        parts = [self._newest(query, creators), self._newest(query, channels)]
        if state.followed_topics:
            wanted = np.zeros(TOPICS_MAX, np.int64)
            wanted[list(state.followed_topics)] = max(self._wanted // 2, 1)
            parts += [
                self._walker.each(c.pools.by_topic[language], wanted, query.seen)
                for language in query.languages
                if language in c.pools.by_topic
            ]
        rows = _joined(parts)
        if sum(len(part) > 0 for part in parts) < 2:
            return rows[: self._wanted]
        # Of a followed creator and in a followed channel: found once.
        once = np.sort(np.unique(rows, return_index=True)[1])
        return rows[once][: self._wanted]

    def _channels(self, query: Query) -> list[Rows]:
        """The rows of followed channels, in the viewer's languages."""
        chosen = query.state.followed_channels if query.state is not None else ()
        if not chosen:
            return []
        by_language = [
            held
            for name, held in self._world.channel_rows.items()
            if channel_number(name) in chosen
        ]
        return [
            held[language]
            for held in by_language
            for language in query.languages
            if len(held.get(language, ()))
        ]

    def _newest(self, query: Query, held: list[Rows]) -> Rows:
        """The newest of each, first of those in which something was published last."""
        c = self._world.catalogue
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
