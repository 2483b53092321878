"""Who is told of a comment, and who is asked about it."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import Final

from jhalak.api.services import Services
from jhalak.ports.cases import NewReport
from jhalak.ports.comments import FILTERED, Comment
from jhalak.ports.notifications import NoticeKind
from jhalak.ports.shown_videos import Shown
from jhalak.trust.reasons import CODES, due_ms

HOUSE: Final = 0
"""Who doubts: no viewer, and no account."""
_REASONS: Final = {"minors": "child_safety", "gambling": "illegal"}
"""Classes of what was found in a text that reports call otherwise."""


async def tell(
    services: Services, comment: Comment, mentioned: dict[str, int], shown: Shown
) -> None:
    """Once each: whom it answers, whom it names, the video's creator. Nobody of what is held, nor
    below a video that they may not see."""
    if comment.state != "shown":
        return
    told = {comment.account, 0}
    concerned: list[tuple[int, NoticeKind]] = [(comment.answers, "reply")]
    concerned += [(account, "mention") for account in mentioned.values()]
    concerned.append((shown.owner.num, "comment"))
    others = {account for account, _ in concerned} - {shown.owner.num} - told
    seeing = {shown.owner.num}
    if others:
        seeing |= await asyncio.to_thread(_seeing, services, others, comment.video)
    for account, kind in concerned:
        if account not in told and account in seeing:
            told.add(account)
            await services.notify(
                account, kind, comment.id, comment.account, {"video": comment.video}
            )


def _seeing(services: Services, accounts: Collection[int], video: str) -> set[int]:
    """Those that may see the video. For a thread."""
    found = services.people.of_accounts(accounts)
    return {num for num, one in found.items() if services.shown.find(video, one.viewer) is not None}


def ask_humans(services: Services, comment: Comment) -> None:
    """A case of a comment that the lists or the text model doubt; none of what its video's creator
    filters. On disk; one of a comment at a time. For a thread."""
    doubts = [code for code in comment.reason.splitlines() if code != FILTERED]
    if comment.state != "held" or not doubts:
        return
    named = _REASONS.get(doubts[0], doubts[0])
    reason, now_ms = named if named in CODES else "other", services.clock()
    due = due_ms(reason, now_ms, services.settings.rules)
    new = NewReport(
        "comment", comment.id, comment.account, comment.language, HOUSE, HOUSE, reason, "", due
    )
    services.reports.report(new, now_ms)
