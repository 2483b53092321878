"""The store of passwords and recovery codes on SQL."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from jhalak.records.creator_sessions import end_others
from jhalak.records.creators import end_all
from jhalak.records.database import Database
from jhalak.records.tables import creator_accounts, passkeys, recovery_codes

_NUM: Final = creator_accounts.c.num == bindparam("at")
_HELD: Final = (
    select(creator_accounts.c.viewer).where(_NUM, creator_accounts.c.creator != 0).with_for_update()
)
_PASSWORD: Final = update(creator_accounts).where(_NUM).values(password_hash=bindparam("phc"))
_ALL: Final = delete(recovery_codes).where(recovery_codes.c.account == bindparam("of"))
_USE: Final = _ALL.where(recovery_codes.c.code_hash == bindparam("hashed")).returning(
    recovery_codes.c.account
)
_PASSKEYS: Final = delete(passkeys).where(passkeys.c.account == bindparam("of"))
_LEFT: Final = (
    select(func.count())
    .select_from(recovery_codes)
    .where(recovery_codes.c.account == bindparam("of"))
)


class SqlRecoveryStore:
    """RecoveryStore (ports/credentials.py) on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def set_password(self, num: int, password_hash: str, token_hash: bytes) -> bool:
        with self._database.write() as connection:
            if _viewer(connection, num) is None:
                return False
            connection.execute(_PASSWORD, {"at": num, "phc": password_hash})
            end_others(connection, num, token_hash)
        return True

    def set_codes(self, num: int, code_hashes: Collection[bytes]) -> None:
        rows = [{"account": num, "code_hash": code} for code in code_hashes]
        with self._database.write() as connection:
            if _viewer(connection, num) is not None:
                connection.execute(_ALL, {"of": num})
                connection.execute(insert(recovery_codes), rows)

    def codes_left(self, num: int) -> int:
        with self._database.read() as connection:
            count: int = connection.execute(_LEFT, {"of": num}).scalar_one()
        return count

    def recover(self, num: int, code_hash: bytes, password_hash: str) -> bool:
        with self._database.write() as connection:
            viewer = _viewer(connection, num)
            at = {"of": num, "hashed": code_hash}
            if viewer is None or connection.execute(_USE, at).first() is None:
                return False
            connection.execute(_PASSWORD, {"at": num, "phc": password_hash})
            connection.execute(_PASSKEYS, {"of": num})
            end_all(connection, num, viewer)
        return True


def _viewer(connection: Connection, num: int) -> int | None:
    """The account's viewer; its row is locked. None where there is no such account."""
    found: int | None = connection.execute(_HELD, {"at": num}).scalar()
    return found
