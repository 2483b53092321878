"""The learner: a fold over the activity log into counters, labels and model weights.

Everything here depends on the records and their order alone: time is the log's, minibatches are
cut where labels close. So a fold resumed at a checkpoint ends like one that never stopped.

Yes and no are learned together, when the label closes (learning.labels): a yes learned at once and
a no minutes later would teach the model that everybody likes everything. What reacts at once is the
viewer's taste and the items' counts. A yes that comes after the close is learned when it comes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from jhalak.config.settings import ModelSettings
from jhalak.learning import labels
from jhalak.learning.decay import Decay
from jhalak.learning.examples import Examples
from jhalak.learning.features import F
from jhalak.learning.figures import Figures
from jhalak.learning.joining import (
    CLOSED,
    ENGAGER,
    IMPRESSION,
    Features,
    Shown,
    Slates,
)
from jhalak.learning.lately import Lately
from jhalak.learning.model import HEADS, OnlineModel
from jhalak.learning.tallies import ITEM_UNUSED_S, Tallies
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

FORMAT: Final = 8
DAY_MS: Final = 86_400_000
_EXPLORE: Final = REASON_INDEX["explore"]


class Fold:
    """What the learner knows, and how one record changes it."""

    def __init__(
        self, partitions: int, label_window_s: float, join_h: float,
        model: ModelSettings | None = None,
    ) -> None:  # fmt: skip
        self.offsets = [0] * partitions
        self.at_ms = 0
        """Log time: the greatest `at_ms` of what was folded."""
        self.model = OnlineModel(model)
        self.figures = Figures()
        self.lately = Lately()
        self.decay = Decay()
        self.examples = Examples(self.model, self.figures.foretold)
        self.watch = WatchTime()
        self.tallies = Tallies()
        self._window_ms = int(label_window_s * 1000)
        self._join_ms = int(join_h * 3_600_000)
        self.slates = Slates(self._join_ms)
        self.relations: dict[str, int] = {}
        """Ids of the relations' records that came while their slates are remembered, with their
        times."""
        self.erased: dict[int, int] = {}
        """Slates of erased viewers, with the log time of the erasure: another partition may still
        bring something of them."""
        self.counts: dict[str, int] = dict.fromkeys(
            ("records", "events", "repeats", "unjoined", "late", "unread"), 0
        )
        """`unjoined`: events whose served record was not met. `late`: of slates that are not
        remembered any more; not counted, lest one counted before counts again. `unread`: labels
        that closed when the log had their served record no more."""
        self.windows = (label_window_s, join_h)

    def missing(self, record: Activity) -> Iterator[tuple[int, int]]:
        """(partition, n) of served records that `apply(record)` will want and has not at hand. Put
        each at hand (`remember`) before asking for the next one: where more labels close with this
        record than are kept at hand, they are learned on the way, in their order."""
        at_ms = max(self.at_ms, time_of(record))
        while len(due := self.slates.due(at_ms)) >= self.slates.part:
            self.lately.tick(at_ms, self.model)  # after a restart there is no minute yet
            yield from self.slates.not_at_hand(due)
            self._close_labels(at_ms, due)
        if isinstance(record, Outcomes):
            due |= dict.fromkeys(event.slate for event in record.events)
        elif isinstance(record, Relation) and record.slate:
            due[record.slate] = None
        yield from self.slates.not_at_hand(due)

    def remember(self, served: Served) -> None:
        """Put a served record at hand."""
        self.slates.remember(served)

    def apply(self, partition: int, n: int, record: Activity) -> None:
        """Fold one record, the next of its partition."""
        before_ms, self.at_ms = self.at_ms, max(self.at_ms, time_of(record))
        self.lately.tick(self.at_ms, self.model)
        self._close_labels(self.at_ms)
        self._forget()
        if self.at_ms // DAY_MS > before_ms // DAY_MS:
            # By log time, not when a snapshot is made: a fold must not depend on a clock.
            self.tallies.expire(self.at_ms)
            self.decay.expire(self.at_ms, ITEM_UNUSED_S)
            self.model.expire(self.at_ms - int(ITEM_UNUSED_S * 1000))
        if isinstance(record, Served):
            if record.slate not in self.erased:
                self._served(partition, n, record)
        elif isinstance(record, Outcomes):
            self._outcomes(record)
        elif isinstance(record, Relation):
            self._relation(record)
        elif isinstance(record, Erased):
            self._erase(record)
        self.offsets[partition] = n
        self.counts["records"] += 1

    def _served(self, partition: int, n: int, record: Served) -> None:
        known = self.slates.met(partition, n, record)
        if known.taste is not None:
            self.tallies.engagers.serve(known.taste)
        tried = record.reason.count(_EXPLORE)
        self.figures.serve(record.surface, len(record.reason), tried, record.at_ms)
        for position, reason in enumerate(record.reason):
            if reason == _EXPLORE:
                creator = known.creator[position]
                self.tallies.trials.count_tried(known.key(position), creator, record.at_ms)

    def _outcomes(self, record: Outcomes) -> None:
        slate, shown, known = -1, None, None
        for event in record.events:
            if shown is None or event.slate != slate:
                slate, shown = event.slate, None
                if slate in self.erased:
                    continue
                if self.slates.past(event.issued_ms, self.at_ms):
                    self.counts["late"] += 1
                    continue
                shown, known = self.slates.of(event), self.slates.cache.get(slate)
            self._outcome(event, record, shown, known)

    def _outcome(
        self, event: Outcome, record: Outcomes, shown: Shown, known: Features | None
    ) -> None:
        received_ms, position, counts = record.received_ms, event.position, self.counts
        if event.id in shown.events or position >= len(shown.marks):
            counts["repeats"] += 1
            return
        name = EVENT_TYPES[event.type]
        yes = labels.said_by(name, event, known, self.watch)
        shown.events[event.id] = position << 8 | yes
        counts["events" if shown.n else "unjoined"] += 1
        if name == "undo":
            self._undo(shown, event, known, received_ms)
            return
        if not shown.marks[position] & IMPRESSION:
            # Whatever was done with a card, it was seen first, even if that event got lost.
            shown.marks[position] |= IMPRESSION
            self.tallies.look(event, known, received_ms)
            closes_ms = self.at_ms + self._window_ms
            self.slates.closing.append((closes_ms, event.slate, position))
        new = yes & ~shown.yes[position]
        if not new:
            return
        if record.profiled and shown.n and new & labels.ENGAGED:
            # Where the served record is lost, no erasure could name the slate.
            self.tallies.together.engage(record.viewer, event.item, received_ms, event.slate)
            self._engage(shown, known, position, event.item, received_ms)
        self.tallies.act(event, known, new, received_ms)
        self._say(shown, known, position, new)

    def _engage(
        self, shown: Shown, known: Features | None, position: int, item: int, at_ms: int
    ) -> None:
        """A slot was engaged with; the first time tells whom its item is for."""
        if known is None or known.taste is None or shown.yes[position] & labels.ENGAGED:
            return
        shown.marks[position] |= ENGAGER
        self.tallies.engagers.engage(item, known.taste, at_ms)

    def _disengage(self, shown: Shown, known: Features, position: int, item: int) -> None:
        """Labels of a slot were taken back: of an engagement nothing may be left."""
        if not shown.marks[position] & ENGAGER or shown.yes[position] & labels.ENGAGED:
            return
        shown.marks[position] &= ~ENGAGER & 0xFF
        if known.taste is not None:
            self.tallies.engagers.disengage(item, known.taste)

    def _say(self, shown: Shown, known: Features | None, position: int, new: int) -> None:
        """Note labels that count once a slot; they were counted."""
        shown.yes[position] |= new
        if new and known is not None and shown.marks[position] & CLOSED:
            # It was learned as a no already: the yes comes late, but it comes.
            self.figures.close(known, position, new, self.at_ms, late=True)
            self.decay.close(known, position, new, self.model.position, self.at_ms, late=True)
            self._learn(known, position, labels.late(new), self.at_ms)

    def _undo(self, shown: Shown, event: Outcome, known: Features | None, at_ms: int) -> None:
        """Take an event back, unless another one of the slot says the same (a long dwell, say,
        beside a completion)."""
        taken = shown.events.get(event.undoes, 0)
        position, yes = taken >> 8, taken & 0xFF
        if not yes:
            return
        shown.events[event.undoes] = position << 8
        for other in shown.events.values():
            if other >> 8 == position:
                yes &= ~other
        yes &= shown.yes[position]
        shown.yes[position] &= ~yes & 0xFF
        if known is not None:
            item = known.items[position]
            self.tallies.act_known(known, position, item, yes, at_ms, -1.0)
            self._disengage(shown, known, position, item)
        elif event.position == position:
            self.tallies.take_back(event, yes, at_ms)

    def _relation(self, record: Relation) -> None:
        yes = labels.OF_VERB.get(record.verb, 0)
        if record.id in self.relations:
            self.counts["repeats"] += 1
            return
        self.relations[record.id] = record.at_ms
        shown = self.slates.shown.get(record.slate)
        known = self.slates.cache.get(record.slate)
        if not yes or shown is None or known is None:
            return
        if record.item not in known.items:
            return
        position = known.items.index(record.item)
        if record.on == bool(shown.yes[position] & yes):
            return
        amount = 1.0 if record.on else -1.0
        self.tallies.act_known(known, position, record.item, yes, record.at_ms, amount)
        if record.on:
            if record.profiled and yes & labels.ENGAGED:
                self._engage(shown, known, position, record.item, record.at_ms)
            self._say(shown, known, position, yes)
        else:
            shown.yes[position] &= ~yes & 0xFF
            self._disengage(shown, known, position, record.item)

    def _erase(self, record: Erased) -> None:
        """The record names slates: whoever they were served to is not remembered."""
        for slate in record.slates:
            self.erased[slate] = record.at_ms
            self.slates.forget(slate)
        self.tallies.together.forget_slates(record.slates)

    def _close_labels(self, at_ms: int, within: dict[int, None] | None = None) -> None:
        """Learn the slots whose time is over; with `within` the first ones, as long as they are of
        these slates."""
        for slate, position in self.slates.close(at_ms, within):
            shown = self.slates.shown.get(slate)
            known = self.slates.cache.get(slate)
            if shown is None:
                continue  # erased, or past
            if known is None:
                self.counts["unread"] += 1
                continue
            shown.marks[position] |= CLOSED
            self.figures.close(known, position, shown.yes[position], at_ms)
            self.lately.close(known, position, shown.yes[position])
            self.decay.close(known, position, shown.yes[position], self.model.position, at_ms)
            self._learn(known, position, labels.closed(shown.yes[position]), at_ms)

    def _forget(self) -> None:
        """Let go of what has grown old."""
        self.slates.expire(self.at_ms)
        for held, life_ms in ((self.relations, self._join_ms), (self.erased, DAY_MS)):
            _drop_before(held, self.at_ms - life_ms)

    def _learn(self, known: Features, position: int, label: Floats, at_ms: int) -> None:
        """What was shown without a score is counted but not learned."""
        if known.features is None or not known.scored(position):
            return
        about = (
            known.items[position], known.creator[position], known.topic[position],
            known.language[position], known.surface, position,
        )  # fmt: skip
        self.examples.add(known.features[position], about, label, at_ms)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """What serving needs, for a snapshot: see learning.serving."""
        items, item_rows = self.model.items.arrays()
        creators, creator_rows = self.model.creators.arrays()
        weights = self.model.weights
        return {
            "flat": weights.flat.copy(), "calibration": weights.calibration.copy(),
            "hidden": np.array(weights.hidden, np.int64),
            "embedded": items, "item_rows": item_rows,
            "creators": creators, "creator_rows": creator_rows,
            **self.tallies.arrays(self.at_ms),
        }  # fmt: skip

    def dump(self) -> bytes:
        """All of it, with the offsets that it stands for."""
        return msgspec.msgpack.encode(
            {
                "format": FORMAT,
                "features": F,
                "heads": HEADS,
                "offsets": self.offsets,
                "at_ms": self.at_ms,
                "model": self.model.dump(),
                "examples": self.examples.dump(),
                "watch": self.watch.threshold_s.tobytes(),
                "tallies": self.tallies.dump(),
                "figures": self.figures.dump(),
                "decay": self.decay.dump(),
                "slates": self.slates.dump(),
                "relations": list(self.relations.items()),
                "erased": list(self.erased.items()),
                "counts": self.counts,
            }
        )

    def load(self, data: bytes) -> None:
        """Continue from what `dump` made. Raises ValueError for bytes of another shape."""
        state = msgspec.msgpack.decode(data)
        if (state["format"], state["features"], tuple(state["heads"])) != (FORMAT, F, HEADS):
            raise ValueError("the checkpoint was written by another version of the learner")
        if len(state["offsets"]) != len(self.offsets):
            raise ValueError("the checkpoint is of a log with another number of partitions")
        self.offsets = list(state["offsets"])
        self.at_ms = state["at_ms"]
        self.model.load(state["model"])
        self.examples.load(state["examples"])
        self.watch.threshold_s = np.frombuffer(state["watch"]).copy()
        self.tallies.load(state["tallies"])
        self.figures.load(state.get("figures", {}))
        self.decay.load(state["decay"])
        self.slates.load(state["slates"])
        self.relations = dict(state["relations"])
        self.erased = dict(state["erased"])
        self.counts = dict(state["counts"])


def time_of(record: Activity) -> int:
    """Log time, Unix ms."""
    return record.received_ms if isinstance(record, Outcomes) else record.at_ms


def _drop_before(held: dict[Any, int], at_ms: int) -> None:
    """Drop the first entries that are older."""
    while held and held[first := next(iter(held))] < at_ms:
        del held[first]
