"""The store of creators' videos on SQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import Select, bindparam, exists, insert, select, union_all, update
from sqlalchemy.sql.expression import literal

from jhalak.ports.errors import Conflict
from jhalak.ports.videos import FIRST, Which
from jhalak.records import sequences
from jhalak.records.creator_lookup import TURN
from jhalak.records.database import Database
from jhalak.records.items import show_item
from jhalak.records.jobs import add_job
from jhalak.records.tables import creator_accounts, known_bad, sounds, uploads, videos
from jhalak.schema.video import KEPT_BACK, Details, Media, Video, VideoState

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Video).decode

_BODY: Final = select(videos.c.body)
_ID: Final = videos.c.id == bindparam("named")
_LOCKED: Final = select(videos.c.state, videos.c.body).where(_ID).with_for_update()
_SAME: Final = _BODY.where(
    videos.c.account == bindparam("of"), videos.c.content == bindparam("hashed"),
    videos.c.state.not_in(("refused", "removed")),
).order_by(videos.c.created_ms)  # fmt: skip
_OF: Final = (
    _BODY.where(videos.c.account == bindparam("of"), videos.c.created_ms < bindparam("before"))
    .order_by(videos.c.created_ms.desc(), videos.c.id)
    .limit(bindparam("most"))
)
_TO_COME: Final = videos.c.state.in_(("waiting", "held", "draft"))
_WHICH: Final[dict[Which, Select[tuple[Any]]]] = {
    "all": _OF,
    "live": _OF.where(videos.c.state == "live"),
    "drafts": _OF.where(_TO_COME, videos.c.publish_ms == KEPT_BACK),
    "scheduled": _OF.where(_TO_COME, videos.c.publish_ms > 0),
}
_DUE: Final = (
    _BODY.join(creator_accounts, creator_accounts.c.num == videos.c.account)
    .where(
        videos.c.publish_ms > 0, videos.c.publish_ms <= bindparam("now"),
        videos.c.state.in_(("draft", "live")), creator_accounts.c.suspended_ms == 0,
    )
    .order_by(videos.c.publish_ms, videos.c.id)
    .limit(bindparam("most"))
)  # fmt: skip
_BECAME: Final = _BODY.join(uploads, uploads.c.video == videos.c.id).where(
    uploads.c.id == bindparam("at_upload")
)
_POINT: Final = (
    update(uploads).where(uploads.c.id == bindparam("at_upload")).values(video=bindparam("became"))
)
_POINT_ELSEWHERE: Final = _POINT.values(parts=0)
"""To a video that had its own upload: nobody needs these parts."""
_SEEN: Final = ("waiting", "held", "draft", "live")
_ALIKE: Final = union_all(
    select(videos.c.id, videos.c.likeness).where(
        videos.c.likeness != b"", videos.c.state.in_(_SEEN)
    ),
    select(literal(""), known_bad.c.likeness),
)
_DOWN: Final = select(sounds.c.down).where(sounds.c.id == bindparam("heard"))
SOUND_STANDS: Final = ~exists().where(sounds.c.id == videos.c.sound, sounds.c.down != "")
"""Of a video: its sound was not taken down."""
_SHOWS: Final = select(
    exists().where(
        videos.c.set_name == bindparam("named"), videos.c.state == "live",
        creator_accounts.c.num == videos.c.account, creator_accounts.c.suspended_ms == 0,
        SOUND_STANDS,
    )
)  # fmt: skip
_OF_SET: Final = _BODY.where(videos.c.set_name == bindparam("named"))
_LATEST: Final = 1 << 62


class SqlVideoStore:
    """VideoStore, DueVideos and VideoSets (ports/videos.py) on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, video: Video, now_ms: int) -> Video:
        with self._database.write() as connection:
            if connection.execute(TURN, {"of": video.account}).first() is None:
                raise Conflict("the account is gone")
            before = connection.execute(_BECAME, {"at_upload": video.upload}).scalar()
            if before is not None:
                return _decode(before)
            asked = {"of": video.account, "hashed": video.content}
            known = connection.execute(_SAME, asked).scalar()
            became = video if known is None else _decode(known)
            if known is None:
                connection.execute(insert(videos), _row(video, now_ms))
                add_job(connection, FIRST, video.id, 0, now_ms)
            point = _POINT if known is None else _POINT_ELSEWHERE
            connection.execute(point, {"at_upload": video.upload, "became": became.id})
        return became

    def find(self, video_id: str) -> Video | None:
        with self._database.read() as connection:
            body = connection.execute(_BODY.where(_ID), {"named": video_id}).scalar()
        return None if body is None else _decode(body)

    def of_account(
        self, account: int, limit: int, before_ms: int = 0, which: Which = "all"
    ) -> list[Video]:
        asked = {"of": account, "before": before_ms or _LATEST, "most": limit}
        with self._database.read() as connection:
            return [_decode(body) for body in connection.execute(_WHICH[which], asked).scalars()]

    def change(
        self, video_id: str, states: Sequence[VideoState], now_ms: int, *,
        state: VideoState | None = None, reason: str | None = None, media: Media | None = None,
        labels: tuple[str, ...] | None = None, num: int | None = None, live_ms: int | None = None,
        upload: str | None = None, details: Details | None = None, said: Details | None = None,
    ) -> Video | None:  # fmt: skip
        given: dict[str, Any] = {
            "state": state, "reason": reason, "media": media, "labels": labels, "num": num,
            "live_ms": live_ms, "upload": upload, "details": details,
        }  # fmt: skip
        told = {name: value for name, value in given.items() if value is not None}
        with self._database.write() as connection:
            if state is not None:
                sequences.lock(connection, sequences.ITEMS)
            row = connection.execute(_LOCKED, {"named": video_id}).first()
            if row is None or row.state not in states:
                return None
            before = _decode(row.body)
            if said is not None and before.details != said:
                return None
            video = msgspec.structs.replace(before, **told)
            connection.execute(
                update(videos).where(_ID), {"named": video_id, **_row(video, now_ms)}
            )
            if state is not None:
                down = connection.execute(_DOWN, {"heard": video.sound}).scalar()
                show_item(connection, video_id, withheld=state != "live" or bool(down))
        return video

    def alike(self) -> list[tuple[str, bytes]]:
        with self._database.read() as connection:
            return [(row[0], row[1]) for row in connection.execute(_ALIKE)]

    def shows(self, set_: str) -> bool:
        with self._database.read() as connection:
            return bool(connection.execute(_SHOWS, {"named": set_}).scalar())

    def due(self, now_ms: int, limit: int) -> list[Video]:
        asked = {"now": now_ms, "most": limit}
        with self._database.read() as connection:
            return [_decode(body) for body in connection.execute(_DUE, asked).scalars()]

    def of_set(self, set_: str) -> Video | None:
        with self._database.read() as connection:
            body = connection.execute(_OF_SET, {"named": set_}).scalar()
        return None if body is None else _decode(body)


def _row(video: Video, now_ms: int) -> dict[str, Any]:
    media, of = video.media, video.details.of
    return {
        "id": video.id, "account": video.account, "state": video.state, "content": video.content,
        "set_name": media.set if media else "", "likeness": media.likeness if media else b"",
        "body": _encode(video), "created_ms": video.created_ms, "changed_ms": now_ms,
        "audience": video.details.audience, "publish_ms": video.details.publish_ms,
        "sound": video.sound,
        "of": of.video if of else "", "of_kind": of.kind if of else "",
    }  # fmt: skip
