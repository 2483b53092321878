"""The store of understandings on SQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from jhalak.ports.understandings import Understanding, Understood
from jhalak.records import sequences
from jhalak.records.database import Database
from jhalak.records.items import NEWEST, RECORD, record_of
from jhalak.records.tables import items, understandings, vectors
from jhalak.schema.item import ItemRecord

_encoder = msgspec.msgpack.Encoder()

_LIVE = and_(items.c.status == "live", items.c.expires_ms > bindparam("now"))
_JOINED = items.outerjoin(vectors, vectors.c.num == items.c.num)
_STALE: ColumnElement[bool] = or_(
    vectors.c.num.is_(None),
    vectors.c.model != bindparam("model"),
    vectors.c.mark != items.c.content_hash,
)
_STALE_ONES = (
    RECORD.outerjoin(vectors, vectors.c.num == items.c.num)
    .where(_LIVE, _STALE)
    .limit(bindparam("most"))
)
_PENDING = _STALE_ONES.order_by(items.c.num.desc())
_PENDING_SINCE = _STALE_ONES.where(items.c.seq > bindparam("after")).order_by(
    # A sum, so that SQLite goes by the index on seq and not through all items there ever were.
    (items.c.num + 0).desc()
)
_BACKLOG = select(func.count()).select_from(_JOINED).where(_LIVE, _STALE)
_PAGE = (
    RECORD.where(_LIVE, items.c.num > bindparam("after"))
    .order_by(items.c.num)
    .limit(bindparam("most"))
)
_OF = (
    select(understandings)
    .where(understandings.c.num == bindparam("at_num"))
    .order_by(understandings.c.what)
)
_MARKS = select(items.c.num, items.c.seq, items.c.content_hash).where(
    items.c.num.in_(bindparam("nums", expanding=True))
)
_VECTORS = select(vectors.c.num, vectors.c.body).where(
    vectors.c.num.in_(bindparam("nums", expanding=True)), vectors.c.model == bindparam("model")
)
_UPDATE = update(items).where(items.c.num == bindparam("at_num"))


class SqlUnderstandingStore:
    """UnderstandingStore (ports/understandings.py) on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._done: tuple[str, int, int] = ("", 0, 0)
        """A model, when nothing waited for it, and up to which change."""

    def pending(self, model: str, now_ms: int, limit: int) -> list[ItemRecord]:
        """Once nothing waited, only what changed since is looked at: expired items are kept, so
        that there are more of them every day."""
        known, when_ms, after = self._done
        if known != model or now_ms < when_ms:  # before then others were live
            after = 0
        asked = {"model": model, "now": now_ms, "most": limit, "after": after}
        with self._database.read() as connection:
            newest = connection.execute(NEWEST).scalar_one()  # before: what comes now is looked at
            rows = connection.execute(_PENDING_SINCE if after else _PENDING, asked)
            found = [record_of(row) for row in rows]
        if not found:
            self._done = model, now_ms, newest
        return found

    def backlog(self, model: str, now_ms: int) -> int:
        with self._database.read() as connection:
            count: int = connection.execute(_BACKLOG, {"model": model, "now": now_ms}).scalar_one()
        return count

    def put(
        self, model: str, done: Sequence[Understood], now_ms: int, *, whole: bool = True
    ) -> int:
        if not done:
            return 0
        with self._database.write() as connection:
            sequences.lock(connection, sequences.ITEMS)
            nums = [one.record.num for one in done]
            known = {row.num: row for row in connection.execute(_MARKS, {"nums": nums})}
            same = [one for one in done if known[one.record.num].seq == one.record.seq]
            changed = [
                one for one in same
                if (one.item, one.embedding) != (one.record.item, one.record.embedding)
            ]  # fmt: skip
            _keep(connection, same)
            if whole:
                marks = {num: row.content_hash for num, row in known.items()}
                _mark(connection, model, same, marks)
            _change(connection, changed, now_ms)
        return len(changed)

    def of(self, num: int) -> list[Understanding]:
        with self._database.read() as connection:
            return [Understanding(*row) for row in connection.execute(_OF, {"at_num": num})]

    def live(self, after: int, now_ms: int, limit: int) -> list[ItemRecord]:
        with self._database.read() as connection:
            rows = connection.execute(_PAGE, {"after": after, "now": now_ms, "most": limit})
            return [record_of(row) for row in rows]

    def vectors(self, nums: Sequence[int], model: str) -> dict[int, bytes]:
        with self._database.read() as connection:
            rows = connection.execute(_VECTORS, {"nums": list(nums), "model": model})
            return {row.num: row.body for row in rows if row.body}


def _keep(connection: Connection, done: Sequence[Understood]) -> None:
    """The understandings, in place of those before."""
    for one in done:
        whats = [found.what for found in one.found]
        connection.execute(
            delete(understandings).where(
                understandings.c.num == one.record.num, understandings.c.what.in_(whats)
            )
        )
    found = [row._asdict() for one in done for row in one.found]
    if found:
        connection.execute(insert(understandings), found)


def _mark(
    connection: Connection, model: str, done: Sequence[Understood], marks: dict[int, bytes]
) -> None:
    """The vectors, in place of those before, and that `model` is done with their items."""
    if not done:
        return
    nums = [one.record.num for one in done]
    connection.execute(delete(vectors).where(vectors.c.num.in_(nums)))
    rows: list[dict[str, Any]] = [
        {"num": one.record.num, "model": model, "mark": marks[one.record.num], "body": one.vector}
        for one in done
    ]
    connection.execute(insert(vectors), rows)


def _change(connection: Connection, done: Sequence[Understood], now_ms: int) -> None:
    """The items as they are now, each with the next number; their content hashes stay."""
    if not done:
        return
    seq = sequences.take(connection, sequences.ITEMS, len(done))
    rows: list[dict[str, Any]] = []
    for at, one in enumerate(done):
        rows.append(
            {
                "at_num": one.record.num, "seq": seq + at, "body": _encoder.encode(one.item),
                "embedding": one.embedding, "topic": one.item.topic, "changed_ms": now_ms,
                "expires_ms": one.item.expires_ms,
            }
        )  # fmt: skip
    connection.execute(_UPDATE, rows)
