"""Co-engagement: who liked this, liked that; learned engagement by engagement.

An engagement pairs its item with each of the last RING that its viewer engaged with. How often a
pair came up is counted in a count-min sketch with conservative update (Estan, Varghese 2002);
the PLACES most frequent neighbours of an item are listed beside it. The sketch remembers a pair
that found no place in the list, so that it gets one when it comes often; lists without one forget
it each time (on kuairand-pure: Recall@20 0.10 without, 0.12 with, popularity 0.08, all pairs
counted exactly and the best 16 taken 0.13).

Counts halve with HALF_LIFE_MS of log time. They are kept as of a fixed moment, so that nothing
has to be faded: what happens later weighs more (forward decay; Cormode et al. 2009).
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Iterable
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from jhalak.learning import pairs
from jhalak.learning.pairs import EXPORTED, PLACES, RING
from jhalak.schema.candidates import Floats

HALF_LIFE_MS: Final = 14 * 86_400_000
VIEWERS: Final = 200_000
SKETCH: Final = 1 << 20
"""Cells in each of the sketch's two rows: 8 MB. Engagements of two half-lives times RING should
not be many times more."""
STEPS: Final = 128
"""Engagements that wait to be counted at once: a call of the kernel costs as much as a count."""
HEAVIEST: Final = 2.0**20
"""Weight of an engagement at which all counts are brought down."""


class CoEngagement:
    """What is engaged with together. Written by one thread; the same engagements in the same order
    give the same bytes.

    Memory: 300 bytes an item, 450 a viewer, 8 MB for the sketch. `engage`: 3 us where memory is at
    hand, 6 where others use it heavily.
    """

    def __init__(self, viewers: int = VIEWERS, sketch: int = SKETCH) -> None:
        """`viewers`: how many rings are kept, of those who engaged last; `sketch`: a power of 2."""
        self._most = viewers
        self._start_ms = 0
        self._viewers: OrderedDict[int, int] = OrderedDict()
        """Viewer to the row of their ring, who engaged longest ago first."""
        self._newest: dict[int, tuple[int, int]] = {}
        """Viewer to the slate that they engaged with last, and when: by it an erasure finds them.
        """
        self._of_slate: dict[int, int] = {}
        self._free: list[int] = []
        self._steps: list[tuple[int, int, float]] = []
        self._ring = np.full((256, RING), -1, np.int32)
        self._sketch = np.zeros((2, sketch), np.float32)
        self._hold(
            np.empty(0, np.int64), np.empty(0, np.float32), np.empty(0, np.int64),
            np.empty((0, PLACES), np.int32), np.empty((0, PLACES), np.float32),
        )  # fmt: skip

    def __len__(self) -> int:
        """How many items are known."""
        return len(self._index)

    def engage(self, viewer: int, item: int, at_ms: int, slate: int = 0) -> None:
        """A viewer engaged with an item (both numbers) that `slate` showed; 0: not known. An item
        that is among their last RING already counts no second time."""
        weight, row = self._weight(at_ms), self._row(item)
        if at_ms > self._last_ms[row]:
            self._last_ms[row] = at_ms
        before = self._newest.get(viewer, (0, 0))[0]
        if slate != before:
            self._of_slate.pop(before, None)
            if slate:
                self._of_slate[slate] = viewer
        self._newest[viewer] = (slate, at_ms)
        self._steps.append((self._viewer(viewer), row, weight))
        if len(self._steps) >= STEPS:
            self._settle()

    def forget(self, viewer: int) -> None:
        """Erase what a viewer engaged with. Counts of pairs, which name nobody, stay."""
        row = self._viewers.pop(viewer, None)
        if row is not None:
            self._drop_newest(viewer)
            self._settle()
            self._ring[row] = -1
            self._free.append(row)

    def forget_slates(self, slates: Iterable[int]) -> None:
        """Erase what those engaged with whose last engagement was with one of these slates."""
        for slate in slates:
            if slate in self._of_slate:
                self.forget(self._of_slate[slate])

    def _drop_newest(self, viewer: int) -> None:
        self._of_slate.pop(self._newest.pop(viewer)[0], None)

    def expire(self, at_ms: int, unused_s: float) -> None:
        """Forget items that nobody engaged with for `unused_s` of log time, and viewers who did not
        engage for so long: the log's retention would let no erasure find them for ever."""
        self._settle()
        before_ms = at_ms - unused_s * 1000
        while self._viewers and self._newest[viewer := next(iter(self._viewers))][1] < before_ms:
            self.forget(viewer)
        n = len(self)
        kept = np.flatnonzero(self._last_ms[:n] >= before_ms)
        if len(kept) == n:
            return
        moved = np.full(n + 1, -1, np.int32)  # the last entry: what -1 stays
        moved[kept] = np.arange(len(kept))
        near = moved[self._near[kept]]
        often = np.where(near >= 0, self._often[kept], np.float32(0))
        self._hold(self._keys[kept], self._count[kept], self._last_ms[kept], near, often)
        self._ring = moved[self._ring]

    def arrays(self, at_ms: int) -> dict[str, NDArray[Any]]:
        """For the snapshot: `near_nums` int64[n], items that have neighbours; `near` int64[n,
        EXPORTED], item numbers, the strongest first, 0 for none; `near_strength` float32, the same
        shape: how often as of `at_ms`, over root(count) of the item and count^0.3 of the neighbour.

        About 40 ms and 200 bytes an item at 100,000 items, without the GIL: worth doing every few
        seconds, not with every snapshot.
        """
        # Not by `_weight`, which may move the moment: publishing must change nothing.
        weight = 2.0 ** ((at_ms - (self._start_ms or at_ms)) / HALF_LIFE_MS)
        self._settle()
        n = len(self)
        near = np.zeros((n, EXPORTED), np.int64)
        strength = np.zeros((n, EXPORTED), np.float32)
        pairs.export(
            self._keys[:n], self._count, self._near, self._often, weight, near,
            strength,
        )  # fmt: skip
        some = strength[:, 0] > 0
        return {
            "near_nums": self._keys[:n][some], "near": near[some], "near_strength": strength[some],
        }  # fmt: skip

    def dump(self) -> bytes:
        """Everything, for `load`."""
        self._settle()
        n, rows = len(self), np.fromiter(self._viewers.values(), np.int64, len(self._viewers))
        return msgspec.msgpack.encode(
            {
                "start_ms": self._start_ms,
                "sketch": self._sketch.tobytes(),
                "items": [
                    column[:n].tobytes()
                    for column in (self._keys, self._count, self._last_ms, self._near, self._often)
                ],
                "viewers": [(viewer, *self._newest[viewer]) for viewer in self._viewers],
                "ring": self._ring[rows].tobytes(),
            }
        )

    def load(self, data: bytes) -> None:
        raw: dict[str, Any] = msgspec.msgpack.decode(data)
        keys, count, last_ms, near, often = raw["items"]
        self._steps.clear()
        self._start_ms = raw["start_ms"]
        self._sketch = np.frombuffer(raw["sketch"], np.float32).reshape(2, -1).copy()
        self._hold(
            np.frombuffer(keys, np.int64), np.frombuffer(count, np.float32),
            np.frombuffer(last_ms, np.int64), np.frombuffer(near, np.int32).reshape(-1, PLACES),
            np.frombuffer(often, np.float32).reshape(-1, PLACES),
        )  # fmt: skip
        known = raw["viewers"]
        self._viewers = OrderedDict((viewer, row) for row, (viewer, _, _) in enumerate(known))
        self._newest = {viewer: (slate, at_ms) for viewer, slate, at_ms in known}
        self._of_slate = {slate: viewer for viewer, slate, _ in known if slate}
        self._free = []
        ring = np.frombuffer(raw["ring"], np.int32).reshape(-1, RING)
        self._ring = np.concatenate([ring, np.full((256, RING), -1, np.int32)])

    def _hold(
        self, keys: NDArray[np.int64], count: Floats, last_ms: NDArray[np.int64],
        near: NDArray[np.int32], often: Floats,
    ) -> None:  # fmt: skip
        """Know these items."""
        self._index = {key: row for row, key in enumerate(keys.tolist())}
        self._keys, self._count, self._last_ms = keys, count, last_ms
        self._near, self._often = near, often
        self._floor: Floats = often.min(axis=1, initial=np.inf)
        self._grow(256)

    def _grow(self, more: int) -> None:
        """Make room for so many more items."""
        for name in ("_keys", "_count", "_last_ms", "_near", "_often", "_floor"):
            old = getattr(self, name)
            new = np.full((more, *old.shape[1:]), -1 if name == "_near" else 0, old.dtype)
            setattr(self, name, np.concatenate([old, new]))

    def _settle(self) -> None:
        """Count what waits to be counted: one call of the kernel for many engagements."""
        if self._steps:
            pairs.engage(
                self._ring, np.array(self._steps), self._keys, self._count, self._near,
                self._often, self._floor, self._sketch,
            )  # fmt: skip
            self._steps.clear()

    def _row(self, item: int) -> int:
        row = self._index.get(item)
        if row is None:
            row = len(self._index)
            if row == len(self._keys):
                self._grow(max(row, 256))
            self._index[item] = row
            self._keys[row] = item
        return row

    def _viewer(self, viewer: int) -> int:
        """The viewer's ring, the last used one now; that of the viewer who engaged longest ago is
        taken when there are too many."""
        row = self._viewers.get(viewer)
        if row is not None:
            self._viewers.move_to_end(viewer)
            return row
        if self._free:
            row = self._free.pop()
        elif len(self._viewers) >= self._most:
            oldest, row = self._viewers.popitem(last=False)
            self._drop_newest(oldest)
            self._steps.append((row, -1, 0.0))
        else:
            row = len(self._viewers)
            if row == len(self._ring):
                self._ring = np.concatenate([self._ring, np.full_like(self._ring, -1)])
        self._viewers[viewer] = row
        return row

    def _weight(self, at_ms: int) -> float:
        """What an engagement at `at_ms` counts, in units of the moment that counts are as of."""
        if not self._start_ms:
            self._start_ms = at_ms
        steps = (at_ms - self._start_ms) / HALF_LIFE_MS
        if steps > math.log2(HEAVIEST):
            self._settle()
            whole = int(steps)
            self._start_ms += whole * HALF_LIFE_MS
            for counts in (self._count, self._often, self._floor, self._sketch):
                counts *= np.float32(math.ldexp(1.0, -whole))  # exact: only exponents change
            steps -= whole
        return float(2.0**steps)
