"""ProfileStore in one SQLite file."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from pysqlite3 import dbapi2

from jhalak.embedded.files import make_folder
from jhalak.embedded.sqlite import Connection, connect, port_error

T = TypeVar("T")
GET_MANY = 500


class EmbeddedProfileStore:
    """Values by viewer in the file `path`. Reads and writes run in one thread of its own, so
    that the event loop never waits for the disk."""

    def __init__(self, path: Path) -> None:
        """Raises DiskFull or Unavailable."""
        make_folder(path.parent)
        self._path = path
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="profiles")
        self._connection: Connection = connect(path)
        self._run(
            "CREATE TABLE IF NOT EXISTS profiles (viewer INTEGER PRIMARY KEY, value BLOB NOT NULL)"
        )

    async def get(self, viewer: int) -> bytes | None:
        rows = await self._call(
            lambda: self._run("SELECT value FROM profiles WHERE viewer = ?", (viewer,))
        )
        return bytes(rows[0][0]) if rows else None

    async def get_many(self, viewers: Sequence[int]) -> dict[int, bytes]:
        return await self._call(lambda: self._read_many(viewers))

    async def put_many(self, values: Mapping[int, bytes]) -> None:
        await self._call(lambda: self._write(list(values.items())))

    async def delete(self, viewer: int) -> None:
        await self._call(lambda: self._run("DELETE FROM profiles WHERE viewer = ?", (viewer,)))

    async def count(self) -> int:
        rows = await self._call(lambda: self._run("SELECT count(*) FROM profiles"))
        return int(rows[0][0])

    def close(self) -> None:
        self._thread.shutdown(wait=True)
        self._connection.close()

    async def _call(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _run(self, statement: str, values: tuple[Any, ...] = ()) -> list[Any]:
        try:
            return list(self._connection.execute(statement, values).fetchall())
        except dbapi2.Error as error:
            raise port_error(error, self._path) from error

    def _read_many(self, viewers: Sequence[int]) -> dict[int, bytes]:
        found: dict[int, bytes] = {}
        for start in range(0, len(viewers), GET_MANY):
            some = tuple(viewers[start : start + GET_MANY])
            marks = ",".join("?" * len(some))
            select = f"SELECT viewer, value FROM profiles WHERE viewer IN ({marks})"  # noqa: S608
            found.update((viewer, bytes(value)) for viewer, value in self._run(select, some))
        return found

    def _write(self, rows: list[tuple[int, bytes]]) -> None:
        upsert = (
            "INSERT INTO profiles VALUES (?, ?)"
            " ON CONFLICT (viewer) DO UPDATE SET value = excluded.value"
        )
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.executemany(upsert, rows)
            self._connection.execute("COMMIT")
        except dbapi2.Error as error:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise port_error(error, self._path) from error
