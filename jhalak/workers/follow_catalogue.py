"""Following the sequence of item changes into the live catalogue of this process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from jhalak.catalogue.live import Prepared, prepare
from jhalak.people.viewer_token import ViewerTokens
from jhalak.ports.items import ItemStore
from jhalak.ports.viewers import ViewerStore
from jhalak.schema.item import ItemRecord
from jhalak.stages.world import World

BATCH = 500
"""Changes put in place at once: the serving thread is held for about 3 ms."""


class FollowCatalogue:
    """Items, names of creators, and revoked viewers, as the records have them."""

    def __init__(
        self,
        world: World,
        items: ItemStore,
        viewers: ViewerStore,
        tokens: ViewerTokens,
        creators: dict[str, int],
        clock: Callable[[], int],
    ) -> None:
        self._world, self._items, self._viewers = world, items, viewers
        self._tokens, self._creators, self._clock = tokens, creators, clock
        self._seq = self._creator = self._revocation = 0

    async def step(self) -> bool:
        """Take the next changes; True when there may be more."""
        now_ms = self._clock()
        records, prepared = await asyncio.to_thread(self._read, now_ms)
        if records:
            rows = self._world.catalogue.commit(prepared, now_ms)
            self._world.renew(rows)
            self._seq = self._world.catalogue.seq = records[-1].seq
        self._world.catalogue.expire(now_ms)
        await asyncio.to_thread(self._follow_people)
        if len(records) < BATCH:
            await asyncio.to_thread(self._world.catalogue.renew_pools)
        return len(records) == BATCH

    async def catch_up(self) -> None:
        """Take everything there is."""
        while await self.step():
            pass

    def _read(self, now_ms: int) -> tuple[list[ItemRecord], list[Prepared]]:
        records = self._items.changes(self._seq, BATCH)
        known = self._world.catalogue.by_id
        # What expired before it was ever here needs no preparing.
        wanted = [
            record
            for record in records
            if record.status == "recalled"
            or record.item.expires_ms > now_ms
            or record.item.id in known
        ]
        return records, [prepare(record) for record in wanted]

    def _follow_people(self) -> None:
        while found := self._items.creators(self._creator, 1000):
            for number, name in found:
                self._creators[name] = number
            self._creator = found[-1][0]
        for sequence, viewer, epoch in self._viewers.revoked(self._revocation):
            self._tokens.revoked[viewer] = max(epoch, self._tokens.revoked.get(viewer, 0))
            self._revocation = sequence
