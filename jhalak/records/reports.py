"""The store of viewers' reports on SQL."""

from __future__ import annotations

from collections.abc import Callable
from secrets import token_urlsafe
from typing import Any, Final

from sqlalchemy import Connection, and_, bindparam, func, insert, select, update

from jhalak.ports.cases import Case, NewReport, Report
from jhalak.ports.errors import Conflict
from jhalak.records import sequences
from jhalak.records.cases import case_of
from jhalak.records.database import Database
from jhalak.records.reviews import told_again
from jhalak.records.tables import AnyRow, cases, reports, viewers
from jhalak.records.text import storable

AGAIN_MS: Final = 30 * 86_400_000
"""Who reported what was decided since then is not heard again on it."""

_THERE: Final = (
    select(viewers.c.id)
    .where(viewers.c.id == bindparam("who"))
    .with_for_update(read=True, key_share=True)
)
"""Until their report is written nobody erases them."""
_OPEN: Final = select(cases).where(
    cases.c.kind == bindparam("of_kind"), cases.c.target == bindparam("about"),
    cases.c.state == "open",
)  # fmt: skip
_SAID: Final = (
    select(reports)
    .join(cases, cases.c.num == reports.c.case)
    .where(
        reports.c.viewer == bindparam("who"), cases.c.kind == bindparam("of_kind"),
        cases.c.target == bindparam("about"),
        (cases.c.state == "open") | (cases.c.decided_ms > bindparam("since")),
    )
    .order_by(reports.c.num.desc())
    .limit(1)
)  # fmt: skip
_OF_VIEWER: Final = (
    select(reports)
    .where(reports.c.viewer == bindparam("who"))
    .order_by(reports.c.num.desc())
    .limit(bindparam("most"))
)
_CASE: Final = select(cases).where(cases.c.num == bindparam("at"))
_OF_CASE: Final = select(reports).where(reports.c.case == bindparam("at")).order_by(reports.c.num)
_SINCE: Final = (
    select(func.count())
    .select_from(reports)
    .where(and_(reports.c.viewer == bindparam("who"), reports.c.at_ms >= bindparam("since")))
)


class SqlReportStore:
    """ReportStore (ports/cases.py) on SQLite or PostgreSQL."""

    def __init__(
        self, database: Database, new_id: Callable[[], str] = lambda: token_urlsafe(16)
    ) -> None:
        self._database, self._new_id = database, new_id

    def report(self, new: NewReport, now_ms: int) -> tuple[Report, bool]:
        about = {"of_kind": new.kind, "about": storable(new.target)}
        with self._database.write() as connection:
            sequences.lock(connection, sequences.CASES)
            since_ms = now_ms - AGAIN_MS if new.viewer else now_ms
            before = {**about, "who": new.viewer, "since": since_ms}
            known = connection.execute(_SAID, before).first()
            if known is not None:
                return _report(known), False
            if new.viewer and connection.execute(_THERE, {"who": new.viewer}).first() is None:
                raise Conflict("no such viewer")
            case = self._joined(connection, new, about, now_ms)
            row = {
                "id": self._new_id(), "case": case, "viewer": new.viewer, "account": new.account,
                "reason": new.reason, "note": storable(new.note), "at_ms": now_ms,
            }  # fmt: skip
            made = connection.execute(insert(reports).returning(reports), row).one()
        return _report(made), True

    def of_viewer(self, viewer: int, limit: int) -> list[tuple[Report, Case]]:
        with self._database.read() as connection:
            wanted = {"who": viewer, "most": limit}
            mine = [_report(row) for row in connection.execute(_OF_VIEWER, wanted)]
            about = cases.c.num.in_({one.case for one in mine})
            found = {
                row.num: case_of(row) for row in connection.execute(select(cases).where(about))
            }
        return [(one, found[one.case]) for one in mine if one.case in found]

    def case_of(self, report: Report) -> Case | None:
        with self._database.read() as connection:
            row = connection.execute(_CASE, {"at": report.case}).first()
        return None if row is None else case_of(row)

    def of_case(self, case: int) -> list[Report]:
        with self._database.read() as connection:
            return [_report(row) for row in connection.execute(_OF_CASE, {"at": case})]

    def since(self, viewer: int, since_ms: int) -> int:
        with self._database.read() as connection:
            n: int = connection.execute(_SINCE, {"who": viewer, "since": since_ms}).scalar_one()
        return n

    def _joined(
        self, connection: Connection, new: NewReport, about: dict[str, Any], now_ms: int
    ) -> int:
        """The number of the open case of this target, which counts one more."""
        row = connection.execute(_OPEN, about).first()
        words = told_again("" if row is None else row.words, new.reason)
        reason = words.partition(" ")[0]
        if row is None:
            made = {
                "id": self._new_id(), "kind": new.kind, "target": about["about"],
                "account": new.owner, "language": new.language, "reason": reason, "words": words,
                "state": "open", "opened_ms": now_ms, "due_ms": new.due_ms, "decision": "",
                "decided_by": "", "decided_ms": 0, "of": 0, "strike": False, "settled_ms": 0,
            }  # fmt: skip
            num: int = connection.execute(insert(cases).returning(cases.c.num), made).scalar_one()
            return num
        more = {"words": words, "reason": reason, "due_ms": min(row.due_ms, new.due_ms)}
        connection.execute(update(cases).where(cases.c.num == row.num).values(**more))
        return int(row.num)


def _report(row: AnyRow) -> Report:
    return Report(row.id, row.case, row.viewer, row.account, row.reason, row.note, row.at_ms)
