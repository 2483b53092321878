"""A fold over the log is what its newest good checkpoint and the log behind it make."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec

from jhalak.assembly import open_blobs, open_log
from jhalak.config.settings import Settings
from jhalak.embedded.blob_store import BlobStoreOnObstore
from jhalak.embedded.event_log import EmbeddedEventLog
from jhalak.schema.activity import TOPIC, Activity, Tick, encode
from jhalak.workers.log_fold import KEPT, LogFold
from tests.worlds import NOW_MS

FOLDER = "some/fold"


class Times:
    """Remembers the times of all ticks."""

    def __init__(self, partitions: int) -> None:
        self.offsets = [0] * partitions
        self.seen: list[int] = []

    def apply(self, partition: int, n: int, record: Activity) -> None:
        assert isinstance(record, Tick) and n == self.offsets[partition] + 1, "each once, in order"
        self.offsets[partition] = n
        self.seen.append(record.at_ms - NOW_MS)

    def dump(self) -> bytes:
        return msgspec.msgpack.encode((self.offsets, self.seen))

    def load(self, data: bytes) -> None:
        self.seen = [-1]  # half-loaded, where what follows fails
        self.offsets, self.seen = msgspec.msgpack.decode(data, type=tuple[list[int], list[int]])


async def tell(log: EmbeddedEventLog, *numbers: int) -> None:
    for number in numbers:
        await log.append(TOPIC, number, encode(Tick(NOW_MS + number)), NOW_MS)


def folding(log: EmbeddedEventLog, blobs: BlobStoreOnObstore) -> LogFold[Times]:
    return LogFold(log, blobs, FOLDER, lambda: Times(log.partitions))


def test_it_goes_on_from_the_newest_checkpoint_that_can_be_read(tmp_path: Path) -> None:
    asyncio.run(_goes_on(tmp_path))


async def _goes_on(folder: Path) -> None:
    settings = Settings()
    log, blobs = open_log(folder, settings, writable=True), open_blobs(folder, settings)
    first = folding(log, blobs)
    await first.resume()
    assert not await first.read()
    for number in range(1, KEPT + 3):
        await tell(log, number)
        assert await first.read() and not await first.read()
        await first.checkpoint()
    paths = await blobs.list(FOLDER)
    assert len(paths) == KEPT, "the oldest are dropped"
    await blobs.delete(paths[-1])
    await first.checkpoint()
    assert await blobs.list(FOLDER) == paths[:-1], "nothing was folded: nothing is written"
    await blobs.put(f"{FOLDER}/{99:020d}.msgpack", b"damaged")
    again = folding(log, blobs)
    await again.resume()
    assert sorted(again.fold.seen) == list(range(1, KEPT + 2))
    await tell(log, 50)
    while await again.read():
        pass
    assert sorted(again.fold.seen) == [*range(1, KEPT + 3), 50]
    log.close()


def test_where_no_checkpoint_can_be_read_it_begins_at_the_logs_beginning(tmp_path: Path) -> None:
    asyncio.run(_begins(tmp_path))


async def _begins(folder: Path) -> None:
    settings = Settings()
    log, blobs = open_log(folder, settings, writable=True), open_blobs(folder, settings)
    await tell(log, 1, 2)
    await blobs.put(f"{FOLDER}/{7:020d}.msgpack", b"damaged")
    found = folding(log, blobs)
    await found.resume()
    assert found.fold.seen == [], "nothing half-loaded stays"
    await found.read()
    assert sorted(found.fold.seen) == [1, 2]
    await blobs.put(f"{FOLDER}/{8:020d}.msgpack", b"damaged")
    await found.checkpoint()
    again = folding(log, blobs)
    await again.resume()
    assert sorted(again.fold.seen) == [1, 2], "what cannot be read pushes out nothing that can"
    log.close()
