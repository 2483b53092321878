"""Counting whom videos reach: read the log, fold, and tell what may be told, a blob a video.

It runs beside the watch over experiments, in its process. What was told is read from its blob
before it is told anew, so that also after a crash two answers are what learning.reach_told says.
"""

from __future__ import annotations

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
from jhalak.workers.log_fold import LogFold

TELL_MS: Final = 5_000
CHECKPOINT_MS: Final = 300_000
FOLDER: Final = "reach/fold"


def reach_of_log(event_log: EventLog, blobs: BlobStore, settings: Settings) -> LogFold[ReachFold]:
    """The fold of whom videos reach, still empty."""
    join_ms = int(settings.learning.join_h * HOUR_MS)
    utc_offset_ms = int(settings.utc_offset_h * HOUR_MS)
    return LogFold(
        event_log, blobs, FOLDER, lambda: ReachFold(event_log.partitions, join_ms, utc_offset_ms)
    )


class CountReach:
    """Reads, tells and checkpoints."""

    def __init__(
        self, event_log: EventLog, blobs: BlobStore, settings: Settings, clock: Callable[[], int]
    ) -> None:
        self._blobs, self._clock = blobs, clock
        self._source = reach_of_log(event_log, blobs, settings)
        self._told_ms = 0
        self._checkpointed_ms = clock()

    @property
    def fold(self) -> ReachFold:
        return self._source.fold

    async def resume(self) -> None:
        await self._source.resume()

    async def step(self) -> bool:
        """Fold the next records; tell and checkpoint when it is time to. True when there were
        any."""
        more = await self._source.read()
        if not more:
            self.fold.settle()
        now_ms = self._clock()
        if abs(now_ms - self._told_ms) >= TELL_MS:
            self._told_ms = now_ms
            await self.tell()
        if abs(now_ms - self._checkpointed_ms) >= CHECKPOINT_MS:
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
        self._checkpointed_ms = self._clock()
        await self._source.checkpoint()
