"""Served slates and their outcomes: what is remembered of a slate until it has been judged."""

from __future__ import annotations

from array import array
from collections import OrderedDict, deque
from collections.abc import Collection, Iterable, Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from jhalak.learning.features import F
from jhalak.schema.activity import Outcome, Served

CACHE: Final = 20_000
"""Served records kept decoded; older ones are read from the log again."""
SLOTS_MOST: Final = 256
"""Slots of a slate whose served record was not met."""
VIEWER_BITS: Final = 256
"""Of bitmaps of viewers' hashes, whose set bits are never more than the viewers there were."""
_MIX: Final = 0x9E3779B97F4A7C15
IMPRESSION, CLOSED, ENGAGER = 1, 2, 4
"""Bits of a slot's mark: an impression was counted; its labels were learned; its viewer is among
the item's engagers."""


class Shown:
    """A served slate on its way to being judged.

    `n` is 0 while its served record has not been met: outcomes may overtake it by the 100 ms in
    which it is written, or it was lost. They are counted once all the same.
    """

    __slots__ = ("at_ms", "events", "marks", "n", "partition", "yes")

    def __init__(self, partition: int, n: int, at_ms: int, marks: bytearray) -> None:
        self.partition = partition
        self.n = n
        self.at_ms = at_ms
        self.marks = marks
        """Of each slot: what was counted, what was learned."""
        self.yes = bytearray(len(marks))
        """Of each slot: a bit for each head of learning.model.HEADS that is a yes."""
        self.events: dict[str, int] = {}
        """Event id to position << 8 | bits of heads: counted once, and undone by id."""


class Features:
    """The arrays of a served record that learning reads."""

    __slots__ = (
        "creator", "features", "items", "language", "story", "surface", "taste", "topic", "viewer",
        "viewer_bit",
    )  # fmt: skip

    def __init__(self, served: Served) -> None:
        self.surface = served.surface
        self.viewer = served.viewer if served.profiled else 0
        """0: they want nothing learned about them."""
        self.viewer_bit = self.viewer * _MIX >> 40 & VIEWER_BITS - 1
        """Where the viewer stands in a bitmap of viewers."""
        # Read number by number, which NumPy's arrays are slow at.
        self.items = array("q", served.items)
        self.story = array("q", served.story)
        self.topic = array("B", served.topic)
        self.language = array("B", served.language)
        self.creator = array("i", served.creator)
        self.taste: NDArray[np.int16] | None = (
            np.frombuffer(served.taste, np.int16) if served.profiled and served.taste else None
        )
        raw = np.frombuffer(served.features, np.float16)
        self.features: NDArray[np.float16] | None = (
            raw.reshape(-1, F) if len(raw) == len(self.items) * F else None
        )

    def scored(self, position: int) -> bool:
        """Did a model score the slot? The bias is 1 wherever one did."""
        return self.features is not None and bool(self.features[position, 0])

    def key(self, position: int) -> int:
        """The key of the trial that a slot belongs to: its story, or the item itself."""
        return (self.story[position] if self.story else 0) or self.items[position]


class Slates:
    """Slates on their way to being judged, oldest first, for `life_ms` of log time.

    Memory: 1.4 KB a slate with six events, 0.3 KB of it in a checkpoint (5 us)."""

    def __init__(self, life_ms: int, cache: int = CACHE) -> None:
        self.life_ms, self._most = life_ms, cache
        self.shown: OrderedDict[int, Shown] = OrderedDict()
        self.closing: deque[tuple[int, int, int]] = deque()
        """(log time at which labels close, slate, position), oldest first."""
        self.cache: OrderedDict[int, Features] = OrderedDict()

    def met(self, partition: int, n: int, served: Served) -> Features:
        """A served record came, perhaps after its outcomes."""
        k = len(served.topic)
        shown = self.shown.get(served.slate)
        if shown is None:
            self.shown[served.slate] = Shown(partition, n, served.at_ms, bytearray(k))
        elif not shown.n:
            shown.partition, shown.n, shown.at_ms = partition, n, served.at_ms
            shown.marks = shown.marks[:k].ljust(k, b"\0")
            shown.yes = shown.yes[:k].ljust(k, b"\0")
        return self.remember(served)

    def remember(self, served: Served) -> Features:
        """Put a served record at hand; the one that was wanted longest ago may go."""
        known = self.cache[served.slate] = Features(served)
        if len(self.cache) > self._most:
            self.cache.popitem(last=False)
        return known

    def of(self, event: Outcome) -> Shown:
        """The slate that an event refers to, whether or not its served record was met."""
        shown = self.shown.get(event.slate)
        if shown is None:
            shown = self.shown[event.slate] = Shown(0, 0, event.issued_ms, bytearray(SLOTS_MOST))
        return shown

    def not_at_hand(self, slates: Iterable[int]) -> Iterator[tuple[int, int]]:
        """(partition, n) of served records that are to be read again; the others stay longer."""
        absent = []
        for slate in slates:
            if slate in self.cache:
                self.cache.move_to_end(slate)
            elif (shown := self.shown.get(slate)) is not None and shown.n:
                absent.append((shown.partition, shown.n))
        yield from absent

    def due(self, at_ms: int) -> dict[int, None]:
        """The slates whose labels close first, up to `at_ms`: at most half as many as the cache
        holds, so that all of them can be at hand at once."""
        found: dict[int, None] = {}
        for closes_ms, slate, _ in self.closing:
            if closes_ms > at_ms or len(found) >= self.part:
                break
            found[slate] = None
        return found

    @property
    def part(self) -> int:
        """How many slates `due` answers at most."""
        return max(self._most // 2, 1)

    def close(self, at_ms: int, within: Collection[int] | None = None) -> Iterator[tuple[int, int]]:
        """(slate, position) of the labels that close by `at_ms`, in order and once; with `within`
        only up to the first one of another slate."""
        while self.closing and self.closing[0][0] <= at_ms:
            if within is not None and self.closing[0][1] not in within:
                return
            yield self.closing.popleft()[1:]

    def forget(self, slate: int) -> None:
        """Nothing is remembered of it any more."""
        self.shown.pop(slate, None)
        self.cache.pop(slate, None)

    def past(self, served_ms: int, at_ms: int) -> bool:
        """Is a slate that was served then remembered no more?"""
        return served_ms < at_ms - self.life_ms

    def expire(self, at_ms: int) -> None:
        """Forget what is past."""
        while self.shown:
            slate, shown = next(iter(self.shown.items()))
            if not self.past(shown.at_ms, at_ms):
                break
            self.forget(slate)

    def dump(self) -> dict[str, Any]:
        """All but what is at hand: that is read from the log again."""
        shown = [
            (
                slate, s.partition, s.n, s.at_ms, bytes(s.marks), bytes(s.yes),
                list(s.events.items()),
            )
            for slate, s in self.shown.items()
        ]  # fmt: skip
        return {"shown": shown, "closing": list(self.closing)}

    def load(self, data: dict[str, Any]) -> None:
        """Continue from a checkpoint."""
        self.shown.clear()
        for slate, partition, n, at_ms, marks, yes, events in data["shown"]:
            shown = Shown(partition, n, at_ms, bytearray(marks))
            shown.yes = bytearray(yes)
            shown.events = dict(events)
            self.shown[slate] = shown
        self.closing = deque((a, b, c) for a, b, c in data["closing"])
