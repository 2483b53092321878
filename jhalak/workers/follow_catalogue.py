"""Following the sequence of item changes into the live catalogue of this process."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from jhalak.catalogue.live import Prepared, prepare_stored
from jhalak.learning.vector_index import build
from jhalak.people.viewer_token import ViewerTokens
from jhalak.ports.items import ItemChanges
from jhalak.ports.viewers import ViewerStore
from jhalak.schema.stored import StoredItem
from jhalak.stages.rising import RENEW_MS, rising_rows, rising_sounds
from jhalak.stages.world import World

BATCH = 500
"""Changes put in place at once: the serving thread is held for about 1 ms."""
MANY = 5000
"""The same while nobody is served yet."""
CLOCK_BACK_MS = 60_000
PUT_OFF = 5
"""Steps for which pools and index may wait while changes keep coming: each renewal costs 20 ms."""


class FollowCatalogue:
    """Items, names of creators, and revoked viewers, as the records have them."""

    def __init__(
        self,
        world: World,
        items: ItemChanges,
        viewers: ViewerStore,
        tokens: ViewerTokens,
        creators: dict[str, int],
        creator_names: dict[int, str],
        clock: Callable[[], int],
    ) -> None:
        self._world, self._items, self._viewers = world, items, viewers
        self._tokens, self._clock = tokens, clock
        self._creators, self._creator_names = creators, creator_names
        self.revoked: deque[int] = deque()
        """Viewers whose tokens were revoked, for whoever finishes erasures."""
        self._now_ms = self._risen_ms = 0
        self._seq = self._creator = self._revocation = self._waited = 0

    async def step(self) -> bool:
        """Take the next changes; True when there may be more."""
        now_ms = self._tell_time()
        taken = await self._take(BATCH)
        self._world.catalogue.expire(now_ms)
        self._follow_people(*await asyncio.to_thread(self._read_people))
        self._waited = self._waited + 1 if taken else PUT_OFF
        if taken < BATCH and self._waited >= PUT_OFF:
            await self._renew(now_ms)
        return taken == BATCH

    async def catch_up(self) -> None:
        """Take everything there is. Where much is new, the first steps afterwards build an index
        of many cells; until then there is one a language, and a search is slower and exact."""
        now_ms = self._tell_time()
        if not self._seq and not len(self._world.catalogue):
            await self._take_living()
        while await self._take(MANY) == MANY:
            pass
        self._world.catalogue.expire(now_ms)
        self._follow_people(*await asyncio.to_thread(self._read_people))
        await self._renew_pools(now_ms)

    def _tell_time(self) -> int:
        now_ms = self._clock()
        if now_ms < self._now_ms - CLOCK_BACK_MS:
            self._seq = 0  # what a clock that was ahead took for expired is live
        self._now_ms = now_ms
        return now_ms

    async def _take_living(self) -> None:
        """All that changed until now. Expired items are kept in the records: a start must not grow
        with them. Of what changes meanwhile `_take` sees all."""
        newest = await asyncio.to_thread(self._items.newest)
        while await self._take(MANY, newest) == MANY:
            pass
        self._seq = self._world.catalogue.seq = newest

    async def _take(self, most: int, up_to: int = 0) -> int:
        """Put the next changes in place; answers how many there were. `up_to`: without items that
        expired before."""
        records, prepared = await asyncio.to_thread(self._read, most, up_to)
        if records:
            rows = self._world.catalogue.commit(prepared, self._now_ms)
            self._world.renew(rows)
            self._seq = self._world.catalogue.seq = records[-1].seq
        return len(records)

    async def _renew(self, now_ms: int) -> None:
        """Pools, rising stories and index, from the columns as they are."""
        await self._renew_pools(now_ms)
        world = self._world
        if world.index.stale:
            c = world.catalogue
            world.index = await asyncio.to_thread(build, c.live, c.language, c.embedding)

    async def _renew_pools(self, now_ms: int) -> None:
        self._waited = 0
        world = self._world
        await asyncio.to_thread(world.catalogue.renew_pools)
        if abs(now_ms - self._risen_ms) >= RENEW_MS:
            self._risen_ms = now_ms
            world.rising = await asyncio.to_thread(rising_rows, world.catalogue, now_ms)
            world.rising_sounds = await asyncio.to_thread(rising_sounds, world.catalogue, now_ms)

    def _read(self, most: int, up_to: int) -> tuple[list[StoredItem], list[Prepared]]:
        known, now_ms = self._world.catalogue.by_id, self._now_ms
        if up_to:
            records = self._items.living(self._seq, up_to, most, now_ms)
        else:
            records = self._items.stored(self._seq, most)
        prepared = [prepare_stored(record) for record in records]
        # What expired before it was ever here needs no place.
        return records, [
            change
            for change in prepared
            if change.stored.status == "recalled"
            or change.head.expires_ms > now_ms
            or change.head.id in known
        ]

    def _read_people(self) -> tuple[list[tuple[int, str]], list[tuple[int, int, int]]]:
        creators: list[tuple[int, str]] = []
        after = self._creator
        while found := self._items.creators(after, 1000):
            creators += found
            after = found[-1][0]
        return creators, self._viewers.revoked(self._revocation)

    def _follow_people(
        self, creators: list[tuple[int, str]], revocations: list[tuple[int, int, int]]
    ) -> None:
        """On the serving thread: handlers look into these while they grow."""
        for number, name in creators:
            self._creators[name] = number
            self._creator_names[number] = name
            self._creator = number
        for sequence, viewer, epoch in revocations:
            self._tokens.revoked[viewer] = max(epoch, self._tokens.revoked.get(viewer, 0))
            self._revocation = sequence
            self.revoked.append(viewer)
