"""A report on its way: what it is about, and which case or review it joins."""

from __future__ import annotations

from typing import NamedTuple

from jhalak.api.services import Services
from jhalak.ports.cases import CaseKind, NewReport, Report, ReportKind
from jhalak.ports.creators import Creator
from jhalak.trust.reasons import due_ms

UNKNOWN = "und"
"""Language of what was not understood."""


class Target(NamedTuple):
    """What is reported."""

    kind: CaseKind
    id: str
    owner: int
    """Number of the account whose it is; 0: a publisher's, or nobody's."""
    language: str


def account_of(services: Services, viewer: int) -> Creator | None:
    """Whose viewer it is. Blocks."""
    return services.people.of_viewers([viewer]).get(viewer)


def find_target(services: Services, kind: ReportKind, name: str) -> Target | None:
    """None: there is no such thing that viewers can see. Blocks."""
    if kind == "item":
        return _item(services, name)
    if kind == "comment":
        comment = services.comment_pages.find(name)
        if comment is None or comment.state != "shown":
            return None
        return Target("comment", comment.id, comment.account, comment.language)
    account = services.people.of_handle(name.removeprefix("@"))
    if account is None:
        return None
    return Target("creator", account.handle, account.num, UNKNOWN)


def _item(services: Services, name: str) -> Target | None:
    catalogue = services.world.catalogue
    row = catalogue.by_id.get(name)
    record = catalogue.records[row] if row is not None else None
    if record is None:
        return None
    item = record.item
    video = services.videos.find(name) if item.media else None
    if video is None:
        return Target("card", item.id, 0, item.language)
    return Target("item", item.id, video.account, item.language)


def file_report(
    services: Services, target: Target, viewer: int, account: int, reason: str, note: str,
    now_ms: int,
) -> tuple[Report, bool]:  # fmt: skip
    """On disk; and whether it is new. Blocks. Raises PortError."""
    due = due_ms(reason, now_ms, services.settings.rules)
    new = NewReport(
        target.kind, target.id, target.owner, target.language, viewer, account, reason, note, due
    )
    report, fresh = services.reports.report(new, now_ms)
    if target.kind == "item" and (fresh or not _waits(services, target.id)):
        # Also where it was reported before and nobody looks at it: a crash came between the two.
        if fresh or not _decided(services, report):
            services.reviews.open("report", target.id, target.language, reason, now_ms)
    elif target.kind == "comment" and fresh:
        services.comment_reviews.reported(target.id)
    return report, fresh


def _waits(services: Services, video: str) -> bool:
    reviews = services.reviews.of(video)
    return any(one.kind == "report" and one.decision is None for one in reviews)


def _decided(services: Services, report: Report) -> bool:
    case = services.reports.case_of(report)
    return case is not None and case.decided
