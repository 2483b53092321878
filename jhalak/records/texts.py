"""The text store on SQL."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, bindparam, delete, insert, select

from jhalak.records.database import Database
from jhalak.records.staging import Staged
from jhalak.records.tables import items, texts
from jhalak.schema.picture import Block

_decoder = msgspec.msgpack.Decoder(tuple[Block, ...])
_CHUNK = 500
_FIND = select(texts.c.body).where(texts.c.num == bindparam("at_num"))
_REMOVE = delete(texts).where(texts.c.num == bindparam("at_num"))
_NUMS = select(items.c.id, items.c.num).where(items.c.id.in_(bindparam("ids", expanding=True)))


class SqlTextStore:
    """TextStore (ports/texts.py) on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, num: int) -> tuple[Block, ...]:
        with self._database.read() as connection:
            body = connection.execute(_FIND, {"at_num": num}).scalar()
        return _decoder.decode(body) if body else ()

    def forget_expired(self, before_ms: int, limit: int) -> int:
        old = (
            select(texts.c.num)
            .join(items, items.c.num == texts.c.num)
            .where(items.c.expires_ms < before_ms)
            .limit(limit)
        )
        with self._database.write() as connection:
            nums = connection.execute(old).scalars().all()
            if nums:
                connection.execute(_REMOVE, [{"at_num": num} for num in nums])
        return len(nums)


def write_texts(connection: Connection, staged: Sequence[Staged]) -> None:
    """Put the texts of items that were just written, in the same transaction."""
    given = {one.item.id: one.text for one in staged if one.text is not None}
    ids = list(given)
    nums: dict[str, int] = {}
    for start in range(0, len(ids), _CHUNK):
        for row in connection.execute(_NUMS, {"ids": ids[start : start + _CHUNK]}):
            nums[row.id] = row.num
    if nums:
        connection.execute(_REMOVE, [{"at_num": num} for num in nums.values()])
    rows = [{"num": nums[name], "body": body} for name, body in given.items() if body]
    if rows:
        connection.execute(insert(texts), rows)


def remove_text(connection: Connection, num: int) -> None:
    connection.execute(_REMOVE, {"at_num": num})
