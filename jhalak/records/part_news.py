"""The store of parts that are news, on SQL."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, and_, bindparam, exists, or_, select, text, true, update

from jhalak.ports.notifications import Told
from jhalak.ports.part_news import Concerned, PartNews
from jhalak.records.creator_lookup import creator_of
from jhalak.records.database import Database
from jhalak.records.notifications import tell
from jhalak.records.tables import (
    creator_accounts,
    items,
    part_news,
    relations,
    series_parts,
    videos,
)
from jhalak.records.videos import SOUND_STANDS
from jhalak.schema.video import Video

_video = msgspec.msgpack.Decoder(Video).decode

_BEGIN: Final = text(
    "INSERT INTO part_news (video, up_to, told_ms) SELECT id, 0,"
    " CASE WHEN :done AND state = 'live' THEN :now ELSE 0 END FROM videos WHERE id = :named"
    " ON CONFLICT DO NOTHING"
)
_LIVE: Final = and_(
    videos.c.state == "live", items.c.status == "live", SOUND_STANDS,
    creator_accounts.c.suspended_ms == 0,
)  # fmt: skip
_NEXT: Final = (
    select(
        part_news.c.video, part_news.c.up_to, series_parts.c.series, videos.c.account,
        videos.c.body, items.c.num,
    )
    .join(videos, videos.c.id == part_news.c.video)
    .join(creator_accounts, creator_accounts.c.num == videos.c.account)
    .join(items, items.c.id == videos.c.id)
    .join(series_parts, series_parts.c.video == part_news.c.video)
    .where(part_news.c.told_ms == 0, _LIVE)
    .order_by(part_news.c.video)
    .limit(1)
)  # fmt: skip
_OTHERS: Final = (
    select(items.c.num)
    .join(series_parts, series_parts.c.video == items.c.id)
    .where(series_parts.c.series == bindparam("of"), items.c.id != bindparam("named"))
    .order_by(items.c.num)
)
_ACCOUNTS: Final = creator_accounts.alias("reader")
_OWNER: Final = creator_accounts.alias("owner")


def _has(verb: str, kind: str, target: Any) -> Any:
    return (
        exists()
        .where(
            relations.c.viewer == _ACCOUNTS.c.viewer, relations.c.verb == verb,
            relations.c.kind == kind, target, relations.c.standing == true(),
        )
        .correlate(_ACCOUNTS, _OWNER)
    )  # fmt: skip


_FOLLOWS: Final = _has("follows", "creator", relations.c.target == _OWNER.c.creator)
_SAVED: Final = _has(
    "saves", "item", relations.c.target.in_(bindparam("others", expanding=True))
)  # fmt: skip
_CONCERNED: Final = (
    select(_ACCOUNTS, _SAVED.label("saved"))
    .select_from(_ACCOUNTS)
    .join(videos, videos.c.id == bindparam("named"))
    .join(_OWNER, _OWNER.c.num == videos.c.account)
    .where(
        _ACCOUNTS.c.num > bindparam("after"), _ACCOUNTS.c.num != _OWNER.c.num,
        _ACCOUNTS.c.creator != 0, _ACCOUNTS.c.viewer != 0, _ACCOUNTS.c.suspended_ms == 0,
        or_(_FOLLOWS, and_(~_OWNER.c.private, videos.c.audience == "everyone", _SAVED)),
    )
    .order_by(_ACCOUNTS.c.num)
    .limit(bindparam("most"))
)  # fmt: skip
_GO_ON: Final = (
    update(part_news)
    .where(
        part_news.c.video == bindparam("named"), part_news.c.told_ms == 0,
        part_news.c.up_to == bindparam("was"),
        exists().where(videos.c.id == part_news.c.video, videos.c.state == "live"),
    )
    .values(up_to=bindparam("is"), told_ms=bindparam("done_ms"))
)  # fmt: skip


class SqlPartNewsStore:
    """PartNewsStore (ports/part_news.py) on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def next(self) -> PartNews | None:
        with self._database.read() as connection:
            row = connection.execute(_NEXT).first()
            if row is None:
                return None
            others = connection.execute(_OTHERS, {"of": row.series, "named": row.video})
            return PartNews(
                row.video, row.num, row.series, row.account, _video(row.body).live_ms,
                tuple(others.scalars()), row.up_to,
            )  # fmt: skip

    def concerned(self, news: PartNews, limit: int) -> list[Concerned]:
        asked = {
            "named": news.video, "after": news.after, "others": list(news.others), "most": limit,
        }  # fmt: skip
        with self._database.read() as connection:
            rows = connection.execute(_CONCERNED, asked)
            return [Concerned(creator_of(row), bool(row.saved)) for row in rows]

    def tell(self, news: PartNews, accounts: Sequence[int], up_to: int, now_ms: int) -> bool:
        step = {
            "named": news.video, "was": news.after, "is": up_to or news.after,
            "done_ms": 0 if up_to else now_ms,
        }  # fmt: skip
        said = {"video": news.video}
        told = [Told(account, "part", news.series, news.account, said) for account in accounts]
        with self._database.write() as connection:
            if not connection.execute(_GO_ON, step).rowcount:
                return False
            tell(connection, told, now_ms)
        return True


def become_news(
    connection: Connection, videos_: Iterable[str], now_ms: int, *, gathered: bool
) -> None:
    """Parts of a series, unless they were so before. `gathered`: into a new series, of which those
    that are live already are no news."""
    rows = [{"named": video, "done": gathered, "now": now_ms} for video in videos_]
    if rows:
        connection.execute(_BEGIN, rows)
