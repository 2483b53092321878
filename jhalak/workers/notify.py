"""Telling people: what several say at once is one transaction, and likes wait for a second."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Final

from jhalak.ports.errors import PortError
from jhalak.ports.notifications import NoticeKind, NotificationStore, Told

log = logging.getLogger(__name__)
AT_ONCE: Final = 200
"""Things told in one transaction."""
WAITING: Final = 10_000
"""Things that wait for a store that does not answer; the oldest are given up."""
KEPT: Final = 8
"""Viewers that are remembered of each video's likes."""

_Waiting = tuple[Told, asyncio.Future[None]]


class Notifier:
    """Notify (ports/notifications.py), for one event loop; `step` once a second.

    A kill loses at most the newest second of likes' *news*: their number is counted from the
    relations, so that only the group's place in the list is older than it should be.
    """

    def __init__(self, store: NotificationStore, clock: Callable[[], int]) -> None:
        self._store, self._clock = store, clock
        self._waiting: list[_Waiting] = []
        self._again: list[Told] = []
        self._likes: dict[str, list[int]] = {}
        self._writer: asyncio.Task[None] | None = None

    async def __call__(
        self, account: int, kind: NoticeKind, subject: str, actor: int = 0,
        said: Mapping[str, str] = {},
    ) -> None:  # fmt: skip
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((Told(account, kind, subject, actor, said), done))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write())
        await done

    def liked(self, video: str, viewer: int) -> None:
        last = self._likes.setdefault(video, [])
        last.append(viewer)
        del last[:-KEPT]

    async def step(self) -> bool:
        """Write what waits: the likes of the last second, and what could not be written."""
        again, self._again = self._again, []
        for at in range(0, len(again), AT_ONCE):
            await self._add(again[at : at + AT_ONCE])
        likes, self._likes = self._likes, {}
        if likes:
            await asyncio.to_thread(self._store.liked, likes, self._clock())
        return False

    async def _write(self) -> None:
        while self._waiting:
            taken, self._waiting = self._waiting[:AT_ONCE], self._waiting[AT_ONCE:]
            await self._add([told for told, _ in taken])
            for _, done in taken:
                if not done.done():  # who waited may have been cancelled
                    done.set_result(None)

    async def _add(self, told: list[Told]) -> None:
        try:
            await asyncio.to_thread(self._store.add, told, self._clock())
        except PortError as error:
            log.warning("people are told later: %s", error)
            self._again = (self._again + told)[-WAITING:]
