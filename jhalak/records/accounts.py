"""The account and session stores on SQL."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import bindparam, delete, insert, select, update

from jhalak.ports.accounts import Account, Place, Role, Session
from jhalak.ports.errors import Conflict
from jhalak.records.database import Database
from jhalak.records.tables import AnyRow, accounts, sessions
from jhalak.records.text import is_storable

_ALL: Final = select(accounts).order_by(accounts.c.name)
_NAMED: Final = accounts.c.name == bindparam("named")
_OPEN: Final = (
    select(sessions, accounts.c.role)
    .join(accounts, sessions.c.account == accounts.c.name)
    .where(sessions.c.until_ms > bindparam("now_ms"), accounts.c.removed_ms == 0)
    .order_by(sessions.c.at_ms.desc(), sessions.c.token_hash)
)
_SESSION: Final = _OPEN.where(sessions.c.token_hash == bindparam("hashed"))
_OF: Final = _OPEN.where(sessions.c.account == bindparam("named"))


class SqlAccountStore:
    """AccountStore (ports/accounts.py) on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, name: str, role: Role, password_hash: str, now_ms: int) -> Account:
        row = {
            "name": name, "role": role, "password_hash": password_hash, "created_ms": now_ms,
            "removed_ms": 0,
        }  # fmt: skip
        with self._database.write() as connection:
            connection.execute(insert(accounts), row)
        return Account(name, role, now_ms, 0)

    def find(self, name: str) -> tuple[Account, str] | None:
        if not is_storable(name):
            return None
        with self._database.read() as connection:
            row = connection.execute(select(accounts).where(_NAMED), {"named": name}).first()
        return None if row is None else (_account(row), row.password_hash)

    def all(self) -> list[Account]:
        with self._database.read() as connection:
            return [_account(row) for row in connection.execute(_ALL)]

    def change(
        self, name: str, *, role: Role | None = None, password_hash: str | None = None,
        removed_ms: int | None = None,
    ) -> bool:  # fmt: skip
        said = {"role": role, "password_hash": password_hash, "removed_ms": removed_ms}
        values: dict[str, Any] = {key: value for key, value in said.items() if value is not None}
        with self._database.write() as connection:
            changed = update(accounts).where(_NAMED).values(**values).returning(accounts.c.name)
            found = connection.execute(changed, {"named": name}).first()
            connection.execute(delete(sessions).where(sessions.c.account == name))
        return found is not None


class SqlSessionStore:
    """SessionStore (ports/accounts.py) on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(
        self, token_hash: bytes, name: str, place: Place, now_ms: int, until_ms: int
    ) -> Session:
        """Those that are over go at its coming."""
        row = {
            "token_hash": token_hash, "account": name, "place": place, "at_ms": now_ms,
            "used_ms": now_ms, "until_ms": until_ms,
        }  # fmt: skip
        with self._database.write() as connection:
            connection.execute(delete(sessions).where(sessions.c.until_ms <= now_ms))
            connection.execute(insert(sessions), row)
            wanted = {"hashed": token_hash, "now_ms": now_ms}
            made = connection.execute(_SESSION, wanted).first()
            if made is None:
                raise Conflict(f"the account {name} was removed")
            return _session(made)

    def find(self, token_hash: bytes, now_ms: int) -> Session | None:
        with self._database.read() as connection:
            row = connection.execute(_SESSION, {"hashed": token_hash, "now_ms": now_ms}).first()
        return None if row is None else _session(row)

    def of(self, name: str, now_ms: int) -> list[Session]:
        query = _OF if name else _OPEN
        wanted = {"now_ms": now_ms, **({"named": name} if name else {})}
        with self._database.read() as connection:
            return [_session(row) for row in connection.execute(query, wanted)]

    def used(self, token_hash: bytes, now_ms: int, until_ms: int) -> None:
        this = sessions.c.token_hash == token_hash
        with self._database.write() as connection:
            connection.execute(
                update(sessions).where(this).values(used_ms=now_ms, until_ms=until_ms)
            )

    def end(self, token_hash: bytes) -> bool:
        ended = delete(sessions).where(sessions.c.token_hash == token_hash)
        with self._database.write() as connection:
            return connection.execute(ended.returning(sessions.c.account)).first() is not None


def _account(row: AnyRow) -> Account:
    return Account(row.name, row.role, row.created_ms, row.removed_ms)


def _session(row: AnyRow) -> Session:
    return Session(
        row.token_hash, row.account, row.role, row.place, row.at_ms, row.used_ms, row.until_ms
    )
