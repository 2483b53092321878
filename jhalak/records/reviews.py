"""The stores of reviews and of what is known to be bad, on SQL."""

from __future__ import annotations

from typing import Final, NamedTuple

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
    tuple_,
    update,
)

from jhalak.ports.errors import Conflict
from jhalak.ports.reviews import Decision, Review, ReviewKind, newest_decision
from jhalak.records.audit import append_audit
from jhalak.records.database import Database
from jhalak.records.tables import AnyRow, known_bad, reviews, videos
from jhalak.records.text import storable

APPEAL: Final = "appeal"
VOICES: Final = 2
"""Persons who must agree on an appeal."""

_ALL: Final = select(reviews)
_NUM: Final = reviews.c.num == bindparam("at")
_WAITS: Final = reviews.c.decision == ""
_MATTERS: Final = and_(
    _WAITS,
    or_(
        reviews.c.kind == APPEAL,
        ~exists().where(videos.c.id == reviews.c.video, videos.c.state == "removed"),
    ),
)
"""It waits, and not about a video that was taken back or down meanwhile."""
_OLDEST: Final = (
    _ALL.where(_MATTERS).order_by(reviews.c.opened_ms, reviews.c.num).limit(bindparam("most"))
)
_OF: Final = _ALL.where(reviews.c.video == bindparam("named")).order_by(reviews.c.num)
_OPEN: Final = _OF.where(_WAITS, reviews.c.kind == bindparam("of_kind"))
_HOLD: Final = select(videos.c.id).where(videos.c.id == bindparam("named")).with_for_update()
"""Those who open a review of one video come one after another."""
_COUNTS: Final = (
    select(reviews.c.language, func.count(), func.min(reviews.c.opened_ms))
    .where(_MATTERS)
    .group_by(reviews.c.language)
    .order_by(reviews.c.language)
)
_LOCKED: Final = _ALL.where(_NUM, _WAITS).with_for_update()
_CHANGE: Final = update(reviews).where(_NUM)

_later: Final = reviews.alias()
_NEWEST: Final = and_(
    reviews.c.decision != "",
    ~exists().where(
        _later.c.video == reviews.c.video, _later.c.decision != "",
        tuple_(_later.c.decided_ms, _later.c.num) > tuple_(reviews.c.decided_ms, reviews.c.num),
    ),
)  # fmt: skip
"""It was decided last of its video's, though another may have been opened later."""
_REFUSED: Final = and_(
    reviews.c.decision == "refuse", reviews.c.kind != APPEAL,
    videos.c.state.in_(("waiting", "held", "draft", "live")),
)  # fmt: skip
_again: Final = reviews.alias()
_ASKED_AGAIN: Final = exists().where(
    _again.c.video == reviews.c.video, _again.c.kind == "gate", _again.c.decision == ""
)
"""Its creator said something else of it, which nobody has decided on."""
_ALLOWED: Final = and_(
    reviews.c.decision == "allow",
    or_(
        and_(reviews.c.kind == "gate", videos.c.state == "held", ~_ASKED_AGAIN),
        and_(reviews.c.kind == APPEAL, videos.c.state == "refused"),
        and_(reviews.c.kind == APPEAL, exists().where(known_bad.c.why == reviews.c.video)),
    ),
)
_APPEALED: Final = and_(reviews.c.kind == APPEAL, reviews.c.settled_ms == 0)
"""What became of the video does not say whether its creator was told, and a strike lifted."""
_UNSETTLED: Final = (
    select(reviews.c.video)
    .join(videos, videos.c.id == reviews.c.video)
    .where(_NEWEST, or_(_REFUSED, _ALLOWED, _APPEALED))
    .order_by(reviews.c.num)
    .limit(bindparam("most"))
)


class _Voice(NamedTuple):
    """What one person said."""

    decision: str
    name: str


class SqlReviewStore:
    """ReviewStore and DecidedReviews (ports/reviews.py) on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(self, kind: ReviewKind, video: str, language: str, why: str, now_ms: int) -> Review:
        said = storable(why)
        with self._database.write() as connection:
            connection.execute(_HOLD, {"named": video})
            row = connection.execute(_OPEN, {"named": video, "of_kind": kind}).first()
            if row is None:
                if kind == APPEAL and _appealed(_of(connection, video)):
                    raise Conflict(f"the appeal about video {video} was decided")
                new = {
                    "kind": kind, "video": video, "language": language,
                    "why": told_again("", said) if kind == "report" else said,
                    "opened_ms": now_ms, "decision": "", "decided_by": "", "decided_ms": 0,
                }  # fmt: skip
                row = connection.execute(insert(reviews).returning(reviews), new).one()
            elif kind == "report":
                changed = _CHANGE.values(why=told_again(row.why, said)).returning(reviews)
                row = connection.execute(changed, {"at": row.num}).one()
        return _review(row)

    def find(self, num: int) -> Review | None:
        with self._database.read() as connection:
            row = connection.execute(_ALL.where(_NUM), {"at": num}).first()
        return None if row is None else _review(row)

    def waiting(self, language: str, limit: int) -> list[Review]:
        wanted = _OLDEST.where(reviews.c.language == language) if language else _OLDEST
        with self._database.read() as connection:
            return [_review(row) for row in connection.execute(wanted, {"most": limit})]

    def counts(self) -> list[tuple[str, int, int]]:
        with self._database.read() as connection:
            return [(row[0], row[1], row[2]) for row in connection.execute(_COUNTS)]

    def of(self, video: str) -> list[Review]:
        with self._database.read() as connection:
            return _of(connection, video)

    def decide(
        self, num: int, decision: Decision, by: str, now_ms: int, why: str = ""
    ) -> Review | None:
        name = " ".join(storable(by).split())
        with self._database.write() as connection:
            row = connection.execute(_LOCKED, {"at": num}).first()
            if row is None or not _may(connection, row, name):
                return None
            voices = [one for one in _voices(row.decided_by) if one.name != name]
            voices.append(_Voice(decision, name))
            agreed = [one for one in voices if one.decision == decision]
            if row.kind != APPEAL or len(agreed) >= VOICES:
                values = {
                    "decision": decision, "decided_by": _spelled(agreed), "decided_ms": now_ms,
                    "why": row.why if row.kind == APPEAL else _first(row.why, storable(why)),
                }  # fmt: skip
            else:
                values = {"decided_by": _spelled(voices)}
            row = connection.execute(_CHANGE.values(**values).returning(reviews), {"at": num}).one()
            append_audit(
                connection, f"operator:{name}", "decide review", f"video {row.video}",
                f"{row.kind} {num}: {decision}{f', {why}' if why else ''}", now_ms,
            )  # fmt: skip
        return _review(row)

    def unsettled(self, limit: int) -> list[str]:
        with self._database.read() as connection:
            return list(connection.execute(_UNSETTLED, {"most": limit}).scalars())

    def settled(self, num: int, now_ms: int) -> None:
        with self._database.write() as connection:
            connection.execute(_CHANGE.values(settled_ms=now_ms), {"at": num})


class SqlKnownBadStore:
    """KnownBadStore (ports/reviews.py) on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, likeness: bytes, why: str, now_ms: int) -> None:
        same = select(known_bad.c.num).where(
            known_bad.c.likeness == likeness, known_bad.c.why == storable(why)
        )
        row = {"likeness": likeness, "why": storable(why), "at_ms": now_ms}
        with self._database.write() as connection:
            if connection.execute(same).first() is None:
                connection.execute(insert(known_bad), row)

    def forget(self, why: str) -> int:
        gone = delete(known_bad).where(known_bad.c.why == storable(why)).returning(known_bad.c.num)
        with self._database.write() as connection:
            return len(connection.execute(gone).all())


def _appealed(all_: list[Review]) -> bool:
    """Was the newest decision on an appeal?"""
    newest = newest_decision(all_)
    return newest is not None and newest.kind == APPEAL


def told_again(why: str, code: str) -> str:
    """`CODE N` lines of reports, one more of `code`; what came most stands first."""
    counts = {name: int(n) for name, _, n in (line.rpartition(" ") for line in why.splitlines())}
    counts[code] = counts.get(code, 0) + 1
    ordered = sorted(counts.items(), key=lambda one: -one[1])
    return "\n".join(f"{name} {n}" for name, n in ordered)


def _first(why: str, code: str) -> str:
    """The lines, that of `code` first; one more where it is none of them."""
    lines = why.splitlines()
    found = [line for line in lines if line.split(" ")[0] == code] or [code] * bool(code)
    return "\n".join([*found, *(line for line in lines if line not in found)])


def _may(connection: Connection, row: AnyRow, name: str) -> bool:
    """An appeal is for those who had no part in what it is about."""
    if row.kind != APPEAL:
        return True
    before = [one for one in _of(connection, row.video) if one.decision is not None]
    return all(name not in one.by for one in before)


def _of(connection: Connection, video: str) -> list[Review]:
    return [_review(row) for row in connection.execute(_OF, {"named": video})]


def _voices(text: str) -> list[_Voice]:
    """Lines of `DECISION NAME`."""
    return [_Voice(*line.split(" ", 1)) for line in text.splitlines()]


def _spelled(voices: list[_Voice]) -> str:
    return "\n".join(f"{one.decision} {one.name}" for one in voices)


def _review(row: AnyRow) -> Review:
    by = tuple(one.name for one in _voices(row.decided_by))
    return Review(
        row.num, row.kind, row.video, row.language, row.why, row.opened_ms, row.decision or None,
        by, row.decided_ms,
    )  # fmt: skip
