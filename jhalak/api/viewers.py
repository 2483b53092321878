"""POST /v1/viewers: a new viewer, anonymous."""

from __future__ import annotations

import asyncio
from typing import Annotated, Literal

import msgspec
from litestar import post

from jhalak.api.raw import Refused
from jhalak.api.relations import follow_all
from jhalak.api.services import Services
from jhalak.catalogue.topics import topic_by_id
from jhalak.ports.consents import Consent
from jhalak.ports.errors import Conflict
from jhalak.ports.viewers import AgeBand, Viewer
from jhalak.residency.consent import NOTICE, PURPOSES
from jhalak.schema.activity import TargetKind
from jhalak.schema.ids import new_id, spell

LanguageCode = Literal["en", "hi", "ta", "te", "id", "bn", "mr", "gu", "kn", "ml", "pa", "or", "ur"]
Languages = Annotated[list[LanguageCode], msgspec.Meta(min_length=1, max_length=13)]


class ConsentChoice(msgspec.Struct, forbid_unknown_fields=True):
    """A decision on one purpose."""

    purpose: Annotated[str, msgspec.Meta(max_length=64)]
    granted: bool


Consents = Annotated[list[ConsentChoice], msgspec.Meta(max_length=16)]
Chosen = Annotated[list[Annotated[str, msgspec.Meta(max_length=64)]], msgspec.Meta(max_length=64)]


class ViewerIn(msgspec.Struct, forbid_unknown_fields=True):
    """A new viewer."""

    languages: Languages
    """In order of preference."""
    age_band: AgeBand | None = None
    """null: unknown, which is allowed and noted."""
    topics: Chosen = []
    """To follow."""
    channels: Chosen = []
    """To follow. One that is hidden or gone by now is passed over."""
    consents: Consents = []
    """Purposes that are not named are not granted. Refusing personalisation turns profiling off."""


class ViewerOut(msgspec.Struct):
    """The new viewer and their token."""

    viewer: str
    token: str


def unique(languages: list[LanguageCode]) -> tuple[str, ...]:
    """The languages, each once, in order."""
    return tuple(dict.fromkeys(languages))


def known_purposes(choices: list[ConsentChoice]) -> None:
    """Raises Refused (400) where a purpose is none of ours."""
    for choice in choices:
        if choice.purpose not in PURPOSES:
            known = ", ".join(PURPOSES)
            raise Refused(
                400, "unknown_purpose", f"there is no purpose {choice.purpose!r}: {known}"
            )


@post("/v1/viewers", tags=["viewers"], status_code=201)
async def create_viewer(data: ViewerIn, services: Services) -> ViewerOut:
    """Make a viewer. Keep the token: nothing else proves who this device is."""
    known_purposes(data.consents)
    for name in data.topics:
        if name not in topic_by_id():
            raise Refused(404, "no_such_topic", f"there is no topic {name!r}")
    languages = unique(data.languages)
    refused = any(c.purpose == "personalisation" and not c.granted for c in data.consents)
    while True:
        viewer = Viewer(
            id=new_id(),
            created_ms=services.clock(),
            languages=languages,
            age_band=data.age_band,
            profiled=not refused,
        )
        try:
            await asyncio.to_thread(services.viewers.create, viewer)
            break
        except Conflict:
            continue
    services.directory.put(viewer)
    services.event_ids.new(viewer.id)
    for choice in data.consents:
        consent = Consent(choice.purpose, choice.granted, NOTICE, viewer.created_ms)
        await asyncio.to_thread(services.consents.put, viewer.id, consent)
    # What was offered a minute ago may be hidden by now: nobody's first minute fails for that.
    chosen: list[tuple[TargetKind, str]] = [("topic", name) for name in data.topics]
    live = services.world.channel_rows
    chosen += [("channel", name) for name in data.channels if name in live]
    await follow_all(services, viewer, chosen)
    token = services.viewer_tokens.mint(viewer.id, viewer.epoch, languages)
    return ViewerOut(spell(viewer.id), token)
