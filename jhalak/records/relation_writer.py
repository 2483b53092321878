"""Changes of relations that wait become one transaction, as appends to the event log do.

A commit waits for the disk as long for five hundred likes as for one, and SQLite has one writer.
While one transaction is on its way, what comes waits for the next one.
"""

from __future__ import annotations

import asyncio
from typing import Final

from jhalak.ports.errors import Conflict, PortError
from jhalak.ports.relations import Change, Changed, RelationBatches

TOGETHER: Final = 500
"""Changes in one transaction at most."""

_Waiting = tuple[Change, "asyncio.Future[Changed]"]


class GroupWriter:
    """RelationWriter (ports/relations.py) over any store. Used by one event loop."""

    def __init__(self, store: RelationBatches) -> None:
        self._store = store
        self._waiting: list[_Waiting] = []
        self._task: asyncio.Task[None] | None = None

    async def write(self, change: Change) -> Changed:
        future: asyncio.Future[Changed] = asyncio.get_running_loop().create_future()
        self._waiting.append((change, future))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._write_all())
        # One who goes away takes nothing back: the change may be on disk.
        return await future

    async def _write_all(self) -> None:
        while self._waiting:
            now, self._waiting = self._waiting[:TOGETHER], self._waiting[TOGETHER:]
            await self._write(now)

    async def _write(self, waiting: list[_Waiting]) -> None:
        """One transaction. Where what one asks for spoils it for all, each has one of its own."""
        try:
            done = await asyncio.to_thread(self._store.write, [one for one, _ in waiting])
        except Conflict as error:
            if len(waiting) == 1:
                _answer(waiting[0][1], error)
                return
            for one in waiting:
                await self._write([one])
        except Exception as error:
            for _, future in waiting:
                # An error of its own for each: raising adds a traceback to it.
                _answer(future, _again(error))
        else:
            for (_, future), outcome in zip(waiting, done, strict=True):
                _answer(future, outcome)


def _again(error: Exception) -> Exception:
    return type(error)(str(error)) if isinstance(error, PortError) else error


def _answer(future: asyncio.Future[Changed], outcome: Changed | Exception) -> None:
    if future.done():  # whoever waited has gone away
        return
    if isinstance(outcome, Exception):
        future.set_exception(outcome)
    else:
        future.set_result(outcome)
