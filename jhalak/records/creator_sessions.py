"""The store of creators' sessions on SQL."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, Final

from sqlalchemy import Connection, and_, bindparam, delete, insert, select, update

from jhalak.ports.creators import Creator
from jhalak.ports.credentials import Session, session_id
from jhalak.ports.errors import Conflict, PortError
from jhalak.records.creator_lookup import creator_of
from jhalak.records.database import Database
from jhalak.records.tables import creator_accounts, creator_sessions
from jhalak.records.text import storable
from jhalak.records.viewers import revoke_tokens

USED_EVERY_MS: Final = 600_000
"""How exactly it is known when a session was used: a write a request would be dear."""
_OPEN: Final = (
    select(creator_accounts.c.suspended_ms)
    .where(creator_accounts.c.num == bindparam("at"), creator_accounts.c.password_hash != "")
    .with_for_update()
)
_SIGNED_IN: Final = (
    select(creator_accounts, creator_sessions.c.used_ms)
    .join(creator_sessions, creator_sessions.c.account == creator_accounts.c.num)
    .where(
        and_(
            creator_sessions.c.token_hash == bindparam("hashed"),
            creator_sessions.c.until_ms > bindparam("now"),
        )
    )
)
_VIEWER: Final = select(creator_accounts.c.viewer).where(creator_accounts.c.num == bindparam("of"))
_THIS: Final = creator_sessions.c.token_hash == bindparam("hashed")
_USED: Final = update(creator_sessions).where(_THIS).values(used_ms=bindparam("now"))
_END: Final = delete(creator_sessions).where(_THIS).returning(creator_sessions.c.account)
_OTHERS: Final = (
    delete(creator_sessions)
    .where(
        creator_sessions.c.account == bindparam("of"),
        creator_sessions.c.token_hash != bindparam("hashed"),
    )
    .returning(creator_sessions.c.token_hash)
)
_OVER: Final = delete(creator_sessions).where(creator_sessions.c.until_ms <= bindparam("now"))
_OF: Final = (
    select(creator_sessions)
    .where(
        creator_sessions.c.account == bindparam("of"),
        creator_sessions.c.until_ms > bindparam("now"),
    )
    .order_by(creator_sessions.c.used_ms.desc(), creator_sessions.c.began_ms.desc())
)


class SqlCreatorSessions:
    """CreatorSessions (ports/credentials.py) on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(
        self, token_hash: bytes, num: int, now_ms: int, until_ms: int, device: str = "",
        even_suspended: bool = False,
    ) -> None:  # fmt: skip
        row = {
            "token_hash": token_hash, "account": num, "began_ms": now_ms, "until_ms": until_ms,
            "device": storable(device), "used_ms": now_ms,
        }  # fmt: skip
        with self._database.write() as connection:
            row_of = connection.execute(_OPEN, {"at": num}).first()
            if row_of is None or (row_of.suspended_ms and not even_suspended):
                raise Conflict("this account is suspended or gone")
            connection.execute(_OVER, {"now": now_ms})
            connection.execute(insert(creator_sessions), row)

    def signed_in(
        self, token_hash: bytes, now_ms: int, even_suspended: bool = False
    ) -> Creator | None:
        at: dict[str, Any] = {"hashed": token_hash, "now": now_ms}
        with self._database.read() as connection:
            row = connection.execute(_SIGNED_IN, at).first()
        if row is None or (row.suspended_ms and not even_suspended):
            return None
        if row.used_ms < now_ms - USED_EVERY_MS:
            # A full disk keeps nobody out.
            with suppress(PortError), self._database.write() as connection:
                connection.execute(_USED, at)
        return creator_of(row)

    def end(self, token_hash: bytes) -> bool:
        with self._database.write() as connection:
            return _end(connection, token_hash)

    def of_account(self, num: int, now_ms: int) -> list[Session]:
        with self._database.read() as connection:
            rows = connection.execute(_OF, {"of": num, "now": now_ms}).all()
        return [
            Session(session_id(r.token_hash), r.device, r.began_ms, r.used_ms, r.until_ms)
            for r in rows
        ]

    def end_one(self, num: int, id: str) -> bool:
        with self._database.write() as connection:
            for row in connection.execute(_OF, {"of": num, "now": 0}).all():
                if session_id(row.token_hash) == id:
                    return _end(connection, row.token_hash)
        return False

    def end_others(self, num: int, token_hash: bytes) -> int:
        with self._database.write() as connection:
            return end_others(connection, num, token_hash)


def end_others(connection: Connection, num: int, token_hash: bytes) -> int:
    """All sessions of the account but this one end."""
    at = {"of": num, "hashed": token_hash}
    ended = len(connection.execute(_OTHERS, at).all())
    if ended:
        revoke_tokens(connection, connection.execute(_VIEWER, {"of": num}).scalar() or 0)
    return ended


def _end(connection: Connection, token_hash: bytes) -> bool:
    account = connection.execute(_END, {"hashed": token_hash}).scalar()
    if account is None:
        return False
    revoke_tokens(connection, connection.execute(_VIEWER, {"of": account}).scalar() or 0)
    return True
