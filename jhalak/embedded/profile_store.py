"""The profile store in one SQLite file, shared by the processes that serve and the learner."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Final, TypeVar

from pysqlite3 import dbapi2

from jhalak.config.priority import stand_back
from jhalak.embedded.files import make_folder
from jhalak.embedded.sqlite import Connection, connect, is_damage, port_error, truncate_wal
from jhalak.ports.errors import Unavailable

log = logging.getLogger(__name__)

R = TypeVar("R")
T = TypeVar("T")

_THREADS: Final = 2
_CHUNK: Final = 500
"""Viewers asked for in one statement."""
_TABLE: Final = (
    "CREATE TABLE IF NOT EXISTS profiles (viewer INTEGER PRIMARY KEY, value BLOB NOT NULL)"
)
_PUT: Final = (
    "INSERT INTO profiles (viewer, value) VALUES (?, ?)"
    " ON CONFLICT (viewer) DO UPDATE SET value = excluded.value"
)


class EmbeddedProfileStore:
    """ProfileStore in the file `path`. Any process may read, write and delete.

    Calls run in two threads: a page that is not in memory costs the caller's event loop nothing.
    """

    def __init__(self, path: Path, *, at_once: bool = True) -> None:
        """`at_once` opens the file now and raises DiskFull or Unavailable; without it each call
        tries, and works as soon as the file does."""
        self._path = path
        self._own = threading.local()
        self._connections: list[Connection] = []
        self._scrub = False
        """Something deleted may still lie in the write-ahead log."""
        if at_once:
            try:
                make_folder(path.parent)
                self._connection()
            except (OSError, dbapi2.Error) as error:
                raise port_error(error, path) from error
        self._executor = ThreadPoolExecutor(
            _THREADS, thread_name_prefix="profile store", initializer=stand_back
        )

    async def get(self, viewer: int) -> bytes | None:
        """As the port says."""
        return await self._run(self._get, viewer)

    async def get_many(self, viewers: Sequence[int]) -> dict[int, bytes]:
        """As the port says."""
        return await self._run(self._get_many, viewers)

    async def put_many(self, values: Mapping[int, bytes]) -> None:
        """As the port says: one transaction, on disk on return."""
        # Copied here: the caller may go on changing what it gave while a thread writes it.
        await self._run(self._put_many, list(values.items()))

    async def delete(self, viewer: int) -> None:
        """As the port says; the bytes are overwritten, in the write-ahead log too."""
        await self._run(self._delete, viewer)

    async def count(self) -> int:
        """As the port says. Cost: a walk over the table, 0.1 s for a million."""
        return await self._run(self._count, None)

    def close(self) -> None:
        self._executor.shutdown()
        for connection in self._connections:
            connection.close()
        self._connections.clear()

    async def _run(self, work: Callable[[Connection, T], R], argument: T) -> R:
        return await asyncio.get_running_loop().run_in_executor(
            self._executor, self._guarded, work, argument
        )

    def _guarded(self, work: Callable[[Connection, T], R], argument: T) -> R:
        try:
            connection = self._connection()
            try:
                return work(connection, argument)
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
        except dbapi2.Error as error:
            raise port_error(error, self._path) from error

    def _connection(self) -> Connection:
        """This thread's."""
        connection = getattr(self._own, "connection", None)
        if connection is None:
            connection = connect(self._path, cache_mib=32)
            try:
                connection.execute(_TABLE)
            except dbapi2.Error:
                connection.close()
                raise
            self._connections.append(connection)
            self._own.connection = connection
        return connection

    @staticmethod
    def _get(connection: Connection, viewer: int) -> bytes | None:
        row = connection.execute("SELECT value FROM profiles WHERE viewer = ?", (viewer,))
        found = row.fetchone()
        return found[0] if found else None

    @staticmethod
    def _get_many(connection: Connection, viewers: Sequence[int]) -> dict[int, bytes]:
        found: dict[int, bytes] = {}
        for start in range(0, len(viewers), _CHUNK):
            chunk = viewers[start : start + _CHUNK]
            marks = ",".join("?" * len(chunk))
            query = f"SELECT viewer, value FROM profiles WHERE viewer IN ({marks})"  # noqa: S608
            found.update(connection.execute(query, tuple(chunk)).fetchall())
        return found

    def _put_many(self, connection: Connection, values: list[tuple[int, bytes]]) -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(_PUT, values)
        connection.execute("COMMIT")
        self._scrub_if_due(connection)

    def _delete(self, connection: Connection, viewer: int) -> None:
        gone = connection.execute("DELETE FROM profiles WHERE viewer = ?", (viewer,)).rowcount
        self._scrub = self._scrub or gone > 0
        self._scrub_if_due(connection)

    def _scrub_if_due(self, connection: Connection) -> None:
        if self._scrub:
            with suppress(dbapi2.Error):  # the row is gone; its old pages go with a later write
                self._scrub = not truncate_wal(connection)

    @staticmethod
    def _count(connection: Connection, _: None) -> int:
        number: int = connection.execute("SELECT count(*) FROM profiles").fetchone()[0]
        return number


def open_or_begin_anew(path: Path) -> EmbeddedProfileStore:
    """The store, whatever became of its file; for the one process that writes the log.

    A file that is none of ours any more is moved aside and an empty one made: profiles are folded
    again from the log. One that cannot be opened now is tried again with each call, so that feeds
    go on without profiles meanwhile. Raises DiskFull.
    """
    try:
        return EmbeddedProfileStore(path)
    except Unavailable as error:
        if not path.is_dir() and not is_damage(error.__cause__):
            log.error("profiles cannot be read: %s; feeds go on without them", error)
            return EmbeddedProfileStore(path, at_once=False)
        log.error(
            "%s; moved to %s and begun anew. Look at it, then delete it: it may hold what is"
            " known about people", error, _set_aside(path),
        )  # fmt: skip
        return EmbeddedProfileStore(path)


def _set_aside(path: Path) -> Path:
    """Rename the file and its write-ahead log; answers the new name."""
    number = 1
    while (aside := path.with_name(f"{path.name}.damaged-{number}")).exists():
        number += 1
    path.rename(aside)
    for suffix in ("-wal", "-shm"):
        beside = path.with_name(path.name + suffix)
        if beside.exists():
            beside.rename(aside.with_name(aside.name + suffix))
    return aside
