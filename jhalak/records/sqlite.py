"""SQLite through a driver that brings a new enough library of its own."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final

import pysqlite3.dbapi2
from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.pool import QueuePool

from jhalak.records.errors import CannotOpen

MINIMUM: Final = (3, 51, 3)
"""Earlier ones can corrupt a write-ahead log that several connections reset at once."""


_WAL_ATTEMPTS: Final = 20


def engine(url: URL, lock_wait_ms: int) -> Engine:
    """An engine on one file, readable and writable by many processes at a time.

    Raises CannotOpen for an old SQLite and for a URL without a file.
    """
    check_version(pysqlite3.dbapi2.sqlite_version)
    if not url.database or url.database == ":memory:":
        raise CannotOpen("records need a file: sqlite:///FILE")
    _make_private(Path(url.database))
    made = create_engine(
        url.set(drivername="sqlite+pysqlite"),
        module=pysqlite3.dbapi2,
        hide_parameters=True,  # they may be personal data, and errors end up in logs
        poolclass=QueuePool,
        pool_size=8,
        max_overflow=24,
        pool_timeout=lock_wait_ms / 1000,
        # isolation_level None: the driver begins nothing by itself, `_begin` does.
        connect_args={
            "isolation_level": None,
            "check_same_thread": False,
            "timeout": lock_wait_ms / 1000,
        },
    )
    event.listen(made, "connect", _configure)
    event.listen(made, "begin", _begin)
    return made


def check_version(version: str) -> None:
    """Raises CannotOpen where SQLite `version` is too old to be trusted with a WAL."""
    if tuple(int(part) for part in version.split(".")[:3]) < MINIMUM:
        wanted = ".".join(map(str, MINIMUM))
        raise CannotOpen(
            f"SQLite {version} can corrupt its write-ahead log; Jhalak needs {wanted} or newer:"
            " pip install --upgrade pysqlite3"
        )


def _make_private(path: Path) -> None:
    """Create the file readable by its owner only: viewers' choices lie in it, and SQLite gives
    the files beside it the same rights."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise CannotOpen(f"{path}: {error.strerror}") from error


def _configure(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    try:
        _use_wal(cursor)
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA secure_delete=ON")
    finally:
        cursor.close()


def _use_wal(cursor: Any) -> None:
    """Switch a new file to the write-ahead log, which it then keeps.

    Processes that open a new file together disturb each other here: SQLite calls the file locked
    at once, without its busy handler (measured: 1 of 30 openings by six processes failed). So
    wait for the others by taking the lock in the way that does wait, and look again.
    """
    for _ in range(_WAL_ATTEMPTS):
        try:
            if cursor.execute("PRAGMA journal_mode=WAL").fetchone()[0] == "wal":
                return
        except pysqlite3.dbapi2.OperationalError as error:
            if "locked" not in str(error):
                raise
        cursor.execute("BEGIN EXCLUSIVE")
        cursor.execute("COMMIT")
    raise pysqlite3.dbapi2.OperationalError("database is locked: no write-ahead log")


def _begin(connection: Connection) -> None:
    # IMMEDIATE takes the write lock before the first read: a transaction that read and then
    # wants to write could otherwise find its snapshot outdated and fail at once.
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
