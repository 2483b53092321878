"""The writer of relations: who waits shares a transaction, and each has their own answer."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence

import pytest

from jhalak.ports.errors import Conflict, DiskFull
from jhalak.ports.relations import Change, Changed, RelationRow
from jhalak.records.relation_writer import TOGETHER, GroupWriter


class Store:
    """Writes when it is let; viewer 13 spoils a transaction, viewer 99 there is none."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.gate = threading.Event()
        self.gate.set()
        self.entered = threading.Event()
        self.full = False

    def write(self, changes: Sequence[Change]) -> list[Changed | Conflict]:
        self.entered.set()
        self.gate.wait()
        if self.full:
            raise DiskFull("no room")
        if any(change.viewer == 13 for change in changes):
            raise Conflict("spoilt")
        self.batches.append([change.viewer for change in changes])
        return [
            Conflict("no such viewer")
            if c.viewer == 99
            else Changed(RelationRow(c.viewer, c.verb, c.kind, c.target, c.at_ms, 1), True)
            for c in changes
        ]


def like(viewer: int) -> Change:
    return Change(viewer, "likes", "item", 1, True, 5)


async def asked(writer: GroupWriter, viewers: Sequence[int]) -> list[Changed | BaseException]:
    return await asyncio.gather(*(writer.write(like(v)) for v in viewers), return_exceptions=True)


def test_those_who_wait_share_one_transaction() -> None:
    store = Store()

    async def run() -> None:
        writer = GroupWriter(store)
        store.gate.clear()
        first = asyncio.create_task(writer.write(like(1)))
        await asyncio.to_thread(store.entered.wait)
        rest = asyncio.create_task(asked(writer, range(1000, 1000 + TOGETHER + 5)))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        store.gate.set()
        await first
        for viewer, done in zip(range(1000, 1000 + TOGETHER + 5), await rest, strict=True):
            assert isinstance(done, Changed) and done.row is not None and done.row.viewer == viewer

    asyncio.run(run())
    assert [len(batch) for batch in store.batches] == [1, TOGETHER, 5]


def test_a_refusal_is_told_to_whom_it_concerns_only() -> None:
    store = Store()

    async def run() -> list[Changed | BaseException]:
        return await asked(GroupWriter(store), [1, 99, 2])

    first, none, last = asyncio.run(run())
    assert isinstance(first, Changed) and isinstance(last, Changed)
    assert isinstance(none, Conflict) and store.batches == [[1, 99, 2]]


def test_what_spoils_the_transaction_costs_the_others_only_time() -> None:
    store = Store()

    async def run() -> list[Changed | BaseException]:
        return await asked(GroupWriter(store), [1, 13, 2])

    first, spoilt, last = asyncio.run(run())
    assert isinstance(first, Changed) and isinstance(last, Changed)
    assert isinstance(spoilt, Conflict) and store.batches == [[1], [2]]


def test_a_full_disk_is_told_to_everyone_and_it_goes_on_after() -> None:
    store = Store()

    async def run() -> None:
        writer = GroupWriter(store)
        store.full = True
        for failed in await asked(writer, [1, 2]):
            with pytest.raises(DiskFull):
                raise failed  # type: ignore[misc]
        store.full = False
        assert (await writer.write(like(3))).changed

    asyncio.run(run())


def test_who_goes_away_keeps_nobody_else_waiting() -> None:
    store = Store()

    async def run() -> None:
        writer = GroupWriter(store)
        store.gate.clear()
        gone, stays = (asyncio.create_task(writer.write(like(v))) for v in (1, 2))
        await asyncio.sleep(0)
        gone.cancel()
        await asyncio.sleep(0)
        store.gate.set()
        assert (await stays).changed

    asyncio.run(run())
    assert [viewer for batch in store.batches for viewer in batch] == [1, 2]
