"""The store of sounds on SQL."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from secrets import token_urlsafe
from typing import Final, NamedTuple

import msgspec
from sqlalchemy import (
    Connection,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from jhalak.ports.errors import Conflict
from jhalak.ports.sounds import Heard, NewSound, Sound
from jhalak.records import sequences
from jhalak.records.database import Database
from jhalak.records.items import touch_item
from jhalak.records.tables import AnyRow, creator_accounts, sound_marks, sounds, videos
from jhalak.records.text import is_storable, storable
from jhalak.schema.video import Video

SAME: Final = 0.6
"""Share of a new sound that is heard in another, from which it is that one."""
LOOKED_AT: Final = 50
"""Sounds that are compared: those of most equal marks."""
_CHUNK: Final = 500

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Video).decode
_NAMED: Final = sounds.c.id == bindparam("named")
SOUND: Final = (
    select(
        sounds, videos.c.body, videos.c.state, videos.c.audience, creator_accounts.c.private,
        creator_accounts.c.suspended_ms,
    )
    .outerjoin(videos, videos.c.id == sounds.c.video)
    .outerjoin(creator_accounts, creator_accounts.c.num == videos.c.account)
)  # fmt: skip
"""With the video that brought it: who owns that says whether others may use the sound."""
_ONE: Final = SOUND.where(_NAMED)
_ALL_NAMED: Final = SOUND.where(sounds.c.id.in_(bindparam("names", expanding=True)))
_OF: Final = (
    SOUND.where(sounds.c.account == bindparam("of"))
    .order_by(sounds.c.num.desc())
    .limit(bindparam("most"))
)
_BROUGHT: Final = SOUND.where(sounds.c.video == bindparam("of"))
_VIDEO: Final = (
    select(videos.c.sound, videos.c.body).where(videos.c.id == bindparam("named")).with_for_update()
)
_POINT: Final = (
    update(videos)
    .where(videos.c.id == bindparam("named"))
    .values(sound=bindparam("to"), body=bindparam("said"))
)
_CLOSE: Final = (
    select(sound_marks.c.sound, func.count())
    .where(sound_marks.c.mark.in_(bindparam("marks", expanding=True)))
    .group_by(sound_marks.c.sound)
)
_USING: Final = videos.alias("using")
_TO_BE_SEEN: Final = exists().where(
    _USING.c.sound == sounds.c.id, _USING.c.state.in_(("waiting", "held", "draft", "live"))
)
_OPEN: Final = and_(videos.c.audience == "everyone", ~creator_accounts.c.private)
_CANDIDATES: Final = SOUND.where(
    sounds.c.num.in_(bindparam("nums", expanding=True)),
    or_(
        sounds.c.down != "",
        and_(_TO_BE_SEEN, or_(sounds.c.account == bindparam("of"), _OPEN)),
    ),
).order_by(sounds.c.num)
_USES: Final = (
    select(func.count())
    .select_from(videos)
    .join(creator_accounts, creator_accounts.c.num == videos.c.account)
    .where(
        videos.c.sound == bindparam("named"), videos.c.state == "live",
        videos.c.audience == "everyone", ~creator_accounts.c.private,
        creator_accounts.c.suspended_ms == 0,
    )
)  # fmt: skip
_UNHEARD: Final = and_(
    sounds.c.account == bindparam("of"), sounds.c.down == "",
    ~exists().where(videos.c.sound == sounds.c.id),
)  # fmt: skip
OF_ERASED: Final = (
    delete(sound_marks).where(sound_marks.c.sound.in_(select(sounds.c.num).where(_UNHEARD))),
    delete(sounds).where(_UNHEARD),
    update(sounds)
    .where(sounds.c.account == bindparam("of"))
    .values(account=0, video="", handle="", title=""),
)
"""What becomes of an account's sounds when it is erased, after its videos: those that others use,
and those that were taken down, stay as nobody's."""


class Matching(NamedTuple):
    """How sounds are told again (media/fingerprint.py)."""

    marks: Callable[[bytes], list[int]]
    share: Callable[[bytes, bytes], float]
    """How much of the one is heard in the other, 0 to 1."""


class SqlSoundStore:
    """SoundStore (ports/sounds.py) on SQLite or PostgreSQL."""

    def __init__(
        self, database: Database, matching: Matching,
        new_id: Callable[[], str] = lambda: token_urlsafe(16),
    ) -> None:  # fmt: skip
        self._database, self._matching, self._new_id = database, matching, new_id

    def join(self, new: NewSound, now_ms: int) -> Heard:
        with self._database.write() as connection:
            sequences.lock(connection, sequences.SOUNDS)
            if connection.execute(_VIDEO, {"named": new.video}).first() is None:
                raise Conflict(f"video {new.video} is gone")
            heard = self._heard(connection, new, now_ms)
            point(connection, new.video, heard.sound.id)
        return heard

    def find(self, sound_id: str) -> Sound | None:
        return self.named([sound_id]).get(sound_id)

    def named(self, sound_ids: Sequence[str]) -> dict[str, Sound]:
        names = [name for name in set(sound_ids) if name and is_storable(name)]
        if not names:
            return {}
        with self._database.read() as connection:
            rows = connection.execute(_ALL_NAMED, {"names": names[:_CHUNK]}).all()
        return {row.id: sound_of(row) for row in rows}

    def rename(self, sound_id: str, title: str) -> Sound | None:
        with self._database.write() as connection:
            sequences.lock(connection, sequences.ITEMS)
            changed = update(sounds).where(_NAMED).values(title=storable(title))
            if not connection.execute(changed, {"named": sound_id}).rowcount:
                return None
            row = connection.execute(_ONE, {"named": sound_id}).one()
            touch_item(connection, row.video)
        return sound_of(row)

    def of_account(self, account: int, limit: int) -> list[Sound]:
        with self._database.read() as connection:
            rows = connection.execute(_OF, {"of": account, "most": limit}).all()
        return [sound_of(row) for row in rows]

    def uses(self, sound_id: str) -> int:
        with self._database.read() as connection:
            found: int = connection.execute(_USES, {"named": sound_id}).scalar_one()
        return found

    def _heard(self, connection: Connection, new: NewSound, now_ms: int) -> Heard:
        brought = connection.execute(_BROUGHT, {"of": new.video}).first()
        marks = self._matching.marks(new.fingerprint)
        close = [
            (row, share)
            for row in _close(connection, marks, new.account)
            if row.video != new.video
            and (share := self._matching.share(new.fingerprint, row.fingerprint)) > 0
        ]
        gone = max((one for one in close if one[0].down), key=lambda one: one[1], default=None)
        down, share = (gone[0].down, gone[1]) if gone else ("", 0.0)
        if gone and share >= SAME:
            return Heard(sound_of(gone[0]), down, share)
        of = connection.execute(_ONE, {"named": new.of}).first()
        if of is not None:
            return Heard(sound_of(of), down or of.down, 1.0 if of.down else share)
        if brought is not None:
            return Heard(sound_of(brought), down, share)
        same = [row for row, part in close if part >= SAME and not row.down]
        sound = sound_of(same[0]) if same else self._make(connection, new, marks, now_ms)
        return Heard(sound, down, share)

    def _make(self, connection: Connection, new: NewSound, marks: list[int], now_ms: int) -> Sound:
        row = {
            "id": self._new_id(), "video": new.video, "account": new.account,
            "handle": new.handle, "title": "", "duration_s": new.duration_s,
            "fingerprint": new.fingerprint, "down": "", "settled": True, "created_ms": now_ms,
        }  # fmt: skip
        num = connection.execute(insert(sounds).returning(sounds.c.num), row).scalar_one()
        if marks:
            rows = [{"mark": mark, "sound": num} for mark in marks]
            connection.execute(insert(sound_marks), rows)
        return sound_of(connection.execute(_ONE, {"named": row["id"]}).one())


def _close(connection: Connection, marks: list[int], account: int) -> Sequence[AnyRow]:
    """Sounds that may be the same, the oldest first."""
    count: Counter[int] = Counter()
    for at in range(0, len(marks), _CHUNK):
        for num, n in connection.execute(_CLOSE, {"marks": marks[at : at + _CHUNK]}):
            count[num] += n
    nums = [num for num, _ in count.most_common(LOOKED_AT)]
    return connection.execute(_CANDIDATES, {"nums": nums, "of": account}).all() if nums else []


def point(connection: Connection, video_id: str, sound: str) -> Video | None:
    """The video has this sound from now on; None: there is no such video."""
    row = connection.execute(_VIDEO, {"named": video_id}).first()
    if row is None:
        return None
    video = msgspec.structs.replace(_decode(row.body), sound=sound)
    if row.sound != sound:
        connection.execute(_POINT, {"named": video_id, "to": sound, "said": _encode(video)})
    return video


def sound_of(row: AnyRow) -> Sound:
    """A row of SOUND."""
    brought = row.body is not None and row.state == "live" and row.audience == "everyone"
    open_ = brought and not row.private and not row.suspended_ms and not row.down
    return Sound(
        row.id, row.video, row.account, row.handle, row.title, row.duration_s,
        open_ and _decode(row.body).details.sound, row.down, row.created_ms,
    )  # fmt: skip
