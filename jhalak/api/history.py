"""/v1/me/history: what a viewer did, and taking it back."""

from __future__ import annotations

import asyncio
from typing import Annotated, NamedTuple

import msgspec
import numpy as np
from litestar import delete, get
from litestar.params import Parameter

from jhalak.api.raw import AnyRequest, Refused, path_after
from jhalak.api.services import Services
from jhalak.feeds.edition import rfc3339
from jhalak.ports.viewers import Viewer
from jhalak.residency.seal import seal, unseal
from jhalak.schema.activity import (
    EVENT_INDEX,
    EVENT_TYPES,
    TOPIC,
    Outcome,
    Outcomes,
    decode,
    encode,
)
from jhalak.schema.ids import new_id
from jhalak.schema.item import Item
from jhalak.schema.viewer_state import ViewerState
from jhalak.stages.audience import may_see

_UNDO = EVENT_INDEX["undo"]


class HistoryEntry(msgspec.Struct):
    id: str
    type: str
    at: str
    item: str | None
    """null: the item is not live any more, or not for the viewer."""
    title: str | None
    topic: str | None
    value: float
    undone: bool
    """It was taken back."""


class HistoryOut(msgspec.Struct):
    """Newest first."""

    events: list[HistoryEntry]


@get("/v1/me/history", tags=["me"])
async def get_history(
    viewer: Viewer,
    services: Services,
    limit: Annotated[int, Parameter(ge=1, le=500)] = 100,
) -> HistoryOut:
    """What the viewer did, newest first."""
    outcomes = await _outcomes(services, viewer.id)
    undone = {outcome.undoes for outcome in outcomes if outcome.type == _UNDO}
    state, _ = await services.states.get(viewer.id, profiled=viewer.profiled)
    unwanted = await asyncio.to_thread(services.relations.unwanted, viewer.id)
    shown = _Shown(services, state, unwanted)
    return HistoryOut([_entry(shown, one, one.id in undone) for one in outcomes[:limit]])


@delete("/v1/me/history/{event_id:path}", tags=["me"], status_code=204)
async def undo_event(
    event_id: Annotated[str, Parameter(max_length=64)],
    viewer: Viewer,
    request: AnyRequest,
    services: Services,
) -> None:
    """Take an event back: what was learned from it is unlearned, here at once and in the model
    with its next records. Again, and of an undo, it changes nothing."""
    name = path_after(request.scope, 3)
    outcomes = await _outcomes(services, viewer.id)
    found = next((outcome for outcome in outcomes if outcome.id == name), None)
    if found is None:
        raise Refused(404, "no_such_event", f"there is no event {name!r} in your history")
    if found.type == _UNDO or any(outcome.undoes == name for outcome in outcomes):
        return
    now_ms = services.clock()
    taken = msgspec.structs.replace(
        found, id=f"undo:{new_id()}", type=_UNDO, at_ms=now_ms, value=0.0, ranges=(), undoes=name
    )
    record = Outcomes(viewer.id, now_ms, viewer.profiled, (taken,))
    payload = seal(viewer.id, encode(record))
    _, n = await services.event_log.append(TOPIC, viewer.id, payload, now_ms)
    services.states.note(viewer.id, n, record)


async def _outcomes(services: Services, viewer: int) -> list[Outcome]:
    """All that the log holds of a viewer's events, newest first."""
    outcomes: list[Outcome] = []
    for entry in reversed(await services.event_log.read_key(TOPIC, viewer)):
        record = decode(unseal(viewer, entry.payload))
        if isinstance(record, Outcomes):
            outcomes.extend(reversed(record.events))
    return outcomes


class _Shown(NamedTuple):
    """What the viewer may be told of now."""

    services: Services
    state: ViewerState
    unwanted: frozenset[int]

    def item(self, number: int) -> Item | None:
        world = self.services.world
        row = world.catalogue.find(number)
        if row < 0 or int(world.catalogue.creator[row]) in self.unwanted:
            return None
        seen = may_see(world, self.state, np.array([row], np.int32))[0]
        return world.catalogue.record(row).item if seen else None


def _entry(shown: _Shown, outcome: Outcome, undone: bool) -> HistoryEntry:
    item = shown.item(outcome.item)
    return HistoryEntry(
        outcome.id, EVENT_TYPES[outcome.type], rfc3339(outcome.at_ms),
        item.id if item else None, item.title if item else None, item.topic if item else None,
        outcome.value, undone,
    )  # fmt: skip


ROUTES = [get_history, undo_event]
