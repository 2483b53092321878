"""Finding files of creators' videos that nobody needs, and what is seen without files.

Every blob below `video/` and `uploads/` belongs to a video or an upload; what a killed process left
between two steps belongs to none any more. Each step is ordered so that nothing which is needed
looks forgotten: a row is there before its blobs, and a source until its files are.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from jhalak.ports.blob_store import BlobStore
from jhalak.ports.items import ItemStore
from jhalak.ports.jobs import JobStore
from jhalak.ports.uploads import UploadStore
from jhalak.ports.videos import FIRST, REST, VideoSets, VideoStore
from jhalak.schema.item import ItemRecord
from jhalak.schema.video import FOLDER, UPLOADS, Video, is_refused_for_sound
from jhalak.workers.video_passes import set_of

APPEAL_MS: Final = 30 * 86_400_000
"""So long after its upload the files of a refused video stay: an appeal may make it live."""
SOURCES_MS: Final = 60_000
"""So often an idle worker looks at the sources, which are few."""
WHOLE_MS: Final = 3_600_000
"""So often it looks at all files: 100,000 videos take half a minute."""
PAGE: Final = 500


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep found."""

    sets: int
    uploads: int
    """Folders that are needed."""
    leaked: tuple[str, ...]
    """Folders that nobody needs."""
    given_up: tuple[tuple[str, str], ...]
    """(kind, video) of quarantined jobs of which the video does not know yet."""


@dataclass(frozen=True, slots=True)
class SweepVideos:
    """Looks through the blob store; deletes nothing by itself."""

    videos: VideoStore
    sets: VideoSets
    uploads: UploadStore
    jobs: JobStore
    items: ItemStore
    blobs: BlobStore
    clock: Callable[[], int]

    async def look(self, *, whole: bool = True) -> Swept:
        """Not `whole`: only at the sources. Some 0.3 ms a folder. Raises PortError."""
        # The files first: what begins to be made later is not among them.
        made = _folders(await self.blobs.list(FOLDER)) if whole else []
        sent = _folders(await self.blobs.list(UPLOADS))
        return await asyncio.to_thread(self._judge, made, sent)

    async def unplayable(self) -> list[str]:
        """Items that can be seen although their video is not live, or lacks a file."""
        there = set(await self.blobs.list(FOLDER))
        return await asyncio.to_thread(self._unplayable, there)

    def _judge(self, made: list[str], sent: list[str]) -> Swept:
        owners = {upload: self._video_of(upload) for upload in sent}
        leaked = [f"{UPLOADS}/{upload}" for upload in sent if not self._waits(upload, owners)]
        making = {set_of(video) for video in owners.values() if video is not None}
        for set_ in made:
            # Asked after its source: whoever finished meanwhile kept the set before it went.
            video = self.sets.of_set(set_)
            if not (set_ in making if video is None else self._kept(video)):
                leaked.append(f"{FOLDER}/{set_}")
        lost = set(leaked)
        return Swept(
            sum(f"{FOLDER}/{set_}" not in lost for set_ in made),
            sum(f"{UPLOADS}/{upload}" not in lost for upload in sent),
            tuple(leaked), tuple(self._given_up(owners)),
        )  # fmt: skip

    def _video_of(self, upload: str) -> Video | None:
        row = self.uploads.find(upload)
        return self.videos.find(row.video) if row is not None and row.video else None

    def _waits(self, upload: str, owners: dict[str, Video | None]) -> bool:
        """Is it on its way, or to be made something of?"""
        row, video = self.uploads.find(upload), owners[upload]
        if row is None or not row.video:
            return row is not None
        needed = video is not None and video.upload == upload
        return needed and video is not None and video.state in ("waiting", "held", "draft", "live")

    def _kept(self, video: Video) -> bool:
        if is_refused_for_sound(video):
            return True  # the sound may come back, long after
        if video.state == "refused":
            return self.clock() - video.created_ms < APPEAL_MS
        return video.state != "removed"

    def _given_up(self, owners: dict[str, Video | None]) -> list[tuple[str, str]]:
        found = []
        for video in owners.values():
            if video is None:
                continue
            for kind in (FIRST, REST):
                job = self.jobs.find(kind, video.id)
                if job is not None and job.state in ("quarantined", "failed"):
                    found.append((kind, video.id))
        return found

    def _unplayable(self, there: set[str]) -> list[str]:
        found, after, now_ms = [], 0, self.clock()
        while records := self.items.changes(after, PAGE):
            after = records[-1].seq
            for record in records:
                item = record.item
                if item.media and _is_shown(record) and item.expires_ms > now_ms:
                    video = self.videos.find(item.id)
                    names = {one.src for one in item.renditions}
                    whole = all(f"{FOLDER}/{item.media}/{name}" in there for name in names)
                    if video is None or video.state != "live" or not whole:
                        found.append(item.id)
        return found


def _is_shown(record: ItemRecord) -> bool:
    return record.status == "live" and not record.withheld


def _folders(paths: list[str]) -> list[str]:
    """The second part of `video/SET/NAME`, each once."""
    return list(dict.fromkeys(path.split("/")[1] for path in paths))
