"""What a data folder holds when all is over, counted anew from the log."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from jhalak.assembly import open_blobs, open_log
from jhalak.config.settings import read_settings
from jhalak.learning.fold import Fold
from jhalak.learning.lineage import from_blob
from jhalak.learning.model import HEADS
from jhalak.learning.taste import LONG_DWELL_MS
from jhalak.residency.seal import unseal
from jhalak.schema.activity import EVENT_TYPES, TOPIC, Outcome, Outcomes, Relation, Served, decode
from jhalak.schema.ids import spell
from tests.soak.server import command


@dataclass
class Recount:
    """The log, read without any of the learner's code."""

    times: Counter[str] = field(default_factory=Counter)
    """Event id to how often it is in the log."""
    slates: set[str] = field(default_factory=set)
    """Names of slates whose served record is in the log."""
    likes: Counter[tuple[int, int]] = field(default_factory=Counter)
    """(viewer, item number)"""
    joined: int = 0
    unjoined: int = 0
    """Events of a slate that was served, and of one whose record a kill took."""
    impressions: set[tuple[int, int]] = field(default_factory=set)
    taps: set[tuple[int, int]] = field(default_factory=set)
    longs: set[tuple[int, int]] = field(default_factory=set)
    """(slate, position)"""
    counted: float = 0.0
    """Impressions that items' counters must hold."""
    records: int = 0

    def add(self, outcome: Outcome, slates: set[int]) -> None:
        name, place = EVENT_TYPES[outcome.type], (outcome.slate, outcome.position)
        self.times[outcome.id] += 1
        self.joined += outcome.slate in slates
        self.unjoined += outcome.slate not in slates
        # Whatever was done with a card, it was seen first.
        self.counted += place not in self.impressions and outcome.topic >= 0
        self.impressions.add(place)
        if name == "tap":
            self.taps.add(place)
        if name == "complete" or (name == "dwell" and outcome.value >= LONG_DWELL_MS):
            self.longs.add(place)


async def recount(data: Path) -> Recount:
    """Read the whole log of `data`."""
    settings = read_settings(data)
    log = open_log(data, settings, writable=False)
    found = Recount()
    slates: set[int] = set()
    try:
        for partition in range(log.partitions):
            after = 0
            while entries := await log.read(TOPIC, partition, after, 1000):
                for entry in entries:
                    assert entry.n == after + 1, f"a hole in the log after {after}"
                    after = entry.n
                    found.records += 1
                    record = decode(unseal(entry.key, entry.payload))
                    if isinstance(record, Served):
                        slates.add(record.slate)
                    elif isinstance(record, Outcomes):
                        for outcome in record.events:
                            found.add(outcome, slates)
                    elif isinstance(record, Relation):
                        found.likes[record.viewer, record.target] += 1
    finally:
        log.close()
    found.slates = {spell(slate) for slate in slates}
    return found


def learned(data: Path) -> Fold:
    """What the learner knows when it has read everything, from its last checkpoint."""
    command(data, "work", "learn", "--until-caught-up")

    async def newest() -> bytes | None:
        blobs = open_blobs(data, read_settings(data))
        return await blobs.get((await blobs.list("checkpoints"))[-1])

    found = asyncio.run(newest())
    assert found is not None
    rules = read_settings(data)
    fold = Fold(rules.log.partitions, rules.learning.label_window_s, rules.learning.join_h)
    fold.load(from_blob(found).state)
    return fold


def compare(fold: Fold, truth: Recount) -> None:
    """The learner has counted exactly what is in the log, each once."""
    assert fold.counts["records"] == truth.records
    assert fold.counts["repeats"] == 0, fold.counts
    assert fold.counts["events"] == truth.joined, (fold.counts, truth.joined)
    assert fold.counts["unjoined"] == truth.unjoined, (fold.counts, truth.unjoined)
    seen, tapped, long = (
        {
            (slate, position)
            for slate, shown in fold.slates.shown.items()
            for position, bits in enumerate(getattr(shown, name))
            if bits & bit
        }
        for name, bit in (
            ("marks", 1),
            ("yes", 1 << HEADS.index("tap")),
            ("yes", 1 << HEADS.index("long")),
        )
    )
    assert seen == truth.impressions, (len(seen - truth.impressions), len(truth.impressions - seen))
    assert tapped == truth.taps
    assert long == truth.longs
    # The counters have decayed for minutes with a half-life of a week.
    held = float(np.sum(fold.tallies.counters.items.now(fold.at_ms)[:, 0]))
    assert abs(held - truth.counted) <= 0.002 * truth.counted, (held, truth.counted)
