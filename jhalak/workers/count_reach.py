"""Counting whom videos reach: read the log, fold, and tell what may be told, a blob a video.

It runs beside the watch over experiments, in its process. What was told is read from its blob
before it is told anew, so that also after a crash two answers are what learning.reach_told says.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final

import msgspec

from jhalak.config.settings import Settings
from jhalak.learning.reach import HOUR_MS
from jhalak.learning.reach_fold import ReachFold
from jhalak.learning.reach_told import Told, path_of, tell
from jhalak.learning.reach_video import VideoReach
from jhalak.ports.blob_store import BlobStore
from jhalak.ports.event_log import EventLog
from jhalak.residency.seal import unseal
from jhalak.schema.activity import TOPIC, decode

log = logging.getLogger(__name__)

BATCH: Final = 256
TELL_MS: Final = 5_000
CHECKPOINT_MS: Final = 300_000
KEPT: Final = 2
FOLDER: Final = "reach/fold"


class ReachOfLog:
    """The fold, resumed from its newest checkpoint and read up from the log."""

    def __init__(self, event_log: EventLog, blobs: BlobStore, settings: Settings) -> None:
        self._log, self._blobs, self._settings = event_log, blobs, settings
        self.fold = self._empty()

    def _empty(self) -> ReachFold:
        settings = self._settings
        join_ms = int(settings.learning.join_h * HOUR_MS)
        return ReachFold(self._log.partitions, join_ms, int(settings.utc_offset_h * HOUR_MS))

    async def resume(self) -> None:
        """Load the newest checkpoint that can be read; with none, start at the log's beginning."""
        for path in reversed(await self._blobs.list(FOLDER)):
            data = await self._blobs.get(path)
            try:
                if data is not None:
                    self.fold.load(data)
                    return
            except Exception as error:
                log.error("checkpoint %s cannot be used: %s", path, error)
                self.fold = self._empty()  # nothing half-loaded may stay

    async def read(self) -> bool:
        """Fold the next records of every partition; True when there were any."""
        folded = 0
        for partition in range(self._log.partitions):
            after = self.fold.offsets[partition]
            for entry in await self._log.read(TOPIC, partition, after, BATCH):
                self.fold.apply(partition, entry.n, decode(unseal(entry.key, entry.payload)))
                folded += 1
        if not folded:
            self.fold.settle()
        return folded > 0


class CountReach:
    """Reads, tells and checkpoints."""

    def __init__(
        self, event_log: EventLog, blobs: BlobStore, settings: Settings, clock: Callable[[], int]
    ) -> None:
        self._blobs, self._clock = blobs, clock
        self._source = ReachOfLog(event_log, blobs, settings)
        self._told_ms = 0
        self._checkpointed_ms = clock()
        self._checkpointed: list[int] = []

    @property
    def fold(self) -> ReachFold:
        return self._source.fold

    async def resume(self) -> None:
        await self._source.resume()
        self._checkpointed = list(self.fold.offsets)

    async def step(self) -> bool:
        """Fold the next records; tell and checkpoint when it is time to. True when there were
        any."""
        more = await self._source.read()
        now_ms = self._clock()
        if now_ms - self._told_ms >= TELL_MS:
            self._told_ms = now_ms
            await self.tell()
        if now_ms - self._checkpointed_ms >= CHECKPOINT_MS:
            await self.checkpoint()
        return more

    async def tell(self) -> None:
        """Of each video that changed write what may be told now, where that is something else. What
        a store does not take is told again later."""
        for item in sorted(self.fold.changed):
            video = self.fold.videos.get(item)
            if video is not None:
                await self._tell(item, video)
            else:  # nobody met it for long
                await self._blobs.delete(path_of(item))
            self.fold.changed.discard(item)

    async def _tell(self, item: int, video: VideoReach) -> None:
        data = await self._blobs.get(path_of(item))
        before = None if data is None else msgspec.msgpack.decode(data, type=Told)
        now = Told(
            item=item, creator=video.creator, at_ms=self.fold.at_ms, cells=video.cells.tolist(),
            days={day: rows.tolist() for day, rows in video.days.items()},
            curve=video.curve.tolist(),
        )  # fmt: skip
        told = tell(before, now)
        new = before is None or (told.cells, told.days, told.curve, told.rows) != (
            before.cells, before.days, before.curve, before.rows,
        )  # fmt: skip
        if new and (before is not None or any(map(any, told.cells))):
            await self._blobs.put(path_of(item), msgspec.msgpack.encode(told))

    async def checkpoint(self) -> None:
        """Write all of it, with its offsets, in one blob; then drop the oldest ones."""
        self._checkpointed_ms = self._clock()
        if self.fold.offsets == self._checkpointed:
            return
        await self._blobs.put(f"{FOLDER}/{sum(self.fold.offsets):020d}.msgpack", self.fold.dump())
        self._checkpointed = list(self.fold.offsets)
        for old in (await self._blobs.list(FOLDER))[:-KEPT]:
            await self._blobs.delete(old)
