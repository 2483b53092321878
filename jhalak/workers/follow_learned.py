"""Following the learner's snapshots into this process."""

from __future__ import annotations

import asyncio

from jhalak.learning.serving import lay
from jhalak.ports.learned import Learned
from jhalak.stages.world import World


class FollowLearned:
    """Lays each new snapshot over the catalogue's rows, in a thread, and swaps it in."""

    def __init__(self, world: World, learned: Learned) -> None:
        self._world, self._learned = world, learned

    async def step(self) -> bool:
        """Look once; never more to do at once."""
        world, catalogue = self._world, self._world.catalogue
        world.alive_ms = self._learned.alive_ms()
        snapshot = self._learned.newest(world.serving.version)
        if snapshot is not None:
            world.renewed.clear()
            serving = await asyncio.to_thread(
                lay, snapshot.version, snapshot.arrays, catalogue.row_of, catalogue.live,
                catalogue.language, catalogue.topic, catalogue.creator,
            )  # fmt: skip
            world.replace(serving)
        return False
