"""/v1/creators/me/follow-requests: who wants to follow a private account, and its answer."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Final

import msgspec
from litestar import delete, get, put
from litestar.datastructures import CacheControlHeader
from litestar.params import Parameter

from jhalak.api.raw import Refused
from jhalak.api.relating import Target, Told, renew, tell
from jhalak.api.services import Services
from jhalak.feeds.edition import rfc3339
from jhalak.ports.creators import Creator

NO_STORE: Final = CacheControlHeader(no_store=True)
Handle = Annotated[str, Parameter(max_length=64)]


class RequestOut(msgspec.Struct):
    """Somebody who asked."""

    handle: str
    name: str
    verified: bool
    at: str


class RequestsOut(msgspec.Struct):
    """Longest waiting first."""

    requests: list[RequestOut]


@get("/v1/creators/me/follow-requests", tags=["people"], cache_control=NO_STORE)
async def get_follow_requests(creator: Creator, services: Services) -> RequestsOut:
    """Who wants to follow this account, and waits."""
    waiting = await asyncio.to_thread(services.follow_requests.waiting, creator.num)
    askers = await asyncio.to_thread(services.people.of_viewers, [one for one, _ in waiting])
    found = [(askers[viewer], at_ms) for viewer, at_ms in waiting if viewer in askers]
    return RequestsOut(
        [
            RequestOut(one.handle, one.name or one.handle, one.verified_ms > 0, rfc3339(at_ms))
            for one, at_ms in found
            if not one.suspended_ms
        ]
    )


@put("/v1/creators/me/follow-requests/{handle:str}", tags=["people"], status_code=204)
async def accept_follow_request(handle: Handle, creator: Creator, services: Services) -> None:
    """They follow from now on."""
    await _answer(services, creator, handle, accept=True)


@delete("/v1/creators/me/follow-requests/{handle:str}", tags=["people"], status_code=204)
async def decline_follow_request(handle: Handle, creator: Creator, services: Services) -> None:
    """They do not, and are not told so; they may ask again."""
    await _answer(services, creator, handle, accept=False)


async def _answer(services: Services, creator: Creator, handle: str, *, accept: bool) -> None:
    asker = await asyncio.to_thread(services.people.of_handle, handle)
    done = None
    if asker is not None and not (asker.suspended_ms and accept):
        done = await asyncio.to_thread(
            services.follow_requests.answer, creator.num, asker.viewer, accept, services.clock()
        )
    if asker is None or done is None:
        raise Refused(404, "no_such_request", f"@{handle[:64]} did not ask to follow you")
    if accept and done.row is not None:
        viewer = await services.directory.get(asker.viewer)
        if viewer is not None:
            number = done.row.target
            who = Told(viewer.id, viewer.profiled)
            await tell(services, who, done.row, Target(number, 0, -1, -1, number), True)
        await renew(services, [asker.viewer])
        await services.notify(asker.num, "follow_accepted", "", creator.num)


def requests_document(services: Services, creator: Creator) -> dict[str, Any]:
    """What the account's export says of requests; in a thread."""
    waiting = services.follow_requests.waiting(creator.num)
    asked = services.follow_requests.of_viewer(creator.viewer)
    askers = services.people.of_viewers([viewer for viewer, _ in waiting])
    owners = services.people.of_accounts([account for account, _ in asked])
    return {
        "follow_requests": [
            {"from": askers[viewer].handle, "at_ms": at_ms}
            for viewer, at_ms in waiting
            if viewer in askers
        ],
        "asked_to_follow": [
            {"whom": owners[account].handle, "at_ms": at_ms}
            for account, at_ms in asked
            if account in owners
        ],
    }


ROUTES: Final[list[Any]] = [get_follow_requests, accept_follow_request, decline_follow_request]
