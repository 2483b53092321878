"""Taking in what creators upload: quotas, parts in order, and what a whole upload becomes."""

from __future__ import annotations

import asyncio
import secrets

from jhalak.api.cases.paused import refuse_paused
from jhalak.api.raw import Refused
from jhalak.api.services import Services
from jhalak.media import container
from jhalak.media.able import why_not
from jhalak.media.arrival import Stores, arrived, check, drop
from jhalak.media.container import HEAD
from jhalak.ports.creators import Creator
from jhalak.ports.errors import Conflict
from jhalak.ports.uploads import Upload
from jhalak.schema.video import UPLOADS, Details, Video

DAY_MS = 86_400_000
HOUR_MS = 3_600_000
AGAIN_S = "3600"


class Intake:
    """Over one process's services."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._rules = services.settings.media
        self._stores = Stores(services.uploads, services.videos, services.blobs, services.clock)

    async def begin(self, creator: Creator, length: int, details: Details) -> Upload:
        """A new upload. Raises Refused (400, 403, 413, 429, 503)."""
        if length == 0:
            raise Refused(400, "empty", "a file without a byte is no video")
        if length > self._rules.most_bytes:
            most = self._rules.most_bytes
            raise Refused(
                413, "too_large", f"a video may have {most:,} bytes; yours has {length:,}"
            )
        await self._able()
        await refuse_paused(self._services, creator)
        now_ms = self._services.clock()
        await self._within_quota(creator, length, now_ms)
        until_ms = now_ms + round(self._rules.upload_h * HOUR_MS)
        upload = Upload(
            secrets.token_urlsafe(16), creator.num, length, 0, 0, details, now_ms, until_ms, ""
        )
        most = self._rules.open_uploads
        try:
            await asyncio.to_thread(self._stores.uploads.create, upload, most)
        except Conflict:
            said = f"{most} of your uploads are not finished: go on with those or end them"
            raise Refused(429, "too_many_uploads", said) from None
        return upload

    async def find(self, upload_id: str, creator: Creator) -> Upload:
        """One of the creator's own. Raises Refused (404, 410)."""
        upload = await asyncio.to_thread(self._stores.uploads.find, upload_id)
        if upload is None or upload.account != creator.num:
            raise Refused(404, "no_such_upload", "there is no such upload, or it was ended")
        if not upload.video and upload.until_ms <= self._services.clock():
            raise Refused(410, "expired", "this upload was not finished in time: begin it again")
        return upload

    async def keep(self, upload: Upload, data: bytes) -> Upload:
        """The upload with these bytes as its next part, on disk. Raises Refused (409, 415)."""
        if not upload.received and len(data) >= min(HEAD, upload.length):
            await self._is_video(upload, data[:HEAD])
        path = f"{UPLOADS}/{upload.id}/{upload.parts}"
        if not await self._stores.blobs.put_new(path, data):
            # Another request was here and did not come to its end, or has not yet.
            there = await self._stores.blobs.get(path) or b""
            if there != data:
                if there:
                    await self._count(upload, len(there))
                raise _moved()
        if not await self._count(upload, len(data)):
            if await asyncio.to_thread(self._stores.uploads.find, upload.id) is None:
                await self._stores.blobs.delete(path)
            raise _moved()
        return upload._replace(received=upload.received + len(data), parts=upload.parts + 1)

    async def finish(self, upload: Upload, creator: Creator) -> Video:
        """What a whole upload becomes. Raises Refused (415)."""
        try:
            return await arrived(self._stores, upload, creator.handle)
        except container.Refused as error:
            raise Refused(415, error.code, str(error)) from None

    async def end(self, upload: Upload) -> None:
        """Forget an unfinished one. Raises Refused (409)."""
        if upload.video:
            raise Refused(409, "is_video", f"it is the video {upload.video}: withdraw that")
        await drop(self._stores, upload.id)

    async def _count(self, upload: Upload, size: int) -> bool:
        return await asyncio.to_thread(
            self._stores.uploads.part, upload.id, upload.parts, upload.received, size
        )

    async def _is_video(self, upload: Upload, head: bytes) -> None:
        try:
            await check(self._stores, upload, head)
        except container.Refused as error:
            raise Refused(415, error.code, str(error)) from None

    async def _able(self) -> None:
        """Raises Refused (503) where this machine is to make videos and cannot."""
        if self._rules.processes:
            why = await asyncio.to_thread(why_not, self._rules.sandbox == "rlimits")
            if why:
                raise Refused(503, "uploads_off", f"no videos are taken here: {why}")

    async def _within_quota(self, creator: Creator, length: int, now_ms: int) -> None:
        count, size = await asyncio.to_thread(
            self._stores.uploads.used, creator.num, now_ms - DAY_MS
        )
        if count >= self._rules.videos_a_day or size + length > self._rules.bytes_a_day:
            raise Refused(
                429, "quota", f"{self._rules.videos_a_day} videos and "
                f"{self._rules.bytes_a_day:,} bytes may come from you in 24 hours: "
                f"{count} and {size:,} came",
                [(b"retry-after", AGAIN_S.encode())],
            )  # fmt: skip


def _moved() -> Refused:
    return Refused(409, "wrong_offset", "another request wrote there: ask where to go on (HEAD)")
