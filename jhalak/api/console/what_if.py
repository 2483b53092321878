"""What would change if: a viewer's slate now, beside the same with something changed.

Both are made by the code that serves, with the same draw of chance. Neither is served, recorded or
counted: the feeds here are of their own, and the viewer's state is a copy.
"""

from __future__ import annotations

from copy import deepcopy
from random import Random
from typing import Annotated, Any, Final

import msgspec
import numpy as np

from jhalak.api.console.slots import slate_of
from jhalak.api.raw import Refused
from jhalak.api.services import Services
from jhalak.catalogue.topics import topic_by_id
from jhalak.config.experiments import Override
from jhalak.config.policy import FILE, check_policy
from jhalak.feeds.lockscreen import lockscreen
from jhalak.feeds.video import video
from jhalak.learning.taste import forget
from jhalak.people.age import MINORS
from jhalak.ports.viewers import Viewer
from jhalak.schema.languages import LANGUAGE_INDEX
from jhalak.schema.query import Query
from jhalak.schema.slate import SURFACES, Surface
from jhalak.schema.viewer_state import ViewerState
from jhalak.stages.record import served_record
from jhalak.stages.told_states import ToldStates

SURE: Final = 1e5
"""Impressions' worth of belief in a language's share that is told."""


class Change(msgspec.Struct, forbid_unknown_fields=True):
    """What is to be different; what is not named stays."""

    override: Override = FILE
    """Weights and shares, as a policy has them."""
    languages: dict[str, float] = {}
    """Language code to the share of the viewer's engagement that it is to have. The floor that
    every chosen language keeps stays (learning.languages)."""
    drop: list[str] = []
    """Topics that the viewer is to have no interest in."""


class WhatIf(msgspec.Struct, forbid_unknown_fields=True):
    """A question about one viewer."""

    viewer: Annotated[str, msgspec.Meta(max_length=400)]
    reason: Annotated[str, msgspec.Meta(max_length=500)]
    surface: Surface = "lockscreen"
    slots: Annotated[int, msgspec.Meta(ge=1, le=48)] = 12
    change: Change = msgspec.field(default_factory=Change)


async def both(services: Services, viewer: Viewer, asked: WhatIf) -> dict[str, Any]:
    """The two slates, and what became of each item. Raises Refused (400)."""
    _check(viewer, asked.change)
    state, _ = await services.states.get(viewer.id, profiled=viewer.profiled)
    seed = services.clock()
    usual = await _slate(services, viewer, asked, deepcopy(state), FILE, seed)
    changed = deepcopy(state)
    _apply(changed, asked.change)
    other = await _slate(services, viewer, asked, changed, asked.change.override, seed)
    before = {slot["item"]: slot["position"] for slot in usual["slots"]}
    for slot in other["slots"]:
        slot["was"] = before.get(slot["item"])
    return {"now": usual, "changed": other}


def _check(viewer: Viewer, change: Change) -> None:
    try:
        check_policy(change.override)
    except ValueError as error:
        raise Refused(400, "bad_change", str(error)) from None
    for code in change.languages:
        if code not in viewer.languages:
            chosen = ", ".join(viewer.languages)
            raise Refused(400, "bad_change", f"the viewer did not choose {code!r} but {chosen}")
    if any(not 0 <= share <= 1 for share in change.languages.values()):
        raise Refused(400, "bad_change", "the share of a language lies between 0 and 1")
    for topic in change.drop:
        if topic not in topic_by_id():
            raise Refused(400, "bad_change", f"there is no topic {topic!r}")


def _apply(state: ViewerState, change: Change) -> None:
    """Change the copy of a state."""
    for topic in change.drop:
        forget(state, topic_by_id()[topic].index)
    for code, share in change.languages.items():
        index = LANGUAGE_INDEX[code]
        state.language_shown[index] = SURE
        state.language_engaged[index] = np.float32(SURE * share)


async def _slate(
    services: Services, viewer: Viewer, asked: WhatIf, state: ViewerState, override: Override,
    seed: int,
) -> dict[str, Any]:  # fmt: skip
    states, surface = ToldStates(), SURFACES.index(asked.surface)
    states.state = state
    make = lockscreen if asked.surface == "lockscreen" else video
    feed = make(services.world, states, services.event_log, services.settings)
    now_ms = services.clock()
    query = Query(
        viewer=viewer.id, surface=surface, now_ms=now_ms, slots=asked.slots,
        languages=tuple(LANGUAGE_INDEX[code] for code in viewer.languages),
        profiled=viewer.profiled, minor=viewer.age_band in MINORS,
        hour=(now_ms / 3_600_000 + services.settings.utc_offset_h) % 24, rng=Random(seed),
    )  # fmt: skip
    services.experiments.apply(query)
    _override(services, query, override)
    return slate_of(services, served_record(services.world, await feed.slate(query)))


def _override(services: Services, query: Query, override: Override) -> None:
    if override.values:
        held = query.values or services.held.feed.values
        query.values = msgspec.structs.replace(held, **override.values)
    for name in ("exploration", "topic_fade", "creator_fade"):
        value = getattr(override, name)
        if value is not None:
            setattr(query, name, value)
