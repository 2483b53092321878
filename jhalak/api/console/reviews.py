"""Reviews: creators' videos that wait for a human, with all that is needed to decide."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Final

import msgspec
from litestar import get, post
from litestar.params import Parameter
from litestar.types import ASGIApp

from jhalak.api.console.access import Operator, recorded
from jhalak.api.console.numbers import Number
from jhalak.api.raw import AnyRequest, Refused
from jhalak.api.reports import CODES
from jhalak.api.services import Services
from jhalak.api.video_files import file_answer
from jhalak.ports.reviews import Decision, Review
from jhalak.schema.video import Video
from jhalak.trust.gate import SENSITIVE

PAGE: Final = 30
"""Reviews that are told at once; the next ones come when these are decided."""
COPY: Final = "copy:"
Text = Annotated[str, Parameter(max_length=64)]
_HEADERS: Final = {"cache-control": "no-store", "cross-origin-resource-policy": "same-origin"}


class DecisionIn(msgspec.Struct, forbid_unknown_fields=True):
    """What one person says."""

    decision: Decision
    why: Annotated[str, msgspec.Meta(max_length=64, pattern=r"^[a-z_:A-Z0-9-]*$")] = ""
    """The code for which a video is refused; "": the first that is doubted."""
    sensitive: bool = False
    """Allowed, and viewers are told that it is not for everyone nearby."""


class TakedownIn(msgspec.Struct, forbid_unknown_fields=True):
    """Why a video is taken down, of which nobody opened a review."""

    code: str
    """One of CODES (api/reports.py): its creator is told."""
    why: Annotated[str, msgspec.Meta(max_length=500)]
    """For the audit log."""


@get("/reviews")
async def get_reviews(
    operator: Operator, services: Services, language: Text = "", kind: Text = ""
) -> dict[str, Any]:
    """The oldest that wait, and how many wait in each language. A moderator of an appeal must not
    have decided on the video before; `may` says so."""
    return await asyncio.to_thread(_queue, services, operator.name, language, kind)


def _queue(services: Services, name: str, language: str, kind: str) -> dict[str, Any]:
    waiting = services.reviews.waiting(language, 4 * PAGE)
    wanted = [one for one in waiting if not kind or one.kind == kind][:PAGE]
    told = [_told(services, name, one) for one in wanted]
    return {
        "now_ms": services.clock(),
        "languages": [
            {"language": code, "waiting": waits, "oldest_ms": oldest_ms}
            for code, waits, oldest_ms in services.reviews.counts()
        ],
        "reviews": [one for one in told if one is not None],
    }


def _told(services: Services, name: str, review: Review) -> dict[str, Any] | None:
    """None: the video's creator was erased meanwhile."""
    video = services.videos.find(review.video)
    if video is None:
        return None
    before = [one for one in services.reviews.of(video.id) if one.decision is not None]
    return {
        "num": review.num, "kind": review.kind, "language": review.language,
        "why": review.why, "opened_ms": review.opened_ms,
        "may": review.kind != "appeal" or all(name not in one.by for one in before),
        "said": name in review.by, "others_said": len(set(review.by) - {name}),
        "video": _video(video), "originals": _originals(services, review),
        "history": [
            {
                "kind": one.kind, "decision": one.decision, "by": list(one.by), "why": one.why,
                "at_ms": one.decided_ms,
            }
            for one in before
        ],
    }  # fmt: skip


def _originals(services: Services, review: Review) -> list[dict[str, Any]]:
    """What it may be a copy of, for laying them side by side."""
    if review.kind != "gate":
        return []
    names = [line.removeprefix(COPY) for line in review.why.splitlines() if line.startswith(COPY)]
    found = [services.videos.find(name) for name in names[:2]]
    return [_video(one) for one in found if one is not None]


def _video(video: Video) -> dict[str, Any]:
    media, said = video.media, video.details
    there = media.files if media and video.state != "removed" else ()
    files = {one.name for one in there}
    playable = [one for one in there if one.type == "video/mp4"]
    low = min(playable, key=lambda one: one.height * one.width, default=None)

    def at(name: str) -> str | None:
        return f"/console/api/videos/{video.id}/files/{name}" if name in files else None

    return {
        "id": video.id, "handle": video.handle, "state": video.state, "reason": video.reason,
        "caption": said.caption, "language": said.language, "topic": said.topic, "ai": said.ai,
        "sensitive": said.sensitive, "rights": said.rights, "labels": list(video.labels),
        "ai_mark": media.ai_mark if media else "", "created_ms": video.created_ms,
        "live_ms": video.live_ms, "duration_s": media.duration_s if media else 0.0,
        "width": media.width if media else 0, "height": media.height if media else 0,
        "poster": at("poster.webp"), "strip": at("strip.webp"),
        "play": at(low.name) if low is not None else None,
    }  # fmt: skip


@get("/videos/{video:str}/files/{name:str}")
async def get_file(request: AnyRequest, video: Text, name: Text, services: Services) -> ASGIApp:
    """A file of a video that no viewer may see yet, or any more."""
    found = await asyncio.to_thread(services.videos.find, video)
    media = found.media if found is not None else None
    if media is None or name not in {one.name for one in media.files}:
        raise Refused(404, "no_such_file", f"video {video!r} has no file {name!r}")
    return await file_answer(services, media.set, name, _HEADERS, request.scope)


@post("/reviews/{number:int}", status_code=200)
async def post_decision(
    number: Number, data: DecisionIn, operator: Operator, services: Services
) -> dict[str, Any]:
    """Decide, and carry it out. 409: it does not wait any more, or it is not for this person."""
    review = await asyncio.to_thread(services.reviews.find, number)
    if review is None:
        raise Refused(404, "no_such_review", f"there is no review {number}")
    if data.sensitive and data.decision == "allow":
        await _label(services, review.video)
    decided = await asyncio.to_thread(
        services.reviews.decide, number, data.decision, operator.name, services.clock(), data.why
    )
    if decided is None:
        raise Refused(
            409, "not_yours", "it was decided meanwhile, or you decided on this video before"
        )
    if decided.decision is not None:
        await services.settle(decided.video)
    return {"num": number, "decision": decided.decision, "more_needed": decided.decision is None}


async def _label(services: Services, video_id: str) -> None:
    """Viewers are told that it is sensitive from when it is live."""
    video = await asyncio.to_thread(services.videos.find, video_id)
    if video is not None and SENSITIVE not in video.labels:
        await asyncio.to_thread(
            services.videos.change, video.id, ("held", "refused"), services.clock(),
            labels=(*video.labels, SENSITIVE),
        )  # fmt: skip


@post("/videos/{video:str}/takedown", status_code=200)
async def post_takedown(
    video: Text, data: TakedownIn, operator: Operator, services: Services
) -> dict[str, Any]:
    """Take a video down at once. Audited with the reason."""
    found = await asyncio.to_thread(services.videos.find, video)
    if found is None:
        raise Refused(404, "no_such_video", f"there is no video {video!r}")
    if data.code not in CODES:
        raise Refused(400, "bad_parameter", f"code is one of {', '.join(CODES)}")
    await recorded(services, operator, "take down video", f"video {video}", data.why)
    await services.refuse_video(found, data.code, f"operator:{operator.name}")
    return {"video": video}


ROUTES = [get_reviews, get_file, post_decision, post_takedown]
