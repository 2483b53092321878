"""A viewer, with reason: what is known of one person, what they were shown and why.

Nobody is listed: who looks must hold the viewer's token or id already. Each look says why, and
stands in the audit log before anything is answered.
"""

from __future__ import annotations

from typing import Annotated, Any, Final

import msgspec
import numpy as np
from litestar import post

from jhalak.api.console.access import Operator, recorded
from jhalak.api.console.learning import topic_name
from jhalak.api.console.slots import item_of, slate_of
from jhalak.api.console.what_if import WhatIf, both
from jhalak.api.raw import Refused
from jhalak.api.services import Services
from jhalak.feeds.edition import rfc3339
from jhalak.learning.languages import language_shares
from jhalak.learning.taste import interests
from jhalak.people.viewer_token import Unauthorised, WrongCell
from jhalak.ports.viewers import Viewer
from jhalak.residency.seal import unseal
from jhalak.schema.activity import TOPIC, Outcome, Outcomes, Served, decode
from jhalak.schema.ids import parse, spell
from jhalak.schema.languages import LANGUAGE_INDEX
from jhalak.schema.viewer_state import SHOWN, ViewerState

SLATES: Final = 20
SEEN: Final = 12
"""Items looked at last that are named."""


class Look(msgspec.Struct, forbid_unknown_fields=True):
    """Whom, and why."""

    viewer: Annotated[str, msgspec.Meta(max_length=400)]
    """The viewer's token, or id."""
    reason: Annotated[str, msgspec.Meta(max_length=500)]


@post("/viewer", tags=["console"], status_code=200)
async def look(data: Look, operator: Operator, services: Services) -> dict[str, Any]:
    """Profile and slates of one viewer. Recorded with the reason."""
    viewer = await found(services, data.viewer)
    await recorded(services, operator, "look at viewer", spell(viewer.id), data.reason)
    state, read = await services.states.get(viewer.id, profiled=viewer.profiled)
    return {
        "viewer": spell(viewer.id), "created": rfc3339(viewer.created_ms),
        "languages": list(viewer.languages), "age_band": viewer.age_band,
        "profiled": viewer.profiled, "profile_read": read,
        "profile": profile_of(services, viewer, state),
        "arms": _arms(services, viewer),
        "slates": await slates_of(services, viewer.id),
    }  # fmt: skip


@post("/viewer/what-if", tags=["console"], status_code=200)
async def what_if(data: WhatIf, operator: Operator, services: Services) -> dict[str, Any]:
    """The viewer's slate now, and as it would be. Recorded with the reason."""
    viewer = await found(services, data.viewer)
    await recorded(services, operator, "ask what if of viewer", spell(viewer.id), data.reason)
    return await both(services, viewer, data)


async def found(services: Services, which: str) -> Viewer:
    """The viewer of a token or an id. Raises Refused (400, 404)."""
    which = which.strip().removeprefix("Bearer ")
    try:
        number = parse(which) if len(which) < 20 else services.viewer_tokens.verify(which).viewer
    except WrongCell as error:
        raise Refused(400, "wrong_cell", str(error)) from None
    except (ValueError, Unauthorised) as error:
        raise Refused(400, "no_viewer_named", f"neither token nor id: {error}") from None
    viewer = await services.directory.get(number)
    if viewer is None:
        raise Refused(404, "no_such_viewer", "there is no such viewer; they may have been erased")
    return viewer


def profile_of(services: Services, viewer: Viewer, state: ViewerState) -> dict[str, Any]:
    """What the viewer's state says, with names."""
    codes = [LANGUAGE_INDEX[code] for code in viewer.languages]
    shares = language_shares(state, codes).tolist()
    names = services.creator_names
    places = np.argsort(-state.creator_engaged, kind="stable")
    return {
        "interests": [
            {
                "topic": topic_name(topic), "share": round(share, 4),
                "shown": round(float(state.shown[topic]), 1),
                "engaged": round(float(state.engaged[topic]), 2),
            }
            for topic, share in interests(
                state, services.world.catalogue.facts_of(state.items)[1]
            )
        ],
        "languages": [
            {
                "language": code, "share": round(share, 4),
                "shown": round(float(state.language_shown[index]), 1),
                "engaged": round(float(state.language_engaged[index]), 2),
            }
            for code, index, share in zip(viewer.languages, codes, shares, strict=True)
        ],
        "publishers": [
            {
                "publisher": names.get(int(state.creators[place]), ""),
                "shown": round(float(state.counts[-len(state.creators) + place, SHOWN]), 1),
                "engaged": round(float(state.creator_engaged[place]), 2),
            }
            for place in places.tolist()
            if state.creators[place] and state.creator_engaged[place] > 0
        ],
        "seen": state.seen_count,
        "last": [item_of(services, n) for n in reversed(state.items[state.items > 0].tolist())]
        [:SEEN],
        "hidden": {
            "publishers": [names.get(number, str(number)) for number in state.hidden_creators],
            "topics": [topic_name(topic) for topic in state.hidden_topics],
            "items": len(state.hidden_items),
        },
        "followed": {
            "publishers": [names.get(number, str(number)) for number in state.followed_creators],
            "topics": [topic_name(topic) for topic in state.followed_topics],
        },
    }  # fmt: skip


async def slates_of(services: Services, viewer: int) -> list[dict[str, Any]]:
    """The newest SLATES slates of the log, newest first, with what came back about each."""
    served: dict[int, Served] = {}
    events: dict[int, list[Outcome]] = {}
    for entry in await services.event_log.read_key(TOPIC, viewer):
        record = decode(unseal(viewer, entry.payload))
        if isinstance(record, Served):
            served[record.slate] = record
        elif isinstance(record, Outcomes):
            for event in record.events:
                events.setdefault(event.slate, []).append(event)
    newest = list(served.values())[-SLATES:][::-1]
    return [slate_of(services, record, events.get(record.slate, [])) for record in newest]


def _arms(services: Services, viewer: Viewer) -> list[str]:
    """(experiment, arm) pairs that the viewer would be exposed to now, on any surface."""
    if not viewer.profiled or viewer.age_band in ("under13", "13-17"):
        return []
    now_ms = services.clock()
    met = {pair for s in (0, 1) for pair in services.experiments.arms(viewer.id, s, now_ms)}
    return sorted(f"{experiment}/{arm}" for experiment, arm in met)


ROUTES = [look, what_if]
