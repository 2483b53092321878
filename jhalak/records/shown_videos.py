"""Creators' videos as one viewer may see them, on SQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import ColumnElement, and_, bindparam, exists, func, or_, select, true

from jhalak.ports.shown_videos import Shown
from jhalak.records.creator_lookup import creator_of
from jhalak.records.database import Database
from jhalak.records.tables import (
    AnyRow,
    comment_counts,
    creator_accounts,
    items,
    relation_counts,
    relations,
    videos,
)
from jhalak.records.text import is_storable
from jhalak.records.videos import SOUND_STANDS
from jhalak.schema.video import UseKind, Video

_decode = msgspec.msgpack.Decoder(Video).decode


def _has(kind: str, target: Any, *verbs: str) -> ColumnElement[bool]:
    """Does the viewer have one of these relations?"""
    return (
        exists()
        .where(
            relations.c.viewer == bindparam("viewer"), relations.c.verb.in_(verbs),
            relations.c.kind == kind, relations.c.target == target,
            relations.c.standing == true(),
        )
        .correlate(items, creator_accounts)
    )  # fmt: skip


def _counted(verb: str) -> Any:
    return (
        select(relation_counts.c.n)
        .where(
            relation_counts.c.verb == verb, relation_counts.c.kind == "item",
            relation_counts.c.target == items.c.num,
        )
        .correlate(items)
        .scalar_subquery()
    )  # fmt: skip


_OWN: Final = creator_accounts.c.viewer == bindparam("viewer")
_FOLLOWS: Final = _has("creator", creator_accounts.c.creator, "follows")
_APART: Final = _has("creator", creator_accounts.c.creator, "blocks", "barred")
_SHOWN: Final = (
    select(
        creator_accounts,
        videos.c.body,
        func.coalesce(_counted("likes"), 0).label("likes"),
        func.coalesce(_counted("saves"), 0).label("saves"),
        func.coalesce(comment_counts.c.n, 0).label("comments"),
        func.coalesce(_counted("shares"), 0).label("shares"),
        _has("item", items.c.num, "likes").label("liked"),
        _has("item", items.c.num, "saves").label("saved"),
        _FOLLOWS.label("follows"),
        _has("creator", creator_accounts.c.creator, "mutes").label("muted"),
        _OWN.label("own"),
    )
    .join(creator_accounts, creator_accounts.c.num == videos.c.account)
    .join(items, items.c.id == videos.c.id)
    .outerjoin(comment_counts, comment_counts.c.video == videos.c.id)
    .where(
        videos.c.state == "live", items.c.status == "live", creator_accounts.c.creator != 0,
        creator_accounts.c.suspended_ms == 0, ~_APART, SOUND_STANDS,
        or_(and_(~creator_accounts.c.private, videos.c.audience == "everyone"), _FOLLOWS, _OWN),
    )
)  # fmt: skip
_FIND: Final = _SHOWN.where(videos.c.id == bindparam("named"))
_SOME: Final = _SHOWN.where(videos.c.id.in_(bindparam("some", expanding=True)))
_USES: Final = (
    _SHOWN.where(
        and_(
            videos.c.of == bindparam("named"), videos.c.created_ms < bindparam("before"),
        )
    )
    .order_by(videos.c.created_ms.desc(), videos.c.id)
    .limit(bindparam("most"))
)  # fmt: skip
_WITH_SOUND: Final = (
    _SHOWN.where(
        and_(videos.c.sound == bindparam("named"), videos.c.created_ms < bindparam("before"))
    )
    .order_by(videos.c.created_ms.desc(), videos.c.id)
    .limit(bindparam("most"))
)
_MADE_WITH: Final = (
    select(videos.c.body)
    .where(videos.c.of == bindparam("named"), videos.c.state.in_(("draft", "live")))
    .order_by(videos.c.created_ms, videos.c.id)
    .limit(bindparam("most"))
)


class SqlShownVideos:
    """ShownVideos (ports/shown_videos.py) on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, video: str, viewer: int) -> Shown | None:
        with self._database.read() as connection:
            row = connection.execute(_FIND, {"named": video, "viewer": viewer}).first()
        return None if row is None else _shown(row)

    def some(self, videos: Sequence[str], viewer: int) -> dict[str, Shown]:
        asked = {"some": [one for one in videos if is_storable(one)], "viewer": viewer}
        with self._database.read() as connection:
            found = [_shown(row) for row in connection.execute(_SOME, asked)]
        return {one.video.id: one for one in found}

    def uses(
        self, video: str, kind: UseKind | None, viewer: int, before_ms: int, limit: int
    ) -> list[Shown]:
        asked: dict[str, Any] = {
            "named": video, "viewer": viewer, "before": before_ms, "most": limit,
        }  # fmt: skip
        wanted = _USES
        if kind is not None:
            wanted, asked["kind"] = _USES.where(videos.c.of_kind == bindparam("kind")), kind
        with self._database.read() as connection:
            return [_shown(row) for row in connection.execute(wanted, asked)]

    def with_sound(self, sound: str, viewer: int, before_ms: int, limit: int) -> list[Shown]:
        asked = {"named": sound, "viewer": viewer, "before": before_ms, "most": limit}
        with self._database.read() as connection:
            return [_shown(row) for row in connection.execute(_WITH_SOUND, asked)]

    def made_with(self, video: str, limit: int) -> list[Video]:
        with self._database.read() as connection:
            rows = connection.execute(_MADE_WITH, {"named": video, "most": limit})
            return [_decode(body) for body in rows.scalars()]


def _shown(row: AnyRow) -> Shown:
    return Shown(
        _decode(row.body), creator_of(row), row.likes, row.saves, row.comments, row.shares,
        bool(row.liked), bool(row.saved), bool(row.follows), bool(row.muted), bool(row.own),
    )  # fmt: skip
