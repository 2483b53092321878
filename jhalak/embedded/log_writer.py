"""The event log's writer: one thread, one transaction for all that waits (group commit)."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any

from jhalak.embedded.log_files import (
    CHUNK,
    DAY_MS,
    PUT_MARK,
    Period,
    Place,
    StatementCache,
    check_partitions,
    create_period,
    periods_in,
    stored_ends,
    sweep,
)
from jhalak.embedded.log_queue import Answer, Command, LogQueue, Record, resolve
from jhalak.embedded.sqlite import Connection, connect, port_error, truncate_wal

log = logging.getLogger(__name__)


class LogWriter:
    """Writes what LogQueue holds. Everything but `start` and `stop` runs on its thread.

    A transaction that fails (disk full, I/O error, a failed fsync) fails all its records and
    nothing else: it is rolled back, its numbers are used again, and the next transaction
    overwrites what it left in the write-ahead log.
    """

    def __init__(self, folder: Path, partitions: int, queue: LogQueue) -> None:
        self.folder = folder
        self.lost = 0
        """Records that nobody waited for and that could not be written."""
        self._partitions = partitions
        self._queue = queue
        self.statements = StatementCache()
        self._connection: Connection | None = None
        self._period: Period | None = None
        self._tables: set[Place] = set()
        self._scrub = False
        self._failing = False
        self._scrub_failing = False
        self.ends: dict[Place, int] = {}
        """Greatest n on disk; replaced key by key, so any thread may read it."""
        self._thread = threading.Thread(target=self._run, name="event log writer", daemon=True)

    def start(self) -> None:
        """Take up the log where it ended. Raises Conflict, DiskFull or Unavailable."""
        sweep(self.folder)
        self._turn_to_newest()
        if self._period is not None:
            self._ready()
        self._thread.start()

    def stop(self) -> None:
        """Write what waits, then end."""
        self._queue.close()
        self._thread.join()

    # --- commands, run on the thread by way of the queue

    def delete_key(self, topic: str, partition: int, key: int) -> tuple[int, list[Period]]:
        """Remove from the current period; answers how many, and the periods before it."""
        if self._period is None:
            return 0, []
        connection = self._ready()
        sealed = [p for p in periods_in(self.folder) if p.serial < self._period.serial]
        place = (topic, partition)
        if not self._has_table(place):
            return 0, sealed
        with _transaction(connection):
            gone: int = connection.execute(self.statements[place].delete, (key,)).rowcount
            if gone:  # the greatest n may be among them: remember it
                connection.execute(PUT_MARK, (*place, self.ends.get(place, 0)))
        self._scrub = self._scrub or gone > 0
        return gone, sealed

    def seal_before(self, at_ms: int) -> list[Period]:
        """The periods that lie before `at_ms`, none of them still written to."""
        if self._period is not None and self._period.end_ms <= at_ms:
            self._begin_period(at_ms // DAY_MS)
        periods = periods_in(self.folder)
        return [p for p in periods if p.end_ms <= at_ms and p != self._period]

    # --- the thread

    def _run(self) -> None:
        while batch := self._queue.take():
            for is_command, entries in groupby(batch, key=lambda entry: type(entry) is Command):
                if is_command:
                    answers = [self._obey(command) for command in entries]  # type: ignore[arg-type]
                    # Before the answers: who is told that it is deleted finds it in no file.
                    self._scrub_if_due()
                    resolve(answers)
                else:
                    self._append(entries)  # type: ignore[arg-type]
            self._scrub_if_due()
        self._close()

    def _obey(self, command: Command) -> Answer:
        try:
            return command.future, command.work()
        except Exception as error:
            self._recover(error)
            return command.future, port_error(error, self.folder)

    def _append(self, entries: Iterable[Record]) -> None:
        for day, records in _by_day(entries, self._period):
            answers: list[Answer] = []
            try:
                self._turn_to(day)
                answers = self._commit(records)
                self._failing = False
            except Exception as error:
                self._recover(error)
                self.lost += sum(record.future is None for record in records)
                # An error of its own for each: raising adds a traceback to it.
                answers = [
                    (record.future, port_error(error, self.folder))
                    for record in records
                    if record.future is not None
                ]
            resolve(answers)

    def _commit(self, records: list[Record]) -> list[Answer]:
        """One transaction; answers who is to be told which (partition, n)."""
        connection = self._connection
        rows: dict[Place, list[Any]] = {}
        for record in records:
            rows.setdefault(record[:2], []).append(record)
        for place in rows:
            self._make_table(place)
        answers: list[Answer] = []
        ends = {}
        if len(rows) == 1 and len(records) <= CHUNK:  # one statement is a transaction itself
            place = records[0][:2]
            ends[place] = self._insert(connection, place, records, answers)
        else:
            with _transaction(connection):
                for place, part in rows.items():
                    ends[place] = self._insert(connection, place, part, answers)
        self.ends.update(ends)
        return answers

    def _insert(
        self, connection: Connection, place: Place, records: list[Record], answers: list[Answer]
    ) -> int:
        """Insert `records`, note their answers; the new end."""
        inserts = self.statements[place].inserts
        partition = place[1]
        n = self.ends.get(place, 0)
        for start in range(0, len(records), CHUNK):
            chunk = records[start : start + CHUNK]
            values: list[Any] = []
            for _, _, key, at_ms, payload, future in chunk:
                n += 1
                values += (n, key, at_ms, payload)
                if future is not None:
                    answers.append((future, (partition, n)))
            connection.execute(inserts[len(chunk)], values)
        return n

    # --- periods and tables

    def _turn_to(self, day: int) -> None:
        if self._period is None or _turns(self._period.day, day):
            self._begin_period(day)
        self._ready()

    def _ready(self) -> Connection:
        """The connection to the current period; opened again when an error closed it."""
        if self._connection is None:
            assert self._period is not None
            self._connection = self._open(self._period)
            # A kill may have left a deletion half scrubbed. On a full disk it is tried again
            # later: the server has to start, so that reads and takedowns go on.
            self._scrub = not self._try_scrub()
        return self._connection

    def _begin_period(self, day: int) -> None:
        if self._connection is not None:
            # Emptied, so that nothing deleted lingers beside a file nobody writes to again.
            self._try_scrub()
        serial = self._period.serial + 1 if self._period else 1
        try:
            create_period(self.folder, serial, day, self._partitions, self.ends)
        finally:
            # Even where that failed at the last step: once there is a newer period, readers take
            # the older one for complete.
            self._turn_to_newest()

    def _turn_to_newest(self) -> None:
        newest = next(reversed(periods_in(self.folder)), None)
        if newest != self._period:
            self._close()
            self._period, self._tables = newest, set()

    def _open(self, period: Period) -> Connection:
        connection = connect(period.path, cache_mib=64, busy_ms=250)
        try:
            check_partitions(connection, period.path, self._partitions)
            # A commit whose fsync failed and that nothing overwrote may be there after all: its
            # numbers are taken.
            for place, n in stored_ends(connection).items():
                self.ends[place] = max(n, self.ends.get(place, 0))
        except BaseException:
            connection.close()
            raise
        return connection

    def _close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _make_table(self, place: Place) -> None:
        if place not in self._tables:
            assert self._connection is not None
            for statement in self.statements[place].create:
                self._connection.execute(statement)
            self._tables.add(place)

    def _has_table(self, place: Place) -> bool:
        if place in self._tables:
            return True
        assert self._connection is not None
        name = "log_{}_{}".format(*place)
        found = self._connection.execute("SELECT 1 FROM sqlite_schema WHERE name = ?", (name,))
        return found.fetchone() is not None

    def _recover(self, error: Exception) -> None:
        if not self._failing:  # once, not for each batch that meets a full disk
            log.warning("event log: a transaction failed: %s", error)
        self._failing = True
        try:
            if self._connection is not None and self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
        except Exception as second:
            log.error("event log: cannot roll back, opening the file again: %s", second)
            self._close()

    def _scrub_if_due(self) -> None:
        if self._scrub:
            self._scrub = not self._try_scrub()

    def _try_scrub(self) -> bool:
        try:
            done = self._connection is None or truncate_wal(self._connection)
            self._scrub_failing = False
        except Exception as error:  # tried again after the next batch
            if not self._scrub_failing:
                log.warning("event log: emptying the write-ahead log failed: %s", error)
            self._scrub_failing = True
            return False
        return done


@contextmanager
def _transaction(connection: Connection) -> Iterator[None]:
    """All of it or nothing; whoever catches the error rolls back."""
    connection.execute("BEGIN IMMEDIATE")
    yield
    connection.execute("COMMIT")


def _turns(current: int, day: int) -> bool:
    """Does a record of `day` start a new period? Records late by some seconds do not."""
    return day > current or day < current - 1


def _by_day(entries: Iterable[Record], period: Period | None) -> Iterator[tuple[int, list[Record]]]:
    """Runs of records that go into one period, with the day that the period has to have."""
    current = period.day if period is not None else None
    run: list[Record] = []
    for record in entries:
        day = record.at_ms // DAY_MS
        if current is None:
            current = day
        elif day != current and _turns(current, day):
            if run:
                yield current, run
            current, run = day, []
        run.append(record)
    if run and current is not None:
        yield current, run
