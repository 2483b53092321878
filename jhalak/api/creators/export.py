"""/v1/creators/me, taken out and removed: all that is kept of one creator, who may be suspended."""

from __future__ import annotations

import asyncio
from typing import Any, Final

import msgspec
from litestar import delete, post
from litestar.datastructures import CacheControlHeader
from litestar.response import Response

from jhalak.api.cases.export import cases_document
from jhalak.api.collections.export import collections_document
from jhalak.api.comments.export import comments_document
from jhalak.api.creators.signing_in import cookie
from jhalak.api.erasing import erase_viewer
from jhalak.api.me import viewer_document
from jhalak.api.notifications.export import notifications_document
from jhalak.api.people.follow_requests import requests_document
from jhalak.api.raw import AnyRequest
from jhalak.api.services import Services
from jhalak.ports.creators import Creator
from jhalak.schema.video import Video

EACH: Final = 200
ALL: Final = 1 << 31


@post("/v1/creators/me/export", tags=["creators"], status_code=200,
      cache_control=CacheControlHeader(no_store=True))  # fmt: skip
async def export_creator(creator_even_suspended: Creator, services: Services) -> dict[str, Any]:
    """The account and what signs it in (no secrets), its videos with all that was decided on them,
    unfinished uploads, and all that is kept of its viewer."""
    creator = creator_even_suspended

    def read() -> dict[str, Any]:
        videos = _all_videos(services, creator.num)
        return {
            "creator": _account(creator),
            "recovery_codes_left": services.recovery.codes_left(creator.num),
            "sessions": [
                one._asdict()
                for one in services.creator_sessions.of_account(creator.num, services.clock())
            ],
            "passkeys": [
                {"name": one.name, "created_ms": one.created_ms, "used_ms": one.used_ms}
                for one in services.passkeys.of_account(creator.num)
            ],
            "videos": [
                msgspec.to_builtins(video)
                | {"reviews": [_review(r) for r in services.reviews.of(video.id)]}
                for video in videos
            ],
            "uploads": [
                {"id": u.id, "length": u.length, "received": u.received,
                 "details": msgspec.to_builtins(u.details), "created_ms": u.created_ms}
                for u in services.uploads.of_account(creator.num)
            ],
            "sounds": [one._asdict() for one in services.sounds.of_account(creator.num, ALL)],
            **notifications_document(services, creator),
            **cases_document(services, creator),
            **collections_document(services, creator),
            **comments_document(services, creator),
            **requests_document(services, creator),
        }  # fmt: skip

    document = await asyncio.to_thread(read)
    viewer = await asyncio.to_thread(services.viewers.get, creator.viewer)
    document["viewer"] = viewer and await viewer_document(services, viewer)
    return document


def _account(creator: Creator) -> dict[str, Any]:
    """What they are told of it; numbers that only we use are left out."""
    inside = ("num", "creator", "viewer")
    return {name: value for name, value in creator._asdict().items() if name not in inside}


def _review(review: Any) -> dict[str, Any]:
    """Without who decided: they are operators, and no data of the creator."""
    return {
        "kind": review.kind, "why": review.why, "opened_ms": review.opened_ms,
        "decision": review.decision, "decided_ms": review.decided_ms,
    }  # fmt: skip


@delete("/v1/creators/me", tags=["creators"], status_code=204)
async def erase_creator(
    request: AnyRequest, creator_even_suspended: Creator, services: Services
) -> Response[None]:
    """Erase the account and its viewer: its videos are taken down first, then all of it goes. The
    handle stays taken."""
    creator = creator_even_suspended
    for video in await asyncio.to_thread(_all_videos, services, creator.num):
        await services.take_down.withdraw(video)
    for upload in await asyncio.to_thread(services.uploads.of_account, creator.num):
        await services.take_down.delete(f"uploads/{upload.id}")
    viewer = await asyncio.to_thread(services.viewers.get, creator.viewer)
    if viewer is not None:
        await erase_viewer(services, viewer)
    # Last: as long as the account is there, an erasure that broke off can be asked for again.
    await asyncio.to_thread(services.creator_accounts.erase, creator.num)
    return Response(None, status_code=204, cookies=[cookie(request, "", 0)])


def _all_videos(services: Services, account: int) -> list[Video]:
    found: list[Video] = []
    while page := services.videos.of_account(account, EACH, found[-1].created_ms if found else 0):
        found += page
    return found


ROUTES: list[Any] = [export_creator, erase_creator]
