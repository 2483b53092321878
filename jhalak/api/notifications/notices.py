"""/v1/creators/me/notifications: what an account was told, newest first."""

from __future__ import annotations

import asyncio
import re
from typing import Annotated, Any, Final

import msgspec
from litestar import get, post
from litestar.datastructures import CacheControlHeader
from litestar.params import QueryParameter

from jhalak.api.raw import Refused
from jhalak.api.services import Services
from jhalak.ports.creators import Creator
from jhalak.ports.notifications import Notice, NoticeKind

PAGE: Final = 30
NO_STORE: Final = CacheControlHeader(no_store=True)
_CURSOR: Final = re.compile(r"^([0-9]{1,15})\.([0-9]{1,15})$", re.ASCII)

AfterQuery = Annotated[str, QueryParameter(name="after", max_length=64)]


class PersonOut(msgspec.Struct):
    """Somebody who did it."""

    handle: str
    name: str
    """As they want to be called; "": by the handle."""


class NoticeOut(msgspec.Struct):
    """One notification. Times are Unix milliseconds."""

    id: str
    """Also the place in the list: `after` it the older ones come."""
    kind: NoticeKind
    subject: str
    """The id of what it is about: a video's, a comment's, a series', a case's; "" of followers."""
    about: dict[str, str]
    """More that is known: `video`, `reason`, `what`, `until_ms`, `outcome`, a series' `title`."""
    people: list[PersonOut]
    """At most two of them, the newest first."""
    n: int
    """How many persons did it, those two among them; 0: Jhalak says it. Of a `part`: how many."""
    at_ms: int
    read: bool


class NoticesOut(msgspec.Struct):
    """Newest first."""

    notifications: list[NoticeOut]
    unread: int
    """Of all, not of this page."""
    next: str | None
    """`after` of the next page; null: there is none."""


class ReadIn(msgspec.Struct, forbid_unknown_fields=True):
    """How far one has read."""

    up_to: Annotated[str, msgspec.Meta(max_length=64)]
    """The id of the newest that was seen; it and all older ones are read."""


class UnreadOut(msgspec.Struct):
    """What is left."""

    unread: int


def _place(text: str) -> tuple[int, int]:
    """at_ms and number of a notification's id. Raises Refused (400)."""
    found = _CURSOR.match(text)
    if found is None:
        raise Refused(400, "bad_parameter", "this is the id of a notification, such as 17.5")
    return int(found[1]), int(found[2])


def notice_out(notice: Notice) -> NoticeOut:
    people = [PersonOut(*person) for person in notice.people]
    subject = "" if notice.kind == "follow" else notice.subject
    return NoticeOut(
        f"{notice.at_ms}.{notice.num}", notice.kind, subject, dict(notice.said), people, notice.n,
        notice.at_ms, notice.read_ms > 0,
    )  # fmt: skip


@get("/v1/creators/me/notifications", tags=["notifications"], cache_control=NO_STORE)
async def get_notifications(
    creator: Creator, services: Services, after: AfterQuery = ""
) -> NoticesOut:
    """What one was told in the last 90 days, 30 at a time."""
    before = _place(after) if after else None

    def read() -> NoticesOut:
        found = services.notifications.page(creator.num, before, PAGE + 1)
        told = [notice_out(notice) for notice in found[:PAGE]]
        more = told[-1].id if len(found) > PAGE else None
        return NoticesOut(told, services.notifications.unread(creator.num), more)

    return await asyncio.to_thread(read)


@get("/v1/creators/me/notifications/unread", tags=["notifications"], cache_control=NO_STORE)
async def get_unread(creator: Creator, services: Services) -> UnreadOut:
    """How many one has not read: what a dot is shown for."""
    return UnreadOut(await asyncio.to_thread(services.notifications.unread, creator.num))


@post("/v1/creators/me/notifications/read", tags=["notifications"], status_code=200)
async def read_notifications(data: ReadIn, creator: Creator, services: Services) -> UnreadOut:
    """One has read up to here. Idempotent."""
    up_to = _place(data.up_to)

    def mark() -> UnreadOut:
        services.notifications.read(creator.num, up_to, services.clock())
        return UnreadOut(services.notifications.unread(creator.num))

    return await asyncio.to_thread(mark)


ROUTES: list[Any] = [get_notifications, get_unread, read_notifications]
