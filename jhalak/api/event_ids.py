"""Which event ids each viewer has sent, so that an event sent again counts as a duplicate.

Exact for DAYS: the ids of a viewer that is not in memory are read from the log, which holds every
accepted one. A batch of one viewer waits for the one before it, so that the same event cannot be
accepted twice side by side.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from jhalak.ports.event_log import EventLog
from jhalak.residency.seal import unseal
from jhalak.schema.activity import TOPIC, Outcomes, Relation, decode

DAYS: Final = 7
KEPT: Final = 1_000_000
"""Ids in memory over all viewers, each viewer counting as one more: about 110 MB."""


class EventIds:
    """Used by one thread."""

    def __init__(self, event_log: EventLog, kept: int = KEPT) -> None:
        self._log, self._kept = event_log, kept
        self._ids: OrderedDict[int, set[str]] = OrderedDict()
        self._count = 0
        self._locks: dict[int, tuple[asyncio.Lock, int]] = {}
        """A viewer's lock, and how many hold it or wait for it."""

    @asynccontextmanager
    async def of(self, viewer: int, now_ms: int, *, read: bool = True) -> AsyncIterator[set[str]]:
        """The viewer's ids, alone with them. Add what was appended before leaving. Not `read`: none
        where they are not in memory, for what nobody can have sent before."""
        lock, users = self._locks.get(viewer) or (asyncio.Lock(), 0)
        self._locks[viewer] = lock, users + 1
        try:
            async with lock:
                known = self._ids.get(viewer)
                if known is None and not read:
                    yield set()
                    return
                if known is None:
                    known = await self._read(viewer, now_ms)
                    self._ids[viewer] = known
                else:
                    self._ids.move_to_end(viewer)
                before = len(known)
                try:
                    yield known
                finally:
                    if self._ids.get(viewer) is known:
                        self._count += len(known) - before
                    self._let_go(viewer)
        finally:
            # Not by whether it is locked: one that waits has not locked it yet.
            lock, users = self._locks.pop(viewer)
            if users > 1:
                self._locks[viewer] = lock, users - 1

    def new(self, viewer: int) -> None:
        """The viewer was made just now: there is nothing to read."""
        self._ids[viewer] = set()
        self._count += 1
        self._let_go(viewer)

    def drop(self, viewer: int) -> None:
        ids = self._ids.pop(viewer, None)
        if ids is not None:
            self._count -= len(ids) + 1

    async def _read(self, viewer: int, now_ms: int) -> set[str]:
        known: set[str] = set()
        since_ms = now_ms - DAYS * 86_400_000
        for entry in await self._log.read_key(TOPIC, viewer, since_ms=since_ms):
            record = decode(unseal(viewer, entry.payload))
            if isinstance(record, Outcomes):
                known.update(event.id for event in record.events)
            elif isinstance(record, Relation):
                known.add(record.id)
        self._count += len(known) + 1
        return known

    def _let_go(self, but: int) -> None:
        while self._count > self._kept and len(self._ids) > 1:
            viewer = next(iter(self._ids))
            if viewer == but:
                break
            self._count -= len(self._ids.pop(viewer)) + 1
