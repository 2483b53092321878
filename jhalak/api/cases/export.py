"""Reports, cases and strikes, in the exports of whom they concern."""

from __future__ import annotations

from typing import Any, Final

from jhalak.api.cases.reports import report_out
from jhalak.api.services import Services
from jhalak.ports.creators import Creator

MOST: Final = 100_000


def reports_document(services: Services, viewer: int) -> list[Any]:
    """What a viewer reported. Blocks."""
    return [report_out(*one) for one in services.reports.of_viewer(viewer, MOST)]


def cases_document(services: Services, creator: Creator) -> dict[str, Any]:
    """What was decided about an account, without who reported and who decided. Blocks."""
    return {
        "cases": [
            {
                "kind": one.kind, "target": one.target, "reason": one.reason,
                "opened_ms": one.opened_ms, "decision": one.decision,
                "decided_ms": one.decided_ms,
                "words": one.words if one.kind == "appeal" else "",
            }
            for one in services.cases.of_account(creator.num)
        ],
        "strikes": [
            {"reason": one.reason, "at_ms": one.at_ms, "until_ms": one.until_ms,
             "lifted_ms": one.lifted_ms}
            for one in services.strikes.of(creator.num)
        ],
    }  # fmt: skip
