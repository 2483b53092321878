"""Query hydrators: who asks, and what they may not see again."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import ClassVar

import numpy as np
from numba import njit

from jhalak.learning.languages import language_shares
from jhalak.schema.query import Query
from jhalak.schema.slate import Level
from jhalak.schema.viewer_state import IMPRESSED
from jhalak.stages.viewer_states import ViewerStates
from jhalak.stages.world import World


class Profile:
    """Query hydrator: the viewer's state. It waits for I/O only when the viewer is new here."""

    name: ClassVar[str] = "profile"
    lowers: ClassVar[Level] = Level.unpersonalised

    def __init__(self, states: ViewerStates) -> None:
        self._states = states

    def prepare(self, query: Query) -> Awaitable[None] | None:
        if not query.profiled:
            query.lower(Level.unpersonalised)
        state = self._states.at_hand(query.viewer, profiled=query.profiled)
        if state is None:
            return self._wait(query)
        query.state = state
        return None

    async def _wait(self, query: Query) -> None:
        query.state, read = await self._states.get(query.viewer, profiled=query.profiled)
        if not read:
            query.lower(Level.unpersonalised)


class Seen:
    """Query hydrator: what may not be shown again yet.

    Served counts as seen for `keep_days`, except the cards of the edition that the device names
    as the one it holds, as long as they were not looked at: those may stay.
    """

    name: ClassVar[str] = "seen"
    lowers: ClassVar[Level] = Level.full

    def __init__(self, keep_days: int) -> None:
        self._keep_ms = keep_days * 86_400_000

    def prepare(self, query: Query) -> None:
        state = query.state
        if state is None or not state.seen_count:
            return
        m = state.seen_count
        query.seen = state.seen[:m]
        held_now = query.have and query.have == state.edition
        if not held_now and _all_after(state.seen_ms, m, query.now_ms - self._keep_ms):
            return
        recent = state.seen_ms[:m] > query.now_ms - self._keep_ms
        if held_now:
            held = np.isin(query.seen, state.edition_items)
            recent &= ~held | ((state.seen_flags[:m] & IMPRESSED) > 0)
        if not recent.all():
            query.seen = query.seen[recent]


@njit(cache=True, nogil=True)
def _all_after(seen_ms, count, since_ms):  # type: ignore[no-untyped-def]
    """Were all of seen_ms[:count] later than `since_ms`?"""
    for i in range(count):  # noqa: SIM110 (a kernel)
        if seen_ms[i] <= since_ms:
            return False
    return True


class LanguageShares:
    """Query hydrator: each chosen language's share, by how the viewer engages with it."""

    name: ClassVar[str] = "language shares"
    lowers: ClassVar[Level] = Level.full

    def prepare(self, query: Query) -> None:
        if len(query.languages) > 1 and query.profiled:
            query.shares = language_shares(query.state, query.languages)


class LearnedState:
    """Query hydrator: how fresh what was learned is; it lowers the level when it is not."""

    name: ClassVar[str] = "learned state"
    lowers: ClassVar[Level] = Level.popular

    def __init__(self, world: World, silent_s: float) -> None:
        self._world, self._silent_ms = world, int(silent_s * 1000)

    def prepare(self, query: Query) -> None:
        if self._world.serving.version == 0:
            query.lower(Level.popular)
        elif query.now_ms - self._world.alive_ms > self._silent_ms:
            query.lower(Level.cached)
