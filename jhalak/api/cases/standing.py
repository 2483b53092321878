"""/v1/creators/me/standing and /v1/creators/me/appeals: which rules one broke, what follows, and
how to say that it is wrong. Also for who is suspended."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Final, Literal, NamedTuple

import msgspec
from litestar import get, post
from litestar.datastructures import CacheControlHeader

from jhalak.api.raw import Refused
from jhalak.api.services import Services
from jhalak.ports.cases import Case, CaseKind, Strike
from jhalak.ports.creators import Creator
from jhalak.ports.errors import Conflict
from jhalak.trust.reasons import DAY_MS, due_ms
from jhalak.trust.strikes import Step, counting, means, rules_of, standing
from jhalak.trust.take_down import WITHDRAWN

WORDS: Final = 2000
"""Characters of an appeal."""
NO_STORE: Final = CacheControlHeader(no_store=True)
About = Literal["video", "comment", "strike", "suspension"]


class AppealState(msgspec.Struct):
    """What became of an appeal, or until when one may be made."""

    until_ms: int
    """One may appeal until then; 0: not any more."""
    state: Literal["none", "waiting", "upheld", "dismissed"]


class StrikeOut(msgspec.Struct):
    """A rule that was broken. Times are Unix milliseconds."""

    id: str
    reason: str
    kind: CaseKind | None
    """Of what it was for: `item` (a video), `comment`, `creator` (the account)."""
    target: str
    at_ms: int
    until_ms: int
    """It counts until then."""
    lifted_ms: int
    """0: it was not lifted."""
    counts: bool
    meant: Step
    appeal: AppealState


class RemovedOut(msgspec.Struct):
    """A comment that was removed."""

    comment: str
    reason: str
    decided_ms: int
    appeal: AppealState


class RulesOut(msgspec.Struct):
    """What follows from strikes."""

    strike_days: float
    """A strike counts for so long."""
    pause_strikes: int
    """With so many: no uploads and comments for `pause_days`."""
    pause_days: float
    suspend_strikes: int
    """With so many: suspended."""
    at_once: list[str]
    """Reasons of which one strike suspends."""
    appeal_days: float


class StandingOut(msgspec.Struct):
    """Where the account stands."""

    strikes: list[StrikeOut]
    """All, newest first."""
    counting: int
    """How many count now."""
    next: Step
    """What one more means: a warning, a pause, a suspension."""
    paused_until_ms: int
    """No uploads and comments until then; 0: it may."""
    suspended_ms: int
    """Since when the account is suspended; 0: it is not."""
    suspension: AppealState | None
    """null: it is not suspended."""
    removed: list[RemovedOut]
    """Comments that were removed, newest first."""
    rules: RulesOut


class AppealAbout(msgspec.Struct, forbid_unknown_fields=True):
    """Which decision is wrong, and why."""

    about: About
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=WORDS)]
    id: Annotated[str, msgspec.Meta(max_length=64)] = ""
    """The video's, comment's or strike's id; none of a suspension."""


class AppealMade(msgspec.Struct):
    """Two persons who had no part in the decision look at it."""

    about: About
    id: str
    opened_ms: int
    due_ms: int


class _Known(NamedTuple):
    """All that is known of an account's decisions."""

    strikes: list[Strike]
    cases: list[Case]
    now_ms: int
    appeal_ms: int

    def case_of(self, strike: Strike) -> Case | None:
        return next((one for one in self.cases if one.id == strike.subject), None)

    def appeal(self, target: str, since_ms: int) -> AppealState:
        made = [one for one in self.cases if one.kind == "appeal" and one.target == target]
        of = [one for one in made if one.opened_ms >= since_ms]
        if of:
            return AppealState(0, of[-1].decision or "waiting")
        until_ms = since_ms + self.appeal_ms
        return AppealState(until_ms if until_ms > self.now_ms else 0, "none")


def _known(services: Services, account: int) -> _Known:
    appeal_ms = round(services.settings.rules.appeal_days * DAY_MS)
    return _Known(
        services.strikes.of(account), services.cases.of_account(account), services.clock(),
        appeal_ms,
    )  # fmt: skip


def _strikes(known: _Known, services: Services) -> list[StrikeOut]:
    rules = rules_of(services.settings.rules)
    counts = {one.num for one in counting(known.strikes, known.now_ms)}
    told = []
    for strike in reversed(known.strikes):
        case = known.case_of(strike)
        told.append(StrikeOut(
            str(strike.num), strike.reason, case.kind if case else None,
            case.target if case else "", strike.at_ms, strike.until_ms, strike.lifted_ms,
            strike.num in counts, means(known.strikes, strike, rules),
            known.appeal(f"strike {strike.num}", strike.at_ms),
        ))  # fmt: skip
    return told


def _removed(known: _Known) -> list[RemovedOut]:
    upheld = [one for one in known.cases if one.kind == "comment" and one.decision == "upheld"]
    return [
        RemovedOut(
            one.target, one.reason, one.decided_ms,
            known.appeal(f"comment {one.target}", one.decided_ms),
        )
        for one in reversed(upheld)
    ]  # fmt: skip


@get("/v1/creators/me/standing", tags=["reports"], cache_control=NO_STORE)
async def get_standing(creator_even_suspended: Creator, services: Services) -> StandingOut:
    """Strikes, the rules, and what follows next."""
    who = creator_even_suspended

    def read() -> StandingOut:
        known, rules = _known(services, who.num), rules_of(services.settings.rules)
        stands = standing(known.strikes, known.now_ms, rules)
        suspension = known.appeal("suspension", who.suspended_ms) if who.suspended_ms else None
        return StandingOut(
            strikes=_strikes(known, services), counting=stands.strikes, next=stands.next,
            paused_until_ms=stands.paused_until_ms, suspended_ms=who.suspended_ms,
            suspension=suspension, removed=_removed(known),
            rules=RulesOut(
                rules.strike_days, rules.pause_strikes, rules.pause_days, rules.suspend_strikes,
                list(rules.at_once), rules.appeal_days,
            ),
        )  # fmt: skip

    return await asyncio.to_thread(read)


@post("/v1/creators/me/appeals", tags=["reports"], status_code=202)
async def post_appeal(
    data: AppealAbout, creator_even_suspended: Creator, services: Services
) -> AppealMade:
    """Ask two persons to look at a decision again. 404: there is none of this id; 409: it was
    appealed before, or its time is over."""
    work = _video_appeal if data.about == "video" else _appeal
    return await asyncio.to_thread(work, services, creator_even_suspended, data)


def _nothing(about: str) -> Refused:
    return Refused(404, "no_such_decision", f"there is no decision on such a {about} of yours")


def _in_time(at_ms: int, services: Services) -> None:
    days = services.settings.rules.appeal_days
    if services.clock() >= at_ms + round(days * DAY_MS):
        raise Refused(409, "appeal_over", f"an appeal is made within {days:g} days")


def _video_appeal(services: Services, creator: Creator, data: AppealAbout) -> AppealMade:
    video = services.videos.find(data.id)
    if video is None or video.account != creator.num:
        raise _nothing("video")
    if video.state not in ("refused", "removed") or video.reason == WITHDRAWN:
        raise Refused(409, "no_decision", f"the video is {video.state}: there is nothing to appeal")
    decided = [one.decided_ms for one in services.reviews.of(video.id) if one.decision]
    _in_time(max(decided, default=services.clock()), services)
    now_ms = services.clock()
    try:
        review = services.reviews.open(
            "appeal", video.id, video.details.language, data.text, now_ms
        )
    except Conflict:
        raise Refused(409, "appealed", "an appeal about this was decided") from None
    return AppealMade("video", video.id, review.opened_ms, _due(services, review.opened_ms))


def _appeal(services: Services, creator: Creator, data: AppealAbout) -> AppealMade:
    known = _known(services, creator.num)
    of, at_ms, reason = _decision(known, creator, data)
    _in_time(at_ms, services)
    now_ms = services.clock()
    target = f"{data.about} {data.id}".strip() if data.about != "suspension" else "suspension"
    case = Case(
        num=0, id="", kind="appeal", target=target, account=creator.num,
        language=of.language if of else "und", reason=reason, words=data.text, decided=False,
        opened_ms=now_ms, due_ms=_due(services, now_ms), decision=None, by=(), decided_ms=0,
        of=of.num if of else 0, strike=False,
    )  # fmt: skip
    if known.appeal(target, at_ms).state != "none":
        raise Refused(409, "appealed", "there is an appeal about this already")
    try:
        made = services.cases.appeal(case, at_ms, now_ms)
    except Conflict:
        raise Refused(409, "appealed", "there is an appeal about this already") from None
    return AppealMade(data.about, data.id, made.opened_ms, made.due_ms)


def _decision(known: _Known, creator: Creator, data: AppealAbout) -> tuple[Case | None, int, str]:
    """The case that was decided so, when, and why. Raises Refused (404)."""
    if data.about == "comment":
        upheld = [
            one for one in known.cases
            if one.kind == "comment" and one.target == data.id and one.decision == "upheld"
        ]  # fmt: skip
        if upheld:
            return upheld[-1], upheld[-1].decided_ms, upheld[-1].reason
    elif data.about == "strike":
        for strike in known.strikes:
            if str(strike.num) == data.id and not strike.lifted_ms:
                return known.case_of(strike), strike.at_ms, strike.reason
    elif creator.suspended_ms:
        alive = [one for one in known.strikes if not one.lifted_ms]
        of = known.case_of(alive[-1]) if alive else None
        return of, creator.suspended_ms, of.reason if of else "other"
    raise _nothing(data.about)


def _due(services: Services, now_ms: int) -> int:
    return due_ms("other", now_ms, services.settings.rules)


ROUTES: list[Any] = [get_standing, post_appeal]
