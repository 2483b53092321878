"""Comments that come at the same time are one transaction, and wait for the disk once."""

from __future__ import annotations

import asyncio
from typing import Final

from jhalak.ports.comments import Added, Comment, CommentStore, Limits

AT_ONCE: Final = 64
"""Comments of one transaction."""

_Waiting = tuple[Comment, asyncio.Future[Added]]


class WriteComments:
    """CommentWriter (ports/comments.py), for one event loop. Who comes while a transaction is
    under way is in the next one; who comes alone waits for nobody."""

    def __init__(self, store: CommentStore, limits: Limits) -> None:
        self._store, self._limits = store, limits
        self._waiting: list[_Waiting] = []
        self._writer: asyncio.Task[None] | None = None

    async def add(self, comment: Comment) -> Added:
        done: asyncio.Future[Added] = asyncio.get_running_loop().create_future()
        self._waiting.append((comment, done))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write())
        return await done

    async def _write(self) -> None:
        while self._waiting:
            taken, self._waiting = self._waiting[:AT_ONCE], self._waiting[AT_ONCE:]
            said = [comment for comment, _ in taken]
            try:
                added = await asyncio.to_thread(self._store.add_all, said, self._limits)
            except Exception as error:
                for _, done in taken:
                    if not done.done():
                        done.set_exception(error)
                continue
            for (_, done), one in zip(taken, added, strict=True):
                if not done.done():  # who waited may have been cancelled
                    done.set_result(one)
