"""Erasing a viewer: rows, profile and log now, what was derived from them within 24 hours."""

from __future__ import annotations

import asyncio

from jhalak.api.services import Services
from jhalak.ports.errors import PortError
from jhalak.ports.viewers import Viewer
from jhalak.residency.seal import unseal
from jhalak.schema.activity import TOPIC, Erased, Served, decode, encode


async def erase_viewer(services: Services, viewer: Viewer) -> None:
    """Their tokens end here. Raises PortError, and can then be asked for again."""
    revoked = services.viewer_tokens.revoked
    before = revoked.get(viewer.id, 0)
    revoked[viewer.id] = max(before, viewer.epoch + 1)
    services.states.erase(viewer.id)
    services.event_ids.drop(viewer.id)
    now_ms = services.clock()
    try:
        slates = await _slates(services, viewer.id)
        if slates:
            # Under nobody's key: the learner forgets what it remembers of these slates.
            await services.event_log.append(TOPIC, 0, encode(Erased(now_ms, slates)), now_ms)
        await services.event_log.delete_key(TOPIC, viewer.id)
        await services.profiles.delete(viewer.id)
        # Last: as long as the viewer is there, an erasure that broke off can be asked for again.
        await asyncio.to_thread(services.viewers.erase, viewer.id, now_ms)
    except PortError:
        revoked[viewer.id] = before
        services.states.erased.discard(viewer.id)
        raise
    services.directory.drop(viewer.id)


async def _slates(services: Services, viewer: int) -> tuple[int, ...]:
    """All slates that the log knows the viewer was served."""
    entries = await services.event_log.read_key(TOPIC, viewer)
    records = [decode(unseal(viewer, entry.payload)) for entry in entries]
    return tuple(record.slate for record in records if isinstance(record, Served))
