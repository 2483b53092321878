"""The item store on SQL."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, and_, bindparam, insert, or_, select, update

from jhalak.ports.items import Change, Draft
from jhalak.records import sequences
from jhalak.records.audit import append_audit
from jhalak.records.creator_numbers import creator_numbers
from jhalak.records.database import Database
from jhalak.records.staging import Known, Staged, check_ids, stage
from jhalak.records.tables import (
    AnyRow,
    creator_accounts,
    creators,
    items,
    pictures,
    recalls,
    videos,
)
from jhalak.records.tables import sequences as given
from jhalak.records.text import creator_name, is_storable, storable
from jhalak.records.texts import remove_text, write_texts
from jhalak.schema.item import ItemRecord
from jhalak.schema.stored import StoredItem

_CHUNK = 500
"""Values in one IN list: well below every limit, and few shapes of statement to cache."""

RECORD = select(
    items.c.num,
    items.c.seq,
    items.c.status,
    items.c.body,
    items.c.creator,
    items.c.embedding,
    items.c.changed_ms,
    items.c.withheld,
    pictures.c.body.label("picture"),
    creator_accounts.c.private,
    creator_accounts.c.suspended_ms,
    creator_accounts.c.age_band,
).select_from(
    items.outerjoin(pictures, pictures.c.num == items.c.num).outerjoin(
        creator_accounts,
        and_(creator_accounts.c.creator == items.c.creator, items.c.creator != 0),
    )
)
_BY_ID = RECORD.where(items.c.id == bindparam("item_id"))
_BY_NUMS = RECORD.where(items.c.num.in_(bindparam("nums", expanding=True)))
_CHANGES = (
    RECORD.where(items.c.seq > bindparam("after")).order_by(items.c.seq).limit(bindparam("most"))
)
_LIVING = _CHANGES.where(
    items.c.seq <= bindparam("up_to"),
    or_(items.c.status != "live", items.c.expires_ms > bindparam("now")),
)
NEWEST = select(given.c.value).where(given.c.name == sequences.ITEMS)
_KNOWN = select(
    items.c.id,
    items.c.num,
    items.c.status,
    items.c.content_hash,
    items.c.published_ms,
).where(items.c.id.in_(bindparam("ids", expanding=True)))
_CREATORS_AFTER = (
    select(creators.c.num, creators.c.name)
    .where(creators.c.num > bindparam("after"))
    .order_by(creators.c.num)
    .limit(bindparam("most"))
)
_UPDATE = update(items).where(items.c.num == bindparam("at_num"))
_OF_ACCOUNT = (
    select(items.c.num)
    .join(videos, videos.c.id == items.c.id)
    .where(videos.c.account == bindparam("of"), items.c.status == "live")
    .order_by(items.c.num)
)
_SHOWN_OTHERWISE = select(items.c.num).where(
    items.c.id == bindparam("item_id"), items.c.status == "live",
    items.c.withheld != bindparam("to"),
)  # fmt: skip
_LIVE = select(items.c.num).where(items.c.id == bindparam("item_id"), items.c.status == "live")
_STILL_SHOWN = (
    select(items.c.num)
    .where(
        items.c.id.in_(bindparam("ids", expanding=True)), items.c.status == "live",
        ~items.c.withheld,
    )
    .order_by(items.c.num)
)  # fmt: skip
_TOUCH = update(items).where(items.c.num == bindparam("at_num")).values(seq=bindparam("new_seq"))
_GROWN_UP = ("18-24", "25-34", "35-49", "50+")


class SqlItemStore:
    """ItemStore (ports/items.py) on SQLite or PostgreSQL.

    Each writer holds the `items` sequence from its first statement to its commit: it decides on
    what is there now, and its numbers become visible before any greater one.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, drafts: Sequence[Draft], now_ms: int) -> list[Change]:
        """As the port says; and raises Conflict for an id that is not 1 to 128 characters.

        Cost: a few statements a call, whatever its length; 200 drafts are a good call.
        """
        if not drafts:
            return []
        check_ids(drafts)
        with self._database.write() as connection:
            sequences.lock(connection, sequences.ITEMS)
            known = _known(connection, {draft.item.id for draft in drafts})
            changes, staged = stage(drafts, known, now_ms)
            if staged:
                _write(connection, staged, now_ms)
        return changes

    def get(self, item_id: str) -> ItemRecord | None:
        if not is_storable(item_id):
            return None
        with self._database.read() as connection:
            row = connection.execute(_BY_ID, {"item_id": item_id}).first()
        return None if row is None else record_of(row)

    def recall(self, item_id: str, by: str, reason: str, now_ms: int) -> ItemRecord | None:
        if not is_storable(item_id):
            return None
        with self._database.write() as connection:
            sequences.lock(connection, sequences.ITEMS)
            row = connection.execute(_BY_ID, {"item_id": item_id}).first()
            if row is None:
                return None
            record = record_of(row)
            if record.status == "recalled":
                return record
            seq = sequences.take(connection, sequences.ITEMS)
            changed = {"status": "recalled", "seq": seq, "changed_ms": now_ms}
            connection.execute(_UPDATE.values(changed), {"at_num": record.num})
            connection.execute(
                insert(recalls),
                {"num": record.num, "seq": seq, "reason": storable(reason), "at_ms": now_ms},
            )
            remove_text(connection, record.num)
            append_audit(connection, by, "recall item", item_id, reason, now_ms)
        return msgspec.structs.replace(record, status="recalled", seq=seq, changed_ms=now_ms)

    def changes(self, after: int, limit: int) -> list[ItemRecord]:
        return [one.record() for one in self.stored(after, limit)]

    def stored(self, after: int, limit: int) -> list[StoredItem]:
        with self._database.read() as connection:
            rows = connection.execute(_CHANGES, {"after": after, "most": limit}).all()
        return [_stored(row) for row in rows]

    def newest(self) -> int:
        with self._database.read() as connection:
            value: int = connection.execute(NEWEST).scalar_one()
        return value

    def living(self, after: int, up_to: int, limit: int, now_ms: int) -> list[StoredItem]:
        asked = {"after": after, "up_to": up_to, "most": limit, "now": now_ms}
        with self._database.read() as connection:
            rows = connection.execute(_LIVING, asked).all()
        return [_stored(row) for row in rows]

    def by_num(self, nums: Sequence[int]) -> dict[int, ItemRecord]:
        found: dict[int, ItemRecord] = {}
        with self._database.read() as connection:
            for chunk in _chunks(set(nums)):
                for row in connection.execute(_BY_NUMS, {"nums": chunk}):
                    found[row.num] = record_of(row)
        return found

    def creators(self, after: int, limit: int) -> list[tuple[int, str]]:
        with self._database.read() as connection:
            rows = connection.execute(_CREATORS_AFTER, {"after": after, "most": limit}).all()
        return [(row.num, row.name) for row in rows]


def record_of(row: AnyRow) -> ItemRecord:
    return _stored(row).record()


def _stored(row: AnyRow) -> StoredItem:
    (
        num, seq, status, body, creator, embedding, changed_ms, withheld, picture, private,
        suspended_ms, age_band,
    ) = row  # fmt: skip
    return StoredItem(
        num, seq, status, body, creator, embedding, changed_ms, picture or b"", bool(private),
        age_band is not None and age_band not in _GROWN_UP, bool(withheld or suspended_ms),
    )  # fmt: skip


def touch_items(connection: Connection, account: int) -> None:
    """What an account's items are read with has changed: they come up again in the sequence of
    changes, to every process that follows it. The caller holds the sequence (sequences.lock)."""
    nums = connection.execute(_OF_ACCOUNT, {"of": account}).scalars().all()
    if nums:
        seq = sequences.take(connection, sequences.ITEMS, len(nums))
        rows = [{"at_num": num, "new_seq": seq + at} for at, num in enumerate(nums)]
        connection.execute(_TOUCH, rows)


def touch_item(connection: Connection, item_id: str) -> None:
    """What is said around an item has changed: it comes up again. The caller holds the sequence."""
    num = connection.execute(_LIVE, {"item_id": item_id}).scalar()
    if num is not None:
        seq = sequences.take(connection, sequences.ITEMS)
        connection.execute(_TOUCH, {"at_num": num, "new_seq": seq})


def withhold_items(connection: Connection, item_ids: Sequence[str]) -> None:
    """None of them is shown any more; they come up in the sequence of changes. The caller holds
    the sequence. 0.1 s for 5,000."""
    nums: list[int] = []
    for chunk in _chunks(item_ids):
        nums += connection.execute(_STILL_SHOWN, {"ids": chunk}).scalars()
    if nums:
        seq = sequences.take(connection, sequences.ITEMS, len(nums))
        rows = [{"at_num": num, "seq": seq + at} for at, num in enumerate(nums)]
        connection.execute(_UPDATE.values(withheld=True, seq=bindparam("seq")), rows)


def show_item(connection: Connection, item_id: str, *, withheld: bool) -> None:
    """An item is withheld, or shown again, and comes up in the sequence of changes where that is
    new. The caller holds the sequence."""
    changed = {"item_id": item_id, "to": withheld}
    num = connection.execute(_SHOWN_OTHERWISE, changed).scalar()
    if num is not None:
        seq = sequences.take(connection, sequences.ITEMS)
        connection.execute(_UPDATE.values(withheld=withheld, seq=seq), {"at_num": num})


def _known(connection: Connection, ids: set[str]) -> dict[str, Known]:
    known: dict[str, Known] = {}
    for chunk in _chunks(ids):
        for row in connection.execute(_KNOWN, {"ids": chunk}):
            known[row[0]] = Known(*row[1:])
    return known


def _write(connection: Connection, staged: Sequence[Staged], now_ms: int) -> None:
    numbers = creator_numbers(connection, [creator_name(one.item.publisher) for one in staged])
    seq = sequences.take(connection, sequences.ITEMS, len(staged))
    fresh: list[dict[str, Any]] = []
    updated: list[dict[str, Any]] = []
    for one in staged:
        row = _row(one) | {
            "seq": seq,
            "creator": numbers[creator_name(one.item.publisher)],
            "changed_ms": now_ms,
        }
        seq += 1
        if one.num:
            updated.append(row | {"at_num": one.num})
        else:
            fresh.append(row | {"id": one.item.id, "withheld": one.withheld})
    if fresh:
        connection.execute(insert(items), fresh)
    if updated:
        connection.execute(_UPDATE, updated)
    write_texts(connection, staged)


def _row(one: Staged) -> dict[str, Any]:
    item = one.item
    return {
        "status": "live",
        "body": one.body,
        "embedding": one.embedding,
        "content_hash": one.content_hash,
        "published_ms": item.published_ms,
        "expires_ms": item.expires_ms,
        "language": storable(item.language),
        "topic": storable(item.topic),
        "kind": item.kind,
    }


def _chunks(values: Iterable[Any]) -> Iterator[list[Any]]:
    whole = list(values)
    for start in range(0, len(whole), _CHUNK):
        yield whole[start : start + _CHUNK]
