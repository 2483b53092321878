"""What a replay of a policy reads: slates of the cell's own log, and the world they were made in.

The log does not hold the candidates that lost, so a policy's slates are made anew: for each chosen
request, as it came, by the code that serves. Known as they were then: the viewer (their records up
to that moment) and which items were live. As they are today: the model's weights and the items'
counts. So both policies are judged by one model, and neither is the one that made the log.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

import numpy as np
from numpy.typing import NDArray

from jhalak.catalogue.live import prepare_stored
from jhalak.evaluation.own_log import Slate, seen_slots, take
from jhalak.learning.serving import lay
from jhalak.learning.vector_index import build
from jhalak.ports.event_log import EventLog
from jhalak.ports.items import ItemChanges
from jhalak.ports.learned import Learned
from jhalak.residency.seal import unseal
from jhalak.schema.activity import TOPIC, Served, decode
from jhalak.schema.slate import RANKED
from jhalak.stages.world import World

BATCH: Final = 512
RECORDS: Final = 60_000
"""Newest records of the log that are looked through: some 100 MB of slates."""
SLATES: Final = 2_000
"""Slates that are made anew, at most."""
OF_VIEWER: Final = 8
"""Of one viewer, the newest ones."""
POSITIONS: Final = 64


@dataclass(frozen=True, slots=True)
class Asked:
    """The requests that are replayed, and what the log tells of slots."""

    viewers: dict[int, frozenset[int]]
    """Viewer to the numbers of their chosen slates."""
    slates: dict[int, Slate]
    """All slates that were read."""
    seen: NDArray[np.float64]
    """float64[POSITIONS]: with what probability a slot at this place is looked at."""

    @property
    def total(self) -> int:
        return sum(len(chosen) for chosen in self.viewers.values())

    def span_ms(self) -> tuple[int, int]:
        """When the first and the last of the chosen slates were served."""
        times = [
            self.slates[number].served.at_ms  # type: ignore[union-attr]
            for chosen in self.viewers.values()
            for number in chosen
        ]
        return min(times, default=0), max(times, default=0)


async def read_newest(event_log: EventLog, records: int = RECORDS) -> dict[int, Slate]:
    """The slates among the newest `records` of the log, with what came back."""
    slates: dict[int, Slate] = {}
    ends = await event_log.ends(TOPIC)
    for partition, end in enumerate(ends):
        after = max(end - records // len(ends), 0)
        while entries := await event_log.read(TOPIC, partition, after, BATCH):
            for entry in entries:
                take(slates, decode(unseal(entry.key, entry.payload)))
            after = entries[-1].n
    return slates


def chosen_of(slates: dict[int, Slate], most: int = SLATES) -> Asked:
    """Which of them are replayed: those of viewers in the order of a hash, until there are `most`,
    so that the same log gives the same ones."""
    of: dict[int, list[Served]] = {}
    for slate in slates.values():
        served = slate.served
        if served is not None and served.profiled and served.level in RANKED:
            of.setdefault(served.viewer, []).append(served)
    viewers: dict[int, frozenset[int]] = {}
    left = most
    for viewer in sorted(of, key=_shuffled):
        newest = sorted(of[viewer], key=lambda served: served.at_ms)[-min(OF_VIEWER, left) :]
        viewers[viewer] = frozenset(served.slate for served in newest)
        left -= len(newest)
        if left <= 0:
            break
    return Asked(viewers, slates, _seen_at(slates))


def _shuffled(viewer: int) -> bytes:
    return blake2b(viewer.to_bytes(8, "little"), digest_size=8).digest()


def _seen_at(slates: dict[int, Slate]) -> NDArray[np.float64]:
    """Shares of slots looked at, of slates of which anything was; with two slots' worth of belief
    that all are."""
    served, seen = np.full(POSITIONS, 2.0), np.full(POSITIONS, 2.0)
    for slate in slates.values():
        found = seen_slots(slate.served, slate) if slate.served is not None else {}
        if slate.served is not None and found:
            served[: len(slate.served.reason)] += 1
            places = [place for place in found if place < POSITIONS]
            seen[places] += 1
    shares: NDArray[np.float64] = seen / served
    return shares


def world_at(items: ItemChanges, learned: Learned, from_ms: int) -> World:
    """The catalogue with all that was live at any time since `from_ms`, and the newest state that
    was learned."""
    world, after = World(), 0
    while records := items.stored(after, BATCH):
        world.catalogue.commit([prepare_stored(record) for record in records], from_ms)
        after = records[-1].seq
    c = world.catalogue
    c.renew_pools()
    world.index = build(c.live, c.language, c.embedding)
    c.touched.clear()
    snapshot = learned.newest()
    if snapshot is None:
        world.serving.fit(c.capacity)
        return world
    serving = lay(
        snapshot.version, snapshot.arrays, c.row_of, c.live, c.language, c.topic, c.creator
    )
    world.replace(serving)
    return world
