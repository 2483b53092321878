"""What goes of comments with an account that is erased; in the transaction that erases it."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import BindParameter, Connection, bindparam, delete, select, update

from jhalak.records.comment_counts import counted, lock
from jhalak.records.tables import AnyRow, comment_counts, comment_likes, comments, videos

_BY: Final[BindParameter[Any]] = bindparam("by")
_TOUCHED: Final = (
    select(comments.c.video)
    .where(comments.c.account == _BY)
    .union(
        select(comments.c.video)
        .join(comment_likes, comment_likes.c.comment == comments.c.num)
        .where(comment_likes.c.account == _BY),
        select(comment_counts.c.video)
        .join(videos, videos.c.id == comment_counts.c.video)
        .where(videos.c.account == _BY),
    )
)
_MINE: Final = select(videos.c.id).where(videos.c.account == _BY)
_ON_MINE: Final = select(comments.c.num).where(comments.c.video.in_(_MINE))
_UNDER_MINE: Final = (
    delete(comment_likes).where(comment_likes.c.comment.in_(_ON_MINE)),
    delete(comments).where(comments.c.video.in_(_MINE)),
    delete(comment_counts).where(comment_counts.c.video.in_(_MINE)),
)
_LIKED: Final = (
    select(comments)
    .join(comment_likes, comment_likes.c.comment == comments.c.num)
    .where(comment_likes.c.account == _BY)
)
_WRITTEN: Final = (
    select(comments).where(comments.c.account == _BY).order_by(comments.c.parent.desc())
)
"""Replies first: a beginning of a thread then knows which are left below it."""
_CHANGE: Final = update(comments).where(comments.c.num == bindparam("at"))
_ANSWERED: Final = (
    select(comments.c.num)
    .where(
        comments.c.parent == bindparam("at"), comments.c.video == bindparam("of"),
        comments.c.state != "deleted",
    )
    .limit(1)
)  # fmt: skip


def forget_comments(connection: Connection, account: int) -> None:
    """Its likes, its comments, and all that is said of its videos go. Where others answered it,
    an empty place stays, which nothing leads from to whom it was. What comments are sorted by
    follows with their next change."""
    by = {"by": account}
    for video in sorted(connection.execute(_TOUCHED, by).scalars()):
        lock(connection, video)
    for statement in _UNDER_MINE:
        connection.execute(statement, by)
    for row in connection.execute(_LIKED, by).all():
        connection.execute(_CHANGE.values(likes=row.likes - 1), {"at": row.num})
    connection.execute(delete(comment_likes).where(comment_likes.c.account == _BY), by)
    written = connection.execute(_WRITTEN, by).all()

    def forget() -> None:
        for row in written:
            _forget(connection, row)

    counted(connection, [row.num for row in written], forget)
    answered = update(comments).where(comments.c.answers == _BY).values(answers=0)
    connection.execute(answered, by)


def _forget(connection: Connection, row: AnyRow) -> None:
    """It goes, or is an empty place while anything stands below it, be that hidden for now."""
    at = {"at": row.num}
    connection.execute(delete(comment_likes).where(comment_likes.c.comment == row.num))
    if connection.execute(_ANSWERED, at | {"of": row.video}).first() is None:
        connection.execute(delete(comments).where(comments.c.num == bindparam("at")), at)
        return
    empty: dict[str, Any] = {
        "account": 0, "body": "", "mark": b"", "mentions": "", "likes": 0, "by_creator": False,
    }  # fmt: skip
    state = "erased" if row.state == "shown" else row.state
    connection.execute(_CHANGE.values(**empty, state=state), at)
