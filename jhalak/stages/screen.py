"""The usual filters in one pass over the candidates' columns.

A feed lists its filters one by one, each with its name, its reason and what its failure means. What
most of them ask is one comparison a candidate, which costs less than calling them. So a screen asks
for all of those that it knows at once, and the others are asked after it. It answers what they
would answer, and how many each would keep. Where it fails, they are asked one by one: what the
failure of one of them means stays true.

A new filter is a class of its own in the feed's list. It may be made part of the screen later: a
line in `_screen`, a bit, and a place in KNOWN.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from jhalak.catalogue.live import VIDEO
from jhalak.pipeline.stage import SOURCES, Filter
from jhalak.schema.candidates import Candidates, Mask
from jhalak.schema.query import Query
from jhalak.stages.audience import ForFollowers, NotByTasteAlone
from jhalak.stages.eligibility import AlreadySeen, CardsOnly, Hidden, Language
from jhalak.stages.safety import AgeSafe, Live, SafeWhenLocked
from jhalak.stages.walk import Walker
from jhalak.stages.world import World

KNOWN: Final = (
    Live, Language, CardsOnly, Hidden, AgeSafe, AlreadySeen, SafeWhenLocked, ForFollowers,
    NotByTasteAlone,
)  # fmt: skip
"""The filters that a screen asks for; the place of each is its bit."""
LIVE, LANGUAGE, CARDS_ONLY, HIDDEN, AGE_SAFE, SEEN, LOCKED, FOLLOWERS, TASTE = (
    1 << k for k in range(len(KNOWN))
)
_NONE_64: Final = np.empty(0, np.int64)
_NO_TOPICS: Final = np.zeros(256, np.bool_)


class Screen:
    """All of `filters` that it knows, at once. Cost: O(candidates), about 3 us for 320."""

    def __init__(self, world: World, walker: Walker, filters: Sequence[Filter[Query]]) -> None:
        self._world, self._walker = world, walker
        self.covers: list[int] = [k for k, one in enumerate(filters) if type(one) in KNOWN]
        """Places, among `filters`, of those that it asks for."""
        places = [KNOWN.index(type(filters[k])) for k in self.covers]
        self._bits = np.array([1 << place for place in places], np.int64)
        self._asked = int(self._bits.sum())
        locked = next((one for one in filters if isinstance(one, SafeWhenLocked)), None)
        self._chosen = locked.bits if locked else np.uint16(0)
        self._violent = locked.violent if locked else _NO_TOPICS
        alone = next((one for one in filters if isinstance(one, NotByTasteAlone)), None)
        self._others = alone.others if alone else np.uint16(0)

    def keep(self, query: Query, candidates: Candidates) -> tuple[Mask, list[int]]:
        """bool[n]: who passes all of them; and how many pass each, in the order of `covers`."""
        c, rows, asked = self._world.catalogue, candidates.rows, self._asked
        asked &= ~TASTE if query.minor else ~AGE_SAFE
        creators, topics, items, followed = _NONE_64, _NONE_64, _NONE_64, _NONE_64
        state = query.state
        if state is not None and state.followed_creators:
            followed = np.fromiter(state.followed_creators, np.int64, len(state.followed_creators))
        if state is not None and (
            state.hidden_items or state.hidden_creators or state.hidden_topics
        ):
            creators = _now(state.hidden_creators, query.now_ms)
            topics = _now(state.hidden_topics, query.now_ms)
            items = np.fromiter(state.hidden_items, np.int64, len(state.hidden_items))
        keep = np.empty(len(rows), np.bool_)
        kept = np.empty(len(self._bits), np.int64)
        _screen(
            rows, candidates[SOURCES], asked, self._bits, c.live, c.expires_ms, query.now_ms,
            c.language, _chosen(query), c.kind, c.creator, creators, c.topic, topics, c.num, items,
            c.sensitive, c.unsafe, self._walker.marks(query.seen), self._chosen, self._violent,
            c.followers_only, followed, c.by_minor, self._others, keep, kept,
        )  # fmt: skip
        return keep, kept.tolist()


def _chosen(query: Query) -> int:
    """Bit i is set for each language i that the viewer chose."""
    bits = 0
    for language in query.languages:
        bits |= 1 << language
    return bits


def _now(hidden: dict[int, int], now_ms: int) -> NDArray[np.int64]:
    """Those of `hidden` that are hidden still."""
    return np.array([key for key, until_ms in hidden.items() if until_ms > now_ms], np.int64)


@njit(cache=True, nogil=True, inline="always")
def _in(value, values):  # type: ignore[no-untyped-def]
    for one in values:  # noqa: SIM110 (a kernel)
        if one == value:
            return True
    return False


@njit(cache=True, nogil=True)
def _screen(  # type: ignore[no-untyped-def]
    rows, sources, asked, bits, live, expires_ms, now_ms, language, chosen, kind, creator, creators,
    topic, topics, num, items, sensitive, unsafe, mark, allowed, violent, followers_only, followed,
    by_minor, others, keep, kept,
):  # fmt: skip
    """Fill keep[n] and kept[len(bits)]; `asked` are the bits of the filters that are asked for."""
    kept[:] = 0
    # Candidates lie anywhere in a large catalogue: in this short loop the processor asks memory for
    # many of them at once, in the long one below it would wait for each in turn.
    near = 0
    for i in range(len(rows)):
        near += expires_ms[rows[i]]
    if near == 12345:  # never: it is read for the reading
        return
    for i in range(len(rows)):
        row = rows[i]
        failed = 0
        if not (live[row] and expires_ms[row] > now_ms):
            failed |= LIVE
        if not (chosen >> language[row]) & 1:
            failed |= LANGUAGE
        if kind[row] == VIDEO:
            failed |= CARDS_ONLY
        if _in(creator[row], creators) or _in(topic[row], topics) or _in(num[row], items):
            failed |= HIDDEN
        if sensitive[row] or unsafe[row]:
            failed |= AGE_SAFE
        if mark[row] != 0:
            failed |= SEEN
        if violent[topic[row]] or unsafe[row] or (sensitive[row] and (sources[i] & allowed) == 0):
            failed |= LOCKED
        if followers_only[row] and not _in(creator[row], followed):
            failed |= FOLLOWERS
        if by_minor[row] and (sources[i] & others) == 0:
            failed |= TASTE
        failed &= asked
        keep[i] = failed == 0
        for k in range(len(bits)):
            kept[k] += (failed & bits[k]) == 0
