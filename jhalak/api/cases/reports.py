"""POST /v1/reports: a viewer says that something is against the rules, and hears what became of
it."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Final, Literal

import msgspec
from litestar import get, post
from litestar.datastructures import CacheControlHeader

from jhalak.api.cases.filing import account_of, find_target
from jhalak.api.cases.filing import file_report as filed
from jhalak.api.raw import Refused
from jhalak.api.services import Services
from jhalak.ports.cases import Case, Outcome, Report, ReportKind
from jhalak.ports.viewers import Viewer
from jhalak.trust.reasons import CODES, DAY_MS

SHOWN: Final = 100
"""Reports that are told, the newest ones."""
NOTE: Final = 1000
NO_STORE: Final = CacheControlHeader(no_store=True)
State = Literal["open", "decided"]


class ReportIn(msgspec.Struct, forbid_unknown_fields=True):
    """What is against the rules, and why."""

    kind: ReportKind
    id: Annotated[str, msgspec.Meta(min_length=1, max_length=512)]
    """An item's or a comment's id, or the handle of an account."""
    reason: Annotated[str, msgspec.Meta(max_length=32)]
    """One of the reason codes."""
    note: Annotated[str, msgspec.Meta(max_length=NOTE)] = ""
    """For who decides."""


class ReportOut(msgspec.Struct):
    """A report, and what became of it. Times are Unix milliseconds."""

    id: str
    kind: ReportKind
    target: str
    """The item's or comment's id, or the account's handle."""
    reason: str
    note: str
    at_ms: int
    state: State
    due_ms: int
    """It is decided by then at the latest."""
    outcome: Outcome | None
    """upheld: it was against the rules; null: it was not decided yet."""
    decided_ms: int
    """0: not yet."""


class ReportsOut(msgspec.Struct):
    """Newest first."""

    reports: list[ReportOut]


def report_out(report: Report, case: Case) -> ReportOut:
    kind: ReportKind = "item"
    if case.kind in ("comment", "creator"):
        kind = case.kind
    return ReportOut(
        report.id, kind, case.target, report.reason, report.note, report.at_ms,
        "decided" if case.decided else "open", case.due_ms, case.decision, case.decided_ms,
    )  # fmt: skip


@post("/v1/reports", tags=["reports"], status_code=202)
async def file_report(data: ReportIn, viewer: Viewer, services: Services) -> ReportOut:
    """Report an item, a comment or an account. On disk before the answer; one viewer counts once.
    404 for what the viewer cannot see."""
    if data.reason not in CODES:
        raise Refused(400, "bad_body", f"reason is one of {', '.join(CODES)}")
    return await asyncio.to_thread(_filed, services, viewer, data)


def _filed(services: Services, viewer: Viewer, data: ReportIn) -> ReportOut:
    now_ms = services.clock()
    target = find_target(services, data.kind, data.id)
    if target is None:
        raise _nothing(data)
    own = account_of(services, viewer.id)
    if own is not None and own.num == target.owner:
        raise Refused(409, "your_own", "this is your own: you can take it back")
    most = services.settings.rules.reports_a_day
    if services.reports.since(viewer.id, now_ms - DAY_MS) >= most:
        raise Refused(
            429, "too_many_reports", f"{most} reports in 24 hours are all that one may make",
            [(b"retry-after", b"3600")],
        )  # fmt: skip
    account = own.num if own is not None else 0
    report, _ = filed(services, target, viewer.id, account, data.reason, data.note, now_ms)
    case = services.reports.case_of(report)
    if case is None:  # its owner was erased meanwhile
        raise _nothing(data)
    return report_out(report, case)


def _nothing(data: ReportIn) -> Refused:
    return Refused(404, "no_such_target", f"there is no {data.kind} {data.id!r}")


@get("/v1/me/reports", tags=["reports"], cache_control=NO_STORE)
async def get_reports(viewer: Viewer, services: Services) -> ReportsOut:
    """What one reported, and what became of it."""
    found = await asyncio.to_thread(services.reports.of_viewer, viewer.id, SHOWN)
    return ReportsOut([report_out(report, case) for report, case in found])


ROUTES: list[Any] = [file_report, get_reports]
