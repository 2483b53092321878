"""Why a slot was there, from what was stored with it when it was served."""

from __future__ import annotations

import msgspec
import numpy as np

from jhalak.feeds.edition import rfc3339
from jhalak.learning.value import PARTS, C
from jhalak.ports.event_log import EventLog
from jhalak.residency.seal import unseal
from jhalak.schema.activity import TOPIC, Served, decode
from jhalak.schema.ids import spell
from jhalak.schema.reason import REASONS
from jhalak.schema.slate import SURFACES, Level
from jhalak.stages.explanation import Sentences


class Why(msgspec.Struct):
    """One slot, explained."""

    item: str | None
    surface: str
    position: int
    served: str
    level: str
    reason: str
    """A key of docs/api.md: what decided."""
    why: str
    """The sentence, in the viewer's first language."""
    parts: dict[str, float]
    """How much each part lifted the expected interest above the usual candidate, in logits."""
    propensity: float
    """Probability that the policy put this item here, given the slots before it."""
    model: int
    """Version of the learned state that scored."""
    slate: str


async def find_served(log: EventLog, viewer: int, slate: int, since_ms: int) -> Served | None:
    """The record of a viewer's slate that was served at or after `since_ms`; None when the log
    holds it no more."""
    for entry in await log.read_key(TOPIC, viewer, since_ms=since_ms):
        record = decode(unseal(viewer, entry.payload))
        if isinstance(record, Served) and record.slate == slate:
            return record
    return None


def explain(
    served: Served, position: int, language: str, item: str | None, publisher: str
) -> Why | None:
    """The slot at `position`, told in `language` (a code); None where there was none. `item` and
    `publisher` are its id and its publisher's name, None and "" where they are not known."""
    if position >= len(served.reason):
        return None
    parts = np.frombuffer(served.contributions, np.float32).reshape(-1, C)
    reason = REASONS[served.reason[position]]
    sentence = _SENTENCES.say(
        reason, language, served.topic[position], served.language[position], publisher
    )
    lifts = np.round(parts[position], 4).tolist() if len(parts) else []
    return Why(
        item=item,
        surface=SURFACES[served.surface],
        position=position,
        served=rfc3339(served.at_ms),
        level=Level(served.level).name,
        reason=reason,
        why=sentence,
        parts=dict(zip(PARTS, lifts, strict=False)),
        propensity=round(float(np.frombuffer(served.propensity, np.float32)[position]), 6),
        model=served.model,
        slate=spell(served.slate),
    )


_SENTENCES = Sentences()
