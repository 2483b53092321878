"""The store of creators' accounts on SQL."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from sqlalchemy import Connection, and_, bindparam, delete, insert, select, update

from jhalak.ports.creators import Creator
from jhalak.ports.errors import Conflict
from jhalak.ports.viewers import Viewer
from jhalak.records import sequences
from jhalak.records.comment_erasure import forget_comments
from jhalak.records.creator_lookup import creator_of
from jhalak.records.creator_numbers import creator_numbers
from jhalak.records.database import Database
from jhalak.records.relation_erasure import forget_creator
from jhalak.records.tables import (
    creator_accounts,
    creator_sessions,
    reviews,
    uploads,
    videos,
    viewers,
)
from jhalak.records.text import is_storable
from jhalak.records.viewers import create_viewer
from jhalak.schema.ids import new_id

_HANDLE: Final = select(creator_accounts).where(creator_accounts.c.handle == bindparam("named"))
_NUM: Final = creator_accounts.c.num == bindparam("at")
_HELD: Final = (
    select(creator_accounts).where(_NUM, creator_accounts.c.creator != 0).with_for_update()
)
_OWNED: Final = select(creator_accounts.c.num).where(creator_accounts.c.viewer == bindparam("of"))
_VIEWER: Final = select(viewers.c.id).where(viewers.c.id == bindparam("of")).with_for_update()
_CREATOR: Final = select(creator_accounts.c.creator).where(_NUM)
_OPEN: Final = (
    select(creator_accounts.c.num)
    .where(_NUM, creator_accounts.c.suspended_ms == 0, creator_accounts.c.password_hash != "")
    .with_for_update()
)
_SIGNED_IN: Final = (
    select(creator_accounts)
    .join(creator_sessions, creator_sessions.c.account == creator_accounts.c.num)
    .where(
        and_(
            creator_sessions.c.token_hash == bindparam("hashed"),
            creator_sessions.c.until_ms > bindparam("now"),
            creator_accounts.c.suspended_ms == 0,
        )
    )
)
_END: Final = (
    delete(creator_sessions)
    .where(creator_sessions.c.token_hash == bindparam("hashed"))
    .returning(creator_sessions.c.account)
)
_END_ALL: Final = delete(creator_sessions).where(creator_sessions.c.account == bindparam("of"))
_OVER: Final = delete(creator_sessions).where(creator_sessions.c.until_ms <= bindparam("now"))

_MINE: Final = select(videos.c.id).where(videos.c.account == bindparam("of"))
_FORGET: Final = (
    delete(reviews).where(reviews.c.video.in_(_MINE)),
    delete(videos).where(videos.c.account == bindparam("of")),
    delete(uploads).where(uploads.c.account == bindparam("of")),
)


class SqlCreatorStore:
    """CreatorStore (ports/creators.py) on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self, handle: str, password_hash: str, now_ms: int, viewer: Viewer | None = None
    ) -> Creator:
        named = f"@{handle}"
        row: dict[str, Any] = {
            "handle": handle, "password_hash": password_hash, "created_ms": now_ms,
            "suspended_ms": 0,
        }  # fmt: skip
        with self._database.write() as connection:
            # Also so that nobody else gives the same viewer an account meanwhile.
            sequences.lock(connection, sequences.ITEMS)
            row["creator"] = creator_numbers(connection, [named])[named]
            row["viewer"] = _own_viewer(connection, viewer, now_ms)
            made = connection.execute(insert(creator_accounts).returning(creator_accounts), row)
            return creator_of(made.one())

    def find(self, handle: str) -> tuple[Creator, str] | None:
        if not is_storable(handle):
            return None
        with self._database.read() as connection:
            row = connection.execute(_HANDLE, {"named": handle}).first()
        return None if row is None else (creator_of(row), row.password_hash)

    def set_option(self, num: int, part: str, value: Any) -> bool:
        with self._database.write() as connection:
            row = connection.execute(_HELD, {"at": num}).first()
            if row is None:
                return False
            options = dict(creator_of(row).options) | {part: value}
            change = (
                update(creator_accounts).where(_NUM).values(options=msgspec.json.encode(options))
            )
            connection.execute(change, {"at": num})
        return True

    def open(self, token_hash: bytes, num: int, now_ms: int, until_ms: int) -> None:
        row = {
            "token_hash": token_hash, "account": num, "began_ms": now_ms, "until_ms": until_ms,
        }  # fmt: skip
        with self._database.write() as connection:
            if connection.execute(_OPEN, {"at": num}).first() is None:
                raise Conflict("this account is suspended or gone")
            connection.execute(_OVER, {"now": now_ms})
            connection.execute(insert(creator_sessions), row)

    def signed_in(self, token_hash: bytes, now_ms: int) -> Creator | None:
        with self._database.read() as connection:
            row = connection.execute(_SIGNED_IN, {"hashed": token_hash, "now": now_ms}).first()
        return None if row is None else creator_of(row)

    def end(self, token_hash: bytes) -> bool:
        with self._database.write() as connection:
            return connection.execute(_END, {"hashed": token_hash}).first() is not None

    def suspend(self, num: int, at_ms: int) -> bool:
        change = update(creator_accounts).where(_NUM).values(suspended_ms=at_ms)
        with self._database.write() as connection:
            found = connection.execute(change.returning(creator_accounts.c.num), {"at": num})
            known = found.first() is not None
            connection.execute(_END_ALL, {"of": num})
        return known

    def erase(self, num: int) -> bool:
        with self._database.write() as connection:
            creator = connection.execute(_CREATOR, {"at": num}).scalar()
            if creator:
                forget_creator(connection, num, creator)
            change = (
                update(creator_accounts).where(_NUM).values(password_hash="", creator=0, viewer=0)
            )
            found = connection.execute(change.returning(creator_accounts.c.num), {"at": num})
            known = found.first() is not None
            connection.execute(_END_ALL, {"of": num})
            for statement in _FORGET:
                connection.execute(statement, {"of": num})
        return known


            forget_comments(connection, num)
def _own_viewer(connection: Connection, viewer: Viewer | None, now_ms: int) -> int:
    """Who is the account's viewer from now on. Raises Conflict where it is another account's, or
    was erased."""
    if viewer is None:
        viewer = Viewer(id=new_id(), created_ms=now_ms, languages=("en",))
    if connection.execute(_OWNED, {"of": viewer.id}).first() is not None:
        raise Conflict("this viewer is another account's")
    if connection.execute(_VIEWER, {"of": viewer.id}).first() is None:
        create_viewer(connection, viewer)
    return viewer.id
