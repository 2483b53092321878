"""Suspending an account, and lifting that: it obeys on every path, and comes back whole.

Whether an account is suspended is one column, read with its sessions, its profile, its comments,
its files and its items; in the transaction that changes it its items come up in the sequence of
changes, which takes them out of every process's live catalogue, or back into it (0.2 s). So nothing
has to be done again after a crash, and nothing is deleted.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from jhalak.ports.audit import AuditStore
from jhalak.ports.creators import Creator, CreatorStore
from jhalak.ports.fetcher import Failed
from jhalak.ports.jobs import JobStore
from jhalak.ports.videos import PURGE, VideoShelf
from jhalak.schema.video import Video
from jhalak.trust.take_down import TakeDown

PAGE: Final = 100


@dataclass(frozen=True, slots=True)
class Suspend:
    """Can be done twice. Raises PortError; what is asked for again then goes on."""

    accounts: CreatorStore
    shelf: VideoShelf
    jobs: JobStore
    audit: AuditStore
    take_down: TakeDown
    clock: Callable[[], int]

    async def suspend(self, account: Creator, reason: str, by: str) -> None:
        """On return its sessions are over and nothing of it is given out by the records; feeds
        and files follow within a second. `by`: as the audit log names who did it."""
        now_ms = self.clock()
        if await asyncio.to_thread(self.accounts.suspend, account.num, now_ms):
            await self._note(by, "suspend account", account, reason)
        await self._tell_caches(account)

    async def lift(self, account: Creator, reason: str, by: str) -> None:
        """It is seen again, and may sign in."""
        if await asyncio.to_thread(self.accounts.suspend, account.num, 0):
            await self._note(by, "lift suspension", account, reason)

    async def _note(self, by: str, action: str, account: Creator, reason: str) -> None:
        subject, now_ms = f"account {account.num}", self.clock()
        await asyncio.to_thread(self.audit.append, by, action, subject, reason, now_ms)

    async def _tell_caches(self, account: Creator) -> None:
        """The caches before us let go of its files; those that do not answer are told later."""
        if not self.take_down.purge_url:
            return
        for video in await asyncio.to_thread(self._videos, account.num):
            await asyncio.to_thread(self.jobs.add, PURGE, video.id, 0, self.clock(), again=True)
            try:
                await self.take_down.purge(video)
            except Failed:
                continue  # the job does it

    def _videos(self, account: int) -> list[Video]:
        found: list[Video] = []
        while page := self.shelf.newest(account, PAGE, found[-1].id if found else "", closed=True):
            found += page
        return found
