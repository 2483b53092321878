"""How far a recall has come: which editions that phones were given before still hold the item.

Told from the log. A phone that is online asks before it shows a card whose check is older than
15 minutes; one that is not shows it until its edition ends.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any, Final, NamedTuple

import numpy as np
from litestar import get
from litestar.params import Parameter

from jhalak.api.console.content import progress
from jhalak.api.raw import Refused
from jhalak.api.services import Services
from jhalak.ports.event_log import Entry
from jhalak.residency.seal import unseal
from jhalak.schema.activity import TOPIC, Served, decode

RECORDS: Final = 20_000
"""Newest records of the log that are looked through: some 30 MB of slates."""
BATCH: Final = 512


@get("/content/recalled")
async def get_recalled(
    services: Services, item: Annotated[str, Parameter(min_length=1, max_length=512)]
) -> dict[str, Any]:
    """How far the recall of one item has come. Half a second for a full log."""
    record = await asyncio.to_thread(services.items.get, item)
    if record is None or record.status != "recalled":
        raise Refused(404, "not_recalled", f"no item {item!r} was recalled")
    now_ms = services.clock()
    held, looked = await _editions(services, record.num, record.changed_ms)
    out = [one for one in held if one.until_ms > now_ms]
    return {
        **progress(services, record), "item": item, "title": record.item.title,
        "served_after": sum(one.at_ms > record.changed_ms for one in held),
        "editions_before": len(held), "editions_out": len(out),
        "last_until_ms": max((one.until_ms for one in out), default=0),
        "slates_looked_through": looked,
    }  # fmt: skip


class Holding(NamedTuple):
    """An edition with the item."""

    at_ms: int
    until_ms: int


async def _editions(services: Services, num: int, at_ms: int) -> tuple[list[Holding], int]:
    """Editions among the newest records that hold the item, and were valid when it was recalled
    or made later; and how many slates were looked through."""
    held: list[Holding] = []
    looked = 0
    ends = await services.event_log.ends(TOPIC)
    for partition, end in enumerate(ends):
        after = max(end - RECORDS // len(ends), 0)
        while entries := await services.event_log.read(TOPIC, partition, after, BATCH):
            found, slates = await asyncio.to_thread(_holding, entries, num, at_ms)
            held += found
            looked += slates
            after = entries[-1].n
    return held, looked


def _holding(entries: Sequence[Entry], num: int, at_ms: int) -> tuple[list[Holding], int]:
    held, slates = [], 0
    for entry in entries:
        record = decode(unseal(entry.key, entry.payload))
        if not isinstance(record, Served):
            continue
        slates += 1
        if record.valid_until_ms > at_ms and num in np.frombuffer(record.items, np.int64):
            held.append(Holding(record.at_ms, record.valid_until_ms))
    return held, slates


ROUTES = [get_recalled]
