"""Cases: comments, accounts and cards that were reported, and what their owners appeal."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Final

import msgspec
from litestar import get, post
from litestar.params import Parameter

from jhalak.api.console.access import Operator
from jhalak.api.raw import Refused
from jhalak.api.services import Services
from jhalak.ports.cases import Case, Outcome
from jhalak.ports.creators import Creator
from jhalak.trust.reasons import CODES, HOUR_MS
from jhalak.trust.strikes import counting, rules_of, standing

PAGE: Final = 30
"""Cases that are told at once; the next ones come when these are decided."""
NOTES: Final = 20
"""Notes of reporters that are told."""
Text = Annotated[str, Parameter(max_length=64)]


class OutcomeIn(msgspec.Struct, forbid_unknown_fields=True):
    """What one person says."""

    decision: Outcome
    """upheld: the report, or the appeal, is right."""
    why: Annotated[str, msgspec.Meta(max_length=32)] = ""
    """The code for which it is upheld; "": the one that was said most."""
    strike: bool = True
    """Whether the account gets a strike."""


@get("/cases")
async def get_cases(
    operator: Operator, services: Services, language: Text = "", kind: Text = ""
) -> dict[str, Any]:
    """Those that are due first, and how many wait in each language. An appeal is for those who
    did not decide what it is about; `may` says so."""
    return await asyncio.to_thread(_queue, services, operator.name, language, kind)


def _queue(services: Services, name: str, language: str, kind: str) -> dict[str, Any]:
    waiting = services.cases.waiting(language, kind, PAGE)
    accounts = services.people.of_accounts({one.account for one in waiting if one.account})
    return {
        "now_ms": services.clock(),
        "due_soon_ms": round(services.settings.rules.due_soon_h * HOUR_MS),
        "languages": [
            {"language": code, "waiting": waits, "due_ms": due_ms}
            for code, waits, due_ms in services.cases.counts()
        ],
        "cases": [_told(services, name, one, accounts.get(one.account)) for one in waiting],
    }


def _told(services: Services, name: str, case: Case, account: Creator | None) -> dict[str, Any]:
    all_ = services.cases.of_account(case.account) if case.account else []
    of = next((one for one in all_ if one.num == case.of), None)
    about = of or case
    return {
        "id": case.id, "kind": case.kind, "target": case.target, "language": case.language,
        "why": case.words, "opened_ms": case.opened_ms, "due_ms": case.due_ms,
        "may": of is None or name not in of.by, "said": name in case.by,
        "others_said": len(set(case.by) - {name}),
        "notes": [
            one.note for one in services.reports.of_case(about.num) if one.note
        ][:NOTES],
        "of": None if of is None else {"kind": of.kind, "reason": of.reason, "by": list(of.by)},
        "shown": _shown(services, about),
        "account": None if account is None else _account(services, account),
        "history": [
            {"kind": one.kind, "decision": one.decision, "reason": one.reason,
             "at_ms": one.decided_ms}
            for one in all_ if one.decided and one.num != case.num
        ][-NOTES:],
    }  # fmt: skip


def _shown(services: Services, case: Case) -> dict[str, Any]:
    """What it is about, in words."""
    if case.kind == "comment":
        comment = services.comment_pages.find(case.target)
        text, language, video = ("", "und", "")
        if comment is not None:
            text, language, video = comment.text, comment.language, comment.video
        return {"text": text, "language": language, "video": video}
    record = services.items.get(case.target) if case.kind in ("card", "item") else None
    if record is not None:
        item = record.item
        text = f"{item.title}\n{item.summary}".strip()
        return {"text": text, "language": item.language, "video": ""}
    return {"text": "", "language": "und", "video": ""}


def _account(services: Services, account: Creator) -> dict[str, Any]:
    now_ms, strikes = services.clock(), services.strikes.of(account.num)
    rules = rules_of(services.settings.rules)
    return {
        "handle": account.handle, "name": account.name, "about": account.about,
        "created_ms": account.created_ms, "suspended_ms": account.suspended_ms,
        "strikes": len(counting(strikes, now_ms)), "next": standing(strikes, now_ms, rules).next,
    }  # fmt: skip


@post("/cases/{case_id:str}", status_code=200)
async def post_outcome(
    case_id: Text, data: OutcomeIn, operator: Operator, services: Services
) -> dict[str, Any]:
    """Decide, and carry it out. 409: it does not wait any more, or it is not for this person."""
    if data.why and data.why not in CODES:
        raise Refused(400, "bad_parameter", f"why is one of {', '.join(CODES)}")
    case = await asyncio.to_thread(services.cases.find, case_id)
    if case is None:
        raise Refused(404, "no_such_case", f"there is no case {case_id!r}")
    decided = await asyncio.to_thread(
        services.cases.decide, case_id, data.decision, operator.name, services.clock(), data.why,
        data.strike,
    )  # fmt: skip
    if decided is None:
        raise Refused(409, "not_yours", "it was decided meanwhile, or you decided what it is about")
    await services.settle_case(decided)
    return {"id": case_id, "decision": decided.decision, "more_needed": not decided.decided}


ROUTES = [get_cases, post_outcome]
