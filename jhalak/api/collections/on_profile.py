"""/v1/people/{handle}/collections: the series and public lists of somebody."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
from litestar import get

from jhalak.api.collections.shapes import NO_STORE, is_young
from jhalak.api.people.profile import Handle, Known, known_person
from jhalak.api.services import Services
from jhalak.ports.viewers import Viewer


class SeriesLine(msgspec.Struct):
    id: str
    title: str
    language: str
    finished: bool
    parts: int


class PlaylistLine(msgspec.Struct):
    id: str
    title: str
    n: int
    public: bool


class CollectionsOut(msgspec.Struct):
    """Newest first."""

    series: list[SeriesLine]
    playlists: list[PlaylistLine]
    """The public ones; to their owner all."""


@get("/v1/people/{handle:str}/collections", tags=["collections"], cache_control=NO_STORE)
async def get_collections(handle: Handle, viewer: Viewer, services: Services) -> CollectionsOut:
    """What stands on a profile. Nothing of a private account that the viewer does not follow."""
    known = await known_person(services, viewer.id, handle)
    if known.hidden:
        return CollectionsOut([], [])
    return await asyncio.to_thread(_read, services, known)


def _read(services: Services, known: Known) -> CollectionsOut:
    account = known.person.num
    young = is_young(known.person, services.clock())
    lists = [held.playlist for held in services.playlists.of_account(account)]
    return CollectionsOut(
        [
            SeriesLine(one.id, one.title, one.language, one.finished, len(one.videos))
            for one in services.series.of_account(account)
            if one.videos
        ],
        [
            PlaylistLine(one.id, one.title, one.n, one.public and not young)
            for one in lists
            if known.own or (one.public and not young)
        ],
    )


ROUTES: list[Any] = [get_collections]
