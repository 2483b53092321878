"""The store of accounts on SQL."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from sqlalchemy import Connection, bindparam, delete, insert, select, update

from jhalak.ports.creators import Creator, Newcomer
from jhalak.ports.errors import Conflict
from jhalak.ports.viewers import AgeBand, Viewer
from jhalak.records import sequences
from jhalak.records.comment_counts import counted, written_by
from jhalak.records.creator_erasure import forget_account
from jhalak.records.creator_lookup import creator_of
from jhalak.records.creator_numbers import creator_numbers
from jhalak.records.database import Database
from jhalak.records.items import touch_items
from jhalak.records.search_accounts import await_words, forget_words
from jhalak.records.tables import creator_accounts, creator_sessions, recovery_codes, viewers
from jhalak.records.text import is_storable
from jhalak.records.viewers import create_viewer, revoke_tokens
from jhalak.schema.ids import new_id

CHANGED: Final = frozenset(
    ("name", "about", "private", "viewer", "age_band", "least_age", "told_ms")
)
"""Fields that `change` takes."""
_HANDLE: Final = select(creator_accounts).where(creator_accounts.c.handle == bindparam("named"))
_NUM: Final = creator_accounts.c.num == bindparam("at")
_HELD: Final = (
    select(creator_accounts).where(_NUM, creator_accounts.c.creator != 0).with_for_update()
)
_CHANGE: Final = update(creator_accounts).where(_NUM)
_OWNED: Final = select(creator_accounts.c.num).where(creator_accounts.c.viewer == bindparam("of"))
_VIEWER: Final = select(viewers).where(viewers.c.id == bindparam("of")).with_for_update()
_BAND: Final = (
    update(viewers)
    .where(viewers.c.id == bindparam("of"))
    .values(age_band=bindparam("band"), version=viewers.c.version + 1)
)
_END_ALL: Final = delete(creator_sessions).where(creator_sessions.c.account == bindparam("of"))


class SqlCreatorStore:
    """CreatorStore (ports/creators.py) on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self, handle: str, password_hash: str, now_ms: int, newcomer: Newcomer | None = None
    ) -> Creator:
        new, named = newcomer or Newcomer(), f"@{handle}"
        row: dict[str, Any] = {
            "handle": handle, "password_hash": password_hash, "created_ms": now_ms,
            "suspended_ms": 0, "name": new.name, "age_band": new.age_band or "",
            "least_age": new.least_age, "told_ms": now_ms, "private": new.private,
        }  # fmt: skip
        with self._database.write() as connection:
            # Also so that nobody else gives the same viewer an account meanwhile.
            sequences.lock(connection, sequences.ITEMS)
            row["creator"] = creator_numbers(connection, [named])[named]
            row["viewer"] = _own_viewer(connection, new.viewer, new.age_band, now_ms)
            made = connection.execute(insert(creator_accounts).returning(creator_accounts), row)
            account = creator_of(made.one())
            await_words(connection, account.num)
            if new.codes:
                codes = [{"account": account.num, "code_hash": code} for code in new.codes]
                connection.execute(insert(recovery_codes), codes)
        return account

    def find(self, handle: str) -> tuple[Creator, str] | None:
        if not is_storable(handle):
            return None
        with self._database.read() as connection:
            row = connection.execute(_HANDLE, {"named": handle}).first()
        return None if row is None else (creator_of(row), row.password_hash)

    def change(self, num: int, **changes: Any) -> Creator | None:
        if not changes.keys() <= CHANGED:
            raise ValueError(f"nobody changes {', '.join(sorted(changes.keys() - CHANGED))} so")
        with self._database.write() as connection:
            shown = bool({"private", "age_band"} & changes.keys())
            if shown:  # what its videos are shown by
                sequences.lock(connection, sequences.ITEMS)
            found = connection.execute(_HELD, {"at": num}).first()
            if found is None:
                return None
            changed = connection.execute(
                _CHANGE.values(**changes).returning(creator_accounts), {"at": num}
            ).one()
            if changed.age_band and {"viewer", "age_band"} & changes.keys():
                connection.execute(_BAND, {"of": changed.viewer, "band": changed.age_band})
            if shown:
                touch_items(connection, num)
            if "name" in changes:
                await_words(connection, num)
        return creator_of(changed)

    def set_option(self, num: int, part: str, value: Any) -> bool:
        with self._database.write() as connection:
            row = connection.execute(_HELD, {"at": num}).first()
            if row is None:
                return False
            options = msgspec.json.encode(dict(creator_of(row).options) | {part: value})
            connection.execute(_CHANGE.values(options=options), {"at": num})
        return True

    def suspend(self, num: int, at_ms: int) -> bool:
        with self._database.write() as connection:
            sequences.lock(connection, sequences.ITEMS)
            row = connection.execute(_HELD, {"at": num}).first()
            if row is None:
                return False
            end_all(connection, num, row.viewer)
            change = _CHANGE.values(suspended_ms=at_ms)
            counted(
                connection, written_by(connection, [(num, 0)]),
                lambda: connection.execute(change, {"at": num}),
            )  # fmt: skip
            touch_items(connection, num)
        return True

    def erase(self, num: int) -> bool:
        with self._database.write() as connection:
            sequences.lock(connection, sequences.ITEMS)
            row = connection.execute(_HELD, {"at": num}).first()
            if row is None:
                return False
            forget_words(connection, num, row.handle)  # before its sounds are nobody's
            forget_account(connection, num, row.creator)
            nothing = {
                "password_hash": "", "creator": 0, "viewer": 0, "name": "", "about": "",
                "age_band": "", "least_age": 0, "told_ms": 0, "private": False,
                "verified_ms": 0, "options": b"",
            }  # fmt: skip
            connection.execute(_CHANGE.values(**nothing), {"at": num})
        return True


def end_all(connection: Connection, num: int, viewer: int) -> None:
    """All sessions of an account, and the tokens of its viewer."""
    connection.execute(_END_ALL, {"of": num})
    revoke_tokens(connection, viewer)


def _own_viewer(
    connection: Connection, viewer: Viewer | None, band: AgeBand | None, now_ms: int
) -> int:
    """Who is the account's viewer from now on. Raises Conflict where it is another account's, or
    was erased."""
    if viewer is None:
        viewer = Viewer(id=new_id(), created_ms=now_ms, languages=("en",))
    if connection.execute(_OWNED, {"of": viewer.id}).first() is not None:
        raise Conflict("this viewer is another account's")
    if connection.execute(_VIEWER, {"of": viewer.id}).first() is None:
        create_viewer(connection, msgspec.structs.replace(viewer, age_band=band))
    elif band:
        connection.execute(_BAND, {"of": viewer.id, "band": band})
    return viewer.id
