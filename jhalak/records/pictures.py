"""The stores of pictures and of their files on SQL."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from jhalak.ports.pictures import Media, Try
from jhalak.records import sequences
from jhalak.records.database import Database
from jhalak.records.tables import items, media, pictures
from jhalak.records.text import storable
from jhalak.schema.item import Item
from jhalak.schema.picture import Picture

_encoder = msgspec.msgpack.Encoder()
_item = msgspec.msgpack.Decoder(Item)

_ITEM = select(items.c.body, items.c.status).where(items.c.num == bindparam("at_num"))
_BUMP = update(items).where(items.c.num == bindparam("at_num"))
_TRIES = select(pictures.c.num, pictures.c.src, pictures.c.tries, pictures.c.again_ms).where(
    pictures.c.num.in_(bindparam("nums", expanding=True)), func.length(pictures.c.body) == 0
)
_NO_PICTURE = delete(pictures).where(pictures.c.num == bindparam("at_num"))
_NO_MEDIA = delete(media).where(media.c.num == bindparam("at_num"))
_NAMES = select(media.c.name).where(media.c.num == bindparam("at_num"))
_STILL_SHOWN = select(media.c.name).where(media.c.name.in_(bindparam("names", expanding=True)))
_EXPIRED = (
    select(pictures.c.num)
    .join(items, items.c.num == pictures.c.num)
    .where(items.c.expires_ms < bindparam("before"))
    .limit(bindparam("most"))
)
_FIND = (
    select(media.c.num, media.c.made)
    .join(items, items.c.num == media.c.num)
    .where(media.c.name == bindparam("at_name"), items.c.status == "live")
    .order_by(media.c.made.desc())
    .limit(1)
)
_NAMED = media.c.name == bindparam("at_name")
_WANTED = (
    select(media.c.name, func.min(media.c.num), func.min(media.c.wanted_ms).label("since"))
    .where(media.c.wanted_ms > 0)
    .group_by(media.c.name)
    .order_by("since")
    .limit(bindparam("most"))
)


class SqlPictureStore:
    """PictureStore (ports/pictures.py) on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, num: int, picture: Picture, now_ms: int) -> list[str] | None:
        with self._database.write() as connection:
            sequences.lock(connection, sequences.ITEMS)
            row = connection.execute(_ITEM, {"at_num": num}).first()
            if row is None or row.status != "live" or not _names(row.body, picture.src):
                return None
            _replace(connection, num, Try(picture.src, 0, 0), _encoder.encode(picture))
            files = [
                {"name": v.name, "num": num, "made": v.size > 0, "wanted_ms": 0}
                for v in picture.variants
            ]
            before = list(connection.execute(_NAMES, {"at_num": num}).scalars())
            connection.execute(_NO_MEDIA, {"at_num": num})
            if files:
                connection.execute(insert(media), files)
            seq = sequences.take(connection, sequences.ITEMS)
            connection.execute(_BUMP.values(seq=seq, changed_ms=now_ms), {"at_num": num})
            return _unshown(connection, before)

    def failed(self, num: int, attempt: Try) -> None:
        with self._database.write() as connection:
            _replace(connection, num, attempt, b"")

    def tries(self, nums: Sequence[int]) -> dict[int, Try]:
        with self._database.read() as connection:
            rows = connection.execute(_TRIES, {"nums": list(nums)}).all()
        return {row.num: Try(row.src, row.tries, row.again_ms) for row in rows}

    def drop(self, num: int) -> list[str]:
        with self._database.write() as connection:
            names = list(connection.execute(_NAMES, {"at_num": num}).scalars())
            connection.execute(_NO_MEDIA, {"at_num": num})
            connection.execute(_NO_PICTURE, {"at_num": num})
            return _unshown(connection, names)

    def unshown(self, names: Sequence[str]) -> list[str]:
        with self._database.read() as connection:
            return _unshown(connection, names)

    def expired(self, before_ms: int, limit: int) -> list[int]:
        with self._database.read() as connection:
            found = connection.execute(_EXPIRED, {"before": before_ms, "most": limit})
            return list(found.scalars())


class SqlMediaStore:
    """MediaStore (ports/pictures.py) on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, name: str) -> Media | None:
        with self._database.read() as connection:
            row = connection.execute(_FIND, {"at_name": name}).first()
        return None if row is None else Media(row.num, row.made)

    def want(self, name: str, now_ms: int) -> None:
        wish = update(media).where(_NAMED, media.c.made.is_(False), media.c.wanted_ms == 0)
        with self._database.write() as connection:
            connection.execute(wish.values(wanted_ms=now_ms), {"at_name": name})

    def wanted(self, limit: int) -> list[tuple[str, int]]:
        with self._database.read() as connection:
            return [(row[0], row[1]) for row in connection.execute(_WANTED, {"most": limit})]

    def made(self, name: str, *, there: bool) -> None:
        with self._database.write() as connection:
            if there:
                done = update(media).where(_NAMED).values(made=True, wanted_ms=0)
                connection.execute(done, {"at_name": name})
            else:
                connection.execute(delete(media).where(_NAMED), {"at_name": name})


def _replace(connection: Connection, num: int, attempt: Try, body: bytes) -> None:
    connection.execute(_NO_PICTURE, {"at_num": num})
    row = {"num": num, "src": storable(attempt.src), "body": body, "tries": attempt.tries}
    connection.execute(insert(pictures), row | {"again_ms": attempt.again_ms})


def _unshown(connection: Connection, names: Sequence[str]) -> list[str]:
    shown = set(connection.execute(_STILL_SHOWN, {"names": list(names)}).scalars())
    return [name for name in names if name not in shown]


def _names(body: bytes, src: str) -> bool:
    """Is `src` the picture that the stored item names?"""
    image = _item.decode(body).image
    return image is not None and image.src == src
