"""GET /v1/me/why/{slot}: why a slot was there, from what was stored when it was served."""

from __future__ import annotations

import msgspec
import numpy as np
from litestar import get

from jhalak.api.raw import Refused
from jhalak.api.services import Services
from jhalak.feeds.edition import rfc3339
from jhalak.feeds.slot_token import BadToken
from jhalak.learning.value import PARTS, C
from jhalak.ports.viewers import Viewer
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


@get("/v1/me/why/{slot:str}", tags=["me"])
async def get_why(slot: str, viewer: Viewer, services: Services) -> Why:
    """Why this card. Kept as long as the log keeps what was served."""
    try:
        claim = services.slot_tokens.verify(slot, viewer.id, services.clock())
    except BadToken as error:
        raise Refused(400, error.code, str(error)) from None
    served = await _served(services, viewer.id, claim.slate, claim.issued_ms)
    at = claim.position
    if served is None or at >= len(served.reason):
        raise Refused(404, "not_recorded", "what was served then is not recorded any more")
    parts = np.frombuffer(served.contributions, np.float32).reshape(-1, C)
    reason = REASONS[served.reason[at]]
    creator = int(np.frombuffer(served.creator, np.int32)[at])
    row = services.world.catalogue.find(claim.item)
    return Why(
        item=services.world.catalogue.record(row).item.id if row >= 0 else None,
        surface=SURFACES[served.surface],
        position=at,
        served=rfc3339(served.at_ms),
        level=Level(served.level).name,
        reason=reason,
        why=_SENTENCES.say(
            reason, viewer.languages[0], served.topic[at], served.language[at],
            services.creator_names.get(creator, ""),
        ),
        parts=dict(zip(PARTS, np.round(parts[at], 4).tolist(), strict=True)) if len(parts) else {},
        propensity=round(float(np.frombuffer(served.propensity, np.float32)[at]), 6),
        model=served.model,
        slate=spell(served.slate),
    )  # fmt: skip


async def _served(services: Services, viewer: int, slate: int, since_ms: int) -> Served | None:
    """The record of a slate that was served at or after `since_ms`."""
    for entry in await services.event_log.read_key(TOPIC, viewer, since_ms=since_ms):
        record = decode(unseal(viewer, entry.payload))
        if isinstance(record, Served) and record.slate == slate:
            return record
    return None


_SENTENCES = Sentences()
ROUTES = [get_why]
