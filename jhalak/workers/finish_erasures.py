"""Finishing erasures: what a crash cut short, and what was under way when a viewer was erased."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from jhalak.ports.event_log import EventLog
from jhalak.ports.profile_store import ProfileStore
from jhalak.ports.viewers import ViewerStore
from jhalak.schema.activity import TOPIC
from jhalak.stages.viewer_states import ViewerStates

WAIT_MS = 5_000
"""Requests that began before the erasure are over by then."""
AT_ONCE = 20


class FinishErasures:
    """Looks at every viewer whose tokens were revoked: all of them after a start, then each new
    one. Of one who is in the records no more it removes what the log and the profiles still hold.
    """

    def __init__(
        self,
        revoked: deque[int],
        viewers: ViewerStore,
        event_log: EventLog,
        profiles: ProfileStore,
        states: ViewerStates,
        clock: Callable[[], int],
    ) -> None:
        self._revoked, self._viewers, self._log = revoked, viewers, event_log
        self._profiles, self._states, self._clock = profiles, states, clock
        self._due: deque[tuple[int, int]] = deque()

    async def step(self) -> bool:
        """Look at the next few; True when there are more that are due."""
        now_ms = self._clock()
        while self._revoked:
            self._due.append((now_ms + WAIT_MS, self._revoked.popleft()))
        for _ in range(AT_ONCE):
            if not self._due or self._due[0][0] > now_ms:
                return False
            await self._finish(self._due[0][1])
            self._due.popleft()
        return True

    async def _finish(self, viewer: int) -> None:
        if await asyncio.to_thread(self._viewers.get, viewer) is not None:
            return  # only their tokens were revoked
        self._states.erase(viewer)
        if await self._log.read_key(TOPIC, viewer):
            await self._log.delete_key(TOPIC, viewer)
        if await self._profiles.get(viewer) is not None:
            await self._profiles.delete(viewer)
