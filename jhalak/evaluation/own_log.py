"""Importer of Jhalak's own event log: what was served, and what came back.

An impression is a slot of a served record of which a device told anything at all: whatever was
done with a card, it was seen. It counts as of the time when its slate was served, and the slots of
a slate are one request. Outcomes may lie anywhere after; what was taken back did not happen.
Viewers who want nothing learned about them are left out and counted.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from jhalak.catalogue.live import columns_of, prepare
from jhalak.evaluation.gather import HOUR_MS, Numbers, first_seen, in_time_order
from jhalak.evaluation.log import ACTIONS, BadLog, Log, bare_items, no_histories
from jhalak.learning.features import ItemColumns
from jhalak.learning.taste import LONG_DWELL_MS, LONG_PLAY_MS
from jhalak.ports.event_log import EventLog
from jhalak.ports.items import ItemStore
from jhalak.residency.seal import unseal
from jhalak.schema.activity import (
    EVENT_TYPES,
    TOPIC,
    Activity,
    Erased,
    Outcome,
    Outcomes,
    Relation,
    Served,
    decode,
)
from jhalak.schema.slate import SURFACES

BATCH: Final = 512
LIFETIME_H: Final = 72.0
_ACTION_OF_VERB: Final = {
    "likes": "likes", "saves": "likes", "follows": "follows", "hides": "hides", "blocks": "hides",
    "mutes": "hides",
}  # fmt: skip


@dataclass(slots=True)
class Slate:
    """A served slate and all that came back about it."""

    served: Served | None = None
    events: dict[str, Outcome] = field(default_factory=dict)
    relations: dict[tuple[int, str], bool] = field(default_factory=dict)
    """(item, action) to whether it holds."""


async def read_own_log(
    event_log: EventLog, utc_offset_h: float, store: ItemStore | None = None
) -> Log:
    """All that the log holds. `store` tells an item's age, length and words, which the log does
    not; without it items have none. Raises BadLog when nothing was shown."""
    return log_of(await read_slates(event_log), utc_offset_h, store)


async def read_slates(event_log: EventLog) -> dict[int, Slate]:
    """All slates of the log, by number, with what came back."""
    slates: dict[int, Slate] = {}
    for partition in range(event_log.partitions):
        after = 0
        while entries := await event_log.read(TOPIC, partition, after, BATCH):
            for entry in entries:
                take(slates, decode(unseal(entry.key, entry.payload)))
            after = entries[-1].n
    return slates


def take(slates: dict[int, Slate], record: Activity) -> None:
    """One record. Outcomes may come before their slate: it is written after the answer."""
    if isinstance(record, Served):
        slates.setdefault(record.slate, Slate()).served = record
    elif isinstance(record, Outcomes) and record.profiled:
        for event in record.events:
            slates.setdefault(event.slate, Slate()).events.setdefault(event.id, event)
    elif isinstance(record, Relation) and record.profiled and record.slate:
        action = _ACTION_OF_VERB.get(record.verb)
        if action is not None:
            slates.setdefault(record.slate, Slate()).relations[record.item, action] = record.on
    elif isinstance(record, Erased):
        for slate in record.slates:
            slates.pop(slate, None)


class _Columns:
    """What is gathered of the slots that were seen."""

    def __init__(self) -> None:
        self.viewers, self.items, self.creators = Numbers(), Numbers(), Numbers({0: 0})
        self.facts: list[tuple[int, int, int]] = []
        """(topic, language, creator) of each item, as it was first served."""
        self.rows: list[tuple[int, int, int, int, int, int, float]] = []
        """(viewer, row, time, slate, surface, position, seconds) of each impression."""
        self.actions: list[list[bool]] = []

    def add(self, served: Served, position: int, done: set[str], watched_s: float) -> None:
        row = self.items[int(np.frombuffer(served.items, np.int64)[position])]
        if row == len(self.facts):
            creator = int(np.frombuffer(served.creator, np.int32)[position])
            facts = served.topic[position], served.language[position], self.creators[creator]
            self.facts.append(facts)
        viewer = self.viewers[served.viewer]
        self.rows.append(
            (viewer, row, served.at_ms, served.slate, served.surface, position, watched_s)
        )
        self.actions.append([name in done for name in ACTIONS])


def log_of(slates: dict[int, Slate], utc_offset_h: float, store: ItemStore | None) -> Log:
    """The log that these slates make. Raises BadLog when nothing was shown."""
    columns, unserved, silent = _Columns(), 0, 0
    for slate in slates.values():
        if slate.served is None:
            unserved += 1
        elif not slate.served.profiled:
            silent += 1
        else:
            for position, (done, watched_s) in sorted(seen_slots(slate.served, slate).items()):
                columns.add(slate.served, position, done, watched_s)
    if not columns.rows:
        raise BadLog("the event log holds no impression: nothing that was served came back")
    shown = [np.array(column) for column in zip(*columns.rows, strict=True)]
    return Log(
        impressions=in_time_order(
            viewer=shown[0], row=shown[1], at_ms=shown[2], request=shown[3], scene=shown[4],
            position=shown[5], watched_s=shown[6], actions=np.array(columns.actions),
            utc_offset_ms=round(utc_offset_h * HOUR_MS),
        ),
        histories=no_histories(len(columns.viewers)),
        items=_items(columns, first_seen(len(columns.items), *shown[1:3]), store),
        numbers=np.arange(1, len(columns.items) + 1),
        viewers=len(columns.viewers),
        copies=0,
        left_out=0,
        observed=ACTIONS,
        scenes=SURFACES,
        omitted=(
            ("slates without a served record", unserved),
            ("slates of viewers who want nothing learned", silent),
        ),
    )  # fmt: skip


def _items(columns: _Columns, seen_ms: NDArray[np.int64], store: ItemStore | None) -> ItemColumns:
    """Items as they were served, with what the live catalogue makes of their records."""
    topic, language, creator = (np.array(column) for column in zip(*columns.facts, strict=True))
    items = bare_items(len(topic), 0, LIFETIME_H)._replace(
        topic=topic.astype(np.int8),
        language=language.astype(np.int8),
        creator=creator.astype(np.int32),
        published_ms=seen_ms,
    )
    records = store.by_num(list(columns.items)) if store else {}
    if not records:
        return items
    rows = np.array([columns.items[number] for number in records])
    facts, embedding = columns_of([prepare(record) for record in records.values()])
    items.published_ms[rows] = np.minimum(facts["published_ms"], seen_ms[rows])
    items.lifetime_h[rows] = facts["lifetime_h"]
    items.duration_s[rows] = facts["duration_s"]
    items.sensitive[rows] = facts["sensitive"]
    known = embedding.any(axis=1)
    items.embedding[rows[known]] = embedding[known]
    return items


def seen_slots(served: Served, slate: Slate) -> dict[int, tuple[set[str], float]]:
    """Position to (actions that hold, seconds watched; NaN: not told), of the slots seen."""
    items = np.frombuffer(served.items, np.int64).tolist()
    taken_back = {event.undoes for event in slate.events.values()}
    seen: dict[int, tuple[set[str], float]] = {}
    for event in slate.events.values():
        if event.position >= len(items):
            continue
        done, watched_s = seen.get(event.position, (set(), float("nan")))
        name = EVENT_TYPES[event.type]
        if event.id not in taken_back:
            done |= _actions(name, event.value)
        if name in ("dwell", "play"):
            watched_s = float(np.fmax(watched_s, event.value / 1000))
        seen[event.position] = done, watched_s
    for (item, action), on in slate.relations.items():
        if on and item in items:
            done, _ = seen.setdefault(items.index(item), (set(), float("nan")))
            done.add(action)
    return seen


def _actions(name: str, value: float) -> set[str]:
    """What an event says was done, as learning.fold understands it."""
    if name == "complete":
        return {"complete", "long"}
    if name in ("tap", "share", "report"):
        return {name}
    least = {"dwell": LONG_DWELL_MS, "play": LONG_PLAY_MS}.get(name)
    return {"long"} if least is not None and value >= least else set()
