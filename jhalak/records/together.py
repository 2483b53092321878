"""Writes that wait at the same time share one transaction, and so one wait for the disk.

Each is a savepoint of its own: one that fails takes nothing of the others with it. Who comes while
a transaction is under way is in the next one; who comes alone waits for nobody.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Final, NamedTuple, TypeVar, cast

from sqlalchemy import Connection

from jhalak.ports.errors import DiskFull, Unavailable
from jhalak.records.database import Database
from jhalak.records.errors import translated

T = TypeVar("T")

MOST: Final = 64
"""Writes of one transaction."""


class _Waiting(NamedTuple):
    key: str
    work: Callable[[Connection], Any]
    done: Future[Any]


class Together:
    """Over one database. Thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[_Waiting] = []
        self._list = threading.Lock()
        self._turn = threading.Lock()

    def write(self, key: str, work: Callable[[Connection], T]) -> T:
        """What `work` answers, once it is on disk. Raises what it raises, or PortError.

        Works of one transaction are done in the order of their keys, so that processes which lock
        what the key names never wait for each other in a ring.
        """
        mine = _Waiting(key, work, Future())
        with self._list:
            self._waiting.append(mine)
        # Whoever has the turn does all that wait; who gets it later may find theirs done.
        while not mine.done.done():
            with self._turn:
                if not mine.done.done():
                    self._do(self._take())
        return cast("T", mine.done.result())

    def _take(self) -> list[_Waiting]:
        with self._list:
            taken, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
        return sorted(taken, key=lambda one: one.key)

    def _do(self, taken: list[_Waiting]) -> None:
        said: list[tuple[Future[Any], Any, Exception | None]] = []
        try:
            with self._database.write() as connection:
                if len(taken) == 1:  # alone it needs no savepoint
                    said.append((taken[0].done, taken[0].work(connection), None))
                else:
                    said += [(one.done, *_tried(connection, one.work)) for one in taken]
        except BaseException as error:
            for one in taken:
                one.done.set_exception(error)
            return
        for done, result, trouble in said:
            if trouble is None:
                done.set_result(result)
            else:
                done.set_exception(trouble)


def _tried(
    connection: Connection, work: Callable[[Connection], Any]
) -> tuple[Any, Exception | None]:
    """Raises DiskFull and Unavailable: they are about all of the transaction."""
    try:
        with translated(), connection.begin_nested():
            return work(connection), None
    except (DiskFull, Unavailable):
        raise
    except Exception as error:
        return None, error
