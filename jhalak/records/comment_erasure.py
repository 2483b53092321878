"""What goes of comments with an account that is erased; in the transaction that erases it."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import BindParameter, Connection, bindparam, delete, select, update

from jhalak.records.comments import lock, shown_by
from jhalak.records.tables import comment_counts, comment_likes, comments, videos

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
_NUM: Final = select(comments).where(comments.c.num == bindparam("at"))
_CHANGE: Final = update(comments).where(comments.c.num == bindparam("at"))
_COUNT: Final = (
    update(comment_counts)
    .where(comment_counts.c.video == bindparam("named"))
    .values(n=comment_counts.c.n + bindparam("more"))
)


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
    for row in connection.execute(_WRITTEN, by).all():
        _forget(connection, row.num)
    answered = update(comments).where(comments.c.answers == _BY).values(answers=0)
    connection.execute(answered, by)


def _forget(connection: Connection, num: int) -> None:
    row = connection.execute(_NUM, {"at": num}).one()
    parent = connection.execute(_NUM, {"at": row.parent}).first() if row.parent else None
    left = row.replies if not row.parent and row.state == "shown" else 0
    gone = shown_by(row, parent) - left
    if gone:
        connection.execute(_COUNT, {"named": row.video, "more": -gone})
    if parent is not None and row.state == "shown":
        connection.execute(_CHANGE.values(replies=parent.replies - 1), {"at": parent.num})
    connection.execute(delete(comment_likes).where(comment_likes.c.comment == num))
    if row.replies:
        empty: dict[str, Any] = {
            "account": 0, "body": "", "mark": b"", "mentions": "", "likes": 0, "by_creator": False,
        }  # fmt: skip
        state = "erased" if row.state == "shown" else row.state
        connection.execute(_CHANGE.values(**empty, state=state), {"at": num})
    else:
        connection.execute(delete(comments).where(comments.c.num == num))
