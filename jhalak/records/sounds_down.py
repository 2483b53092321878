"""Sounds that are taken down and brought back, on SQL."""

from __future__ import annotations

from typing import Final

import msgspec
from sqlalchemy import and_, bindparam, or_, select, update

from jhalak.ports.sounds import Sound
from jhalak.records import sequences
from jhalak.records.audit import append_audit
from jhalak.records.database import Database
from jhalak.records.items import withhold_items
from jhalak.records.sounds import SOUND, point, sound_of
from jhalak.records.tables import sounds, videos
from jhalak.schema.video import Video

_decode = msgspec.msgpack.Decoder(Video).decode
_NAMED: Final = sounds.c.id == bindparam("named")
_CHANGE: Final = update(sounds).where(_NAMED)
_UNSETTLED: Final = SOUND.where(~sounds.c.settled).order_by(sounds.c.num).limit(bindparam("most"))
_SETTLED: Final = (
    update(sounds).where(_NAMED, sounds.c.down == bindparam("as_it_was")).values(settled=True)
)
_VIDEOS: Final = (
    select(videos.c.body)
    .where(
        videos.c.sound == bindparam("of"),
        or_(
            videos.c.created_ms > bindparam("at_ms"),
            and_(videos.c.created_ms == bindparam("at_ms"), videos.c.id > bindparam("after")),
        ),
    )
    .order_by(videos.c.created_ms, videos.c.id)
    .limit(bindparam("most"))
)  # fmt: skip
_ITEMS: Final = select(videos.c.id).where(
    videos.c.sound == bindparam("of"), videos.c.state == "live"
)


class SqlSoundsDown:
    """SoundsDown (ports/sounds.py) on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def take_down(self, sound_id: str, reason: str, by: str, why: str, now_ms: int) -> Sound | None:
        with self._database.write() as connection:
            sequences.lock(connection, sequences.SOUNDS)
            sequences.lock(connection, sequences.ITEMS)
            changed = {"down": reason, "settled": False}
            if not connection.execute(_CHANGE.values(changed), {"named": sound_id}).rowcount:
                return None
            row = connection.execute(SOUND.where(_NAMED), {"named": sound_id}).one()
            names = connection.execute(_ITEMS, {"of": sound_id}).scalars().all()
            withhold_items(connection, names)
            append_audit(
                connection, by, "take down sound", f"sound {sound_id}", f"{reason}: {why}", now_ms
            )
        return sound_of(row)

    def restore(self, sound_id: str, by: str, why: str, now_ms: int) -> Sound | None:
        with self._database.write() as connection:
            sequences.lock(connection, sequences.SOUNDS)
            changed = {"down": "", "settled": False}
            if not connection.execute(_CHANGE.values(changed), {"named": sound_id}).rowcount:
                return None
            row = connection.execute(SOUND.where(_NAMED), {"named": sound_id}).one()
            append_audit(connection, by, "restore sound", f"sound {sound_id}", why, now_ms)
        return sound_of(row)

    def unsettled(self, limit: int) -> list[Sound]:
        with self._database.read() as connection:
            return [sound_of(row) for row in connection.execute(_UNSETTLED, {"most": limit})]

    def settled(self, sound: Sound) -> None:
        with self._database.write() as connection:
            connection.execute(_SETTLED, {"named": sound.id, "as_it_was": sound.down})

    def videos(self, sound_id: str, after: Video | None, limit: int) -> list[Video]:
        asked = {
            "of": sound_id, "most": limit, "at_ms": after.created_ms if after else -1,
            "after": after.id if after else "",
        }  # fmt: skip
        with self._database.read() as connection:
            return [_decode(body) for body in connection.execute(_VIDEOS, asked).scalars()]

    def leave(self, video_id: str) -> Video | None:
        with self._database.write() as connection:
            sequences.lock(connection, sequences.SOUNDS)
            return point(connection, video_id, "")
