"""What stands under every page of the console: which cell this is, and how its process is."""

from __future__ import annotations

from typing import Any

from litestar import get

from jhalak import __version__
from jhalak.api.services import Services


@get("/status")
async def get_status(services: Services) -> dict[str, Any]:
    """Reads a few numbers; nothing is waited for."""
    return status_of(services)


def status_of(services: Services) -> dict[str, Any]:
    """`learner_silent_s` is null until the learner was heard."""
    world, settings = services.world, services.settings
    silent_ms = services.clock() - world.alive_ms if world.alive_ms else None
    kind = settings.records_url.partition(":")[0].partition("+")[0]
    return {
        "cell": settings.cell,
        "backend": kind or "embedded",
        "version": __version__,
        "live_items": len(world.catalogue),
        "catalogue_seq": world.catalogue.seq,
        "model": world.serving.version,
        "learner_silent_s": None if silent_ms is None else round(max(silent_ms, 0) / 1000, 2),
    }


ROUTES = [get_status]
