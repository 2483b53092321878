"""A data folder in which creators' videos are made: their uploads, and the worker."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from sqlalchemy import insert

from jhalak.assembly import Records, open_blobs, open_publish, open_records, open_take_down
from jhalak.assembly import open_video_sweep as open_sweep
from jhalak.config.settings import MediaSettings, Settings
from jhalak.media.sandbox import Sandbox
from jhalak.ports.blob_store import FileStore
from jhalak.ports.fetcher import Answer, Failed, Limits
from jhalak.ports.uploads import Upload
from jhalak.records.tables import creator_accounts
from jhalak.schema.video import HLS_TYPE, UPLOADS, Details, Media, Video, VideoFile
from jhalak.trust.gate import Facts, Verdict, judge
from jhalak.workers.make_videos import Check, MakeVideos, Stores
from jhalak.workers.video_passes import Gone, VideoPasses, set_of

NOW_MS = 1_790_000_000_000
DAY_MS = 86_400_000
PART = 100_000
DETAILS = Details(
    caption="Rain on the old bridge #rain", language="en", topic="travel", ai=False,
    sensitive=False, rights="own",
)  # fmt: skip


def harmless(video: Video, media: Media, frames: NDArray[np.uint8]) -> Verdict:
    """The gate, of whose models all find nothing."""
    return judge(Facts(video.details, (0.0,) * len(frames), (), (), True, media.ai_mark))


class Caches:
    """A fetcher that notes what the purge hook is told."""

    def __init__(self) -> None:
        self.told: list[bytes] = []
        self.fails = 0

    async def fetch(
        self, url: str, headers: dict[str, str] | None = None, limits: Limits = Limits(), *,
        method: str = "GET", body: bytes = b"",
    ) -> Answer:  # fmt: skip
        if self.fails:
            self.fails -= 1
            raise Failed("nobody answers")
        self.told.append(body)
        return Answer(url, 204, {}, b"")

    async def close(self) -> None: ...


class FakePasses:
    """Makes two small files a pass, without ffmpeg; `raises` is what the next passes raise, and
    `meanwhile` what happens during each."""

    def __init__(self, blobs: FileStore) -> None:
        self._blobs = blobs
        self.raises: list[Exception] = []
        self.meanwhile: Callable[[], Awaitable[None]] | None = None
        self.ended = 0

    def end(self, *, for_good: bool = False) -> None:
        self.ended += 1

    def progress(self) -> float:
        return 0.5

    async def first(self, video: Video) -> tuple[Media, NDArray[np.uint8]]:
        await self._source(video)
        files = await self._made(set_of(video), ("240.mp4", "first.m3u8"))
        media = Media(
            set=set_of(video), duration_s=3.0, width=270, height=480, sound=True, files=files,
            likeness=hashlib.sha512(video.content).digest() * 2,
        )  # fmt: skip
        return media, np.zeros((4, 8, 8, 3), np.uint8)

    async def rest(self, video: Video, media: Media) -> Media:
        await self._source(video)
        files = await self._made(media.set, ("540.mp4", "master.m3u8"))
        return msgspec.structs.replace(media, files=media.files + files, complete=True)

    async def forget(self, media: Media) -> None:
        for path in await self._blobs.list(f"video/{media.set}"):
            await self._blobs.delete(path)

    async def _source(self, video: Video) -> None:
        if not video.upload or not await self._blobs.list(f"uploads/{video.upload}"):
            raise Gone

    async def _made(self, set_: str, names: Sequence[str]) -> tuple[VideoFile, ...]:
        if self.meanwhile is not None:
            await self.meanwhile()
        if self.raises:
            raise self.raises.pop(0)
        for name in names:
            await self._blobs.put(f"video/{set_}/{name}", b"film")
        kinds = {"mp4": "video/mp4", "m3u8": HLS_TYPE}
        return tuple(
            VideoFile(name=name, type=kinds[name.partition(".")[2]], bytes=4, height=480)
            for name in names
        )


class Films:
    """One data folder; without a sandbox nothing is decoded."""

    def __init__(
        self, data: Path, sandbox: Sandbox | None = None, check: Check = harmless, **media: Any
    ) -> None:
        self.settings = Settings(media=MediaSettings(**media))
        self.now_ms, self.claims = NOW_MS, 0
        self.records: Records = open_records(data, self.settings)
        self.blobs = open_blobs(data, self.settings)
        self.caches = Caches()
        self.data = data
        clock: Callable[[], int] = lambda: self.now_ms  # noqa: E731
        self.publish = open_publish(self.records, self.settings, clock)
        self.take_down = open_take_down(self.records, self.blobs, self.caches, self.settings, clock)
        self.sweep = open_sweep(data, self.records, self.settings, clock)
        self.passes: Any = FakePasses(self.blobs)
        if sandbox is not None:
            self.passes = VideoPasses(sandbox, self.records.uploads, self.blobs, data / "making")
        self.worker = self.another(check)
        row = {"handle": "asha", "password_hash": "x", "created_ms": 1, "suspended_ms": 0}
        with self.records.database.write() as connection:
            add = insert(creator_accounts).returning(creator_accounts.c.num)
            self.account: int = connection.execute(add, row).scalar_one()

    def another(self, check: Check = harmless) -> MakeVideos:
        """A worker."""
        records = self.records

        def name() -> str:
            self.claims += 1
            return f"claim-{id(self)}-{self.claims}"

        return MakeVideos(
            Stores(records.jobs, records.videos, records.uploads, records.reviews), self.passes,
            check, self.publish, self.take_down, self.sweep, lambda: self.now_ms, name,
            self.settings.media.lease_s,
        )  # fmt: skip

    async def upload(self, source: Path | bytes, name: str, details: Details = DETAILS) -> Video:
        """A whole upload becomes a video that waits."""
        data = source if isinstance(source, bytes) else source.read_bytes()
        upload, records = f"up-{name}", self.records
        parts = [data[at : at + PART] for at in range(0, len(data), PART)]
        row = Upload(
            upload,
            self.account,
            len(data),
            0,
            0,
            details,
            self.now_ms,
            self.now_ms + 86_400_000,
            "",
        )
        await asyncio.to_thread(records.uploads.create, row, 99)
        for n, part in enumerate(parts):
            await self.blobs.put(f"{UPLOADS}/{upload}/{n}", part)
            records.uploads.part(upload, n, n * PART, len(part))
        video = Video(
            id=name, account=self.account, handle="asha", upload=upload,
            content=hashlib.sha256(data).digest(), details=details, created_ms=self.now_ms,
        )  # fmt: skip
        return records.videos.begin(video, self.now_ms)

    def found(self, name: str) -> Video:
        video = self.records.videos.find(name)
        assert video is not None
        return video

    async def all_jobs(self) -> None:
        while await self.worker.step():
            pass

    async def files_of(self, video: Video) -> list[str]:
        """Names of its files, and of the parts of its source."""
        made = await self.blobs.list(f"video/{set_of(video)}")
        sent = await self.blobs.list(f"uploads/up-{video.id}")
        return [path.rpartition("/")[2] for path in made + sent]

    def close(self) -> None:
        self.records.database.close()
