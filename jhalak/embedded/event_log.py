"""The event log on SQLite files: one writer process, any number of readers."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar

from jhalak.config.priority import stand_back
from jhalak.embedded.files import lock_or_fail, make_folder
from jhalak.embedded.log_files import (
    PUT_MARK,
    Period,
    StatementCache,
    open_to_read,
    periods_in,
    remove_period,
)
from jhalak.embedded.log_queue import MOST_BYTES, MOST_RECORDS, Command, LogQueue, Record
from jhalak.embedded.log_reader import LogReader
from jhalak.embedded.log_writer import LogWriter
from jhalak.embedded.sqlite import connect, port_error, truncate_wal
from jhalak.ports.errors import Unavailable
from jhalak.ports.event_log import Entry, partition_of

T = TypeVar("T")

DIRECT_ROWS: Final = 16
"""So many rows are read without leaving the event loop's thread (9 us when there are none)."""
_LAST_MS: Final = 253_402_300_799_999  # the end of year 9999
_KEYS: Final = 1 << 63


class EmbeddedEventLog:
    """EventLog in `folder`, one SQLite file a UTC day (see log_files).

    The one object that is `writable` holds a lock on the folder as long as it lives; others read.
    n is given when a record is written, so a failed append leaves no hole. A call that is
    cancelled may have its effect nonetheless.
    """

    def __init__(
        self,
        folder: Path,
        partitions: int,
        *,
        writable: bool = True,
        most_records: int = MOST_RECORDS,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        """Raises Unavailable when another process writes, Conflict for another number of
        partitions than the folder was made with, DiskFull."""
        self.partitions = partitions
        self._folder = folder
        self._reader = LogReader(folder, partitions)
        self._threads = _ReaderThreads(folder, partitions, beside_serving=writable)
        self._queue = LogQueue(most_records, most_bytes)
        self._writer: LogWriter | None = None
        self._lock = -1
        self._keeper = ThreadPoolExecutor(
            1, thread_name_prefix="event log keeper", initializer=stand_back
        )
        if writable:
            self._begin_writing()
        elif folder.exists() and (periods := periods_in(folder)):
            open_to_read(periods[-1], partitions).close()  # only to compare the partitions

    @property
    def lost(self) -> int:
        """Records that nobody waited for and that could not be written."""
        return self._writer.lost if self._writer else 0

    async def append(
        self, topic: str, key: int, payload: bytes, at_ms: int, *, durable: bool = True
    ) -> tuple[int, int]:
        """As the port says; also Unavailable when too much waits or this is no writer.

        Raises ValueError for a topic, key or time that cannot be written.
        Cost (3 KB, 32 appending at once): 22 us of CPU, 4 of them on the event loop's thread.
        """
        if not durable:
            self.append_soon(topic, key, payload, at_ms)
            return partition_of(key, self.partitions), 0
        partition = self._place(topic, key, at_ms)
        future = asyncio.get_running_loop().create_future()
        record = Record(topic, partition, key, at_ms, payload, future)
        self._queue.put(record, len(payload), urgent=True)
        return await future  # type: ignore[no-any-return]

    def append_soon(self, topic: str, key: int, payload: bytes, at_ms: int) -> None:
        """As the port says; also Unavailable when too much waits or this is no writer."""
        partition = self._place(topic, key, at_ms)
        record = Record(topic, partition, key, at_ms, payload, None)
        self._queue.put(record, len(payload), urgent=False)

    def _place(self, topic: str, key: int, at_ms: int) -> int:
        """The partition of a record that can be written."""
        if not -_KEYS <= key < _KEYS or not 0 <= at_ms <= _LAST_MS:
            raise ValueError(f"key {key} or at_ms {at_ms} is out of range")
        if self._writer is None:
            raise self._only_reads()
        partition = partition_of(key, self.partitions)
        self._writer.statements[topic, partition]  # a bad topic fails here and alone
        return partition

    async def read(self, topic: str, partition: int, after: int, limit: int) -> list[Entry]:
        """As the port says. The first few rows are read at once, a backlog in a thread."""
        first = min(limit, DIRECT_ROWS)
        found = self._reader.read(topic, partition, after, first)
        if len(found) < first or first == limit:
            return found
        more = partial(
            LogReader.read,
            topic=topic, partition=partition, after=found[-1].n, limit=limit - first,
        )  # fmt: skip
        return found + await self._threads.run(more)

    async def read_key(
        self, topic: str, key: int, after: int = 0, since_ms: int = 0
    ) -> list[Entry]:
        """As the port says, in a thread: it may look into every file."""
        partition = partition_of(key, self.partitions)
        return await self._threads.run(
            partial(
                LogReader.read_key,
                topic=topic, partition=partition, key=key, after=after, since_ms=since_ms,
            )
        )  # fmt: skip

    async def ends(self, topic: str) -> list[int]:
        """The greatest n ever given in each partition: erasing the last record changes nothing."""
        if self._writer is not None:
            ends = self._writer.ends
            return [ends.get((topic, partition), 0) for partition in range(self.partitions)]
        return [self._reader.end(topic, partition) for partition in range(self.partitions)]

    async def delete_key(self, topic: str, key: int) -> int:
        """As the port says. What was appended before this call goes; what comes after stays."""
        partition = partition_of(key, self.partitions)
        writer = self._needs_writer()
        writer.statements[topic, partition]
        gone, sealed = await self._command(partial(writer.delete_key, topic, partition, key))
        for period in sealed:  # nobody appends to these: the writer need not wait for them
            gone += await self._keep(
                partial(_delete_from, period, self.partitions, topic, partition, key)
            )
        return gone

    async def drop_before(self, at_ms: int) -> int:
        """As the port says."""
        sealed = await self._command(partial(self._needs_writer().seal_before, at_ms))
        for period in sealed:
            await self._keep(partial(remove_period, period))
        return len(sealed)

    def close(self) -> None:
        """Write what waits, and let go of the folder. Blocks for as long as one commit takes."""
        if self._writer is not None:
            self._writer.stop()
        self._keeper.shutdown()
        self._threads.close()
        self._reader.close()
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def _begin_writing(self) -> None:
        try:
            make_folder(self._folder)
            self._lock = lock_or_fail(self._folder / "writer.lock", "writing to this event log")
            writer = LogWriter(self._folder, self.partitions, self._queue)
            writer.start()
        except Exception as error:
            self.close()
            raise port_error(error, self._folder) from error
        self._writer = writer

    def _needs_writer(self) -> LogWriter:
        if self._writer is None:
            raise self._only_reads()
        return self._writer

    def _only_reads(self) -> Unavailable:
        return Unavailable(f"{self._folder}: this process only reads the event log")

    async def _command(self, work: Callable[[], T]) -> T:
        """Run `work` on the writer's thread, after what was appended before."""
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._queue.put(Command(work, future), 0, urgent=True)
        return await future

    async def _keep(self, work: Callable[[], T]) -> T:
        """Run `work` on periods that are no longer written to, one at a time."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._keeper, work)
        except Exception as error:
            raise port_error(error, self._folder) from error


def _delete_from(period: Period, partitions: int, topic: str, partition: int, key: int) -> int:
    """Remove a key's records from a period that is no longer written to; answers how many."""
    if not period.path.exists():
        return 0
    with closing(LogReader(period.path.parent, partitions)) as reader:
        if not reader.has_key(period, topic, partition, key):
            return 0
        end = reader.end_of(period, topic, partition)
    statements = StatementCache()[topic, partition]
    with closing(connect(period.path)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        gone: int = connection.execute(statements.delete, (key,)).rowcount
        connection.execute(PUT_MARK, (topic, partition, end))
        connection.execute("COMMIT")
        truncate_wal(connection)
    return gone


class _ReaderThreads:
    """Two threads that read, each with its own LogReader; started when first needed."""

    def __init__(self, folder: Path, partitions: int, *, beside_serving: bool) -> None:
        self._beside_serving = beside_serving
        self._own = threading.local()
        self._readers: list[LogReader] = []
        self._executor = ThreadPoolExecutor(
            2,
            thread_name_prefix="event log reader",
            initializer=self._begin,
            initargs=(folder, partitions),
        )

    async def run(self, work: Callable[[LogReader], T]) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._executor, self._work, work)

    def close(self) -> None:
        self._executor.shutdown()
        for reader in self._readers:
            reader.close()

    def _begin(self, folder: Path, partitions: int) -> None:
        if self._beside_serving:
            stand_back()
        self._own.reader = LogReader(folder, partitions)
        self._readers.append(self._own.reader)

    def _work(self, work: Callable[[LogReader], Any]) -> Any:
        return work(self._own.reader)
