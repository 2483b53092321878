"""GET /v1/me/why/{slot}: why a slot was there, from what was stored when it was served."""

from __future__ import annotations

import numpy as np
from litestar import get

from jhalak.api.audience import sees_item
from jhalak.api.raw import Refused
from jhalak.api.services import Services
from jhalak.feeds.slot_token import BadToken
from jhalak.feeds.why import Why, explain, find_served
from jhalak.ports.viewers import Viewer
from jhalak.schema.activity import Served


@get("/v1/me/why/{slot:str}", tags=["me"])
async def get_why(slot: str, viewer: Viewer, services: Services) -> Why:
    """Why this card. Kept as long as the log keeps what was served."""
    try:
        claim = services.slot_tokens.verify(slot, viewer.id, services.clock())
    except BadToken as error:
        raise Refused(400, error.code, str(error)) from None
    served = await find_served(services.event_log, viewer.id, claim.slate, claim.issued_ms)
    row = services.world.catalogue.find(claim.item)
    record = services.world.catalogue.record(row) if row >= 0 else None
    seen = record is not None and await sees_item(services, viewer.id, record)
    item = record.item.id if record is not None and seen else None
    why = None
    if served is not None:
        publisher = _publisher(services, served, claim.position)
        why = explain(served, claim.position, viewer.languages[0], item, publisher)
    if why is None:
        raise Refused(404, "not_recorded", "what was served then is not recorded any more")
    return why


def _publisher(services: Services, served: Served, position: int) -> str:
    creators = np.frombuffer(served.creator, np.int32)
    known = position < len(creators)
    return services.creator_names.get(int(creators[position]), "") if known else ""


ROUTES = [get_why]
