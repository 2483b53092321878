"""The store of series on SQL."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import Connection, and_, bindparam, delete, func, insert, select, update

from jhalak.ports.series import Changed
from jhalak.records import sequences
from jhalak.records.creator_lookup import TURN
from jhalak.records.database import Database
from jhalak.records.part_news import become_news
from jhalak.records.tables import AnyRow, series, series_parts, videos
from jhalak.records.text import is_storable
from jhalak.schema.collection import MOST, Series

CHANGED: Final = frozenset(("title", "about", "language", "finished"))
"""Fields that `change` takes."""
_MINE: Final = and_(
    series.c.id == bindparam("named"), series.c.account == bindparam("of"), series.c.title != ""
)
_COUNT: Final = select(func.count()).where(
    series.c.account == bindparam("of"), series.c.title != ""
)
_OWN: Final = select(videos.c.id).where(
    videos.c.account == bindparam("of"), videos.c.id.in_(bindparam("videos", expanding=True))
)
_ELSEWHERE: Final = (
    select(series_parts.c.video)
    .where(
        series_parts.c.video.in_(bindparam("videos", expanding=True)),
        series_parts.c.series != bindparam("named"),
    )
    .order_by(series_parts.c.video)
    .limit(1)
)
_OUT: Final = delete(series_parts).where(series_parts.c.series == bindparam("named"))
_PARTS: Final = (
    select(series_parts.c.series, series_parts.c.video)
    .where(series_parts.c.series.in_(bindparam("all", expanding=True)))
    .order_by(series_parts.c.series, series_parts.c.place)
)
_OF_ACCOUNT: Final = (
    select(series)
    .where(series.c.account == bindparam("of"), series.c.title != "")
    .order_by(series.c.created_ms.desc(), series.c.id)
)
_FIND: Final = select(series).where(series.c.id == bindparam("named"), series.c.title != "")
_SINCE: Final = (
    select(series)
    .where(series.c.version > bindparam("after"))
    .order_by(series.c.version)
    .limit(bindparam("most"))
)


class SqlSeriesStore:
    """SeriesStore (ports/series.py) on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, series_: Series) -> Changed | None:
        of = {"of": series_.account}
        with self._database.write() as connection:
            if connection.execute(TURN, of).first() is None:
                return None
            if connection.execute(_COUNT, of).scalar_one() >= MOST:
                return None
            refused = _refused(connection, series_.account, series_.id, series_.videos)
            if refused is not None:
                return refused
            row = {
                "id": series_.id, "account": series_.account, "title": series_.title,
                "about": series_.about, "language": series_.language,
                "finished": series_.finished, "created_ms": series_.created_ms,
                "changed_ms": series_.changed_ms,
                "version": sequences.take(connection, sequences.SERIES),
            }  # fmt: skip
            connection.execute(insert(series), row)
            _lay(connection, series_.id, series_.videos)
            become_news(connection, series_.videos, series_.created_ms, gathered=True)
        return Changed(series_)

    def change(
        self, account: int, series_id: str, now_ms: int, *, videos: Sequence[str] | None = None,
        **said: Any,
    ) -> Changed:  # fmt: skip
        if not said.keys() <= CHANGED:
            raise ValueError(f"nobody changes {', '.join(sorted(said.keys() - CHANGED))} so")
        if not is_storable(series_id):
            return Changed(None)
        mine = {"named": series_id, "of": account}
        with self._database.write() as connection:
            connection.execute(TURN, {"of": account})
            if connection.execute(select(series.c.id).where(_MINE), mine).first() is None:
                return Changed(None)
            if videos is not None:
                refused = _refused(connection, account, series_id, videos)
                if refused is not None:
                    return refused
                connection.execute(_OUT, {"named": series_id})
                _lay(connection, series_id, videos)
                become_news(connection, videos, now_ms, gathered=False)
            version = sequences.take(connection, sequences.SERIES)
            row = connection.execute(
                update(series)
                .where(_MINE)
                .values(**said, changed_ms=now_ms, version=version)
                .returning(series),
                mine,
            ).one()
            return Changed(_whole(connection, [row])[0])

    def forget(self, account: int, series_id: str, now_ms: int) -> bool:
        if not is_storable(series_id):
            return False
        mine = {"named": series_id, "of": account}
        with self._database.write() as connection:
            connection.execute(TURN, {"of": account})
            if connection.execute(select(series.c.id).where(_MINE), mine).first() is None:
                return False
            connection.execute(_OUT, {"named": series_id})
            version = sequences.take(connection, sequences.SERIES)
            nothing = {"title": "", "about": "", "changed_ms": now_ms, "version": version}
            connection.execute(update(series).where(_MINE).values(**nothing), mine)
        return True

    def of_account(self, account: int) -> list[Series]:
        with self._database.read() as connection:
            return _whole(connection, connection.execute(_OF_ACCOUNT, {"of": account}).all())

    def find(self, series_id: str) -> Series | None:
        if not is_storable(series_id):
            return None
        with self._database.read() as connection:
            rows = connection.execute(_FIND, {"named": series_id}).all()
            return next(iter(_whole(connection, rows)), None)

    def since(self, version: int, limit: int) -> list[tuple[int, Series]]:
        with self._database.read() as connection:
            rows = connection.execute(_SINCE, {"after": version, "most": limit}).all()
            found = _whole(connection, rows)
            return [(row.version, one) for row, one in zip(rows, found, strict=True)]


def _refused(
    connection: Connection, account: int, series_id: str, videos_: Iterable[str]
) -> Changed | None:
    wanted = list(videos_)
    if not wanted:
        return None
    storable = [video for video in wanted if is_storable(video)]
    own = set(connection.execute(_OWN, {"of": account, "videos": storable}).scalars())
    foreign = next((video for video in wanted if video not in own), None)
    if foreign is not None:
        return Changed(None, "unknown", foreign)
    elsewhere = connection.execute(_ELSEWHERE, {"videos": wanted, "named": series_id}).scalar()
    return None if elsewhere is None else Changed(None, "elsewhere", elsewhere)


def _lay(connection: Connection, series_id: str, videos_: Iterable[str]) -> None:
    rows = [
        {"video": video, "series": series_id, "place": place} for place, video in enumerate(videos_)
    ]
    if rows:
        connection.execute(insert(series_parts), rows)


def _whole(connection: Connection, rows: Sequence[AnyRow]) -> list[Series]:
    """The rows with their parts."""
    parts: dict[str, list[str]] = {row.id: [] for row in rows}
    if parts:
        for part in connection.execute(_PARTS, {"all": list(parts)}):
            parts[part.series].append(part.video)
    return [
        Series(
            id=row.id, account=row.account, title=row.title, about=row.about,
            language=row.language, finished=bool(row.finished), videos=tuple(parts[row.id]),
            created_ms=row.created_ms, changed_ms=row.changed_ms,
        )
        for row in rows
    ]  # fmt: skip
