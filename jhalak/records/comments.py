"""The stores of comments on SQL: what changes them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

from sqlalchemy import (
    Connection,
    and_,
    bindparam,
    case,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from jhalak.ports.comments import FILTERED, Added, Comment, Limits
from jhalak.ports.errors import Conflict
from jhalak.records.comment_counts import count, counted, counted_in, hold_writers, is_read, lock
from jhalak.records.comment_rows import comment_of, row_of
from jhalak.records.database import Database
from jhalak.records.tables import (
    AnyRow,
    comment_counts,
    comment_likes,
    comments,
    creator_accounts,
    videos,
)
from jhalak.records.text import storable
from jhalak.records.together import Together

T = TypeVar("T")
Worth = Callable[[int, int, int, bool, int], float]
"""(likes, replies, reports, liked by the video's creator, created_ms) to what it is sorted by."""

AGAIN_MS: Final = 60_000
HOUR_MS: Final = 3_600_000
OPEN: Final = ("shown", "erased")
"""States in which what stands below is shown."""

_INSERT: Final = insert(comments).returning(comments.c.num)
_ID: Final = select(comments).where(comments.c.id == bindparam("named"))
_NUM: Final = select(comments).where(comments.c.num == bindparam("at"))
_WORTH: Final = select(comments).where(comments.c.num.in_((bindparam("at"), bindparam("under"))))
_CHANGE: Final = update(comments).where(comments.c.num == bindparam("at"))
_VIDEO: Final = select(comments.c.video).where(comments.c.id == bindparam("named"))
_BELOW: Final = and_(comments.c.parent == bindparam("at"), comments.c.video == bindparam("of"))
_SAME: Final = comments.c.mark == bindparam("same")
_SENT_AGAIN: Final = and_(
    _SAME, comments.c.created_ms > bindparam("minute"), comments.c.video == bindparam("of"),
    comments.c.parent == bindparam("under"), comments.c.state.in_(("shown", "held")),
)  # fmt: skip
_LATELY: Final = select(
    func.count(case((comments.c.created_ms > bindparam("minute"), 1))),
    func.count(case((_SAME, 1))),
    func.max(case((_SENT_AGAIN, comments.c.num))),
).where(comments.c.account == bindparam("by"), comments.c.created_ms > bindparam("hour"))
_WRITES: Final = (
    select(creator_accounts.c.num)
    .where(creator_accounts.c.num == bindparam("by"), creator_accounts.c.password_hash != "")
    # As what refers to it: until this is written nobody erases it.
    .with_for_update(read=True, key_share=True)
)
_LIKE: Final = and_(
    comment_likes.c.comment == bindparam("at"), comment_likes.c.account == bindparam("by")
)
_LIKED: Final = select(comment_likes.c.at_ms).where(_LIKE)
_UNLIKE: Final = delete(comment_likes).where(_LIKE)
_OWNER: Final = select(videos.c.account).where(videos.c.id == bindparam("named"))
_PIN: Final = (
    update(comment_counts)
    .where(comment_counts.c.video == bindparam("named"))
    .values(pinned=bindparam("num"))
)
_UNPIN: Final = (
    update(comment_counts)
    .where(
        comment_counts.c.video == bindparam("named"), comment_counts.c.pinned == bindparam("num")
    )
    .values(pinned=0)
)
_HELD: Final = (
    select(comments)
    .where(comments.c.state == "held", comments.c.account != 0, comments.c.num > bindparam("after"))
    .order_by(comments.c.num)
    .limit(bindparam("most"))
)
_WIPED: Final[dict[str, Any]] = {"state": "deleted", "body": "", "mark": b"", "mentions": ""}


class SqlCommentStore:
    """CommentStore and CommentReviews (ports/comments.py) on SQLite or PostgreSQL."""

    def __init__(self, database: Database, worth: Worth) -> None:
        self._database, self._worth = database, worth
        self._together = Together(database)

    def add(self, comment: Comment, limits: Limits) -> Added:
        with self._database.write() as connection:
            hold_writers(connection, [(comment.account, comment.parent)])
            return self._add(connection, comment, limits)

    def add_all(self, said: Sequence[Comment], limits: Limits) -> list[Added]:
        # Videos in one order, so that processes which lock several never wait in a ring.
        order = sorted(range(len(said)), key=lambda at: said[at].video)
        added: dict[int, Added] = {}
        try:
            with self._database.write() as connection:
                hold_writers(connection, [(one.account, one.parent) for one in said])
                for at in order:
                    added[at] = self._add(connection, said[at], limits)
        except Conflict:  # of one of them, such as a video that is gone: each by itself
            if len(said) == 1:
                raise
            return [self._add_alone(one, limits) for one in said]
        return [added[at] for at in range(len(said))]

    def _add_alone(self, comment: Comment, limits: Limits) -> Added:
        try:
            return self.add(comment, limits)
        except Conflict:
            return Added(None, "gone")

    def _add(self, connection: Connection, comment: Comment, limits: Limits) -> Added:
        # Counted first, which locks the video at the same time: most comments are kept and read.
        more = int(comment.state == "shown")
        count(connection, comment.video, more)
        parent = _begins(connection, comment)
        refused = self._refused(connection, comment, limits, parent)
        if more and (
            refused is not None or not is_read(connection, comment.video, comment.account, parent)
        ):
            count(connection, comment.video, -more)
            more = 0
        if refused is not None:
            return refused
        fresh = comment._replace(
            text=storable(comment.text), likes=0, replies=0, reports=0, by_creator=False,
            value=self._worth(0, 0, 0, False, comment.created_ms),
        )  # fmt: skip
        num = connection.execute(_INSERT, row_of(fresh)).scalar_one()
        if more and parent is not None:
            recount(connection, self._worth, parent, {"replies": parent.replies + more})
        return Added(fresh._replace(num=num))

    def _refused(
        self, connection: Connection, comment: Comment, limits: Limits, parent: AnyRow | None
    ) -> Added | None:
        """What is answered instead of keeping it; None: it is to be kept."""
        if comment.parent and parent is None:
            return Added(None, "gone")
        if connection.execute(_WRITES, {"by": comment.account}).first() is None:
            return Added(None, "gone")
        asked = {
            "by": comment.account, "same": comment.mark, "of": comment.video,
            "under": comment.parent, "minute": comment.created_ms - AGAIN_MS,
            "hour": comment.created_ms - HOUR_MS,
        }  # fmt: skip
        lately, same, before = connection.execute(_LATELY, asked).one()
        if before is not None:
            row = connection.execute(_NUM, {"at": before}).one()
            return Added(comment_of(row), new=False)
        if lately >= limits.a_minute or same >= limits.same_an_hour:
            return Added(None, "often" if lately >= limits.a_minute else "same")
        return None

    def edit(self, comment: Comment, since_ms: int) -> Comment | None:
        def work(connection: Connection) -> Comment | None:
            row = locked(connection, comment.id)
            if row is None or row.created_ms <= since_ms or row.state not in ("shown", "held"):
                return None
            said = {
                "body": storable(comment.text), "mark": comment.mark, "reason": comment.reason,
                "mentions": " ".join(comment.mentions), "language": comment.language,
                "edited_ms": comment.edited_ms,
            }  # fmt: skip
            return self._turn(connection, row, comment.state, said)

        return self._write(comment.id, work)

    def delete(self, comment_id: str, reason: str = "") -> int:
        def work(connection: Connection) -> int:
            row = locked(connection, comment_id)
            if row is None or row.state == "deleted":
                return 0
            before = counted_in(connection, row.video)
            self._turn(connection, row, "deleted", _WIPED | {"reason": reason})
            below = or_(comments.c.num == row.num, _BELOW)
            within = {"at": row.num, "of": row.video}
            thread = select(comments.c.num).where(below)
            connection.execute(
                delete(comment_likes).where(comment_likes.c.comment.in_(thread)), within
            )
            connection.execute(update(comments).where(_BELOW).values(**_WIPED), within)
            connection.execute(_UNPIN, {"named": row.video, "num": row.num})
            return before - counted_in(connection, row.video)

        return self._write(comment_id, work) or 0

    def like(self, comment_id: str, account: int, on: bool, now_ms: int) -> tuple[int, bool] | None:
        def work(connection: Connection) -> tuple[int, bool] | None:
            row = locked(connection, comment_id)
            if row is None or row.state != "shown":
                return None
            this = {"at": row.num, "by": account}
            before = connection.execute(_LIKED, this).first() is not None
            if before is on:
                return row.likes, False
            if on:
                if connection.execute(_WRITES, {"by": account}).first() is None:
                    return None
                new = {"comment": row.num, "account": account, "at_ms": now_ms}
                connection.execute(insert(comment_likes), new)
            else:
                connection.execute(_UNLIKE, this)
            owner = connection.execute(_OWNER, {"named": row.video}).scalar() == account
            counts = {"likes": row.likes + (1 if on else -1)}
            recount(connection, self._worth, row, counts | ({"by_creator": on} if owner else {}))
            return counts["likes"], True

        return self._write(comment_id, work)

    def pin(self, comment_id: str, on: bool) -> bool:
        def work(connection: Connection) -> bool:
            row = locked(connection, comment_id)
            if row is None or row.parent or (on and row.state != "shown"):
                return False
            connection.execute(_PIN if on else _UNPIN, {"named": row.video, "num": row.num})
            return True

        return self._write(comment_id, work) or False

    def held(self, after: int, limit: int) -> list[Comment]:
        with self._database.read() as connection:
            rows = connection.execute(_HELD, {"after": after, "most": limit})
            return [comment_of(row) for row in rows]

    def decide(self, comment_id: str, allow: bool, reason: str) -> Comment | None:
        def work(connection: Connection) -> Comment | None:
            row = locked(connection, comment_id)
            wanted = "shown" if allow else "removed"
            if row is None or row.state in ("deleted", "erased", wanted) or not row.account:
                return None
            return self._turn(connection, row, wanted, {"reason": reason})

        return self._write(comment_id, work)

    def release(self, comment_id: str) -> Comment | None:
        def work(connection: Connection) -> Comment | None:
            row = locked(connection, comment_id)
            if row is None or row.state != "held" or not row.account:
                return None
            if FILTERED in row.reason.splitlines():  # that is not for us to decide
                return self._turn(connection, row, "held", {"reason": FILTERED})
            return self._turn(connection, row, "shown", {"reason": ""})

        return self._write(comment_id, work)

    def reported(self, comment_id: str) -> bool:
        def work(connection: Connection) -> bool:
            row = locked(connection, comment_id)
            if row is None or row.state == "deleted":
                return False
            recount(connection, self._worth, row, {"reports": row.reports + 1})
            return True

        return self._write(comment_id, work) or False

    def _write(self, comment_id: str, work: Callable[[Connection], T]) -> T | None:
        """None where there is no such comment."""
        with self._database.read() as connection:
            video = connection.execute(_VIDEO, {"named": comment_id}).scalar()
        return None if video is None else self._together.write(video, work)

    def _turn(
        self, connection: Connection, row: AnyRow, state: str, said: dict[str, Any]
    ) -> Comment:
        """Into another state; what is counted follows, and what that is worth."""
        changed = _CHANGE.values(**said | {"state": state})

        def change() -> None:
            connection.execute(changed, {"at": row.num})

        if state == row.state:
            change()
        else:
            counted(connection, [row.num], change)
            for one in connection.execute(_WORTH, {"at": row.num, "under": row.parent}).all():
                recount(connection, self._worth, one, {})
        return comment_of(connection.execute(_NUM, {"at": row.num}).one())


def locked(connection: Connection, comment_id: str) -> AnyRow | None:
    """The comment, as it stands while its video is locked."""
    video = connection.execute(_VIDEO, {"named": comment_id}).scalar()
    if video is None:
        return None
    lock(connection, video)
    return connection.execute(_ID, {"named": comment_id}).first()


def recount(connection: Connection, worth: Worth, row: AnyRow, counts: dict[str, Any]) -> None:
    """Write counts of a comment, and the value that follows from them."""
    now = row._asdict() | counts
    value = worth(
        now["likes"], now["replies"], now["reports"], now["by_creator"], now["created_ms"]
    )
    connection.execute(_CHANGE.values(**counts, value=value), {"at": row.num})


def _begins(connection: Connection, comment: Comment) -> AnyRow | None:
    """What a new reply stands below; None: nothing that takes replies."""
    if not comment.parent:
        return None
    row = connection.execute(_NUM, {"at": comment.parent}).first()
    fits = row is not None and row.video == comment.video and not row.parent and row.state in OPEN
    return row if fits else None
