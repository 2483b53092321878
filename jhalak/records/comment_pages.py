"""The stores of comments on SQL: what is read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    exists,
    or_,
    select,
    true,
)

from jhalak.ports.comments import Asker, Comment, Line, Order
from jhalak.records.comment_rows import comment_of
from jhalak.records.comments import OPEN
from jhalak.records.database import Database
from jhalak.records.tables import (
    AnyRow,
    comment_counts,
    comment_likes,
    comments,
    creator_accounts,
    relations,
)
from jhalak.schema.activity import UNWANTED

_WRITER: Final = creator_accounts.alias("writer")
_ANSWERED: Final = creator_accounts.alias("answered")
_THREAD: Final = comments.alias("thread")


def _stands(account: Any) -> ColumnElement[bool]:
    """Neither erased nor suspended."""
    return and_(account.c.creator != 0, account.c.suspended_ms == 0)


def _related(viewer: str, verbs: Sequence[str], creator: Any) -> ColumnElement[bool]:
    """Does that viewer have one of these relations to the creator?"""
    return (
        exists()
        .where(
            relations.c.viewer == bindparam(viewer), relations.c.verb.in_(verbs),
            relations.c.kind == "creator", relations.c.target == creator,
            relations.c.standing == true(),
        )
        .correlate(_WRITER, creator_accounts)
    )  # fmt: skip


_SEEN: Final = and_(
    or_(comments.c.parent == 0, _THREAD.c.state.in_(OPEN)),
    or_(
        and_(
            comments.c.state == "shown",
            _stands(_WRITER),
            ~_related("viewer", UNWANTED, _WRITER.c.creator),
            ~_related("owner", ("blocks",), _WRITER.c.creator),
        ),
        and_(comments.c.state.in_(("held", "removed")), comments.c.account == bindparam("account")),
        and_(comments.c.state == "erased", comments.c.replies > 0),
    ),
)
_LINES: Final = (
    select(
        comments,
        _WRITER.c.handle,
        _WRITER.c.name,
        _WRITER.c.verified_ms,
        _THREAD.c.id.label("thread_id"),
        _ANSWERED.c.handle.label("answers_handle"),
        exists()
        .where(
            comment_likes.c.comment == comments.c.num,
            comment_likes.c.account == bindparam("account"),
        )
        .label("liked"),
        (comment_counts.c.pinned == comments.c.num).label("pinned"),
    )
    .join(comment_counts, comment_counts.c.video == comments.c.video)
    .outerjoin(_THREAD, _THREAD.c.num == comments.c.parent)
    .outerjoin(_WRITER, _WRITER.c.num == comments.c.account)
    .outerjoin(_ANSWERED, and_(_ANSWERED.c.num == comments.c.answers, _stands(_ANSWERED)))
    .where(_SEEN)
)
_PAGE: Final = _LINES.where(
    comments.c.video == bindparam("of"), comments.c.parent == bindparam("under")
).limit(bindparam("most"))
_PINNED: Final = _LINES.where(
    comment_counts.c.video == bindparam("of"), comment_counts.c.pinned == comments.c.num
)
_ID: Final = select(comments).where(comments.c.id == bindparam("named"))
_OF: Final = (
    select(comments)
    .where(
        comments.c.account == bindparam("by"), comments.c.state != "deleted",
        comments.c.num > bindparam("after"),
    )
    .order_by(comments.c.num)
    .limit(bindparam("most"))
)  # fmt: skip
_LIKES_OF: Final = (
    select(comments.c.id, comment_likes.c.at_ms)
    .join(comments, comments.c.num == comment_likes.c.comment)
    .where(comment_likes.c.account == bindparam("by"))
    .order_by(comment_likes.c.at_ms, comments.c.num)
)
_MENTIONED: Final = select(creator_accounts.c.handle, creator_accounts.c.num).where(
    creator_accounts.c.handle.in_(bindparam("handles", expanding=True)),
    _stands(creator_accounts),
    ~_related("viewer", UNWANTED, creator_accounts.c.creator),
)


class SqlCommentPages:
    """CommentPages and CommentsOf (ports/comments.py) on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, comment_id: str) -> Comment | None:
        with self._database.read() as connection:
            row = connection.execute(_ID, {"named": comment_id}).first()
        return None if row is None else comment_of(row)

    def page(
        self, video: str, parent: int, asker: Asker, order: Order, limit: int, *,
        languages: Sequence[str] = (), after: tuple[float, int] | None = None, up_to_ms: int = 0,
        without: Sequence[int] = (), writers: Sequence[int] = (),
    ) -> list[Line]:  # fmt: skip
        asked: dict[str, Any] = asker._asdict() | {"of": video, "under": parent, "most": limit}
        wanted = _ordered(_PAGE, order)
        if after is not None:
            wanted = wanted.where(_behind(order))
            asked |= {"value": after[0], "at": after[1]}
        if languages:
            own = comments.c.account == bindparam("account")
            wanted = wanted.where(or_(comments.c.language.in_(_among("languages")), own))
            asked["languages"] = list(languages)
        if up_to_ms:
            wanted = wanted.where(comments.c.created_ms <= bindparam("up_to_ms"))
            asked["up_to_ms"] = up_to_ms
        if without:
            wanted = wanted.where(comments.c.num.not_in(_among("without")))
            asked["without"] = list(without)
        if writers:
            wanted = wanted.where(comments.c.account.not_in(_among("writers")))
            asked["writers"] = list(writers)
        return self._lines(wanted, asked)

    def lines(self, ids: Sequence[str], asker: Asker) -> list[Line]:
        if not ids:
            return []
        wanted = _LINES.where(comments.c.id.in_(_among("ids")))
        return self._lines(wanted, asker._asdict() | {"ids": list(ids)})

    def pinned(self, video: str, asker: Asker) -> Line | None:
        found = self._lines(_PINNED, asker._asdict() | {"of": video})
        return found[0] if found else None

    def counts(self, videos: Sequence[str]) -> dict[str, int]:
        if not videos:
            return {}
        wanted = select(comment_counts.c.video, comment_counts.c.n).where(
            comment_counts.c.video.in_(_among("videos")), comment_counts.c.n > 0
        )
        with self._database.read() as connection:
            rows = connection.execute(wanted, {"videos": list(videos)})
            return {row.video: row.n for row in rows}

    def of_account(self, account: int, after: int, limit: int) -> list[Comment]:
        asked = {"by": account, "after": after, "most": limit}
        with self._database.read() as connection:
            return [comment_of(row) for row in connection.execute(_OF, asked)]

    def liked_by(self, account: int) -> list[tuple[str, int]]:
        with self._database.read() as connection:
            rows = connection.execute(_LIKES_OF, {"by": account})
            return [(row.id, row.at_ms) for row in rows]

    def mentioned(self, handles: Sequence[str], viewer: int) -> dict[str, int]:
        if not handles:
            return {}
        asked = {"handles": list(handles), "viewer": viewer}
        with self._database.read() as connection:
            return {row.handle: row.num for row in connection.execute(_MENTIONED, asked)}

    def _lines(self, wanted: Select[Any], asked: dict[str, Any]) -> list[Line]:
        with self._database.read() as connection:
            return [_line(row) for row in connection.execute(wanted, asked)]


def _among(name: str) -> Any:
    return bindparam(name, expanding=True)


def _ordered(wanted: Select[Any], order: Order) -> Select[Any]:
    if order == "best":
        return wanted.order_by(comments.c.value.desc(), comments.c.num.desc())
    return wanted.order_by(comments.c.num.desc() if order == "newest" else comments.c.num)


def _behind(order: Order) -> ColumnElement[bool]:
    """What comes after the one of this value and number."""
    value, num = comments.c.value, comments.c.num
    if order == "best":
        lower = and_(value == bindparam("value"), num < bindparam("at"))
        return or_(value < bindparam("value"), lower)
    return num < bindparam("at") if order == "newest" else num > bindparam("at")


def _line(row: AnyRow) -> Line:
    erased = row.state == "erased"
    return Line(
        comment_of(row), "" if erased else row.handle or "", "" if erased else row.name or "",
        bool(row.verified_ms) and not erased, row.thread_id or "", row.answers_handle or "",
        bool(row.liked), bool(row.pinned),
    )  # fmt: skip
