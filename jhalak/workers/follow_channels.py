"""Following the channels, and which items are in them, into this process."""

from __future__ import annotations

import asyncio

from jhalak.catalogue.channels import ChannelRows, merged
from jhalak.ports.channels import ChannelStore
from jhalak.stages.world import World


class FollowChannels:
    """Keeps the rows as channels and catalogue say; asked every second, so what is saved in the
    console holds everywhere within two."""

    def __init__(self, world: World, channels: ChannelStore) -> None:
        self._world, self._store = world, channels
        self._rows = ChannelRows()
        self._version = -1

    async def step(self) -> bool:
        """Look once; never more to do at once."""
        catalogue = self._world.catalogue
        version, changed = await asyncio.to_thread(self._store.all)
        channels = self._world.channels if version == self._version else merged(changed)
        rows = await asyncio.to_thread(self._rows, catalogue, channels)
        self._world.channels, self._world.channel_rows = channels, rows
        self._version = version
        return False
