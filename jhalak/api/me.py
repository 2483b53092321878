"""/v1/me: what a viewer decides and may know about themselves."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import msgspec
from litestar import delete, get, post, put

from jhalak.api.cases.export import reports_document
from jhalak.api.collections.going_on import continue_document, forget
from jhalak.api.erasing import erase_viewer
from jhalak.api.raw import Refused
from jhalak.api.services import Services
from jhalak.api.viewers import ConsentChoice, Languages, known_purposes, unique
from jhalak.catalogue.topics import topic_by_id, topics
from jhalak.feeds.edition import rfc3339
from jhalak.learning.going import ALL
from jhalak.learning.languages import language_shares
from jhalak.learning.taste import interests
from jhalak.people.age import may_profile_ads
from jhalak.ports.consents import Consent
from jhalak.ports.errors import Conflict
from jhalak.ports.viewers import Viewer
from jhalak.residency.consent import NOTICE, PURPOSES
from jhalak.residency.seal import seal, unseal
from jhalak.schema.activity import TOPIC, Forget, Relation, decode, encode
from jhalak.schema.ids import new_id, spell
from jhalak.schema.languages import LANGUAGE_INDEX


class Preferences(msgspec.Struct, forbid_unknown_fields=True):
    """What a viewer chose."""

    languages: Languages
    profiled: bool = True
    """False: feeds read no profile, and nothing is learned."""
    data_budget_bytes: Annotated[int, msgspec.Meta(ge=100_000, le=100_000_000)] = 5_000_000
    """Lock screen, bytes a day."""


def _preferences(viewer: Viewer) -> Preferences:
    return Preferences(
        list(viewer.languages),  # type: ignore[arg-type]
        viewer.profiled,
        viewer.data_budget_bytes,
    )


@get("/v1/me/preferences", tags=["me"])
async def get_preferences(viewer: Viewer) -> Preferences:
    """Languages, profiling and data budget."""
    return _preferences(viewer)


@put("/v1/me/preferences", tags=["me"])
async def put_preferences(data: Preferences, viewer: Viewer, services: Services) -> Preferences:
    """Replace them; the next slate obeys."""
    stored = await _change(
        services,
        viewer,
        msgspec.structs.replace(
            viewer,
            languages=unique(data.languages),
            profiled=data.profiled,
            data_budget_bytes=data.data_budget_bytes,
        ),
    )
    return _preferences(stored)


async def _change(services: Services, before: Viewer, viewer: Viewer) -> Viewer:
    try:
        stored = await asyncio.to_thread(services.viewers.update, viewer)
    except Conflict:
        services.directory.drop(viewer.id)  # another process changed it: the next try reads it
        raise
    services.directory.put(stored)
    services.states.renew(viewer.id)
    if before.profiled and not stored.profiled:
        await forget(services, stored, ALL)
    return stored


class ConsentsIn(msgspec.Struct, forbid_unknown_fields=True):
    """Decisions; purposes that are not named stay as they are."""

    consents: Annotated[list[ConsentChoice], msgspec.Meta(min_length=1, max_length=16)]


class ConsentState(msgspec.Struct):
    """Where one purpose stands."""

    purpose: str
    text: str
    granted: bool
    holds: bool
    """Granted, and allowed at their age: ads by interests are for those known to be grown up."""
    decided: str | None
    """RFC 3339; null: never decided, and so not granted."""
    notice: str


class ConsentsOut(msgspec.Struct):
    consents: list[ConsentState]


async def _consents(services: Services, viewer: Viewer) -> ConsentsOut:
    rows = {c.purpose: c for c in await asyncio.to_thread(services.consents.current, viewer.id)}
    granted = {purpose for purpose, row in rows.items() if row.granted}
    holding = granted if may_profile_ads(viewer.age_band) else granted - {"profiled_ads"}
    return ConsentsOut(
        [
            ConsentState(
                purpose,
                text,
                purpose in granted,
                purpose in holding,
                rfc3339(rows[purpose].at_ms) if purpose in rows else None,
                rows[purpose].notice if purpose in rows else NOTICE,
            )
            for purpose, text in PURPOSES.items()
        ]
    )


@get("/v1/me/consents", tags=["me"])
async def get_consents(viewer: Viewer, services: Services) -> ConsentsOut:
    """Each purpose, and whether it is allowed."""
    return await _consents(services, viewer)


@put("/v1/me/consents", tags=["me"])
async def put_consents(data: ConsentsIn, viewer: Viewer, services: Services) -> ConsentsOut:
    """Allow or refuse purposes. Refusing personalisation also turns profiling off."""
    known_purposes(data.consents)
    now_ms = services.clock()
    for choice in data.consents:
        consent = Consent(choice.purpose, choice.granted, NOTICE, now_ms)
        await asyncio.to_thread(services.consents.put, viewer.id, consent)
        if choice.purpose == "personalisation" and choice.granted != viewer.profiled:
            viewer = await _change(
                services, viewer, msgspec.structs.replace(viewer, profiled=choice.granted)
            )
    return await _consents(services, viewer)


class Interest(msgspec.Struct):
    topic: str
    name: str
    """In the viewer's first language."""
    share: float
    """Of what the viewer engaged with, 0 to 1."""


class InterestsOut(msgspec.Struct):
    """What was learned, as it is used."""

    profiled: bool
    interests: list[Interest]
    languages: dict[str, float]
    """Share of a slate by chosen language, 0 to 1; they add up to 1."""


@get("/v1/me/interests", tags=["me"])
async def get_interests(viewer: Viewer, services: Services) -> InterestsOut:
    """The viewer's topics, greatest first."""
    if not viewer.profiled:
        return InterestsOut(False, [], {})
    state, _ = await services.states.get(viewer.id)
    first = viewer.languages[0]
    table = topics()
    shares = language_shares(state, [LANGUAGE_INDEX[code] for code in viewer.languages]).tolist()
    liked = interests(state, services.world.catalogue.facts_of(state.items)[1])
    return InterestsOut(
        True,
        [Interest(table[t].id, table[t].names[first], round(s, 4)) for t, s in liked],
        {code: round(s, 4) for code, s in zip(viewer.languages, shares, strict=True)},
    )


@delete("/v1/me/interests/{topic:str}", tags=["me"], status_code=204)
async def delete_interest(topic: str, viewer: Viewer, services: Services) -> None:
    """Forget an interest; the next slate obeys."""
    if topic not in topic_by_id():
        raise Refused(404, "no_such_topic", f"there is no topic {topic!r}")
    now_ms = services.clock()
    record = Forget(f"forget:{new_id()}", viewer.id, now_ms, topic_by_id()[topic].index)
    _, n = await services.event_log.append(
        TOPIC, viewer.id, seal(viewer.id, encode(record)), now_ms
    )
    services.states.note(viewer.id, n, record)


@post("/v1/me/export", tags=["me"], status_code=200)
async def export(viewer: Viewer, services: Services) -> dict[str, Any]:
    """Everything that is kept about the viewer, as one JSON document."""
    return await viewer_document(services, viewer)


async def viewer_document(services: Services, viewer: Viewer) -> dict[str, Any]:
    """The same of any viewer."""
    entries = await services.event_log.read_key(TOPIC, viewer.id)
    profile = await services.profiles.get(viewer.id)
    relations = await asyncio.to_thread(services.relations.of_viewer, viewer.id)
    consents = await asyncio.to_thread(services.consents.history, viewer.id)
    reports = await asyncio.to_thread(reports_document, services, viewer.id)
    activity = [decode(unseal(viewer.id, entry.payload)) for entry in entries]
    activity = [r for r in activity if not (isinstance(r, Relation) and r.verb == "barred")]
    document: dict[str, Any] = msgspec.to_builtins(
        {
            "viewer": {**msgspec.to_builtins(viewer), "id": spell(viewer.id)},
            # Who blocks the viewer is theirs to tell, here too.
            "relations": [row._asdict() for row in relations if row.verb != "barred"],
            "consents": [row._asdict() for row in consents],
            "reports": reports,
            "activity": [
                {"record": type(record).__name__, **msgspec.structs.asdict(record)}
                for record in activity
            ],
            "profile": None if profile is None else unseal(viewer.id, profile),
        }
    )
    state, _ = await services.states.get(viewer.id, profiled=viewer.profiled)
    return document | await asyncio.to_thread(continue_document, services, state)


@delete("/v1/me", tags=["me"], status_code=204)
async def erase(viewer: Viewer, services: Services) -> None:
    """Delete the viewer: rows, profile and log now, what was derived within 24 hours. The token
    ends here. 409 for the viewer of an account, who is erased with it: DELETE /v1/creators/me."""
    if await asyncio.to_thread(services.people.of_viewers, [viewer.id]):
        raise Refused(
            409, "account_viewer", "this viewer belongs to an account: DELETE /v1/creators/me"
        )
    await erase_viewer(services, viewer)


ROUTES = [
    get_preferences, put_preferences, get_consents, put_consents, get_interests, delete_interest,
    export, erase,
]  # fmt: skip
