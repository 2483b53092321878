"""PostgreSQL through psycopg 3."""

from __future__ import annotations

from typing import Any

from sqlalchemy import URL, Engine, create_engine

from jhalak.records.errors import CannotOpen


def engine(url: URL, lock_wait_ms: int) -> Engine:
    """An engine whose commits are on disk when they return.

    Raises CannotOpen where psycopg is not installed.
    """
    connect_args: dict[str, Any] = {"connect_timeout": 5}
    if "options" not in url.query:
        connect_args["options"] = f"-c lock_timeout={lock_wait_ms} -c synchronous_commit=on"
    try:
        return create_engine(
            url.set(drivername="postgresql+psycopg"),
            connect_args=connect_args,
            hide_parameters=True,  # they may be personal data, and errors end up in logs
            pool_size=8,
            max_overflow=24,
            pool_timeout=lock_wait_ms / 1000,
            pool_pre_ping=True,  # a server that restarted costs no failed call
        )
    except ImportError as error:
        raise CannotOpen(
            "PostgreSQL needs the driver psycopg: pip install 'jhalak[postgres]'"
        ) from error
