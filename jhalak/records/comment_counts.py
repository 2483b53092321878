"""How many comments of a video and of a thread a stranger reads, counted as that changes.

A comment is read where it is shown and its writer is neither suspended nor erased nor blocked by
the video's creator, and where the same holds of the comment that begins its thread (or an erased
writer's empty place does). Blocks and mutes of readers are not counted: they are theirs alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    bindparam,
    exists,
    or_,
    select,
    text,
    true,
    update,
)

from jhalak.records.tables import (
    AnyRow,
    comment_counts,
    comments,
    creator_accounts,
    relations,
    videos,
)

_CHUNK: Final = 500
_BEGIN: Final = text(
    "INSERT INTO comment_counts (video, n, pinned) VALUES (:named, 0, 0) ON CONFLICT DO NOTHING"
)
_LOCK: Final = (
    select(comment_counts.c.n).where(comment_counts.c.video == bindparam("named")).with_for_update()
)
_COUNT: Final = (
    update(comment_counts)
    .where(comment_counts.c.video == bindparam("named"))
    .values(n=comment_counts.c.n + bindparam("more"))
)
_REPLIES: Final = (
    update(comments)
    .where(comments.c.num == bindparam("at"))
    .values(replies=comments.c.replies + bindparam("more"))
)

_WRITER: Final = creator_accounts.alias("writer")
_THREAD: Final = comments.alias("thread")
_STARTER: Final = creator_accounts.alias("starter")
_OWNER: Final = creator_accounts.alias("owner")


def _stands(writer: Any) -> ColumnElement[bool]:
    """Is it an account's that anybody reads below this owner's videos?"""
    blocked = (
        exists()
        .where(
            relations.c.viewer == _OWNER.c.viewer, relations.c.verb == "blocks",
            relations.c.kind == "creator", relations.c.target == writer.c.creator,
            relations.c.standing == true(),
        )
        .correlate(_OWNER, writer)
    )  # fmt: skip
    return and_(writer.c.creator != 0, writer.c.suspended_ms == 0, ~blocked)


_READ: Final = (
    select(comments.c.num, comments.c.video, comments.c.parent)
    .join(videos, videos.c.id == comments.c.video)
    .join(_OWNER, _OWNER.c.num == videos.c.account)
    .join(_WRITER, _WRITER.c.num == comments.c.account)
    .outerjoin(_THREAD, _THREAD.c.num == comments.c.parent)
    .outerjoin(_STARTER, _STARTER.c.num == _THREAD.c.account)
    .where(
        comments.c.state == "shown",
        _stands(_WRITER),
        or_(
            comments.c.parent == 0,
            _THREAD.c.state == "erased",
            and_(_THREAD.c.state == "shown", _stands(_STARTER)),
        ),
    )
)
_AMONG: Final[Any] = bindparam("among", expanding=True)
_THESE: Final = _READ.where(comments.c.num.in_(_AMONG))
_OF_VIDEO: Final = comments.alias("of_video")
_BELOW: Final = _READ.join(
    _OF_VIDEO,
    # The video too, so that an index serves.
    and_(_OF_VIDEO.c.video == comments.c.video, _OF_VIDEO.c.num == comments.c.parent),
).where(_OF_VIDEO.c.num.in_(_AMONG))
_WRITERS: Final = (
    select(_WRITER.c.num)
    .join(videos, videos.c.id == bindparam("of"))
    .join(_OWNER, _OWNER.c.num == videos.c.account)
    .where(_WRITER.c.num.in_((bindparam("by"), bindparam("starter"))), _stands(_WRITER))
    # Nobody is suspended or blocked until this is counted.
    .with_for_update(read=True, of=_WRITER)
)
_VIDEOS: Final = select(comments.c.video).where(comments.c.account == bindparam("by")).distinct()
_NUMS: Final = select(comments.c.num).where(comments.c.account == bindparam("by"))
_ON_VIDEOS_OF: Final = comments.c.video.in_(
    select(videos.c.id).where(videos.c.account == bindparam("owner"))
)
_HOLD: Final = (
    select(creator_accounts.c.num)
    .where(creator_accounts.c.num.in_(_AMONG))
    .order_by(creator_accounts.c.num)
    .with_for_update()
)
_HOLD_WRITERS: Final = (
    select(creator_accounts.c.num)
    .where(
        or_(
            creator_accounts.c.num.in_(_AMONG),
            creator_accounts.c.num.in_(
                select(comments.c.account).where(
                    comments.c.num.in_(bindparam("below", expanding=True))
                )
            ),
        )
    )
    .order_by(creator_accounts.c.num)
    .with_for_update(read=True)
)


def lock(connection: Connection, video: str) -> None:
    """The video's comments are this transaction's until it ends."""
    if connection.execute(_LOCK, {"named": video}).first() is None:
        connection.execute(_BEGIN, {"named": video})
        connection.execute(_LOCK, {"named": video})


def count(connection: Connection, video: str, more: int) -> None:
    """`more` of the video's comments are read, which are this transaction's until it ends."""
    counted = {"named": video, "more": more}
    if not connection.execute(_COUNT, counted).rowcount:
        connection.execute(_BEGIN, {"named": video})
        connection.execute(_COUNT, counted)


def counted_in(connection: Connection, video: str) -> int:
    """As it is counted in this transaction."""
    return connection.execute(_LOCK, {"named": video}).scalar() or 0


def is_read(connection: Connection, video: str, account: int, parent: AnyRow | None) -> bool:
    """Is a comment read that the account writes below `parent`, once it is shown?"""
    starter = parent.account if parent is not None and parent.state != "erased" else account
    asked = {"of": video, "by": account, "starter": starter}
    return len(connection.execute(_WRITERS, asked).all()) == len({account, starter})


def hold_writers(connection: Connection, said: Sequence[tuple[int, int]]) -> None:
    """Nobody of these (account, number of the comment above or 0), nor who wrote what is above, is
    suspended or blocked until this transaction ends.

    Accounts are held before viewers, and these before videos, wherever several are: who suspends
    a writer who goes on writing would else wait for the video, whose transaction waits for the
    writer."""
    if connection.dialect.name == "sqlite":  # one writer at a time
        return
    among = sorted({account for account, _ in said})
    below = sorted({parent for _, parent in said})
    connection.execute(_HOLD_WRITERS, {"among": among, "below": below})


def hold(connection: Connection, accounts: Iterable[int]) -> None:
    """They are this transaction's until it ends."""
    among = sorted(set(accounts))
    if among and connection.dialect.name != "sqlite":
        connection.execute(_HOLD, {"among": among})


def written_by(connection: Connection, pairs: Sequence[tuple[int, int]]) -> list[int]:
    """Numbers of the comments of each (account, owner) below the owner's videos, or below all of
    them where the owner is 0. The videos are this transaction's from now on; the accounts are
    (`hold`)."""
    asked = [
        ([_ON_VIDEOS_OF], {"by": account, "owner": owner}) if owner else ([], {"by": account})
        for account, owner in pairs
    ]
    within = {
        video
        for only, by in asked
        for video in connection.execute(_VIDEOS.where(*only), by).scalars()
    }
    for video in sorted(within):
        lock(connection, video)
    return [
        num for only, by in asked for num in connection.execute(_NUMS.where(*only), by).scalars()
    ]


def counted(connection: Connection, nums: Sequence[int], change: Callable[[], object]) -> int:
    """Do `change`, and let the counts of videos and threads follow what it does to these comments
    and those below them. How many more are read; O(them). Their videos are locked."""
    before = _read(connection, nums)
    change()
    after = _read(connection, nums)
    in_video, in_thread = Counter[str](), Counter[int]()
    for found, by in ((before - after, -1), (after - before, 1)):
        for _, video, parent in found:
            in_video[video] += by
            in_thread[parent] += by
    rows = [{"named": video, "more": n} for video, n in sorted(in_video.items()) if n]
    if rows:
        connection.execute(_COUNT, rows)
    threads = [{"at": num, "more": n} for num, n in sorted(in_thread.items()) if num and n]
    if threads:
        connection.execute(_REPLIES, threads)
    return len(after) - len(before)


def _read(connection: Connection, nums: Sequence[int]) -> set[tuple[int, str, int]]:
    """Those that are read, of these and what stands below them: number, video, thread."""
    found: set[tuple[int, str, int]] = set()
    for chunk in _chunks(nums):
        for statement in (_THESE, _BELOW):
            found.update(map(tuple, connection.execute(statement, {"among": chunk})))
    return found


def _chunks(nums: Sequence[int]) -> Iterable[Sequence[int]]:
    return (nums[start : start + _CHUNK] for start in range(0, len(nums), _CHUNK))
