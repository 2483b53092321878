"""Opening SQLite files: one driver, one set of pragmas, and its errors in our words."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any, Final

from pysqlite3 import dbapi2

from jhalak.ports.errors import DiskFull, PortError, Unavailable

Connection = Any
"""A `pysqlite3` connection; the driver ships no types."""

LEAST_VERSION: Final = (3, 51, 3)
"""Older ones can corrupt a WAL when a checkpoint and a reset of the log meet."""

_CORRUPT: Final = 11  # SQLITE_CORRUPT
_FULL: Final = 13  # SQLITE_FULL
_NOT_A_DATABASE: Final = 26  # SQLITE_NOTADB
_NO_SPACE: Final = frozenset({errno.ENOSPC, errno.EDQUOT})


def bundled_version() -> str:
    """The version of SQLite that the driver brings."""
    return str(dbapi2.sqlite_version)


def check_version(version: str = dbapi2.sqlite_version) -> None:
    """Raises Unavailable when SQLite is older than LEAST_VERSION."""
    if tuple(int(part) for part in version.split(".")) < LEAST_VERSION:
        least = ".".join(map(str, LEAST_VERSION))
        raise Unavailable(
            f"SQLite {version} can corrupt a write-ahead log; {least} or newer is needed:"
            " install the package pysqlite3"
        )


def connect(path: Path, *, cache_mib: int = 16, busy_ms: int = 5000) -> Connection:
    """Open `path` for reading and writing, made if missing: WAL, every commit on disk.

    Statements commit by themselves unless a transaction was begun. What is deleted is
    overwritten with zeros. Raises DiskFull or Unavailable.
    """
    check_version()
    try:
        connection = dbapi2.connect(
            str(path), isolation_level=None, check_same_thread=False, cached_statements=256
        )
        _execute(
            connection,
            f"busy_timeout = {busy_ms}",
            "journal_mode = WAL",
            "synchronous = FULL",
            "secure_delete = ON",
            f"cache_size = -{cache_mib * 1024}",
            "temp_store = MEMORY",
        )
    except dbapi2.Error as error:
        raise port_error(error, path) from error
    return connection


def connect_readonly(path: Path, *, cache_mib: int = 4, busy_ms: int = 1000) -> Connection:
    """Open an existing file beside its writer. Raises Unavailable, also where it is missing."""
    check_version()
    try:
        connection = dbapi2.connect(
            f"{path.absolute().as_uri()}?mode=ro",
            uri=True,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=256,
        )
        _execute(connection, f"busy_timeout = {busy_ms}", f"cache_size = -{cache_mib * 1024}")
    except dbapi2.Error as error:
        raise port_error(error, path) from error
    return connection


def truncate_wal(connection: Connection) -> bool:
    """Move the write-ahead log into the file and empty it, so that what was deleted is gone.

    False when a reader held it up; then it has to be tried again.
    """
    return bool(connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0)


def is_damage(error: BaseException | None) -> bool:
    """Does `error` of SQLite say that the file is no database, or a damaged one?"""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in (_CORRUPT, _NOT_A_DATABASE)


def port_error(error: BaseException, where: object = "") -> PortError:
    """What `error` of SQLite or of the system means to whoever called the port."""
    text = f"{where}: {error}" if where else str(error)
    if isinstance(error, PortError):
        return error
    if getattr(error, "sqlite_errorcode", 0) & 0xFF == _FULL:
        return DiskFull(text)
    if isinstance(error, OSError) and error.errno in _NO_SPACE:
        return DiskFull(text)
    return Unavailable(text)


def _execute(connection: Connection, *pragmas: str) -> None:
    for pragma in pragmas:
        connection.execute(f"PRAGMA {pragma}").fetchall()
