"""What the learner remembers of a served slate until its outcomes have come."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from jhalak.learning.features import F
from jhalak.schema.activity import Served


class Shown:
    """A served slate on its way to being judged.

    `n` is 0 while its served record has not been met: outcomes may overtake it by the 100 ms in
    which it is written, or it was lost. They are counted once all the same.
    """

    __slots__ = ("at_ms", "events", "marks", "n", "partition", "viewer", "yes")

    def __init__(self, partition: int, n: int, at_ms: int, marks: bytearray) -> None:
        self.partition = partition
        self.n = n
        self.at_ms = at_ms
        self.marks = marks
        """Of each slot: what was counted, what was learned."""
        self.yes = bytearray(len(marks))
        """Of each slot: a bit for each head of learning.model.HEADS that is a yes."""
        self.viewer = 0
        """Who engaged with it; 0 while nobody did, or where nothing is to be learned of them."""
        self.events: dict[str, tuple[int, int]] = {}
        """Event id to (bits of heads, position): counted once, and undone by id."""


class Features:
    """The arrays of a served record that learning reads."""

    __slots__ = ("creator", "features", "items", "language", "story", "surface", "topic")

    def __init__(self, served: Served) -> None:
        self.surface = served.surface
        self.items = np.frombuffer(served.items, np.int64)
        self.story = np.frombuffer(served.story, np.int64)
        self.topic = np.frombuffer(served.topic, np.uint8)
        self.language = np.frombuffer(served.language, np.uint8)
        self.creator = np.frombuffer(served.creator, np.int32)
        raw = np.frombuffer(served.features, np.float16)
        self.features: NDArray[np.float16] | None = (
            raw.reshape(-1, F) if len(raw) == len(self.items) * F else None
        )

    def key(self, position: int) -> int:
        """The key of the trial that a slot belongs to: its story, or the item itself."""
        if len(self.story) and self.story[position]:
            return int(self.story[position])
        return int(self.items[position])
