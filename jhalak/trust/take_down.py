"""Taking a creator's video away: out of the feeds, then its files, then the caches before us.

What is asked first holds first: the item is recalled and the video removed before this answers;
its files are deleted on the way, and what a crash leaves of them a sweep finds
(workers/sweep_videos.py). None of them can be read meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import msgspec

from jhalak.ports.blob_store import BlobStore
from jhalak.ports.fetcher import Failed, Fetcher, Limits
from jhalak.ports.items import ItemStore
from jhalak.ports.jobs import JobStore
from jhalak.ports.videos import PURGE, VideoStore
from jhalak.schema.video import FOLDER, UPLOADS, Video, VideoState

WITHDRAWN: Final = "withdrawn"
APPEAL_WON: Final = "appeal_won"
"""Reason of a video whose files are gone although its appeal was right: upload it again."""
CREATOR: Final = "creator"
"""Who did it, in the audit log, when it was the creator."""
_ANY: Final[tuple[VideoState, ...]] = ("waiting", "held", "draft", "live", "refused")
_LIMITS: Final = Limits(seconds=10.0, sent=65_536, whole=65_536)


@dataclass(frozen=True, slots=True)
class TakeDown:
    """Can be done twice. Raises PortError; what is asked for again then goes on."""

    videos: VideoStore
    items: ItemStore
    jobs: JobStore
    blobs: BlobStore
    fetcher: Fetcher
    purge_url: str
    """Setting `media.purge`; "": no caches are told."""
    origin: str
    """Setting `media.origin`: begins the addresses that caches know."""
    clock: Callable[[], int]

    async def __call__(self, video: Video, reason: str, by: str) -> None:
        """`reason`: a code, which its creator is told; `by`: `operator:NAME` or CREATOR. On return
        it is in no feed's catalogue later than that follows (0.2 s), and its files are gone."""
        # The recall first: whoever is killed between the two is asked again, since it is not
        # removed.
        await asyncio.to_thread(self.items.recall, video.id, by, reason, self.clock())
        gone = await asyncio.to_thread(
            lambda: self.videos.change(video.id, _ANY, self.clock(), state="removed", reason=reason)
        )
        if gone is not None:
            await self.clear(gone)

    async def withdraw(self, video: Video) -> None:
        """Its creator takes it back."""
        await self(video, WITHDRAWN, CREATOR)

    async def clear(self, video: Video) -> None:
        """Delete all files of a video that nobody may see, its source too."""
        told = bool(self.purge_url and video.media and video.live_ms)
        if told:
            await self._ask_to_purge(video)
        if video.media is not None:
            await self.delete(f"{FOLDER}/{video.media.set}")
        await self.forget_source(video)
        if told:
            await self._try_to_purge(video)

    async def hide(self, video: Video) -> None:
        """It is not live any more, and may be again: the caches before us let go of it."""
        if self.purge_url and video.media and video.live_ms:
            await self._ask_to_purge(video)
            await self._try_to_purge(video)

    async def _ask_to_purge(self, video: Video) -> None:
        await asyncio.to_thread(self.jobs.add, PURGE, video.id, 0, self.clock(), again=True)

    async def _try_to_purge(self, video: Video) -> None:
        with suppress(Failed):  # the job does it
            await self.purge(video)

    async def forget_source(self, video: Video) -> None:
        """Nothing more will be made of it."""
        if video.upload:
            states: tuple[VideoState, ...] = (*_ANY, "removed")
            await asyncio.to_thread(
                lambda: self.videos.change(video.id, states, self.clock(), upload="")
            )
            await self.delete(f"{UPLOADS}/{video.upload}")

    async def delete(self, folder: str) -> None:
        """All blobs of a folder."""
        for path in await self.blobs.list(folder):
            await self.blobs.delete(path)

    async def purge(self, video: Video) -> None:
        """Tell the caches before us. Raises FetchError."""
        if not self.purge_url or video.media is None:
            return
        told = {
            "prefix": f"{self.origin.rstrip('/')}/{FOLDER}/{video.media.set}/",
            "names": [file.name for file in video.media.files],
        }
        answer = await self.fetcher.fetch(
            self.purge_url, {"content-type": "application/json"}, _LIMITS, method="POST",
            body=msgspec.json.encode(told),
        )  # fmt: skip
        if not 200 <= answer.status < 300:
            raise Failed(f"the purge hook answered {answer.status}")
