"""/v1/ops/feeds: how following publishers' feeds goes."""

from __future__ import annotations

import asyncio

import msgspec
from litestar import get

from jhalak.api.services import Services
from jhalak.ingest.health import FeedHealth, health_of
from jhalak.ports.operators import OperatorToken


class FeedsOut(msgspec.Struct):
    """Every source, in the order in which they were added."""

    feeds: list[FeedHealth]


@get("/v1/ops/feeds", tags=["operations"])
async def get_feeds(operator: OperatorToken, services: Services) -> FeedsOut:
    """How each source does: last success, errors, entries a day, delay, duplicates, rejects."""
    feeds = await asyncio.to_thread(services.feeds.all)
    now_ms = services.clock()
    return FeedsOut([health_of(feed, now_ms) for feed in feeds])


ROUTES = [get_feeds]
