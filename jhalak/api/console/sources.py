"""Sources: how following each one goes, how far it is trusted, and an operator's wishes."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Literal

import msgspec
from litestar import get, post

from jhalak.api.console.access import Operator, recorded
from jhalak.api.raw import Refused
from jhalak.api.services import Services
from jhalak.ingest.health import health_of
from jhalak.schema.feed import PUSHED, Tier


class SourceIn(msgspec.Struct, forbid_unknown_fields=True):
    """What is to be different about a source, and why."""

    url: Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]
    reason: Annotated[str, msgspec.Meta(max_length=500)]
    status: Literal["following", "paused"] | None = None
    tier: Tier | None = None


@get("/sources")
async def get_sources(services: Services) -> dict[str, Any]:
    """Every source, as /v1/ops/feeds tells it."""
    feeds, now_ms = await asyncio.to_thread(services.feeds.all), services.clock()
    return {"sources": [msgspec.to_builtins(health_of(feed, now_ms)) for feed in feeds]}


@post("/sources/change", status_code=200)
async def change_source(
    data: SourceIn, operator: Operator, services: Services
) -> dict[str, Any]:  # fmt: skip
    """Pause or resume a source, or trust it more or less: that holds for what comes from now on."""
    feed = await asyncio.to_thread(services.feeds.find, data.url)
    if feed is None:
        raise Refused(404, "no_such_source", f"there is no source {data.url!r}")
    if data.status and data.url.startswith(PUSHED):
        raise Refused(400, "not_followed", "this publisher sends its items itself: revoke its key")
    wanted = [f"{n} {v}" for n, v in (("status", data.status), ("tier", data.tier)) if v]
    if not wanted:
        raise Refused(400, "nothing_changed", "say a status or a tier")
    await recorded(services, operator, f"set source {', '.join(wanted)}", feed.url, data.reason)
    now_ms = services.clock()
    await asyncio.to_thread(
        lambda: services.feeds.change(feed.num, now_ms, status=data.status, tier=data.tier)
    )
    changed = await asyncio.to_thread(services.feeds.find, feed.num)
    return msgspec.to_builtins(health_of(changed or feed, now_ms))  # type: ignore[no-any-return]


ROUTES = [get_sources, change_source]
