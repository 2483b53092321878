"""What goes of items with an account that is erased; in the transaction that erases it."""

from __future__ import annotations

from typing import Final

import msgspec
from sqlalchemy import Connection, bindparam, delete, insert, select, update

from jhalak.records import sequences
from jhalak.records.tables import (
    AnyRow,
    items,
    media,
    pictures,
    recalls,
    texts,
    understandings,
    vectors,
    videos,
)
from jhalak.schema.item import Item

_encode: Final = msgspec.msgpack.Encoder().encode
_OF: Final = (
    select(
        items.c.num, items.c.id, items.c.kind, items.c.language, items.c.topic,
        items.c.published_ms, items.c.expires_ms, items.c.status, items.c.changed_ms,
    )
    .join(videos, videos.c.id == items.c.id)
    .where(videos.c.account == bindparam("of"))
    .order_by(items.c.num)
)  # fmt: skip
_EMPTY: Final = (
    update(items)
    .where(items.c.num == bindparam("at_num"))
    .values(
        status="recalled", seq=bindparam("new_seq"), body=bindparam("left"), embedding=b"",
        content_hash=b"",
    )
)  # fmt: skip
_MADE_OF_IT: Final = tuple(
    delete(table).where(table.c.num == bindparam("at_num"))
    for table in (texts, pictures, media, understandings, vectors)
)


def forget_items(connection: Connection, account: int) -> None:
    """Of its videos' items stays that they were recalled, which phones that are offline must learn
    of, and what columns said of them: nothing that tells what they showed or whose they were. One
    that became live since the videos were taken down is recalled here. The caller holds the
    sequence of items."""
    rows = connection.execute(_OF, {"of": account}).all()
    if not rows:
        return
    seq = sequences.take(connection, sequences.ITEMS, len(rows))
    left = [
        {"at_num": row.num, "new_seq": seq + at, "left": _encode(_emptied(row))}
        for at, row in enumerate(rows)
    ]
    connection.execute(_EMPTY, left)
    live = [
        {"num": row.num, "seq": seq + at, "reason": "erased", "at_ms": row.changed_ms}
        for at, row in enumerate(rows)
        if row.status == "live"
    ]
    if live:
        connection.execute(insert(recalls), live)
    for statement in _MADE_OF_IT:
        connection.execute(statement, [{"at_num": row.num} for row in rows])


def _emptied(row: AnyRow) -> Item:
    return Item(
        id=row.id, kind=row.kind, language=row.language, topic=row.topic, title="",
        published_ms=row.published_ms, expires_ms=row.expires_ms,
    )  # fmt: skip
