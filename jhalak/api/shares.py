"""Who shared what, from events: a relation of the viewer that nobody asks for otherwise, so that it
is counted, erased and exported as likes are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from jhalak.api.raw import not_taken
from jhalak.api.services import Services
from jhalak.ports.errors import Conflict, PortError
from jhalak.ports.relations import Change
from jhalak.schema.activity import EVENT_INDEX, Outcome

_SHARE: Final = EVENT_INDEX["share"]


async def count_shares(
    services: Services, viewer: int, outcomes: Sequence[Outcome], now_ms: int
) -> None:
    """A viewer counts once an item, however often they share it. Before the events are accepted:
    a device that gets no answer sends them again. The log is not told: it has the events. Raises
    Refused (503, 507)."""
    for item in {outcome.item for outcome in outcomes if outcome.type == _SHARE}:
        try:
            await services.relation_writer.write(
                Change(viewer, "shares", "item", item, True, now_ms)
            )
        except Conflict:
            return  # the viewer was erased, which the append says
        except PortError as error:
            raise not_taken(error) from None
