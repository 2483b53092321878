"""Following which videos are parts of which series, into this process."""

from __future__ import annotations

import asyncio
from typing import Final

from jhalak.ports.series import SeriesStore
from jhalak.stages.world import World

AT_ONCE: Final = 500


class FollowSeries:
    """Takes what changed since it looked last."""

    def __init__(self, world: World, store: SeriesStore) -> None:
        self._world, self._store = world, store

    async def step(self) -> bool:
        """Look once; is there more?"""
        index = self._world.series
        changes = await asyncio.to_thread(self._store.since, index.version, AT_ONCE)
        index.take(changes)
        return len(changes) == AT_ONCE
