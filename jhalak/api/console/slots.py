"""Slots as an operator reads them: what was shown, why, and what came back."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from jhalak.api.console.learning import topic_name
from jhalak.api.services import Services
from jhalak.feeds.edition import rfc3339
from jhalak.learning.features import FEATURES, F
from jhalak.learning.model import HEADS, SIDE, H, Ids, predict
from jhalak.learning.value import PARTS, C
from jhalak.schema.activity import EVENT_TYPES, Outcome, Served
from jhalak.schema.candidates import Floats
from jhalak.schema.ids import spell
from jhalak.schema.languages import LANGUAGES
from jhalak.schema.reason import REASONS
from jhalak.schema.slate import SURFACES, Level

NONE: Final[list[Outcome]] = []


def slate_of(services: Services, served: Served, events: list[Outcome] = NONE) -> dict[str, Any]:
    """A served record whole: each slot with every column, what each cause added, its propensity,
    and what today's model makes of what was scored then."""
    k = len(served.reason)
    items = np.frombuffer(served.items, np.int64)
    raw = np.frombuffer(served.features, np.float16)
    x = raw.reshape(k, F).astype(np.float32) if len(raw) == k * F else None
    parts = np.frombuffer(served.contributions, np.float32)
    added = parts.reshape(k, C) if len(parts) == k * C else None
    propensity = np.frombuffer(served.propensity, np.float32)
    creator = np.frombuffer(served.creator, np.int32)
    p = None if x is None else _expected(services, served, items, x)
    did: dict[int, list[str]] = {}
    for event in events:
        did.setdefault(event.position, []).append(EVENT_TYPES[event.type])
    return {
        "slate": spell(served.slate), "surface": SURFACES[served.surface],
        "at": rfc3339(served.at_ms), "level": Level(served.level).name, "model": served.model,
        "profiled": served.profiled, "arms": [f"{name}/{arm}" for name, arm in served.arms],
        "slots": [
            {
                **item_of(services, int(items[i])),
                "position": i + 1,
                "topic": topic_name(served.topic[i]), "language": LANGUAGES[served.language[i]],
                "publisher": services.creator_names.get(int(creator[i]), ""),
                "reason": REASONS[served.reason[i]],
                "propensity": round(float(propensity[i]), 6) if len(propensity) == k else None,
                "parts": _named(PARTS, None if added is None else added[i]),
                "columns": _named(FEATURES, None if x is None else x[i]),
                "expected": _named(HEADS, None if p is None else p[i]),
                "events": did.get(i, []),
            }
            for i in range(k)
        ],
    }  # fmt: skip


def item_of(services: Services, number: int) -> dict[str, Any]:
    """The public id and title of an item; null where it is not live any more."""
    row = services.world.catalogue.find(number)
    item = services.world.catalogue.record(row).item if row >= 0 else None
    return {"item": item.id if item else None, "title": item.title if item else None}


def _named(names: Any, values: NDArray[np.floating[Any]] | None) -> dict[str, float]:
    if values is None or not np.any(values):
        return {}
    return {name: round(float(v), 5) for name, v in zip(names, values, strict=True)}


def _expected(
    services: Services, served: Served, items: NDArray[np.int64], x: Floats
) -> NDArray[np.float32]:
    """float32[k, H] by today's weights. An item that is not live has no embedding here: it is
    foretold as an unknown one with the same features."""
    world, k = services.world, len(items)
    rows = np.array([world.catalogue.find(int(number)) for number in items], np.int32)
    ids = Ids(
        np.zeros((k, SIDE), np.float32), np.zeros((k, H), np.float32),
        np.frombuffer(served.topic, np.uint8).astype(np.int8),
        np.frombuffer(served.language, np.uint8).astype(np.int8),
        np.full(k, served.surface, np.int8),
    )  # fmt: skip
    live = np.flatnonzero(rows >= 0)
    if len(live):
        c = world.catalogue
        known = world.serving.ids(rows[live], c.topic, c.language, served.surface)
        ids.side[live], ids.item_bias[live] = known.side, known.item_bias
    return predict(world.serving.weights, x, ids)
