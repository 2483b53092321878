"""The store of cases on SQL: what humans are asked, and what they decided."""

from __future__ import annotations

from collections.abc import Callable
from secrets import token_urlsafe
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, and_, bindparam, func, insert, or_, select, update

from jhalak.ports.cases import VOICES, Case, Outcome
from jhalak.ports.errors import Conflict
from jhalak.records import sequences
from jhalak.records.audit import append_audit
from jhalak.records.database import Database
from jhalak.records.tables import AnyRow, cases, reviews, videos
from jhalak.records.text import is_storable, storable
from jhalak.schema.video import SOUND_DOWN, Video

_ALL: Final = select(cases)
_ID: Final = _ALL.where(cases.c.id == bindparam("named"))
_NUM: Final = _ALL.where(cases.c.num == bindparam("at"))
_CHANGE: Final = update(cases).where(cases.c.num == bindparam("at")).returning(cases)
_WAITS: Final = and_(cases.c.state == "open", cases.c.kind != "item")
"""Videos wait among the reviews."""
_WAITING: Final = _ALL.where(_WAITS).order_by(cases.c.due_ms, cases.c.num).limit(bindparam("most"))
_COUNTS: Final = (
    select(cases.c.language, func.count(), func.min(cases.c.due_ms))
    .where(_WAITS)
    .group_by(cases.c.language)
    .order_by(cases.c.language)
)
_APPEALED: Final = _ALL.where(
    cases.c.kind == "appeal", cases.c.account == bindparam("who"),
    cases.c.target == bindparam("about"), cases.c.of == bindparam("of_case"),
    cases.c.opened_ms >= bindparam("since"),
)  # fmt: skip
_ABOUT: Final = _ALL.where(
    cases.c.kind == bindparam("of_kind"), cases.c.target == bindparam("about")
).order_by(cases.c.num)
_OF: Final = _ALL.where(cases.c.account == bindparam("who")).order_by(cases.c.num)
_UNSETTLED: Final = (
    _ALL.where(cases.c.state == "decided", cases.c.settled_ms == 0)
    .order_by(cases.c.num)
    .limit(bindparam("most"))
)
_REVIEWED: Final = and_(
    reviews.c.video == cases.c.target, reviews.c.kind == "report", reviews.c.decision != "",
    reviews.c.decided_ms >= cases.c.opened_ms,
)  # fmt: skip
_ANSWERED: Final = (
    select(
        cases.c.num, reviews.c.decision, reviews.c.decided_by, reviews.c.why,
        videos.c.body,
    )
    .select_from(cases)
    .outerjoin(reviews, _REVIEWED)
    .outerjoin(videos, videos.c.id == cases.c.target)
    .where(
        cases.c.kind == "item", cases.c.state == "open",
        or_(
            reviews.c.num.is_not(None), videos.c.id.is_(None),
            videos.c.state.in_(("removed", "refused")),
        ),
    )
    .order_by(cases.c.num)
    .limit(bindparam("most"))
)  # fmt: skip
"""Cases of videos on which a human has decided since, or that are gone."""
_NOBODYS: Final = ("", "withdrawn", "appeal_won")
"""Reasons why a video is gone that are no judgement on it."""
_video: Final = msgspec.msgpack.Decoder(Video).decode


class SqlCaseStore:
    """CaseStore and CasesToSettle (ports/cases.py) on SQLite or PostgreSQL."""

    def __init__(
        self, database: Database, new_id: Callable[[], str] = lambda: token_urlsafe(16)
    ) -> None:
        self._database, self._new_id = database, new_id

    def find(self, case_id: str) -> Case | None:
        if not is_storable(case_id):
            return None
        return self._one(_ID, {"named": case_id})

    def by_num(self, num: int) -> Case | None:
        return self._one(_NUM, {"at": num})

    def about(self, kind: str, target: str) -> list[Case]:
        wanted = {"of_kind": kind, "about": storable(target)}
        with self._database.read() as connection:
            return [case_of(row) for row in connection.execute(_ABOUT, wanted)]

    def waiting(self, language: str, kind: str, limit: int) -> list[Case]:
        wanted = _WAITING.where(cases.c.language == language) if language else _WAITING
        wanted = wanted.where(cases.c.kind == kind) if kind else wanted
        with self._database.read() as connection:
            return [case_of(row) for row in connection.execute(wanted, {"most": limit})]

    def counts(self) -> list[tuple[str, int, int]]:
        with self._database.read() as connection:
            return [(row[0], row[1], row[2]) for row in connection.execute(_COUNTS)]

    def appeal(self, case: Case, since_ms: int, now_ms: int) -> Case:
        about = {
            "who": case.account, "about": storable(case.target), "of_case": case.of,
            "since": since_ms,
        }  # fmt: skip
        row = {
            "id": self._new_id(), "kind": "appeal", "target": about["about"],
            "account": case.account, "language": case.language, "reason": case.reason,
            "words": storable(case.words), "state": "open", "opened_ms": now_ms,
            "due_ms": case.due_ms, "decision": "", "decided_by": "", "decided_ms": 0,
            "of": case.of, "strike": False, "settled_ms": 0,
        }  # fmt: skip
        with self._database.write() as connection:
            sequences.lock(connection, sequences.CASES)
            if connection.execute(_APPEALED, about).first() is not None:
                raise Conflict(f"there is an appeal about {case.target}")
            made = connection.execute(insert(cases).returning(cases), row).one()
        return case_of(made)

    def decide(
        self, case_id: str, outcome: Outcome, by: str, now_ms: int, reason: str = "",
        strike: bool = True,
    ) -> Case | None:  # fmt: skip
        name = " ".join(storable(by).split())
        with self._database.write() as connection:
            sequences.lock(connection, sequences.CASES)
            row = connection.execute(_ID, {"named": storable(case_id)}).first()
            if row is None or not _may(connection, row, name):
                return None
            values = _said(row, outcome, name)
            if "state" in values:
                values |= {
                    "decided_ms": now_ms, "reason": storable(reason) or row.reason,
                    "strike": strike and outcome == "upheld" and row.kind != "appeal",
                }  # fmt: skip
            changed = connection.execute(_CHANGE.values(**values), {"at": row.num}).one()
            append_audit(
                connection, f"operator:{name}", "decide case", f"{row.kind} {row.target}",
                f"{row.id}: {outcome}{f', {reason}' if reason else ''}", now_ms,
            )  # fmt: skip
        return case_of(changed)

    def of_account(self, account: int) -> list[Case]:
        with self._database.read() as connection:
            return [case_of(row) for row in connection.execute(_OF, {"who": account})]

    def close_items(self, now_ms: int, limit: int) -> int:
        with self._database.read() as connection:
            if connection.execute(_ANSWERED, {"most": 1}).first() is None:
                return 0
        with self._database.write() as connection:
            sequences.lock(connection, sequences.CASES)
            rows = connection.execute(_ANSWERED, {"most": limit}).all()
            for row in rows:
                connection.execute(_CHANGE.values(**_closed(row, now_ms)), {"at": row.num})
        return len({row.num for row in rows})

    def unsettled(self, limit: int) -> list[Case]:
        with self._database.read() as connection:
            return [case_of(row) for row in connection.execute(_UNSETTLED, {"most": limit})]

    def settled(self, num: int, now_ms: int) -> None:
        with self._database.write() as connection:
            connection.execute(_CHANGE.values(settled_ms=now_ms), {"at": num})

    def _one(self, query: Any, values: dict[str, Any]) -> Case | None:
        with self._database.read() as connection:
            row = connection.execute(query, values).first()
        return None if row is None else case_of(row)


def _may(connection: Connection, row: AnyRow, name: str) -> bool:
    """It waits; and an appeal is for those who had no part in what it is about."""
    if row.state != "open" or row.kind == "item":
        return False
    if row.kind != "appeal" or not row.of:
        return True
    before = connection.execute(_NUM, {"at": row.of}).first()
    return before is None or name not in case_of(before).by


def _said(row: AnyRow, outcome: str, name: str) -> dict[str, Any]:
    """The columns after this person's word; with `state` once it is decided."""
    voices = [one for one in row.decided_by.splitlines() if one.split(" ", 1)[1] != name]
    voices.append(f"{outcome} {name}")
    agreed = [one for one in voices if one.split(" ", 1)[0] == outcome]
    if row.kind != "appeal" or len(agreed) >= VOICES:
        return {"state": "decided", "decision": outcome, "decided_by": "\n".join(agreed)}
    return {"decided_by": "\n".join(voices)}


def _closed(row: AnyRow, now_ms: int) -> dict[str, Any]:
    """A video's case as its review was decided, or as it was taken down without one. What its
    creator took back is dismissed: nobody looked. What went with its sound is not its creator's
    doing: no strike follows."""
    reason = row.why.partition("\n")[0].partition(" ")[0] if row.decision else _gone(row.body)
    upheld = row.decision == "refuse" if row.decision else reason not in _NOBODYS
    names = [line.split(" ", 1)[1] for line in (row.decided_by or "").splitlines()]
    outcome = "upheld" if upheld else "dismissed"
    values: dict[str, Any] = {
        "state": "decided", "decision": outcome, "decided_ms": now_ms,
        "strike": upheld and reason.partition(":")[0] != SOUND_DOWN,
        "decided_by": "\n".join(f"{outcome} {name}" for name in names),
    }  # fmt: skip
    return values | ({"reason": reason} if upheld and reason else {})


def _gone(body: bytes | None) -> str:
    """Why the video is not to be seen."""
    return _video(body).reason if body else ""


def case_of(row: AnyRow) -> Case:
    """A row of `cases`."""
    by = tuple(line.split(" ", 1)[1] for line in row.decided_by.splitlines())
    return Case(
        num=row.num, id=row.id, kind=row.kind, target=row.target, account=row.account,
        language=row.language, reason=row.reason, words=row.words, decided=row.state == "decided",
        opened_ms=row.opened_ms, due_ms=row.due_ms, decision=row.decision or None, by=by,
        decided_ms=row.decided_ms, of=row.of, strike=row.strike,
    )  # fmt: skip
