"""The store of strikes on SQL."""

from __future__ import annotations

from typing import Final

from sqlalchemy import and_, bindparam, insert, select, update

from jhalak.ports.cases import Strike
from jhalak.records import sequences
from jhalak.records.database import Database
from jhalak.records.tables import AnyRow, creator_accounts, strikes
from jhalak.records.text import storable

_OF: Final = select(strikes).where(strikes.c.account == bindparam("who")).order_by(strikes.c.num)
_SAME: Final = _OF.where(strikes.c.subject == bindparam("about"))
_THERE: Final = select(creator_accounts.c.num).where(
    creator_accounts.c.num == bindparam("who"), creator_accounts.c.password_hash != ""
)
_LIFT: Final = (
    update(strikes)
    .where(and_(strikes.c.num == bindparam("at"), strikes.c.lifted_ms == 0))
    .returning(strikes.c.num)
)


class SqlStrikeStore:
    """StrikeStore (ports/cases.py) on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, account: int) -> list[Strike]:
        with self._database.read() as connection:
            return [_strike(row) for row in connection.execute(_OF, {"who": account})]

    def give(
        self, account: int, reason: str, subject: str, at_ms: int, until_ms: int
    ) -> Strike | None:
        about = {"who": account, "about": storable(subject)}
        row = {
            "account": account, "reason": storable(reason), "subject": about["about"],
            "at_ms": at_ms, "until_ms": until_ms, "lifted_ms": 0,
        }  # fmt: skip
        with self._database.write() as connection:
            sequences.lock(connection, sequences.CASES)
            found = connection.execute(_SAME, about).first()
            if found is None:
                if connection.execute(_THERE, {"who": account}).first() is None:
                    return None
                found = connection.execute(insert(strikes).returning(strikes), row).one()
        return _strike(found)

    def lift(self, num: int, now_ms: int) -> bool:
        with self._database.write() as connection:
            return (
                connection.execute(_LIFT.values(lifted_ms=now_ms), {"at": num}).first() is not None
            )


def _strike(row: AnyRow) -> Strike:
    return Strike(
        row.num, row.account, row.reason, row.subject, row.at_ms, row.until_ms, row.lifted_ms
    )
