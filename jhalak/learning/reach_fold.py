"""A fold over the activity log: whom each video reached, and what they did with it.

It depends on the records and their order in their own partitions alone; time is the log's. While a
slate is open (`join_ms` after it was served, by its partition's time), what is known of one viewer
and one video is kept whole, so that every figure is exact to the viewer: a retry counts once, an
undo and an erasure take back all that they should. When the slate is let go only counts stay, that
name nobody; what comes later than that is not counted.

Counts change with every record, also those of open slates; nothing waits for them to be let go.

What it costs: 40 us an event; 0.9 KB an open viewing with its part of a slate, 0.1 KB of it in a
checkpoint, let go after `join_ms`; 6 KB a video, let go after UNUSED_MS without an event.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any, Final

import msgspec
import numpy as np

from jhalak.learning.reach import (
    DAY_MS,
    ROWS,
    VERB_ROW,
    Adds,
    Play,
    Viewing,
    adds,
    opens,
)
from jhalak.learning.reach_video import VideoReach
from jhalak.schema.activity import Activity, Erased, Outcome, Outcomes, Relation, Served
from jhalak.schema.slate import SURFACES

FORMAT: Final = 1
ERASED_KNOWN_MS: Final = DAY_MS
"""For so long the slates of erased viewers are known: another partition may still bring one."""
EARLY_MS: Final = 60_000
"""For so long outcomes wait for their served record, which is written after the answer."""
DAYS: Final = 28
"""Days that are kept apart; what is older is in the sums alone."""
UNUSED_MS: Final = 90 * DAY_MS
_VIDEO: Final = SURFACES.index("video")


class OpenSlate(msgspec.Struct, array_like=True):
    """A served slate to which outcomes may still come."""

    viewer: int
    at_ms: int
    items: bytes
    """int64[k]"""
    reason: bytes
    """uint8[k]"""
    language: bytes
    """uint8[k]"""
    creator: bytes
    """int32[k]"""

    def place(self, item: int) -> int:
        """Where it shows the item; -1: it does not."""
        found = np.flatnonzero(np.frombuffer(self.items, np.int64) == item)
        return int(found[0]) if len(found) else -1


class ReachFold:
    """Every video's counts, and how one record changes them. `offset_ms`: the cell's time zone."""

    def __init__(self, partitions: int, join_ms: int, offset_ms: int) -> None:
        self.offsets = [0] * partitions
        self.times = [0] * partitions
        """Log time of each partition."""
        self.videos: dict[int, VideoReach] = {}
        """By item number."""
        self.changed: set[int] = set()
        """Videos whose counts changed since somebody emptied this."""
        self.slates: list[OrderedDict[int, OpenSlate]] = [OrderedDict() for _ in range(partitions)]
        self.viewings: dict[tuple[int, int], Viewing] = {}
        """By viewer and item."""
        self.erased: OrderedDict[int, int] = OrderedDict()
        """Slates of erased viewers, with the log time of the erasure."""
        self._early: list[OrderedDict[str, tuple[int, Outcome]]] = [
            OrderedDict() for _ in range(partitions)
        ]
        self._join_ms, self._offset_ms = join_ms, offset_ms

    @property
    def at_ms(self) -> int:
        return max(self.times)

    def apply(self, partition: int, n: int, record: Activity) -> None:
        """Fold one record, the next of its partition."""
        at_ms = record.received_ms if isinstance(record, Outcomes) else record.at_ms
        before_ms, self.times[partition] = self.at_ms, max(self.times[partition], at_ms)
        self._close(partition, self.times[partition])
        if isinstance(record, Served):
            if record.profiled and record.surface == _VIDEO and record.slate not in self.erased:
                self._served(partition, record)
        elif isinstance(record, Outcomes):
            for event in record.events if record.profiled else ():
                self._outcome(partition, event, at_ms)
        elif isinstance(record, Relation):
            if record.profiled and record.verb in VERB_ROW:
                self._relation(partition, record)
        elif isinstance(record, Erased):
            self._erase(record)
        if self.at_ms // DAY_MS != before_ms // DAY_MS:
            self._forget()
        self.offsets[partition] = n

    def settle(self) -> None:
        """All partitions were read to their ends: what is old by the newest of them is let go in
        all, also where nothing happens any more."""
        for partition in range(len(self.slates)):
            self._close(partition, self.at_ms)

    def _served(self, partition: int, record: Served) -> None:
        self.slates[partition][record.slate] = OpenSlate(
            record.viewer, record.at_ms, record.items, record.reason, record.language,
            record.creator,
        )  # fmt: skip
        early = self._early[partition]
        for id_ in [id_ for id_, (_, event) in early.items() if event.slate == record.slate]:
            at_ms, event = early.pop(id_)
            self._outcome(partition, event, at_ms)

    def _outcome(self, partition: int, event: Outcome, at_ms: int) -> None:
        if event.surface != _VIDEO or event.slate in self.erased:
            return
        slate = self.slates[partition].get(event.slate)
        if slate is None:
            self._early[partition].setdefault(f"{event.slate} {event.id}", (at_ms, event))
            return
        viewing = self._meet(slate, event.slate, event.item)
        if viewing is not None and viewing.changes(event):
            key, before = (slate.viewer, event.item), self._adds(viewing)
            viewing.see(event.slate, slate.reason[slate.place(event.item)], slate.at_ms)
            viewing.happen(event)
            self._count(key, viewing, before, at_ms)

    def _meet(self, slate: OpenSlate, number: int, item: int) -> Viewing | None:
        """The viewing that a slot belongs to, made where there is none; None for no slot of the
        slate, and for a repeat of what was let go."""
        place = slate.place(item)
        if place < 0:
            return None
        viewing = self.viewings.get((slate.viewer, item))
        if viewing is None and opens(slate.reason[place]):
            language = int(np.bincount(np.frombuffer(slate.language, np.uint8)).argmax())
            viewing = self.viewings[slate.viewer, item] = Viewing(slate.at_ms, language)
            viewing.last, viewing.last_ms = number, slate.at_ms
            if item not in self.videos:
                creator = int(np.frombuffer(slate.creator, np.int32)[place])
                self.videos[item] = VideoReach(creator, slate.language[place], slate.at_ms)
        return viewing

    def _relation(self, partition: int, record: Relation) -> None:
        """What was put or taken back counts where the viewer met the video lately."""
        slate = self.slates[partition].get(record.slate)
        if slate is not None and slate.viewer == record.viewer:
            self._meet(slate, record.slate, record.item)
        key = record.viewer, record.item
        viewing = self.viewings.get(key)
        if viewing is None:
            return
        before = self._adds(viewing)
        if slate is not None and (place := slate.place(record.item)) >= 0:
            viewing.see(record.slate, slate.reason[place], slate.at_ms)
        if record.on:
            viewing.verbs.add(record.verb)
        else:
            viewing.verbs.discard(record.verb)
        self._count(key, viewing, before, record.at_ms)

    def _adds(self, viewing: Viewing) -> Adds:
        return adds(viewing, self._offset_ms)

    def _count(self, key: tuple[int, int], viewing: Viewing, before: Adds, at_ms: int) -> None:
        """A viewing adds something else now than `before`."""
        video, day = self.videos[key[1]], (viewing.at_ms + self._offset_ms) // DAY_MS
        video.add(before, day, -1)
        video.add(self._adds(viewing), day, 1)
        video.last_ms = max(video.last_ms, at_ms)
        self.changed.add(key[1])

    def _erase(self, record: Erased) -> None:
        """The record names slates: what their viewers did with what those showed is taken back."""
        for number in record.slates:
            self.erased[number] = record.at_ms
            for slates, early in zip(self.slates, self._early, strict=True):
                for id_ in [id_ for id_, (_, event) in early.items() if event.slate == number]:
                    del early[id_]
                slate = slates.pop(number, None)
                if slate is not None:
                    self._take_back(slate)

    def _take_back(self, slate: OpenSlate) -> None:
        for item in np.frombuffer(slate.items, np.int64).tolist():
            viewing = self.viewings.pop((slate.viewer, item), None)
            if viewing is not None:
                day = (viewing.at_ms + self._offset_ms) // DAY_MS
                self.videos[item].add(self._adds(viewing), day, -1)
                self.changed.add(item)

    def _close(self, partition: int, at_ms: int) -> None:
        """Let go of slates that nothing can come to any more, and of viewings with the last of
        theirs."""
        early, slates = self._early[partition], self.slates[partition]
        while early and next(iter(early.values()))[0] < at_ms - EARLY_MS:
            early.popitem(last=False)
        while slates:
            number, slate = next(iter(slates.items()))
            if slate.at_ms >= at_ms - self._join_ms:
                break
            del slates[number]
            for item in np.frombuffer(slate.items, np.int64).tolist():
                viewing = self.viewings.get((slate.viewer, item))
                if viewing is not None and viewing.last == number:
                    del self.viewings[slate.viewer, item]

    def _forget(self) -> None:
        """Once a day of log time."""
        for number in [n for n, ms in self.erased.items() if ms < self.at_ms - ERASED_KNOWN_MS]:
            del self.erased[number]
        oldest = (self.at_ms + self._offset_ms) // DAY_MS - DAYS
        for item, video in list(self.videos.items()):
            for day in [day for day in video.days if day < oldest]:
                del video.days[day]
            if video.last_ms < self.at_ms - UNUSED_MS:
                del self.videos[item]
                self.changed.add(item)

    def dump(self) -> bytes:
        """A checkpoint: all of it, with the offsets that it stands for."""
        viewings = [
            (
                key, v.at_ms, v.language, (v.last, v.last_ms), v.seen, list(v.events.items()),
                sorted(v.verbs),
            )
            for key, v in self.viewings.items()
        ]  # fmt: skip
        return msgspec.msgpack.encode(
            {
                "format": (FORMAT, ROWS),
                "offsets": self.offsets,
                "times": self.times,
                "videos": [(item, video.dump()) for item, video in self.videos.items()],
                "slates": [list(slates.items()) for slates in self.slates],
                "viewings": viewings,
                "erased": list(self.erased.items()),
                "early": [list(early.items()) for early in self._early],
            }
        )

    def load(self, data: bytes) -> None:
        """Continue from a checkpoint. Raises ValueError for one of another shape."""
        state = msgspec.msgpack.decode(data)
        if tuple(state["format"]) != (FORMAT, ROWS):
            raise ValueError("the checkpoint counts other things")
        if len(state["offsets"]) != len(self.offsets):
            raise ValueError("the checkpoint is of a log with another number of partitions")
        self.offsets, self.times = list(state["offsets"]), list(state["times"])
        self.videos = {item: VideoReach.load(video) for item, video in state["videos"]}
        self.changed = set(self.videos)
        self.slates = [
            OrderedDict((number, msgspec.convert(slate, OpenSlate)) for number, slate in slates)
            for slates in state["slates"]
        ]
        self.viewings = dict(_viewing(one) for one in state["viewings"])
        self.erased = OrderedDict((number, at_ms) for number, at_ms in state["erased"])
        self._early = [
            OrderedDict((id_, (ms, msgspec.convert(event, Outcome))) for id_, (ms, event) in early)
            for early in state["early"]
        ]


def _viewing(kept: Any) -> tuple[tuple[int, int], Viewing]:
    key, at_ms, language, last, seen, events, verbs = kept
    made = Viewing(at_ms, language)
    (made.last, made.last_ms), made.verbs = last, set(verbs)
    made.seen = [(slate, reason) for slate, reason in seen]
    made.events = {
        id_: Play(kind, value, tuple((start, end) for start, end in ranges))
        for id_, (kind, value, ranges) in events
    }
    return (key[0], key[1]), made
