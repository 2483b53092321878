"""What a database's driver says, as the errors of the ports."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from jhalak.ports.errors import Conflict, DiskFull, PortError, Unavailable


class CannotOpen(PortError):
    """The records cannot be opened as they are; the message says what to do."""


_SQLITE_FULL: Final = ("database or disk is full",)
_SQLITE_UNAVAILABLE: Final = (
    "database is locked",
    "database table is locked",
    "database schema is locked",
    "unable to open database file",
    "attempt to write a readonly database",
    "disk i/o error",
    "locking protocol",
    "file is not a database",
    "database disk image is malformed",
)
_POSTGRES_FULL: Final = "53100"
_POSTGRES_UNAVAILABLE: Final = (
    "08",  # connection exceptions
    "53",  # out of memory, too many connections
    "57",  # cancelled, shut down, starting up
    "58",  # input and output
    "25006",  # a standby, or set to read only
    "40001",
    "40P01",  # deadlock
    "55P03",  # lock timeout
)


@contextmanager
def translated() -> Iterator[None]:
    """Raise Conflict, DiskFull or Unavailable where the database says so; else let it through."""
    try:
        yield
    except PoolTimeout as error:
        raise Unavailable("all connections to the records are busy") from error
    except IntegrityError as error:
        raise Conflict(_first_line(error)) from error
    except DBAPIError as error:
        kind = _kind(error)
        if kind is None:
            raise
        raise kind(_first_line(error)) from error


def _kind(error: DBAPIError) -> type[PortError] | None:
    state = getattr(error.orig, "sqlstate", None)
    if state == _POSTGRES_FULL:
        return DiskFull
    if state is not None:
        return Unavailable if str(state).startswith(_POSTGRES_UNAVAILABLE) else None
    if error.connection_invalidated:
        return Unavailable
    if type(error.orig).__module__.startswith("psycopg"):
        # No state: the server was never reached, or went away.
        return Unavailable if type(error.orig).__name__ == "OperationalError" else None
    said = str(error.orig).lower()  # pysqlite3 gives no code, only SQLite's fixed texts
    if said.startswith(_SQLITE_FULL):
        return DiskFull
    return Unavailable if said.startswith(_SQLITE_UNAVAILABLE) else None


def _first_line(error: DBAPIError) -> str:
    """What the driver said, without the statement: its parameters may be personal data."""
    lines = str(error.orig).strip().splitlines()
    return f"records: {lines[0] if lines else type(error.orig).__name__}"
