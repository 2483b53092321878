"""Carrying out what humans decided on reports and appeals, and telling both sides.

The console calls `settle` right after a decision; `step` finds what a crash left, and decides the
cases of videos as their reviews were. Everything here can be done twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from jhalak.ports.cases import Case, CasesToSettle, ReportStore, Strike, StrikeStore
from jhalak.ports.notifications import Notify
from jhalak.ports.reviews import Review
from jhalak.schema.video import Video
from jhalak.trust.reasons import DAY_MS
from jhalak.trust.strikes import Rules, means, must_be_suspended

LIMIT: Final = 50
VIDEO: Final = "video"
"""`what` of a notice about a video."""

Suspend = Callable[[int, bool, str, str], Awaitable[None]]
"""(account, on, reason, by): it is suspended, or is not any more. Raises PortError."""
Recall = Callable[[str, str, str], Awaitable[None]]
"""(item, by, reason): a card is not shown any more. Raises PortError."""


class Comments(Protocol):
    """Of the store of comments (ports/comments.py)."""

    def decide(self, comment_id: str, allow: bool, reason: str) -> object:
        """Shown from now on, or removed."""

    def release(self, comment_id: str) -> object:
        """Shown from now on, where it was held."""


@dataclass(frozen=True, slots=True)
class SettleCases:
    """What follows from decisions."""

    cases: CasesToSettle
    reports: ReportStore
    strikes: StrikeStore
    comments: Comments
    recall: Recall
    suspend: Suspend
    notify: Notify
    rules: Rules
    clock: Callable[[], int]

    async def step(self) -> bool:
        """True when there was anything to do."""
        closed = await asyncio.to_thread(self.cases.close_items, self.clock(), LIMIT)
        left = await asyncio.to_thread(self.cases.unsettled, LIMIT)
        for case in left:
            await self.settle(case)
        return bool(left) or closed == LIMIT

    async def settle(self, case: Case) -> None:
        """Carry it out. Raises PortError: then `step` does it."""
        if not case.decided:
            return
        if case.decision == "upheld":
            await (self._undo(case) if case.kind == "appeal" else self._enforce(case))
        elif case.kind == "comment":  # it may have been held for this
            await asyncio.to_thread(self.comments.release, case.target)
        await self._tell_reporters(case)
        if case.kind == "appeal":
            await self.notify(
                case.account, "appeal_decided", case.target.partition(" ")[2],
                said={"what": case.target.partition(" ")[0], "outcome": str(case.decision),
                      "case": case.id},
            )  # fmt: skip
        await asyncio.to_thread(self.cases.settled, case.num, self.clock())

    async def reviewed(self, video: Video, review: Review) -> None:
        """The creator is told of a decision on a video; called before it is carried out, so that
        what a crash leaves is told again. A strike goes with an appeal that was right."""
        said = {"what": VIDEO, "review": str(review.num)}
        if review.kind == "appeal":
            right = review.decision == "allow"
            outcome = "upheld" if right else "dismissed"
            if right:
                by = f"operator:{review.by[0]}"
                await self._lift_for(video.account, "item", video.id, by, review.decided_ms)
            await self.notify(
                video.account, "appeal_decided", video.id, said={**said, "outcome": outcome}
            )

    async def taken_down(self, video: Video, reason: str, said: Mapping[str, str] = {}) -> None:
        """The creator is told that a video is not to be seen, and why."""
        await self.notify(
            video.account, "taken_down", video.id, said={**said, "what": VIDEO, "reason": reason}
        )

    async def _enforce(self, case: Case) -> None:
        if case.kind == "comment":
            await asyncio.to_thread(self.comments.decide, case.target, False, case.reason)
            await self.notify(
                case.account, "taken_down", case.target,
                said={"what": "comment", "reason": case.reason, "case": case.id},
            )  # fmt: skip
        if case.kind == "card":
            await self.recall(case.target, _by(case), case.reason)
        if case.strike and case.account:
            await self._strike(case)

    async def _strike(self, case: Case) -> None:
        until_ms = case.decided_ms + round(self.rules.strike_days * DAY_MS)
        strike = await asyncio.to_thread(
            self.strikes.give, case.account, case.reason, case.id, case.decided_ms, until_ms
        )
        if strike is None or strike.lifted_ms:
            return  # erased, or lifted by an appeal before this was done again
        all_ = await asyncio.to_thread(self.strikes.of, case.account)
        meant = means(all_, strike, self.rules)
        await self.notify(
            case.account, "strike", str(strike.num),
            said={"reason": case.reason, "means": meant, "until_ms": str(until_ms),
                  "what": case.kind, "about": case.target},
        )  # fmt: skip
        if meant == "suspension":
            await self.suspend(case.account, True, case.reason, _by(case))
            await self.notify(
                case.account, "suspended", str(strike.num), said={"reason": case.reason}
            )

    async def _undo(self, appeal: Case) -> None:
        """The appeal was right: what was taken away comes back."""
        what, _, name = appeal.target.partition(" ")
        of = await asyncio.to_thread(self.cases.by_num, appeal.of) if appeal.of else None
        if of is not None and of.kind == "comment":
            await asyncio.to_thread(self.comments.decide, of.target, True, "")
        all_ = await asyncio.to_thread(self.strikes.of, appeal.account)
        if what == "strike":
            wrong = [one for one in all_ if str(one.num) == name]
        else:
            wrong = [one for one in all_ if of is not None and one.subject == of.id]
        await self._lift(appeal.account, wrong, _by(appeal), appeal.decided_ms)
        if what == "suspension":
            await self.suspend(appeal.account, False, "appeal", _by(appeal))

    async def _lift_for(
        self, account: int, kind: str, target: str, by: str, since_ms: int
    ) -> None:  # fmt: skip
        """Lift the strikes that cases about this target brought."""
        about = await asyncio.to_thread(self.cases.about, kind, target)
        subjects = {one.id for one in about}
        all_ = await asyncio.to_thread(self.strikes.of, account)
        wrong = [one for one in all_ if one.subject in subjects]
        await self._lift(account, wrong, by, since_ms)

    async def _lift(self, account: int, wrong: list[Strike], by: str, since_ms: int) -> None:
        """An account that these strikes had suspended is suspended no more. Those that were lifted
        since the decision (`since_ms`) were so by this, before it was cut short."""
        if not wrong:
            return
        now_ms, nums = self.clock(), {one.num for one in wrong}
        before = [
            one._replace(lifted_ms=0) if one.num in nums and one.lifted_ms >= since_ms else one
            for one in await asyncio.to_thread(self.strikes.of, account)
        ]
        for strike in wrong:
            await asyncio.to_thread(self.strikes.lift, strike.num, now_ms)
        after = await asyncio.to_thread(self.strikes.of, account)
        had = any(means(before, one, self.rules) == "suspension" for one in before)
        if had and not must_be_suspended(after, now_ms, self.rules):
            await self.suspend(account, False, "appeal", by)

    async def _tell_reporters(self, case: Case) -> None:
        what = "item" if case.kind == "card" else case.kind
        for report in await asyncio.to_thread(self.reports.of_case, case.num):
            if report.account:
                await self.notify(
                    report.account, "report_decided", report.id,
                    said={"what": what, "about": case.target, "outcome": str(case.decision)},
                )  # fmt: skip


def _by(case: Case) -> str:
    """Who did it, for the audit log."""
    return f"operator:{case.by[0]}" if case.by else "system"
