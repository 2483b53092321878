"""Which event ids each viewer has sent, so that an event sent again counts as a duplicate.

Exact for DAYS: the ids of a viewer that is not in memory are read from the log, which holds every
accepted one. A batch of one viewer waits for the one before it, so that the same event cannot be
accepted twice side by side.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
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

    def of(self, viewer: int, now_ms: int, *, read: bool = True) -> _Alone:
        """The viewer's ids, alone with them: `async with` it. Add what was appended before leaving.
        Not `read`: none where they are not in memory, for what nobody can have sent before."""
        return _Alone(self, viewer, now_ms, read)

    async def enter(self, viewer: int, now_ms: int, read: bool) -> set[str]:
        """Wait for the others, and get the viewer's ids; then `leave`."""
        lock, users = self._locks.get(viewer) or (asyncio.Lock(), 0)
        self._locks[viewer] = lock, users + 1
        try:
            await lock.acquire()
        except BaseException:
            self._let_others(viewer)
            raise
        try:
            known = self._ids.get(viewer)
            if known is not None:
                self._ids.move_to_end(viewer)
            elif not read:
                known = set()
            else:
                known = await self._read(viewer, now_ms)
                self._ids[viewer] = known
            return known
        except BaseException:
            lock.release()
            self._let_others(viewer)
            raise

    def leave(self, viewer: int, known: set[str], before: int) -> None:
        """Done with `known`, which held `before` ids."""
        if self._ids.get(viewer) is known:
            self._count += len(known) - before
        self._let_go(viewer)
        self._locks[viewer][0].release()
        self._let_others(viewer)

    def _let_others(self, viewer: int) -> None:
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


class _Alone:
    """EventIds.of: a class, since a generator costs 4 us a batch."""

    __slots__ = ("_asked", "_before", "_ids", "_known")

    def __init__(self, ids: EventIds, viewer: int, now_ms: int, read: bool) -> None:
        self._ids, self._asked = ids, (viewer, now_ms, read)

    async def __aenter__(self) -> set[str]:
        self._known = await self._ids.enter(*self._asked)
        self._before = len(self._known)
        return self._known

    async def __aexit__(self, *_: object) -> None:
        self._ids.leave(self._asked[0], self._known, self._before)
