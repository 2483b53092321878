"""The store of lists of videos on SQL."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection, and_, bindparam, delete, exists, func, insert, select, update

from jhalak.ports.playlists import Held, Put
from jhalak.records.creator_lookup import TURN
from jhalak.records.database import Database
from jhalak.records.tables import AnyRow, playlist_entries, playlists
from jhalak.records.text import is_storable
from jhalak.schema.collection import MOST, MOST_VIDEOS, Playlist

CHANGED: Final = frozenset(("title", "public"))
"""Fields that `change` takes."""
_COUNT: Final = select(func.count()).where(playlists.c.account == bindparam("of"))
_MINE: Final = and_(playlists.c.id == bindparam("named"), playlists.c.account == bindparam("of"))
_HELD: Final = select(playlists.c.id).where(_MINE).with_for_update()
_N: Final = (
    select(func.count())
    .where(playlist_entries.c.playlist == playlists.c.id)
    .correlate(playlists)
    .scalar_subquery()
)
_WHOLE: Final = select(playlists, _N.label("n"))
_FIND: Final = _WHOLE.where(playlists.c.id == bindparam("named"))
_OF_ACCOUNT: Final = (
    _WHOLE.add_columns(
        exists()
        .where(
            playlist_entries.c.playlist == playlists.c.id,
            playlist_entries.c.video == bindparam("video"),
        )
        .correlate(playlists)
        .label("has")
    )
    .where(playlists.c.account == bindparam("of"))
    .order_by(playlists.c.changed_ms.desc(), playlists.c.id)
)
_ENTRIES: Final = (
    select(playlist_entries.c.video)
    .where(playlist_entries.c.playlist == bindparam("named"))
    .order_by(playlist_entries.c.place)
)
_EMPTY: Final = delete(playlist_entries).where(playlist_entries.c.playlist == bindparam("named"))
_TAKE: Final = _EMPTY.where(playlist_entries.c.video == bindparam("video"))
_MOVE: Final = (
    update(playlist_entries)
    .where(
        playlist_entries.c.playlist == bindparam("named"),
        playlist_entries.c.video == bindparam("which"),
    )
    .values(place=bindparam("to"))
)
_LAST: Final = select(func.max(playlist_entries.c.place)).where(
    playlist_entries.c.playlist == bindparam("named")
)
_TOUCH: Final = update(playlists).where(_MINE).values(changed_ms=bindparam("now"))


class SqlPlaylistStore:
    """PlaylistStore and PlaylistEntries (ports/playlists.py) on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, playlist: Playlist) -> bool:
        of = {"of": playlist.account}
        row = {
            "id": playlist.id, "account": playlist.account, "title": playlist.title,
            "public": playlist.public, "created_ms": playlist.created_ms,
            "changed_ms": playlist.changed_ms,
        }  # fmt: skip
        with self._database.write() as connection:
            if connection.execute(TURN, of).first() is None:
                return False
            if connection.execute(_COUNT, of).scalar_one() >= MOST:
                return False
            connection.execute(insert(playlists), row)
        return True

    def change(self, account: int, playlist_id: str, now_ms: int, **said: Any) -> Playlist | None:
        if not said.keys() <= CHANGED:
            raise ValueError(f"nobody changes {', '.join(sorted(said.keys() - CHANGED))} so")
        if not is_storable(playlist_id):
            return None
        mine = {"named": playlist_id, "of": account}
        change = update(playlists).where(_MINE).values(**said, changed_ms=now_ms)
        with self._database.write() as connection:
            if not connection.execute(change, mine).rowcount:
                return None
            return _playlist(connection.execute(_FIND, {"named": playlist_id}).one())

    def forget(self, account: int, playlist_id: str) -> bool:
        if not is_storable(playlist_id):
            return False
        mine = {"named": playlist_id, "of": account}
        with self._database.write() as connection:
            if connection.execute(_HELD, mine).first() is None:
                return False
            connection.execute(_EMPTY, {"named": playlist_id})
            connection.execute(delete(playlists).where(_MINE), mine)
        return True

    def of_account(self, account: int, video: str = "") -> list[Held]:
        asked = {"of": account, "video": video if is_storable(video) else ""}
        with self._database.read() as connection:
            rows = connection.execute(_OF_ACCOUNT, asked).all()
        return [Held(_playlist(row), bool(row.has)) for row in rows]

    def find(self, playlist_id: str) -> Playlist | None:
        if not is_storable(playlist_id):
            return None
        with self._database.read() as connection:
            row = connection.execute(_FIND, {"named": playlist_id}).first()
        return None if row is None else _playlist(row)

    def entries(self, playlist_id: str) -> list[str]:
        if not is_storable(playlist_id):
            return []
        with self._database.read() as connection:
            return list(connection.execute(_ENTRIES, {"named": playlist_id}).scalars())

    def put(
        self, account: int, playlist_id: str, video: str, now_ms: int, place: int | None = None
    ) -> Put:
        if not (is_storable(playlist_id) and is_storable(video)):
            return "none"
        mine, named = {"named": playlist_id, "of": account}, {"named": playlist_id}
        with self._database.write() as connection:
            if connection.execute(_HELD, mine).first() is None:
                return "none"
            order = list(connection.execute(_ENTRIES, named).scalars())
            if video not in order:
                if len(order) >= MOST_VIDEOS:
                    return "full"
                last = connection.execute(_LAST, named).scalar()
                row = {"place": 0 if last is None else last + 1, "at_ms": now_ms}
                connection.execute(
                    insert(playlist_entries), row | {"playlist": playlist_id, "video": video}
                )
                order.append(video)
            if place is not None:
                _move(connection, playlist_id, order, video, place)
            connection.execute(_TOUCH, mine | {"now": now_ms})
        return "put"

    def take(self, account: int, playlist_id: str, video: str, now_ms: int) -> bool:
        if not (is_storable(playlist_id) and is_storable(video)):
            return False
        mine = {"named": playlist_id, "of": account}
        with self._database.write() as connection:
            if connection.execute(_HELD, mine).first() is None:
                return False
            connection.execute(_TAKE, {"named": playlist_id, "video": video})
            connection.execute(_TOUCH, mine | {"now": now_ms})
        return True


def _move(
    connection: Connection, playlist_id: str, order: list[str], video: str, place: int
) -> None:
    """Lay the places anew: at most MOST_VIDEOS rows."""
    order.remove(video)
    order.insert(place, video)
    rows = [{"named": playlist_id, "which": one, "to": to} for to, one in enumerate(order)]
    connection.execute(_MOVE, rows)


def _playlist(row: AnyRow) -> Playlist:
    return Playlist(
        id=row.id, account=row.account, title=row.title, public=bool(row.public), n=row.n,
        created_ms=row.created_ms, changed_ms=row.changed_ms,
    )  # fmt: skip
