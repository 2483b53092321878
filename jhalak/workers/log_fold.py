"""A fold over the log: resumed from its newest checkpoint, read up, and checkpointed again."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final, Generic, Protocol, TypeVar

from jhalak.ports.blob_store import BlobStore
from jhalak.ports.event_log import EventLog
from jhalak.residency.seal import unseal
from jhalak.schema.activity import TOPIC, Activity, decode

log = logging.getLogger(__name__)

BATCH: Final = 256
KEPT: Final = 2


class Folding(Protocol):
    """What is folded: all that it knows lies in a checkpoint and in the log behind it."""

    offsets: list[int]
    """The newest record of each partition that is in it."""

    def apply(self, partition: int, n: int, record: Activity) -> None: ...

    def load(self, data: bytes) -> None: ...

    def dump(self) -> bytes: ...


F = TypeVar("F", bound=Folding)


class LogFold(Generic[F]):
    """`empty` makes a fold of nothing; its checkpoints lie in `folder`."""

    def __init__(
        self, event_log: EventLog, blobs: BlobStore, folder: str, empty: Callable[[], F]
    ) -> None:
        self._log, self._blobs, self._folder, self._empty = event_log, blobs, folder, empty
        self.fold = empty()
        self._checkpointed: list[int] = []

    async def resume(self) -> None:
        """Load the newest checkpoint that can be read; with none, start at the log's beginning."""
        for path in reversed(await self._blobs.list(self._folder)):
            data = await self._blobs.get(path)
            try:
                if data is not None:
                    self.fold.load(data)
                    break
            except Exception as error:
                log.error("checkpoint %s cannot be used: %s", path, error)
                self.fold = self._empty()  # nothing half-loaded may stay
        self._checkpointed = list(self.fold.offsets)

    async def read(self) -> bool:
        """Fold the next records of every partition; True when there were any."""
        folded = 0
        for partition in range(self._log.partitions):
            after = self.fold.offsets[partition]
            for entry in await self._log.read(TOPIC, partition, after, BATCH):
                self.fold.apply(partition, entry.n, decode(unseal(entry.key, entry.payload)))
                folded += 1
        return folded > 0

    async def checkpoint(self) -> None:
        """Write all of it, with its offsets, in one blob; then drop the oldest ones. Nothing where
        nothing was folded since. Those that are ahead could not be read (`resume`): they push out
        none of ours."""
        offsets = list(self.fold.offsets)
        if offsets == self._checkpointed:
            return
        path = f"{self._folder}/{sum(offsets):020d}.msgpack"
        await self._blobs.put(path, self.fold.dump())
        self._checkpointed = offsets
        behind = [other for other in await self._blobs.list(self._folder) if other <= path]
        for old in behind[:-KEPT]:
            await self._blobs.delete(old)
