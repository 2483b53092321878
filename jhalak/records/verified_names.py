"""What verified accounts are called, on SQL."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

from sqlalchemy import bindparam, delete, insert, select, update

from jhalak.records.database import Database
from jhalak.records.tables import creator_accounts, verified_names

_CHANGE: Final = (
    update(creator_accounts)
    .where(creator_accounts.c.num == bindparam("at"), creator_accounts.c.creator != 0)
    .values(verified_ms=bindparam("when"))
    .returning(creator_accounts.c.num)
)
_ALL: Final = delete(verified_names).where(verified_names.c.account == bindparam("of"))
_TAKEN: Final = (
    select(verified_names.c.account)
    .where(
        verified_names.c.likeness.in_(bindparam("among", expanding=True)),
        verified_names.c.account != bindparam("but"),
    )
    .limit(1)
)


class SqlVerifiedNames:
    """VerifiedNames (ports/creators.py) on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def verify(self, num: int, at_ms: int, likenesses: Collection[str]) -> bool:
        with self._database.write() as connection:
            if connection.execute(_CHANGE, {"at": num, "when": at_ms}).first() is None:
                return False
            connection.execute(_ALL, {"of": num})
            rows = [{"likeness": one, "account": num} for one in sorted(set(likenesses)) if one]
            if at_ms and rows:
                connection.execute(insert(verified_names), rows)
        return True

    def taken(self, likenesses: Iterable[str], but: int = 0) -> bool:
        among = [one for one in set(likenesses) if one]
        with self._database.read() as connection:
            found = connection.execute(_TAKEN, {"among": among, "but": but})
            return bool(among) and found.first() is not None
