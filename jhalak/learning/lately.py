"""What the last minutes taught: which weights moved, and what was done with which items and topics.

Kept for MINUTES of log time and in no checkpoint: after a restart it fills anew. Nothing of what
fewer than LEAST_VIEWERS did is told.
"""

from __future__ import annotations

from collections import deque
from typing import Any, Final

import numpy as np

from jhalak.learning.features import FEATURES
from jhalak.learning.figures import LEAST_VIEWERS, VIEWER_BITS
from jhalak.learning.joining import Features
from jhalak.learning.labels import BIT
from jhalak.learning.model import HEADS, OnlineModel
from jhalak.schema.candidates import Floats
from jhalak.schema.languages import LANGUAGES

MINUTE_MS: Final = 60_000
MINUTES: Final = 15
MOST: Final = 16
"""Of each kind that is told."""
ITEMS_MOST: Final = 20_000
"""Items of one minute; more are not noted."""
_GOOD: Final = BIT["tap"] | BIT["long"] | BIT["like"] | BIT["share"]
_BAD: Final = BIT["hide"] | BIT["report"]
_MIX: Final = 0x9E3779B97F4A7C15

Key = tuple[int, int]
"""(language, topic), or (-1, number of an item)."""


class _Minute:
    __slots__ = ("began", "counts", "examples", "flat", "w")

    def __init__(self, began: int, model: OnlineModel) -> None:
        self.began = began
        self.w: Floats = model.weights.views()["w"].copy()
        self.flat: Floats = model.weights.flat.copy()
        self.examples = model.examples
        self.counts: dict[Key, list[int]] = {}
        """[slots, engaged with, regretted, bitmap of viewers] of each."""


class Lately:
    """The last minutes, oldest first."""

    def __init__(self) -> None:
        self._minutes: deque[_Minute] = deque()

    def tick(self, at_ms: int, model: OnlineModel) -> None:
        """Log time is `at_ms`: a new minute begins with the weights as they are."""
        minute = at_ms // MINUTE_MS
        if not self._minutes or minute > self._minutes[-1].began:
            self._minutes.append(_Minute(minute, model))
            while self._minutes[0].began <= minute - MINUTES:
                self._minutes.popleft()

    def close(self, known: Features, position: int, yes: int) -> None:
        """A slot's labels closed."""
        if not known.viewer:
            return
        counts = self._minutes[-1].counts
        bit = 1 << (known.viewer * _MIX >> 40 & VIEWER_BITS - 1)
        topic = int(known.language[position]), int(known.topic[position])
        for key in (topic, (-1, int(known.items[position]))):
            count = counts.get(key)
            if count is None:
                if len(counts) >= ITEMS_MOST:
                    continue
                count = counts[key] = [0, 0, 0, 0]
            count[0] += 1
            count[3] |= bit
            if yes:
                count[1] += bool(yes & _GOOD)
                count[2] += bool(yes & _BAD)

    def told(self, model: OnlineModel) -> dict[str, Any]:
        """As plain data; items and topics by number."""
        if not self._minutes:
            return {"minutes": 0, "examples": 0, "moved": 0.0, "weights": [], "of": [], "items": []}
        first = self._minutes[0]
        flat = model.weights.flat
        moved = float(np.linalg.norm(flat - first.flat)) / float(np.linalg.norm(first.flat))
        counts = self._counts()
        return {
            "minutes": self._minutes[-1].began - first.began + 1,
            "examples": model.examples - first.examples,
            "moved": moved,
            "weights": _moved(first.w, model.weights.views()["w"]),
            "of": [
                {"language": LANGUAGES[key[0]], "topic": key[1], **count}
                for key, count in counts
                if key[0] >= 0
            ],
            "items": [{"item": key[1], **count} for key, count in counts if key[0] < 0][:MOST],
        }

    def _counts(self) -> list[tuple[Key, dict[str, int]]]:
        """What enough viewers met, most engaged with first."""
        total: dict[Key, list[int]] = {}
        for minute in self._minutes:
            for key, (slots, good, bad, bitmap) in minute.counts.items():
                held = total.setdefault(key, [0, 0, 0, 0])
                held[0] += slots
                held[1] += good
                held[2] += bad
                held[3] |= bitmap
        many = [(k, c) for k, c in total.items() if c[3].bit_count() >= LEAST_VIEWERS]
        many.sort(key=lambda entry: (-entry[1][1], entry[0]))
        return [(k, {"shown": c[0], "engaged": c[1], "regretted": c[2]}) for k, c in many]


def _moved(before: Floats, now: Floats) -> list[dict[str, Any]]:
    """The direct weights (features to actions) that moved most, in logits a spread."""
    gap = now - before
    order = np.argsort(-np.abs(gap), axis=None)[:MOST]
    places = zip(*np.unravel_index(order, gap.shape), strict=True)
    return [
        {
            "feature": FEATURES[f], "action": HEADS[h], "before": float(before[f, h]),
            "now": float(now[f, h]),
        }
        for f, h in places
        if gap[f, h]
    ]  # fmt: skip
