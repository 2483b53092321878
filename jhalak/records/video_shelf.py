"""An account's videos as others see them, on SQL."""

from __future__ import annotations

from typing import Final

import msgspec
from sqlalchemy import and_, bindparam, func, or_, select

from jhalak.records.database import Database
from jhalak.records.tables import videos
from jhalak.schema.video import Video

_decode = msgspec.msgpack.Decoder(Video).decode
_LIVE: Final = and_(videos.c.account == bindparam("of"), videos.c.state == "live")
_OPEN: Final = and_(_LIVE, videos.c.audience == "everyone")
_AFTER: Final = or_(
    videos.c.created_ms < bindparam("at_ms"),
    and_(videos.c.created_ms == bindparam("at_ms"), videos.c.id > bindparam("after")),
)
_PAGE: Final = (
    select(videos.c.body)
    .where(_AFTER)
    .order_by(videos.c.created_ms.desc(), videos.c.id)
    .limit(bindparam("most"))
)
_AT: Final = select(videos.c.created_ms).where(
    videos.c.id == bindparam("named"), videos.c.account == bindparam("of")
)
_COUNT: Final = select(func.count()).select_from(videos)
_LATEST: Final = 1 << 62


class SqlVideoShelf:
    """VideoShelf (ports/videos.py) on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def newest(
        self, account: int, limit: int, after: str = "", *, closed: bool = False
    ) -> list[Video] | None:
        page = _PAGE.where(_LIVE if closed else _OPEN)
        with self._database.read() as connection:
            at_ms: int | None = _LATEST
            if after:
                at_ms = connection.execute(_AT, {"named": after, "of": account}).scalar()
            if at_ms is None:
                return None
            asked = {"of": account, "at_ms": at_ms, "after": after, "most": limit}
            return [_decode(body) for body in connection.execute(page, asked).scalars()]

    def how_many(self, account: int, *, closed: bool = False) -> int:
        count = _COUNT.where(_LIVE if closed else _OPEN)
        with self._database.read() as connection:
            found: int = connection.execute(count, {"of": account}).scalar_one()
        return found
