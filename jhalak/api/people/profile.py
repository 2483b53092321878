"""/v1/people/{handle}: who somebody is, as another one sees them, and their videos."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Final, Literal, NamedTuple

import msgspec
from litestar import get
from litestar.datastructures import CacheControlHeader
from litestar.params import Parameter, QueryParameter

from jhalak.api.raw import Refused
from jhalak.api.services import Services
from jhalak.catalogue.cards import video_fields
from jhalak.people.age import MINORS
from jhalak.ports.creators import Creator
from jhalak.ports.viewers import Viewer
from jhalak.schema.activity import Verb

PAGE: Final = 24
NO_STORE: Final = CacheControlHeader(no_store=True)
Handle = Annotated[str, Parameter(max_length=64)]
AfterQuery = Annotated[str, QueryParameter(name="after", max_length=64)]
Follows = Literal["no", "asked", "yes"]


class PersonOut(msgspec.Struct):
    """Somebody, and how the viewer who asks stands to them. Counts are exact."""

    handle: str
    name: str
    about: str
    verified: bool
    private: bool
    """Only followers see the videos, and to follow is to ask."""
    followers: int
    following: int
    likes: int
    """Of all their videos."""
    videos: int
    """That the viewer may see."""
    follows: Follows
    blocks: bool
    mutes: bool
    own: bool
    """It is the viewer's own account."""


class ShelfVideo(msgspec.Struct):
    """A video as the feed has it, without a slot: what is done with it here is no answer to a
    slate."""

    slot: None
    why: str
    item: str
    title: str
    language: str
    topic: str
    creator: str | None
    duration_s: float | None
    poster: dict[str, Any]
    """As of VideoOut."""
    renditions: list[dict[str, Any]]
    """As of VideoOut."""
    at: str | None
    placeholder: str | None
    labels: list[str]
    of: dict[str, str] | None = None
    """As of VideoOut."""


class ShelfOut(msgspec.Struct):
    """Newest first."""

    items: list[ShelfVideo]
    next: str | None
    """Ask on with after=next; null: that was all."""


class Known(NamedTuple):
    """Somebody whom a viewer may see, and how the viewer stands to them."""

    person: Creator
    verbs: frozenset[Verb]
    own: bool

    @property
    def closed(self) -> bool:
        """May the viewer see what is for followers only?"""
        return self.own or "follows" in self.verbs

    @property
    def hidden(self) -> bool:
        """Does the viewer see no videos of them at all?"""
        return (not self.closed and self.person.private) or "blocks" in self.verbs


async def known_person(services: Services, viewer: int, handle: str) -> Known:
    """Raises Refused (404): there is nobody, they were erased or are suspended, or block the
    viewer."""
    nobody = Refused(404, "no_such_person", f"there is nobody called @{handle[:64]}")
    person = await asyncio.to_thread(services.people.of_handle, handle)
    if person is None or person.suspended_ms:
        raise nobody
    verbs = await asyncio.to_thread(services.relations.between, viewer, person.creator)
    if "barred" in verbs:
        raise nobody
    return Known(person, verbs, person.viewer == viewer)


@get("/v1/people/{handle:str}", tags=["people"], cache_control=NO_STORE)
async def get_person(handle: Handle, viewer: Viewer, services: Services) -> PersonOut:
    """A profile. 404 also for who was erased, is suspended, or blocks the viewer."""
    known = await known_person(services, viewer.id, handle)
    return await asyncio.to_thread(_person_out, services, known, viewer.id)


def _person_out(services: Services, known: Known, viewer: int) -> PersonOut:
    person, verbs, count = known.person, known.verbs, services.relations.count
    follows: Follows = "yes" if "follows" in verbs else "no"
    if follows == "no" and services.follow_requests.asked(person.num, viewer):
        follows = "asked"
    shown = 0 if known.hidden else services.shelf.how_many(person.num, closed=known.closed)
    return PersonOut(
        handle=person.handle, name=person.name or person.handle, about=person.about,
        verified=person.verified_ms > 0, private=person.private,
        followers=count("follows", "creator", person.creator),
        following=count("follows", "viewer", person.viewer),
        likes=count("likes", "items_of", person.creator), videos=shown, follows=follows,
        blocks="blocks" in verbs, mutes="mutes" in verbs, own=known.own,
    )  # fmt: skip


@get("/v1/people/{handle:str}/videos", tags=["people"], cache_control=NO_STORE)
async def get_person_videos(
    handle: Handle, viewer: Viewer, services: Services, after: AfterQuery = ""
) -> ShelfOut:
    """Their videos that the viewer may see, newest first, 24 at a time."""
    known = await known_person(services, viewer.id, handle)
    if known.hidden:
        return ShelfOut([], None)
    minor = viewer.age_band in MINORS
    return await asyncio.to_thread(_shelf, services, known, after, minor=minor)


def _shelf(services: Services, known: Known, after: str, *, minor: bool) -> ShelfOut:
    videos = services.shelf.newest(known.person.num, PAGE + 1, after, closed=known.closed)
    if videos is None:
        raise Refused(400, "bad_parameter", "after is the `next` of the page before")
    records = services.items.by_num([video.num for video in videos[:PAGE]])
    now_ms, items = services.clock(), list[ShelfVideo]()
    for video in videos[:PAGE]:
        record = records.get(video.num)
        # What changes between the two reads is not shown: the item is what says who may see it.
        if record is None or record.status != "live" or record.withheld:
            continue
        if record.followers_only and not known.closed:
            continue
        if minor and not known.own and (record.item.sensitive or record.item.unsafe):
            continue
        base = services.media_links.base(record.item.media, now_ms) if record.item.media else None
        fields: dict[str, Any] = video_fields(record) | {"slot": None, "why": "", "at": base}
        items.append(msgspec.convert(msgspec.to_builtins(fields), ShelfVideo))
    return ShelfOut(items, videos[PAGE - 1].id if len(videos) > PAGE else None)


ROUTES: Final[list[Any]] = [get_person, get_person_videos]
