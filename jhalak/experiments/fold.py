"""A fold over the activity log: what the viewers of each arm did with what they were exposed to.

Like the learner's fold it depends on the records and their order alone; time is the log's. A slot
counts an action once, and an undo takes it back. A viewer met in two arms of one experiment (its
shares were changed) is left out of both, and counted. What viewers do is counted also while they
are exposed to nothing: it explains much of what they do afterwards (experiments.cuped).
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

import msgspec
import numpy as np

from jhalak.experiments.metrics import (
    ACTIONS,
    COLUMN,
    COLUMNS,
    DAY_MS,
    DEGRADED,
    RELATION_ACTION,
    actions_of,
)
from jhalak.experiments.table import Table
from jhalak.schema.activity import (
    EVENT_TYPES,
    Activity,
    Erased,
    Outcome,
    Outcomes,
    Relation,
    Served,
)
from jhalak.schema.slate import Level

FORMAT: Final = 2
ERASED_KNOWN_MS: Final = DAY_MS
"""For so long the slates of erased viewers are known: another partition may still bring one."""


_BEFORE: Final = ""
"""Where an experiment's name would stand: no experiment has it."""


class Exposed:
    """A slate on its way to being judged."""

    __slots__ = ("at_ms", "events", "items", "marks", "rows")

    def __init__(self, at_ms: int, items: bytes, rows: list[tuple[str, int]]) -> None:
        self.at_ms = at_ms
        self.items = items
        """int64[k]"""
        self.rows = rows
        """(experiment, row in its table)"""
        self.marks = [0] * (len(items) // 8)
        """[k], bit i where action i was counted."""
        self.events: dict[str, tuple[int, int]] = {}
        """Event id to (bits, position) of what can be undone."""


class ExperimentFold:
    """Every experiment's tables, and how one record changes them.

    `join_ms` is the log time for which exposed slates wait for outcomes. `keep_ms` is the log's
    retention: no erasure can name whoever was not exposed for so long, so who they were is dropped.
    """

    def __init__(self, partitions: int, join_ms: int, keep_ms: int) -> None:
        self.offsets = [0] * partitions
        self.at_ms = 0
        self.tables: dict[str, Table] = {}
        self.before = Table()
        """Everybody, exposed or not."""
        self.slates: OrderedDict[int, Exposed] = OrderedDict()
        """Exposed or not."""
        self.erased: OrderedDict[int, int] = OrderedDict()
        """Slates of erased viewers, with the log time of the erasure."""
        self._join_ms, self._keep_ms = join_ms, keep_ms

    def apply(self, partition: int, n: int, record: Activity) -> None:
        """Fold one record, the next of its partition."""
        before_ms = self.at_ms
        at_ms = record.received_ms if isinstance(record, Outcomes) else record.at_ms
        self.at_ms = max(before_ms, at_ms)
        if isinstance(record, Served):
            if (record.profiled or record.arms) and record.slate not in self.erased:
                self._served(record)
        elif isinstance(record, Outcomes):
            for event in record.events if record.profiled else ():
                self._outcome(event)
        elif isinstance(record, Relation):
            if record.profiled:
                self._relation(record)
        elif isinstance(record, Erased):
            self._erase(record)
        self._forget(before_ms)
        self.offsets[partition] = n

    def _served(self, record: Served) -> None:
        rows = []
        prior = self.before.counts_of(record.viewer)
        for experiment, arm in (*record.arms, (_BEFORE, _BEFORE)):
            table = self._table(experiment)
            row = table.expose(record.viewer, arm, record.slate, record.at_ms, prior)
            table.count(row, COLUMN["slate"])
            if record.level == Level.exhausted:
                table.count(row, COLUMN["exhausted"])
            if record.level in DEGRADED:
                table.count(row, COLUMN["degraded"])
            rows.append((experiment, row))
        self.slates[record.slate] = Exposed(record.at_ms, record.items, rows)

    def _table(self, experiment: str) -> Table:
        if experiment == _BEFORE:
            return self.before
        return self.tables.setdefault(experiment, Table())

    def _outcome(self, event: Outcome) -> None:
        slate = self.slates.get(event.slate)
        if slate is None or event.id in slate.events or event.position >= len(slate.marks):
            return
        if EVENT_TYPES[event.type] == "undo":
            self._undo(slate, event.undoes)
            return
        actions = actions_of(event)
        if actions:
            slate.events[event.id] = (_bits(actions), event.position)
        # Whatever was done with a card, it was seen first, even if that event got lost.
        self._mark(slate, event.position, _bits(("impression", *actions)), on=True)

    def _undo(self, slate: Exposed, event: str) -> None:
        """Take an event back, unless another one of the slot says the same."""
        bits, position = slate.events.pop(event, (0, 0))
        for other, at in slate.events.values():
            if at == position:
                bits &= ~other
        self._mark(slate, position, bits, on=False)

    def _relation(self, record: Relation) -> None:
        slate = self.slates.get(record.slate)
        action = RELATION_ACTION.get(record.verb)
        if slate is None or action is None:
            return
        places = np.flatnonzero(np.frombuffer(slate.items, np.int64) == record.item)
        if len(places):
            self._mark(slate, int(places[0]), _bits((action,)), on=record.on)

    def _mark(self, slate: Exposed, position: int, bits: int, *, on: bool) -> None:
        """Set or clear bits of a slot, and count those that change."""
        changed = bits & ~slate.marks[position] if on else bits & slate.marks[position]
        slate.marks[position] ^= changed
        for action in range(len(ACTIONS)):
            if changed >> action & 1:
                for experiment, row in slate.rows:
                    self._table(experiment).count(row, action, back=not on)

    def _erase(self, record: Erased) -> None:
        """The record names slates: whoever was exposed to one of them is forgotten."""
        rows: dict[str, list[int]] = {}
        for number in record.slates:
            self.erased[number] = record.at_ms
            slate = self.slates.pop(number, None)
            for experiment, row in slate.rows if slate else ():
                rows.setdefault(experiment, []).append(row)
        for experiment, table in self._all():
            table.erase(np.array(record.slates, np.int64), rows.get(experiment, ()))

    def _forget(self, before_ms: int) -> None:
        """Let go of what has grown old: by log time, a fold does not depend on a clock."""
        while self.slates:
            number, slate = next(iter(self.slates.items()))
            if slate.at_ms >= self.at_ms - self._join_ms:
                break
            del self.slates[number]
        if self.at_ms // DAY_MS == before_ms // DAY_MS:
            return
        for number in [n for n, ms in self.erased.items() if ms < self.at_ms - ERASED_KNOWN_MS]:
            del self.erased[number]
        for _, table in self._all():
            table.let_go(self.at_ms - self._keep_ms)

    def _all(self) -> list[tuple[str, Table]]:
        return [*self.tables.items(), (_BEFORE, self.before)]

    def dump(self) -> bytes:
        """A checkpoint: all of it, with the offsets that it stands for."""
        return msgspec.msgpack.encode(
            {
                "format": FORMAT,
                "columns": COLUMNS,
                "offsets": self.offsets,
                "at_ms": self.at_ms,
                "tables": {name: table.dump() for name, table in self._all()},
                "slates": [
                    (slate, s.at_ms, s.items, s.rows, s.marks, list(s.events.items()))
                    for slate, s in self.slates.items()
                ],
                "erased": list(self.erased.items()),
            }
        )

    def load(self, data: bytes) -> None:
        """Continue from a checkpoint. Raises ValueError for one of another shape."""
        state = msgspec.msgpack.decode(data)
        if (state["format"], tuple(state["columns"])) != (FORMAT, COLUMNS):
            raise ValueError("the checkpoint counts other things")
        if len(state["offsets"]) != len(self.offsets):
            raise ValueError("the checkpoint is of a log with another number of partitions")
        self.offsets, self.at_ms = list(state["offsets"]), state["at_ms"]
        self.tables = {name: Table.load(table) for name, table in state["tables"].items()}
        self.before = self.tables.pop(_BEFORE)
        self.erased = OrderedDict((slate, at_ms) for slate, at_ms in state["erased"])
        self.slates.clear()
        for number, at_ms, items, rows, marks, events in state["slates"]:
            slate = Exposed(at_ms, items, [(experiment, row) for experiment, row in rows])
            slate.marks = list(marks)
            slate.events = {event: (bits, position) for event, (bits, position) in events}
            self.slates[number] = slate


def _bits(actions: tuple[str, ...]) -> int:
    return sum(1 << COLUMN[action] for action in actions)
