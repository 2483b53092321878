"""The feed and entry stores on SQL."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import bindparam, delete, exists, insert, select, update

from jhalak.ports.feeds import EntryRow
from jhalak.records.database import Database
from jhalak.records.tables import AnyRow, deliveries, feed_entries, feeds, items, subscriptions
from jhalak.records.text import is_storable, storable
from jhalak.schema.feed import PUSHED, Feed, FeedState, FeedStatus, Tier

_CHUNK = 400
"""Values in one IN list."""

_state = msgspec.msgpack.Decoder(FeedState)
_encode = msgspec.msgpack.Encoder().encode

_ALL = select(feeds).order_by(feeds.c.num)
_DUE = _ALL.where(feeds.c.status == "following", feeds.c.next_ms <= bindparam("due_ms"))
_BY_URL = select(feeds).where(feeds.c.url == bindparam("at_url"))
_AT_NUM = feeds.c.num == bindparam("at_num")
_BY_NUM = select(feeds).where(_AT_NUM)
_SAVE = (
    update(feeds)
    .where(_AT_NUM, feeds.c.url == bindparam("at_url"))
    .values(state=bindparam("now"), next_ms=bindparam("next"))
)
_KNOWN = select(feed_entries).where(
    feed_entries.c.feed == bindparam("at_feed"),
    feed_entries.c.key.in_(bindparam("keys", expanding=True)),
)
_OWNERS = select(feed_entries.c.item, feed_entries.c.feed).where(
    feed_entries.c.item.in_(bindparam("items", expanding=True)), feed_entries.c.owned
)
_DROP = delete(feed_entries).where(
    feed_entries.c.feed == bindparam("at_feed"),
    feed_entries.c.key.in_(bindparam("keys", expanding=True)),
)
_FORGET = delete(feed_entries).where(
    feed_entries.c.at_ms < bindparam("before"),
    ~exists().where(
        items.c.id == feed_entries.c.item, items.c.expires_ms >= bindparam("before")
    ),
)  # fmt: skip


class SqlFeedStore:
    """FeedStore (ports/feeds.py) on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self, url: str, now_ms: int, *, tier: Tier = "unreviewed", language: str = "",
        publisher: str = "",
    ) -> tuple[Feed, bool]:  # fmt: skip
        """As the port says; raises Conflict where another process adds it at the same moment."""
        url = storable(url)
        row = {
            "url": url,
            "status": "pushed" if url.startswith(PUSHED) else "following",
            "tier": tier,
            "language": language,
            "publisher": storable(publisher),
            "added_ms": now_ms,
            "next_ms": now_ms,
            "state": _encode(FeedState()),
        }
        with self._database.write() as connection:
            known = connection.execute(_BY_URL, {"at_url": url}).first()
            if known is None:
                connection.execute(insert(feeds), row)
            found = known or connection.execute(_BY_URL, {"at_url": url}).one()
        return _feed(found), known is None

    def find(self, which: str | int) -> Feed | None:
        if isinstance(which, str) and not is_storable(which):
            return None
        statement = _BY_URL if isinstance(which, str) else _BY_NUM
        with self._database.read() as connection:
            row = connection.execute(statement, {"at_url": which, "at_num": which}).first()
        return None if row is None else _feed(row)

    def all(self, due_ms: int | None = None) -> list[Feed]:
        statement = _ALL if due_ms is None else _DUE
        with self._database.read() as connection:
            return [_feed(row) for row in connection.execute(statement, {"due_ms": due_ms})]

    def save(self, feed: Feed, state: FeedState, next_ms: int) -> bool:
        values = {
            "at_num": feed.num, "at_url": feed.url, "now": _encode(state), "next": next_ms,
        }  # fmt: skip
        with self._database.write() as connection:
            saved = connection.execute(_SAVE, values)
        return saved.rowcount == 1

    def change(
        self, num: int, now_ms: int, *, status: FeedStatus | None = None, tier: Tier | None = None,
        url: str | None = None,
    ) -> None:  # fmt: skip
        values: dict[str, Any] = {}
        if status is not None:
            values["status"] = status
        if status == "following" or url is not None:
            values["next_ms"] = now_ms
        if tier is not None:
            values["tier"] = tier
        if not values:
            return
        with self._database.write() as connection:
            if url is not None:
                row = connection.execute(_BY_NUM, {"at_num": num}).first()
                if row is None:
                    return
                state = _elsewhere(_state.decode(row.state))
                values |= {"url": storable(url), "state": _encode(state)}
                connection.execute(delete(subscriptions).where(subscriptions.c.feed == num))
            connection.execute(update(feeds).where(_AT_NUM).values(values), {"at_num": num})

    def remove(self, num: int) -> None:
        with self._database.write() as connection:
            for table in (feed_entries, subscriptions, deliveries):
                connection.execute(delete(table).where(table.c.feed == num))
            connection.execute(delete(feeds).where(feeds.c.num == num))


class SqlEntryStore:
    """EntryStore (ports/feeds.py) on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def known(self, feed: int, keys: Collection[bytes]) -> dict[bytes, EntryRow]:
        found: dict[bytes, EntryRow] = {}
        with self._database.read() as connection:
            for chunk in _chunks(keys):
                for row in connection.execute(_KNOWN, {"at_feed": feed, "keys": chunk}):
                    found[row.key] = _entry(row)
        return found

    def owners(self, of: Collection[str]) -> Mapping[str, int]:
        found: dict[str, int] = {}
        with self._database.read() as connection:
            for chunk in _chunks([item for item in of if is_storable(item)]):
                for row in connection.execute(_OWNERS, {"items": chunk}):
                    found[row.item] = row.feed
        return found

    def keep(self, feed: int, rows: Sequence[EntryRow]) -> None:
        if not rows:
            return
        whole = {row.key: row for row in rows}
        values = [_values(feed, row) for row in whole.values()]
        with self._database.write() as connection:
            for chunk in _chunks(whole):
                connection.execute(_DROP, {"at_feed": feed, "keys": chunk})
            connection.execute(insert(feed_entries), values)

    def forget(self, before_ms: int) -> int:
        with self._database.write() as connection:
            gone = connection.execute(_FORGET, {"before": before_ms})
        return gone.rowcount


def _elsewhere(state: FeedState) -> FeedState:
    """What holds of a feed wherever it lies."""
    return FeedState(
        title=state.title, language=state.language, gap_s=state.gap_s, newest_ms=state.newest_ms,
        tally=state.tally, days=state.days, delays_s=state.delays_s,
    )  # fmt: skip


def _entry(row: AnyRow) -> EntryRow:
    return EntryRow(row.key, row.item, row.mark, row.at_ms, row.owned, row.reason)


def _values(feed: int, row: EntryRow) -> dict[str, Any]:
    text = {"item": storable(row.item), "reason": storable(row.reason[:300])}
    return {"feed": feed, **row._asdict(), **text}


def _feed(row: AnyRow) -> Feed:
    return Feed(
        num=row.num, url=row.url, status=row.status, tier=row.tier, language=row.language,
        publisher=row.publisher, added_ms=row.added_ms, next_ms=row.next_ms,
        state=_state.decode(row.state),
    )  # fmt: skip


def _chunks(values: Collection[Any]) -> Iterator[list[Any]]:
    whole = list(values)
    for start in range(0, len(whole), _CHUNK):
        yield whole[start : start + _CHUNK]
