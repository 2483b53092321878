"""The store of uploads on SQL."""

from __future__ import annotations

from typing import Final

import msgspec
from sqlalchemy import bindparam, delete, exists, func, insert, or_, select, update

from jhalak.ports.errors import Conflict
from jhalak.ports.uploads import Upload
from jhalak.records.creator_lookup import TURN
from jhalak.records.database import Database
from jhalak.records.tables import AnyRow, creator_accounts, jobs, uploads, videos
from jhalak.schema.video import Details

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Details).decode

_ID: Final = uploads.c.id == bindparam("named")
_UNFINISHED: Final = select(func.count()).where(
    uploads.c.account == bindparam("of"), uploads.c.video == "",
    uploads.c.until_ms > bindparam("now"),
)  # fmt: skip
_PART: Final = (
    update(uploads)
    .where(
        _ID, uploads.c.parts == bindparam("nth"), uploads.c.received == bindparam("begins"),
        uploads.c.received + bindparam("size") <= uploads.c.length, uploads.c.video == "",
    )
    .values(
        parts=uploads.c.parts + 1, received=uploads.c.received + bindparam("size")
    )
    .returning(uploads.c.id)
)  # fmt: skip
_NEEDED: Final = or_(
    exists().where(jobs.c.subject == uploads.c.video, jobs.c.state.in_(("waiting", "running"))),
    exists().where(videos.c.id == uploads.c.video, videos.c.state.in_(("waiting", "held"))),
)
"""What is held has its other rungs to come."""
_WHOLE: Final = (
    select(uploads, creator_accounts.c.handle)
    .join(creator_accounts, creator_accounts.c.num == uploads.c.account)
    .where(uploads.c.video == "", uploads.c.received == uploads.c.length)
    .limit(bindparam("most"))
)
_EXPIRED: Final = (
    select(uploads.c.id)
    .where(uploads.c.until_ms <= bindparam("now"), ~_NEEDED)
    .order_by(uploads.c.until_ms)
    .limit(bindparam("most"))
)
_USED: Final = select(func.count(), func.coalesce(func.sum(uploads.c.length), 0)).where(
    uploads.c.account == bindparam("of"), uploads.c.created_ms >= bindparam("since"),
    or_(uploads.c.video == "", uploads.c.parts > 0),
)  # fmt: skip
_OF: Final = (
    select(uploads)
    .where(uploads.c.account == bindparam("of"))
    .order_by(uploads.c.created_ms, uploads.c.id)
)


class SqlUploadStore:
    """UploadStore (ports/uploads.py) on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, upload: Upload, most_open: int) -> None:
        asked = {"of": upload.account, "now": upload.created_ms}
        with self._database.write() as connection:
            if connection.execute(TURN, {"of": upload.account}).first() is None:
                raise Conflict("the account is gone")
            if connection.execute(_UNFINISHED, asked).scalar_one() >= most_open:
                raise Conflict(f"{most_open} uploads are unfinished already")
            row = upload._asdict() | {"details": _encode(upload.details)}
            connection.execute(insert(uploads), row)

    def find(self, upload_id: str) -> Upload | None:
        with self._database.read() as connection:
            row = connection.execute(select(uploads).where(_ID), {"named": upload_id}).first()
        return None if row is None else _upload(row)

    def part(self, upload_id: str, n: int, begins: int, size: int) -> bool:
        said = {"named": upload_id, "nth": n, "begins": begins, "size": size}
        with self._database.write() as connection:
            return connection.execute(_PART, said).first() is not None

    def drop(self, upload_id: str) -> None:
        with self._database.write() as connection:
            connection.execute(delete(uploads).where(_ID), {"named": upload_id})

    def of_account(self, account: int) -> list[Upload]:
        with self._database.read() as connection:
            return [_upload(row) for row in connection.execute(_OF, {"of": account})]

    def whole(self, limit: int) -> list[tuple[Upload, str]]:
        with self._database.read() as connection:
            rows = connection.execute(_WHOLE, {"most": limit})
            return [(_upload(row), row.handle) for row in rows]

    def expired(self, now_ms: int, limit: int) -> list[str]:
        with self._database.read() as connection:
            return list(connection.execute(_EXPIRED, {"now": now_ms, "most": limit}).scalars())

    def used(self, account: int, since_ms: int) -> tuple[int, int]:
        with self._database.read() as connection:
            row = connection.execute(_USED, {"of": account, "since": since_ms}).one()
        return int(row[0]), int(row[1])


def _upload(row: AnyRow) -> Upload:
    return Upload(
        row.id, row.account, row.length, row.received, row.parts, _decode(row.details),
        row.created_ms, row.until_ms, row.video,
    )  # fmt: skip
