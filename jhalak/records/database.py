"""Opening the records: SQLite by default, PostgreSQL by URL."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError

from jhalak.ports.errors import PortError, Unavailable
from jhalak.records import migrations, postgres, sequences, sqlite
from jhalak.records.errors import CannotOpen, translated

__all__ = ["CannotOpen", "Database", "open_database"]

LOCK_WAIT_MS = 5000
"""How long a write waits for another one before it is Unavailable."""


class Database:
    """Connections to the records. Thread-safe; a process that forks opens its own."""

    def __init__(self, engine: Engine, lock_wait_ms: int) -> None:
        self.engine = engine
        self._writer = engine.execution_options(writing=True)
        self._lock_wait_s = lock_wait_ms / 1000
        self._turn = threading.Lock() if engine.dialect.name == "sqlite" else None

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads. Raises Unavailable."""
        with translated(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction: on disk when the block ends, undone when it raises.

        Raises Conflict, DiskFull or Unavailable.
        """
        with translated(), self._my_turn(), self._writer.begin() as connection:
            yield connection

    @contextmanager
    def _my_turn(self) -> Iterator[None]:
        """Threads of this process queue here for SQLite's one writer, in fair order and without
        the growing naps of its busy handler, which is left for other processes."""
        if self._turn is None:
            yield
            return
        if not self._turn.acquire(timeout=self._lock_wait_s):
            raise Unavailable("records: another thread writes for too long")
        try:
            yield
        finally:
            self._turn.release()

    def migrate(self) -> None:
        """Bring the tables to this version's form; nothing to do is the usual case.

        Raises CannotOpen when a newer Jhalak made them, Unavailable or DiskFull.
        """
        with self.read() as connection:
            if migrations.is_current(connection):
                return
        with self.write() as connection:
            migrations.lock(connection)  # servers that start together migrate once
            if not migrations.is_current(connection):
                migrations.upgrade(connection)

    def probe(self) -> None:
        """Write one row and wait for the disk. Raises DiskFull or Unavailable."""
        with self.write() as connection:
            sequences.take(connection, sequences.PROBES)

    def writable(self) -> bool:
        """Does a write reach the disk? `probe` says why not."""
        try:
            self.probe()
        except PortError:
            return False
        return True

    def close(self) -> None:
        self.engine.dispose()


def open_database(url: str, lock_wait_ms: int = LOCK_WAIT_MS) -> Database:
    """Open the records at `url` and migrate them.

    `sqlite:///FILE` (four slashes for an absolute path) or `postgresql://USER@HOST/NAME`. Raises
    CannotOpen where the URL, the driver or the version will not do, Unavailable where the
    database does not answer.
    """
    database = Database(_engine(url, lock_wait_ms), lock_wait_ms)
    try:
        database.migrate()
    except BaseException:
        database.close()
        raise
    return database


def _engine(url: str, lock_wait_ms: int) -> Engine:
    try:
        parsed: URL = make_url(url)
    except ArgumentError:
        # Not the URL itself: it may hold a password.
        raise CannotOpen("records_url is no URL; example: sqlite:///records.db") from None
    kind = parsed.drivername.partition("+")[0]
    if kind == "sqlite":
        return sqlite.engine(parsed, lock_wait_ms)
    if kind in ("postgresql", "postgres"):
        return postgres.engine(parsed, lock_wait_ms)
    raise CannotOpen(f"records_url begins with {kind!r}; sqlite and postgresql are known")
