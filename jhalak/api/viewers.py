"""POST /v1/viewers: a new viewer, anonymous."""

from __future__ import annotations

import asyncio
from typing import Annotated, Literal

import msgspec
from litestar import post

from jhalak.api.services import Services
from jhalak.ports.errors import Conflict
from jhalak.ports.viewers import AgeBand, Viewer
from jhalak.schema.ids import new_id, spell

LanguageCode = Literal["en", "hi", "ta", "te", "id", "bn", "mr", "gu", "kn", "ml", "pa", "or", "ur"]
Languages = Annotated[list[LanguageCode], msgspec.Meta(min_length=1, max_length=13)]


class ViewerIn(msgspec.Struct, forbid_unknown_fields=True):
    """A new viewer."""

    languages: Languages
    """In order of preference."""
    age_band: AgeBand | None = None
    """null: unknown, which is allowed and noted."""


class ViewerOut(msgspec.Struct):
    """The new viewer and their token."""

    viewer: str
    token: str


def unique(languages: list[LanguageCode]) -> tuple[str, ...]:
    """The languages, each once, in order."""
    return tuple(dict.fromkeys(languages))


@post("/v1/viewers", tags=["viewers"], status_code=201)
async def create_viewer(data: ViewerIn, services: Services) -> ViewerOut:
    """Make a viewer. Keep the token: nothing else proves who this device is."""
    languages = unique(data.languages)
    while True:
        viewer = Viewer(
            id=new_id(),
            created_ms=services.clock(),
            languages=languages,
            age_band=data.age_band,
        )
        try:
            await asyncio.to_thread(services.viewers.create, viewer)
            break
        except Conflict:
            continue
    services.directory.put(viewer)
    services.event_ids.new(viewer.id)
    token = services.viewer_tokens.mint(viewer.id, viewer.epoch, languages)
    return ViewerOut(spell(viewer.id), token)
