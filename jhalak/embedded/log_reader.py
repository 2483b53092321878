"""Reading the event log's files, beside the writer or in another process."""

from __future__ import annotations

import time
from bisect import bisect_right
from collections import OrderedDict
from pathlib import Path
from typing import Any, Final

from pysqlite3 import dbapi2

from jhalak.embedded.log_files import (
    Period,
    Place,
    StatementCache,
    open_to_read,
    periods_in,
)
from jhalak.embedded.sqlite import Connection, port_error
from jhalak.ports.errors import Unavailable
from jhalak.ports.event_log import Entry

MOST_OPEN: Final = 6
"""Files that one reader keeps open."""
_TICK_NS: Final = 100_000_000
"""From this age on a folder's time tells of all changes: file systems count time in ticks."""


class LogReader:
    """One reader; for one thread at a time. All methods raise Unavailable.

    Cost of a poll that finds nothing: one `stat`, one `SELECT`.
    """

    def __init__(self, folder: Path, partitions: int) -> None:
        self._folder = folder
        self._partitions = partitions
        self._statements = StatementCache()
        self._periods: list[Period] = []
        self._changed_ns = -1
        self._open: OrderedDict[int, Connection] = OrderedDict()
        self._ends: dict[tuple[int, Place], int] = {}
        """How far each period had come that is no longer written to."""

    def read(self, topic: str, partition: int, after: int, limit: int) -> list[Entry]:
        """Up to `limit` records with n > after, in order."""
        found: list[Entry] = []
        place = (topic, partition)
        statement = self._statements[place].read
        for period in self._from(place, after):
            rows = self._rows(period, statement, (after, limit - len(found)))
            found += map(Entry._make, rows)
            if len(found) >= limit:
                break
        return found

    def read_key(
        self, topic: str, partition: int, key: int, after: int, since_ms: int
    ) -> list[Entry]:
        """All records of `key` with n > after and at_ms >= since_ms, in order."""
        found: list[Entry] = []
        place = (topic, partition)
        statement = self._statements[place].read_key
        for period in self._from(place, after):
            if period.end_ms > since_ms:
                rows = self._rows(period, statement, (key, after, since_ms))
                found += map(Entry._make, rows)
        return found

    def end(self, topic: str, partition: int) -> int:
        """The greatest n that was ever given."""
        self._refresh()
        return self._end_of(self._periods[-1], (topic, partition)) if self._periods else 0

    def has_key(self, period: Period, topic: str, partition: int, key: int) -> bool:
        return bool(self._rows(period, self._statements[topic, partition].has_key, (key,)))

    def end_of(self, period: Period, topic: str, partition: int) -> int:
        return self._end_of(period, (topic, partition))

    def close(self) -> None:
        while self._open:
            self._open.popitem()[1].close()

    def _from(self, place: Place, after: int) -> list[Period]:
        """The periods that can hold n > after, in order."""
        self._refresh()
        # All but the last are complete, and ends never fall from one to the next.
        sealed = self._periods[:-1]
        start = bisect_right(sealed, after, key=lambda period: self._sealed_end(period, place))
        return self._periods[start:]

    def _sealed_end(self, period: Period, place: Place) -> int:
        end = self._ends.get((period.serial, place))
        if end is None:
            end = self._ends[period.serial, place] = self._end_of(period, place)
        return end

    def _end_of(self, period: Period, place: Place) -> int:
        rows = self._rows(period, self._statements[place].end, ())
        if not rows:  # nothing of this topic and partition was written in this period
            mark = "SELECT n FROM marks WHERE topic = ? AND partition = ?"
            rows = self._rows(period, mark, place)
        return int(rows[0][0]) if rows else 0

    def _refresh(self) -> None:
        """Learn of new and dropped periods, when the folder says that something changed."""
        try:
            changed_ns = self._folder.stat().st_mtime_ns
        except FileNotFoundError:
            return
        if changed_ns == self._changed_ns:
            return
        now_ns = time.time_ns()
        periods = periods_in(self._folder)
        self._changed_ns = changed_ns if now_ns - changed_ns > _TICK_NS else -1
        if periods == self._periods:
            return
        self._periods = periods
        there = {period.serial for period in periods}
        for serial in [serial for serial in self._open if serial not in there]:
            self._open.pop(serial).close()
        self._ends = {name: end for name, end in self._ends.items() if name[0] in there}

    def _rows(self, period: Period, statement: str, values: tuple[Any, ...]) -> list[Any]:
        try:
            rows: list[Any] = self._connection(period).execute(statement, values).fetchall()
        except dbapi2.OperationalError as error:
            if str(error).startswith("no such table"):
                return []
            raise port_error(error, period.path) from error
        except dbapi2.Error as error:
            raise port_error(error, period.path) from error
        except Unavailable:
            if period.path.exists():
                raise
            return []  # dropped since the folder was read
        return rows

    def _connection(self, period: Period) -> Connection:
        connection = self._open.get(period.serial)
        if connection is None:
            connection = self._open[period.serial] = open_to_read(period, self._partitions)
            if len(self._open) > MOST_OPEN:
                self._open.popitem(last=False)[1].close()
        else:
            self._open.move_to_end(period.serial)
        return connection
