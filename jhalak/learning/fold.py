"""The learner: a fold over the activity log into counters, labels and model weights.

Everything here depends on the records and their order alone: time is the log's, minibatches are
cut where labels close. So a fold resumed at a checkpoint ends like one that never stopped.

| label | is 1 when, within `label_window_s` of log time after the impression |
|---|---|
| tap | the card was tapped |
| long | dwell of LONG_DWELL_MS, a play long for its duration (learning.watch), or completion |
| complete | watched to its end |
| like, share, follow | liked or saved; shared; its creator followed |
| hide, report | hidden or blocked; reported |

Yes and no are learned together, when the label closes: a yes learned at once and a no minutes
later would teach the model that everybody likes everything. What reacts at once is the viewer's
taste and the items' counts. A yes that comes after the close is learned when it comes.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from jhalak.config.settings import ModelSettings
from jhalak.learning.counters import Counters, trend
from jhalak.learning.examples import Examples
from jhalak.learning.features import FEATURES, F
from jhalak.learning.joining import Features, Shown
from jhalak.learning.model import HEADS, OnlineModel
from jhalak.learning.neighbours import CoEngagement
from jhalak.learning.taste import LONG_DWELL_MS
from jhalak.learning.trials import WORTH, Trials
from jhalak.learning.watch import WatchTime
from jhalak.schema.activity import (
    EVENT_TYPES,
    Activity,
    Erased,
    Outcome,
    Outcomes,
    Relation,
    Served,
)
from jhalak.schema.candidates import Floats
from jhalak.schema.reason import REASON_INDEX

TOKEN_LIFE_MS: Final = 7 * 86_400_000
"""A slot token is valid so long; so long a slot is remembered for counting once."""
CACHE: Final = 20_000
"""Served records kept decoded; older ones are read from the log again."""
ITEM_UNUSED_S: Final = 45 * 86_400.0
DAY_MS: Final = 86_400_000
NEAR_MS: Final = 5_000
SLOTS_MOST: Final = 256
"""Slots of a slate whose served record was not met."""

_BIT: Final = {head: 1 << h for h, head in enumerate(HEADS)}
_ENGAGED: Final = _BIT["tap"] | _BIT["long"] | _BIT["like"] | _BIT["share"]
_RELATION: Final = {
    "likes": _BIT["like"], "saves": _BIT["like"], "follows": _BIT["follow"],
    "hides": _BIT["hide"], "blocks": _BIT["hide"],
}  # fmt: skip
_KIND: Final = {
    "tap": "tap", "long": "long", "complete": "complete", "like": "like", "share": "like",
    "hide": "hide", "report": "hide",
}  # fmt: skip
"""The counter's kind of each head; follows are of the creator and count nowhere."""
_EXPLORE: Final = REASON_INDEX["explore"]
_LENGTH: Final = FEATURES.index("length")

# Bits of a slot's mark.
_IMPRESSION, _CLOSED = 1, 2


class Fold:
    """What the learner knows, and how one record changes it."""

    def __init__(
        self, partitions: int, label_window_s: float, join_h: float,
        model: ModelSettings | None = None,
    ) -> None:  # fmt: skip
        self.offsets = [0] * partitions
        self.at_ms = 0
        """Log time: the greatest `at_ms` of what was folded."""
        self.counters = Counters()
        self.model = OnlineModel(model)
        self.examples = Examples(self.model)
        self.watch = WatchTime()
        self.trials = Trials()
        self.together = CoEngagement()
        self._near_ms = -1
        self._neighbours: dict[str, NDArray[Any]] = {}
        self.shown: OrderedDict[int, Shown] = OrderedDict()
        self.closing: deque[tuple[int, int, int]] = deque()
        """(log time at which labels close, slate, position), oldest first."""
        self.cache: OrderedDict[int, Features] = OrderedDict()
        self.relations: dict[str, int] = {}
        """Relation record ids of the last seven days of log time, with their times."""
        self.counts: dict[str, int] = {"records": 0, "events": 0, "repeats": 0, "unjoined": 0}
        self.windows = (label_window_s, join_h)
        self._window_ms = int(label_window_s * 1000)
        self._join_ms = int(join_h * 3_600_000)

    def missing(self, record: Activity) -> list[tuple[int, int]]:
        """(partition, n) of served records that `apply(record)` will want and has not at hand."""
        slates: set[int] = set()
        if isinstance(record, Outcomes):
            slates.update(event.slate for event in record.events)
        elif isinstance(record, Relation) and record.slate:
            slates.add(record.slate)
        # A label may close with this record: those slates are wanted too.
        at_ms = self._time_of(record)
        for closes_ms, slate, _ in self.closing:
            if closes_ms > at_ms:
                break
            slates.add(slate)
        wanted = [self.shown[s] for s in slates if s not in self.cache and s in self.shown]
        return [(shown.partition, shown.n) for shown in wanted if shown.n]

    def remember(self, served: Served) -> None:
        """Put a served record at hand."""
        self.cache[served.slate] = Features(served)
        if len(self.cache) > CACHE:
            self.cache.popitem(last=False)

    def apply(self, partition: int, n: int, record: Activity) -> None:
        """Fold one record, the next of its partition."""
        before_ms, self.at_ms = self.at_ms, max(self.at_ms, self._time_of(record))
        self.close_labels()
        if self.at_ms // DAY_MS > before_ms // DAY_MS:
            # By log time, not when a snapshot is made: a fold must not depend on a clock.
            self.counters.expire(self.at_ms, ITEM_UNUSED_S)
            self.model.expire(self.at_ms - int(ITEM_UNUSED_S * 1000))
            self.trials.expire(self.at_ms, ITEM_UNUSED_S)
            self.together.expire(self.at_ms, ITEM_UNUSED_S)
        if isinstance(record, Served):
            self._served(partition, n, record)
        elif isinstance(record, Outcomes):
            for event in record.events:
                self._outcome(event, record.received_ms, record.viewer if record.profiled else 0)
        elif isinstance(record, Relation):
            self._relation(record)
        elif isinstance(record, Erased):
            for slate in record.slates:
                shown = self.shown.pop(slate, None)
                if shown is not None and shown.viewer:
                    self.together.forget(shown.viewer)
                self.cache.pop(slate, None)
        self.offsets[partition] = n
        self.counts["records"] += 1

    @staticmethod
    def _time_of(record: Activity) -> int:
        return record.received_ms if isinstance(record, Outcomes) else record.at_ms

    def _served(self, partition: int, n: int, record: Served) -> None:
        k = len(record.topic)
        shown = self.shown.get(record.slate)
        if shown is None:
            self.shown[record.slate] = Shown(partition, n, record.at_ms, bytearray(k))
        elif not shown.n:
            shown.partition, shown.n, shown.at_ms = partition, n, record.at_ms
            shown.marks = shown.marks[:k].ljust(k, b"\0")
            shown.yes = shown.yes[:k].ljust(k, b"\0")
        self.remember(record)
        known = self.cache[record.slate]
        for position, reason in enumerate(record.reason):
            if reason == _EXPLORE:
                creator = int(known.creator[position])
                self.trials.count_tried(known.key(position), creator, record.at_ms)

    def _outcome(self, event: Outcome, received_ms: int, viewer: int) -> None:
        """One event; `viewer` 0: nothing is to be learned about who it was."""
        shown = self.shown.get(event.slate)
        if shown is None:
            shown = self.shown[event.slate] = Shown(0, 0, event.issued_ms, bytearray(SLOTS_MOST))
        if event.id in shown.events or event.position >= len(shown.marks):
            self.counts["repeats"] += 1
            return
        name = EVENT_TYPES[event.type]
        yes = self._says(name, event)
        shown.events[event.id] = (yes, event.position)
        self.counts["events" if shown.n else "unjoined"] += 1
        if name == "undo":
            self._undo(shown, event, received_ms)
            return
        if not shown.marks[event.position] & _IMPRESSION:
            # Whatever was done with a card, it was seen first, even if that event got lost.
            shown.marks[event.position] |= _IMPRESSION
            self._count("impression", event, received_ms)
            self._count("judged", event, received_ms)
            key, creator = self._trial(event)
            self.trials.count_impression(key, creator, received_ms)
            self.closing.append((self.at_ms + self._window_ms, event.slate, event.position))
        new = yes & ~shown.yes[event.position]
        self.trials.count_value(self._trial(event)[0], _worth(new))
        if viewer and new & _ENGAGED:
            shown.viewer = viewer
            self.together.engage(viewer, event.item, received_ms)
        for kind in _kinds(new):
            self._count(kind, event, received_ms)
        self._positive(shown, event.slate, event.position, new)

    def _says(self, name: str, event: Outcome) -> int:
        """Bits of the heads that an event is a yes for."""
        if name == "complete":
            return _BIT["complete"] | _BIT["long"]
        if name == "dwell":
            return _BIT["long"] if event.value >= LONG_DWELL_MS else 0
        if name == "play":
            known, duration_s = self.cache.get(event.slate), 0.0
            if known is not None and known.features is not None:
                duration_s = float(np.expm1(np.float64(known.features[event.position, _LENGTH])))
            return _BIT["long"] if self.watch.is_long(event.value / 1000, duration_s) else 0
        return _BIT.get(name, 0)

    def _positive(self, shown: Shown, slate: int, position: int, new: int) -> None:
        """Note actions that count once a slot; they were counted."""
        shown.yes[position] |= new
        known = self.cache.get(slate)
        if new and known is not None and shown.marks[position] & _CLOSED:
            # It was learned as a no already: the yes comes late, but it comes.
            label = np.array([1.0 if new & bit else -1.0 for bit in _BIT.values()], np.float32)
            self._learn(shown, known, position, label)

    def _undo(self, shown: Shown, event: Outcome, at_ms: int) -> None:
        """Take an event back, unless another one of the slot says the same (a long dwell, say,
        beside a completion)."""
        taken = shown.events.get(event.undoes)
        if taken is None or not taken[0]:
            return
        yes, position = taken
        shown.events[event.undoes] = (0, position)
        for other, at in shown.events.values():
            if at == position:
                yes &= ~other
        yes &= shown.yes[position]
        shown.yes[position] &= ~yes & 0xFF
        known = self.cache.get(event.slate)
        if known is not None:
            self.trials.count_value(known.key(position), -_worth(yes))
        for kind in _kinds(yes):
            if known is not None:
                self._count_known(kind, known, position, int(known.items[position]), at_ms, -1.0)
            elif event.position == position:
                self._count(kind, event, at_ms, -1.0)

    def _relation(self, record: Relation) -> None:
        yes = _RELATION.get(record.verb, 0)
        if record.id in self.relations:
            self.counts["repeats"] += 1
            return
        self.relations[record.id] = record.at_ms
        if not yes or not record.slate or record.slate not in self.shown:
            return
        shown = self.shown[record.slate]
        known = self.cache.get(record.slate)
        if known is None:
            return
        places = np.flatnonzero(known.items == record.item)
        if not len(places):
            return
        position = int(places[0])
        if record.on == bool(shown.yes[position] & yes):
            return
        amount = 1.0 if record.on else -1.0
        self.trials.count_value(known.key(position), amount * _worth(yes))
        for kind in _kinds(yes):
            self._count_known(kind, known, position, record.item, record.at_ms, amount)
        if record.on:
            self._positive(shown, record.slate, position, yes)
        else:
            shown.yes[position] &= ~yes & 0xFF

    def close_labels(self) -> None:
        """Learn the slots whose time is over; forget slates whose tokens are dead."""
        while self.closing and self.closing[0][0] <= self.at_ms:
            _, slate, position = self.closing.popleft()
            shown = self.shown.get(slate)
            known = self.cache.get(slate)
            if shown is None or known is None:
                continue
            yes = shown.yes[position]
            shown.marks[position] |= _CLOSED
            label = np.array([1.0 if yes & bit else 0.0 for bit in _BIT.values()], np.float32)
            self._learn(shown, known, position, label)
        while self.shown:
            slate, shown = next(iter(self.shown.items()))
            if shown.at_ms >= self.at_ms - TOKEN_LIFE_MS:
                break
            del self.shown[slate]
            self.cache.pop(slate, None)
        while self.relations:
            key, at_ms = next(iter(self.relations.items()))
            if at_ms >= self.at_ms - TOKEN_LIFE_MS:
                break
            del self.relations[key]

    def _learn(self, shown: Shown, known: Features, position: int, label: Floats) -> None:
        """Late outcomes are counted but not learned; so are those of slates not scored."""
        if known.features is None or shown.at_ms < self.at_ms - self._join_ms:
            return
        if not known.features[position, 0]:
            return  # the bias is 1 wherever a model scored
        about = (
            int(known.items[position]), int(known.creator[position]), int(known.topic[position]),
            int(known.language[position]), known.surface, position,
        )  # fmt: skip
        self.examples.add(known.features[position], about, label, self.at_ms)

    def _trial(self, event: Outcome) -> tuple[int, int]:
        """(key of the trial that an event belongs to, creator)."""
        known = self.cache.get(event.slate)
        if known is None:
            return event.item, event.creator
        return known.key(event.position), int(known.creator[event.position])

    def _count(self, kind: str, event: Outcome, at_ms: int, amount: float = 1.0) -> None:
        """Count under what the item was when it was served; if that is lost, when it came back."""
        known = self.cache.get(event.slate)
        if known is not None:
            self._count_known(kind, known, event.position, event.item, at_ms, amount)
        elif event.topic >= 0:
            self.counters.count(
                kind, event.item, event.topic, event.language, event.creator, at_ms, amount,
                event.surface,
            )  # fmt: skip

    def _count_known(
        self, kind: str, known: Features, position: int, item: int, at_ms: int, amount: float
    ) -> None:
        self.counters.count(
            kind, item, int(known.topic[position]), int(known.language[position]),
            int(known.creator[position]), at_ms, amount, known.surface,
        )  # fmt: skip

    def arrays(self) -> dict[str, NDArray[Any]]:
        """What serving needs, for a snapshot: see learning.serving."""
        nums, blocks = self.counters.blocks(self.at_ms)
        items, item_rows = self.model.items.arrays()
        creators, creator_rows = self.model.creators.arrays()
        weights = self.model.weights
        return {
            "flat": weights.flat.copy(), "calibration": weights.calibration.copy(),
            "hidden": np.array(weights.hidden, np.int64),
            "embedded": items, "item_rows": item_rows,
            "creators": creators, "creator_rows": creator_rows,
            "nums": nums,
            "blocks": blocks,
            "trend": trend(self.counters.items.now(self.at_ms), blocks[:, 0]),
            "cold": self.counters.cold_blocks(self.at_ms),
            "scene_rates": self.counters.scene_rates(self.at_ms),
            **self.trials.arrays(self.at_ms),
            **self._near(),
        }  # fmt: skip

    def _near(self) -> dict[str, NDArray[Any]]:
        """The neighbours, made anew with every NEAR_MS of log time: it takes a while."""
        if self._near_ms < 0 or self.at_ms - self._near_ms >= NEAR_MS:
            self._near_ms = self.at_ms
            self._neighbours = self.together.arrays(self.at_ms)
        return self._neighbours

    def dump(self) -> bytes:
        """A checkpoint: all of it, with the offsets that it stands for."""
        return msgspec.msgpack.encode(
            {
                "format": 3,
                "features": F,
                "heads": HEADS,
                "offsets": self.offsets,
                "at_ms": self.at_ms,
                "counters": self.counters.dump(),
                "model": self.model.dump(),
                "examples": self.examples.dump(),
                "watch": self.watch.threshold_s.tobytes(),
                "trials": self.trials.dump(),
                "together": self.together.dump(),
                "shown": [
                    (
                        slate,
                        s.partition,
                        s.n,
                        s.at_ms,
                        bytes(s.marks),
                        bytes(s.yes),
                        s.viewer,
                        list(s.events.items()),
                    )
                    for slate, s in self.shown.items()
                ],
                "closing": list(self.closing),
                "relations": list(self.relations.items()),
                "counts": self.counts,
            }
        )

    def load(self, data: bytes) -> None:
        """Continue from a checkpoint. Raises ValueError for one of another shape."""
        state = msgspec.msgpack.decode(data)
        if (state["format"], state["features"], tuple(state["heads"])) != (3, F, HEADS):
            raise ValueError("the checkpoint was written by another version of the learner")
        if len(state["offsets"]) != len(self.offsets):
            raise ValueError("the checkpoint is of a log with another number of partitions")
        self.offsets = list(state["offsets"])
        self.at_ms = state["at_ms"]
        self.counters.load(state["counters"])
        self.model.load(state["model"])
        self.examples.load(state["examples"])
        self.watch.threshold_s = np.frombuffer(state["watch"]).copy()
        self.trials.load(state["trials"])
        self.together.load(state["together"])
        self.shown.clear()
        for slate, partition, n, at_ms, marks, yes, viewer, events in state["shown"]:
            shown = Shown(partition, n, at_ms, bytearray(marks))
            shown.yes, shown.viewer = bytearray(yes), viewer
            shown.events = {event: (said, at) for event, (said, at) in events}
            self.shown[slate] = shown
        self.closing = deque((a, b, c) for a, b, c in state["closing"])
        self.relations = dict(state["relations"])
        self.counts = dict(state["counts"])


def _worth(yes: int) -> float:
    """What some heads' bits add to the value of a trial."""
    return sum(worth for head, worth in WORTH.items() if yes & _BIT[head])


def _kinds(yes: int) -> list[str]:
    """The counters' kinds of some heads' bits."""
    return [kind for head, kind in _KIND.items() if yes & _BIT[head]]
