"""How the tables came to be: Alembic migrations, run when the records are opened.

Write the next one as versions/vNNNN_what.py, then set HEAD. A migration names its columns itself
and imports nothing from tables.py, which goes on changing.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, func, inspect, select, table, text
from sqlalchemy import column as sql_column

from jhalak.records.errors import CannotOpen

HEAD: Final = "0018"
"""The newest revision: known without Alembic, whose import would cost every command 0.2 s."""

_WAIT_MS: Final = 60_000
"""How long to wait for another process that migrates."""

_one_at_a_time = threading.Lock()  # Alembic keeps its context in globals

_version = table("alembic_version", sql_column("version_num"))
_ADVISORY_LOCK: Final = 0x6A68616C616B  # "jhalak"


def current(connection: Connection) -> str | None:
    """The revision of the tables; None where there are none yet."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.execute(select(_version.c.version_num)).scalar()
    return revision


def is_current(connection: Connection) -> bool:
    """Raises CannotOpen when a newer Jhalak made the tables."""
    revision = current(connection)
    if revision is not None and revision > HEAD:
        raise CannotOpen(
            f"a newer Jhalak made these records (version {revision}, this one knows {HEAD});"
            " upgrade Jhalak"
        )
    return revision == HEAD


def lock(connection: Connection) -> None:
    """Wait until no other process migrates. On SQLite the transaction itself is that lock."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SET LOCAL lock_timeout = {_WAIT_MS}"))
        connection.execute(select(func.pg_advisory_xact_lock(_ADVISORY_LOCK)))


def upgrade(connection: Connection) -> None:
    """Run what is missing, inside the transaction of `connection`."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    with _one_at_a_time:
        command.upgrade(config, "head")
