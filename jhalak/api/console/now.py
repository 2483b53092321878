"""Now: how this process does, as it happens."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any, Final, cast

import msgspec
import numpy as np
from litestar import get
from litestar.response import Stream

from jhalak.api.console.access import Operator
from jhalak.api.console.learning import topic_name
from jhalak.api.console.status import status_of
from jhalak.api.raw import Refused
from jhalak.api.sampler import WATCHERS, Sample
from jhalak.api.services import Services
from jhalak.ports.accounts import Session
from jhalak.schema.languages import LANGUAGES

FACTS_MS: Final = 10_000
"""How often all that costs more than a tick is told."""
LONGEST_MS: Final = 600_000
"""A stream ends then, and the page asks for a new one."""
RETRY_MS: Final = 2_000
_encode = msgspec.json.encode


@get("/now", media_type="text/event-stream")
async def get_now(operator: Operator, services: Services) -> Stream:
    """Server-sent events: `history` first, then a `sample` a second, and `facts` now and then, as
    long as the session lasts."""
    if services.sampler.watchers >= WATCHERS:
        raise Refused(503, "too_many", f"{WATCHERS} look at this already", [(b"retry-after", b"5")])
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return Stream(
        _told(services, operator.session), media_type="text/event-stream", headers=headers
    )


async def _told(services: Services, session: Session | None) -> AsyncIterator[bytes]:
    began_ms, facts_ms = services.clock(), 0
    yield f"retry: {RETRY_MS}\n\n".encode()
    watching = cast(Any, services.sampler.watch())
    async with aclosing(watching):
        first = True
        async for samples in watching:
            yield _event("history" if first else "sample", samples if first else samples[0])
            now_ms = services.clock()
            if first or now_ms - facts_ms >= FACTS_MS:
                facts_ms = now_ms
                if not first and not await _lasts(services, session):
                    return
                yield _event("facts", await asyncio.to_thread(facts_of, services))
            first = False
            if now_ms - began_ms >= LONGEST_MS:
                return


async def _lasts(services: Services, session: Session | None) -> bool:
    """Is somebody still signed in? By a token: always."""
    if session is None:
        return True
    found = services.sessions.find
    return await asyncio.to_thread(found, session.token_hash, services.clock()) is not None


def _event(name: str, data: list[Sample] | Sample | dict[str, Any]) -> bytes:
    return b"event: " + name.encode() + b"\ndata: " + _encode(data) + b"\n\n"


def facts_of(services: Services) -> dict[str, Any]:
    """What is live, how stages do, what failed. For a thread: 11 ms at 100,000 items."""
    stages = services.sampler.stages()
    return {
        "status": status_of(services),
        "live": _live(services),
        "rising": _rising(services),
        "stages": [stage._asdict() for stage in stages],
        "errors": _errors(services),
        "counts": dict(services.counts),
    }


def _live(services: Services) -> list[dict[str, Any]]:
    """Live items by language and topic, where there are any."""
    c = services.world.catalogue
    rows = np.flatnonzero(c.live)
    pairs = c.language[rows].astype(np.int64) * 256 + c.topic[rows]
    cells, counts = np.unique(pairs, return_counts=True)
    return [
        {"language": LANGUAGES[cell >> 8], "topic": topic_name(cell & 255), "items": count}
        for cell, count in zip(cells.tolist(), counts.tolist(), strict=True)
    ]


def _rising(services: Services) -> list[dict[str, Any]]:
    """The first story of each language that rises now."""
    world, found = services.world, []
    for language, rows in world.rising.items():
        for row in rows[:1].tolist():
            record = world.catalogue.records[row]
            if record is not None and world.catalogue.live[row]:
                item = record.item
                found.append(
                    {"language": LANGUAGES[language], "title": item.title, "topic": item.topic}
                )
    return found


def _errors(services: Services) -> list[dict[str, Any]]:
    """Whatever failed since the start, most first."""
    s = services
    failed = Counter({"profile not read": s.states.failures})
    for surface, feed in (("lockscreen", s.lockscreen), ("video", s.video)):
        for stats in feed.stats:
            kinds = f" ({', '.join(sorted(stats.errors))})" if stats.errors else ""
            failed[f"{surface}: {stats.kind} {stats.name}{kinds}"] += stats.failures
    failed["events rejected"] += s.counts.get("events rejected", 0)
    return [{"what": what, "count": count} for what, count in failed.most_common() if count]


ROUTES = [get_now]
