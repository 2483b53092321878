"""The event log's files: their names, their tables, and where in them a position lies.

A file is a period, `2026-11-23-000007.sqlite`: a UTC day and a serial number. The serial is
the order of writing, so a clock that steps back cannot bring records out of order. Each (topic,
partition) is a table of its own whose rowid is n: its rows are appended at the right edge of one
B-tree (17 us of CPU for a durable record of 3 KB in a group of 32, against 26 us for one table
WITHOUT ROWID with the topic in its key), and the index on the key holds (key, n) in 15 bytes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

from pysqlite3 import dbapi2

from jhalak.embedded.files import sync_folder
from jhalak.embedded.sqlite import Connection, connect_readonly
from jhalak.ports.errors import Conflict, Unavailable

DAY_MS: Final = 86_400_000
PAGE_BYTES: Final = 8192
CHUNK: Final = 64
"""Rows of one INSERT. One statement is one release of the interpreter's lock; row by row, each
release would hand it to the event loop and wait for its return."""

Place = tuple[str, int]
"""(topic, partition)"""

_NAME: Final = re.compile(r"(\d{4}-\d\d-\d\d)-(\d{6,})\.sqlite")
_TOPIC: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Period(NamedTuple):
    """One file."""

    serial: int
    day: int
    """Days since 1970-01-01 UTC. Its records are of this day or, late ones, of the day before."""
    path: Path

    @property
    def end_ms(self) -> int:
        """All its records have at_ms < end_ms."""
        return (self.day + 1) * DAY_MS


class Statements:
    """The statements on the table of one (topic, partition)."""

    __slots__ = ("create", "delete", "end", "has_key", "inserts", "read", "read_key")

    def __init__(self, topic: str, partition: int) -> None:
        if not _TOPIC.fullmatch(topic):
            raise ValueError(f"{topic!r} is no topic: a-z, 0-9 and _, at most 40")
        table = f"log_{topic}_{partition}"
        mark = f"(SELECT n FROM marks WHERE topic = '{topic}' AND partition = {partition})"  # noqa: S608
        self.create = (
            f"CREATE TABLE IF NOT EXISTS {table} (n INTEGER PRIMARY KEY, key INTEGER NOT NULL,"
            " at_ms INTEGER NOT NULL, payload BLOB NOT NULL)",
            f"CREATE INDEX IF NOT EXISTS {table}_key ON {table} (key)",
        )
        insert = f"INSERT INTO {table} (n, key, at_ms, payload) VALUES "  # noqa: S608
        self.inserts = [insert + ",".join(["(?,?,?,?)"] * rows) for rows in range(CHUNK + 1)]
        self.end = f"SELECT max(coalesce((SELECT max(n) FROM {table}), 0), coalesce({mark}, 0))"  # noqa: S608
        self.read = (
            f"SELECT {partition}, n, key, at_ms, payload FROM {table}"  # noqa: S608
            " WHERE n > ? ORDER BY n LIMIT ?"
        )
        self.read_key = (
            f"SELECT {partition}, n, key, at_ms, payload FROM {table}"  # noqa: S608
            " WHERE key = ? AND n > ? AND at_ms >= ? ORDER BY n"
        )
        self.has_key = f"SELECT 1 FROM {table} WHERE key = ? LIMIT 1"  # noqa: S608
        self.delete = f"DELETE FROM {table} WHERE key = ?"  # noqa: S608


class StatementCache(dict[Place, Statements]):
    """Statements by (topic, partition), made on first use. Raises ValueError for a bad topic."""

    def __missing__(self, place: Place) -> Statements:
        made = self[place] = Statements(*place)
        return made


PUT_MARK: Final = (
    "INSERT INTO marks (topic, partition, n) VALUES (?, ?, ?)"
    " ON CONFLICT (topic, partition) DO UPDATE SET n = max(n, excluded.n)"
)


def periods_in(folder: Path) -> list[Period]:
    """The periods of a log, in the order in which they were written."""
    found = []
    for path in folder.glob("*.sqlite"):
        match = _NAME.fullmatch(path.name)
        if match:
            day = (datetime.fromisoformat(match[1]).replace(tzinfo=UTC) - _EPOCH).days
            found.append(Period(int(match[2]), day, path))
    return sorted(found)


def create_period(
    folder: Path, serial: int, day: int, partitions: int, ends: Mapping[Place, int]
) -> Period:
    """Make an empty period that remembers how far each (topic, partition) had come.

    It gets its name when it is whole, so no reader ever sees half of one. Raises SQLite's error
    or OSError.
    """
    date = (_EPOCH + timedelta(days=day)).strftime("%Y-%m-%d")
    path = folder / f"{date}-{serial:06}.sqlite"
    new = path.with_name(path.name + ".new")
    for leftover in folder.glob(f"{new.name}*"):
        leftover.unlink()
    # Built without a write-ahead log: what a failed close left in one would not be renamed.
    with closing(dbapi2.connect(str(new), isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")  # before there is a first page
        connection.execute("BEGIN")
        connection.execute(f"PRAGMA user_version = {partitions}")
        connection.execute(
            "CREATE TABLE marks (topic TEXT NOT NULL, partition INTEGER NOT NULL,"
            " n INTEGER NOT NULL, PRIMARY KEY (topic, partition)) WITHOUT ROWID"
        )
        connection.executemany(PUT_MARK, [(*place, n) for place, n in ends.items()])
        connection.execute("COMMIT")
        mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
    if mode != "wal":
        raise Unavailable(f"{path}: the disk refuses a write-ahead log")
    new.rename(path)
    sync_folder(folder)
    return Period(serial, day, path)


def remove_period(period: Period) -> None:
    """Remove a file and what SQLite keeps beside it."""
    for suffix in ("", "-wal", "-shm"):
        period.path.with_name(period.path.name + suffix).unlink(missing_ok=True)


def sweep(folder: Path) -> None:
    """Remove what a kill left behind: periods that were never named, and leftovers of removed."""
    for path in folder.glob("*.sqlite.new*"):
        path.unlink(missing_ok=True)
    for suffix in ("-wal", "-shm"):
        for path in folder.glob(f"*.sqlite{suffix}"):
            if not path.with_name(path.name.removesuffix(suffix)).exists():
                path.unlink(missing_ok=True)


def check_partitions(connection: Connection, path: Path, partitions: int) -> None:
    """Raises Conflict when the file was made for another number of partitions."""
    stored = connection.execute("PRAGMA user_version").fetchone()[0]
    if stored != partitions:
        raise Conflict(
            f"{path} was made with {stored} partitions, the settings say {partitions}:"
            " the number is fixed once a log exists"
        )


def open_to_read(period: Period, partitions: int) -> Connection:
    """A read-only connection. Raises Conflict, or Unavailable (also when it was dropped)."""
    connection = connect_readonly(period.path)
    try:
        check_partitions(connection, period.path, partitions)
    except BaseException:
        connection.close()
        raise
    return connection


def stored_ends(connection: Connection) -> dict[Place, int]:
    """How far each (topic, partition) had come, from the newest period's marks and tables."""
    ends: dict[Place, int] = {
        (topic, partition): n
        for topic, partition, n in connection.execute("SELECT topic, partition, n FROM marks")
    }
    tables = connection.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name LIKE 'log!_%' ESCAPE '!'"
    ).fetchall()
    for (name,) in tables:
        topic, _, partition = name.removeprefix("log_").rpartition("_")
        place = (topic, int(partition))
        ends[place] = connection.execute(Statements(*place).end).fetchone()[0]
    return ends
