"""Who has an account, on SQL."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

import msgspec
from sqlalchemy import Column, bindparam, select

from jhalak.ports.creators import Creator
from jhalak.records.database import Database
from jhalak.records.tables import AnyRow, creator_accounts
from jhalak.records.text import is_storable

_CHUNK: Final = 500
_STANDING: Final = select(creator_accounts).where(creator_accounts.c.creator != 0)
_PAGE: Final = (
    _STANDING.where(creator_accounts.c.num > bindparam("after"))
    .order_by(creator_accounts.c.num)
    .limit(bindparam("most"))
)
_HANDLE: Final = _STANDING.where(creator_accounts.c.handle == bindparam("named"))
TURN: Final = (
    select(creator_accounts.c.num)
    .where(creator_accounts.c.num == bindparam("of"), creator_accounts.c.password_hash != "")
    .with_for_update()
)
"""Those who keep something for one account come one after another, and none after it was erased:
what a request that was under way then wrote, nobody would ever remove."""


class SqlCreatorLookup:
    """CreatorLookup (ports/creators.py) on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_handle(self, handle: str) -> Creator | None:
        if not is_storable(handle):
            return None
        with self._database.read() as connection:
            row = connection.execute(_HANDLE, {"named": handle}).first()
        return None if row is None else creator_of(row)

    def of_accounts(self, nums: Collection[int]) -> dict[int, Creator]:
        return {one.num: one for one in self._all(creator_accounts.c.num, nums)}

    def of_creators(self, creators: Collection[int]) -> dict[int, Creator]:
        return {one.creator: one for one in self._all(creator_accounts.c.creator, creators)}

    def of_viewers(self, viewers: Collection[int]) -> dict[int, Creator]:
        wanted = [viewer for viewer in viewers if viewer]
        return {one.viewer: one for one in self._all(creator_accounts.c.viewer, wanted)}

    def page(self, after: int, most: int, *, verified: bool = False) -> list[Creator]:
        statement = _PAGE.where(creator_accounts.c.verified_ms != 0) if verified else _PAGE
        with self._database.read() as connection:
            rows = connection.execute(statement, {"after": after, "most": most})
            return [creator_of(row) for row in rows]

    def _all(self, column: Column[Any], values: Collection[int]) -> list[Creator]:
        wanted, found = list(dict.fromkeys(values)), list[Creator]()
        if not wanted:
            return found
        statement = _STANDING.where(column.in_(bindparam("among", expanding=True)))
        with self._database.read() as connection:
            for start in range(0, len(wanted), _CHUNK):
                among = {"among": wanted[start : start + _CHUNK]}
                found += [creator_of(row) for row in connection.execute(statement, among)]
        return found


def creator_of(row: AnyRow) -> Creator:
    """Of a row of `creator_accounts`."""
    options = msgspec.json.decode(row.options) if row.options else {}
    return Creator(
        row.num, row.handle, row.created_ms, row.suspended_ms, row.creator, row.viewer, row.name,
        row.about, row.age_band or None, row.private, row.verified_ms, options, row.least_age,
        row.told_ms,
    )  # fmt: skip
