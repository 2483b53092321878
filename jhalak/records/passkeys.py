"""The store of passkeys on SQL."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, bindparam, delete, func, insert, or_, select, update

from jhalak.ports.creators import Creator
from jhalak.ports.credentials import Passkey
from jhalak.ports.errors import Conflict
from jhalak.records.creator_lookup import creator_of
from jhalak.records.database import Database
from jhalak.records.tables import AnyRow, creator_accounts, passkeys, used_challenges
from jhalak.records.text import storable

_OWNER: Final = select(creator_accounts).where(
    creator_accounts.c.num == bindparam("at"), creator_accounts.c.creator != 0
)
_HELD: Final = _OWNER.with_for_update()
_OF: Final = (
    select(passkeys)
    .where(passkeys.c.account == bindparam("of"))
    .order_by(passkeys.c.created_ms, passkeys.c.credential)
)
_COUNT: Final = (
    select(func.count()).select_from(passkeys).where(passkeys.c.account == bindparam("of"))
)
_ONE: Final = select(passkeys).where(passkeys.c.credential == bindparam("which"))
_USE: Final = (
    update(passkeys)
    .where(
        passkeys.c.credential == bindparam("which"),
        or_(
            passkeys.c.uses < bindparam("risen"), (passkeys.c.uses == 0) & (bindparam("risen") == 0)
        ),
    )
    .values(uses=bindparam("risen"), used_ms=bindparam("now"))
    .returning(passkeys.c.account)
)
_REMOVE: Final = (
    delete(passkeys)
    .where(passkeys.c.credential == bindparam("which"), passkeys.c.account == bindparam("of"))
    .returning(passkeys.c.account)
)
_OLD: Final = delete(used_challenges).where(used_challenges.c.until_ms < bindparam("now"))


class SqlPasskeyStore:
    """PasskeyStore (ports/credentials.py) on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, passkey: Passkey, challenge: tuple[bytes, int], most: int) -> None:
        with self._database.write() as connection:
            if connection.execute(_HELD, {"at": passkey.account}).first() is None:
                raise Conflict("the account is gone")
            if connection.execute(_COUNT, {"of": passkey.account}).scalar_one() >= most:
                raise Conflict(f"an account has at most {most} passkeys")
            _take(connection, challenge, passkey.created_ms)
            row = passkey._asdict() | {"name": storable(passkey.name)}
            connection.execute(insert(passkeys), row)

    def of_account(self, num: int) -> list[Passkey]:
        with self._database.read() as connection:
            return [_passkey(row) for row in connection.execute(_OF, {"of": num})]

    def find(self, credential: bytes) -> tuple[Passkey, Creator] | None:
        with self._database.read() as connection:
            row = connection.execute(_ONE, {"which": credential}).first()
            if row is None:
                return None
            owner = connection.execute(_OWNER, {"at": row.account}).first()
        return None if owner is None else (_passkey(row), creator_of(owner))

    def use(self, credential: bytes, uses: int, now_ms: int, challenge: tuple[bytes, int]) -> None:
        with self._database.write() as connection:
            _take(connection, challenge, now_ms)
            at = {"which": credential, "risen": uses, "now": now_ms}
            if connection.execute(_USE, at).first() is None:
                raise Conflict("the passkey is gone, or its count did not rise")

    def remove(self, num: int, credential: bytes) -> bool:
        with self._database.write() as connection:
            at = {"which": credential, "of": num}
            return connection.execute(_REMOVE, at).first() is not None


def _take(connection: Connection, challenge: tuple[bytes, int], now_ms: int) -> None:
    """Raises Conflict where it was taken before."""
    connection.execute(_OLD, {"now": now_ms})
    row = {"challenge_hash": challenge[0], "until_ms": challenge[1]}
    connection.execute(insert(used_challenges), row)


def _passkey(row: AnyRow) -> Passkey:
    return Passkey(
        bytes(row.credential), row.account, bytes(row.public_key), row.uses, row.name,
        row.created_ms, row.used_ms,
    )  # fmt: skip
