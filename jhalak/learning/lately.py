"""What the last minutes taught: which weights moved, and what was done with which items and topics.

Kept for MINUTES of log time and in no checkpoint: after a restart it fills anew. Nothing of what
fewer than LEAST_VIEWERS did is told.
"""

from __future__ import annotations

from collections import deque
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from jhalak.learning.features import FEATURES
from jhalak.learning.figures import LEAST_VIEWERS, viewers_of
from jhalak.learning.joining import VIEWER_BITS, Features
from jhalak.learning.labels import BIT
from jhalak.learning.model import HEADS, OnlineModel
from jhalak.schema.candidates import Floats
from jhalak.schema.languages import LANGUAGES
from jhalak.schema.viewer_state import TOPICS_MAX

MINUTE_MS: Final = 60_000
MINUTES: Final = 15
MOST: Final = 16
"""Of each kind that is told."""
AT_ONCE: Final = 1_024
"""Slots counted at once."""
_GOOD: Final = BIT["tap"] | BIT["long"] | BIT["like"] | BIT["share"]
_BAD: Final = BIT["hide"] | BIT["report"]


class _Counts(NamedTuple):
    """What n things met; rows of one thing may stand more than once."""

    key: NDArray[np.int64]
    """int64[n]: an item's number, or language * TOPICS_MAX + topic."""
    did: NDArray[np.int64]
    """int64[n, 3]: slots, engaged with, regretted."""
    viewers: NDArray[np.uint64]
    """uint64[n, words]: bitmap of viewers."""

    def joined(self) -> _Counts:
        """Each thing once. O(n log n)"""
        key, at = np.unique(self.key, return_inverse=True)
        count = np.zeros((len(key), 3), np.int64)
        viewers = np.zeros((len(key), self.viewers.shape[1]), np.uint64)
        np.add.at(count, at, self.did)
        np.bitwise_or.at(viewers, at, self.viewers)
        return _Counts(key, count, viewers)


class _Minute:
    __slots__ = ("began", "closed", "counts", "examples", "flat", "w")

    def __init__(self, began: int, model: OnlineModel) -> None:
        self.began = began
        self.w: Floats = model.weights.views()["w"].copy()
        self.flat: Floats = model.weights.flat.copy()
        self.examples = model.examples
        self.closed: list[tuple[Any, ...]] = []
        """(item, language, topic, labels, bit of the viewer) of slots not counted yet."""
        self.counts: list[tuple[_Counts, _Counts]] = []
        """Of items, and of topics in their languages."""

    def count(self) -> None:
        """Count what waits."""
        if not self.closed:
            return
        item, language, topic, yes, viewer = np.array(list(zip(*self.closed, strict=True)))
        self.closed.clear()
        bitmap = np.zeros((len(item), VIEWER_BITS // 64), np.uint64)
        bits = np.uint64(1) << (viewer & 63).astype(np.uint64)
        bitmap[np.arange(len(item)), viewer >> 6] = bits
        did = np.stack([np.ones_like(yes), (yes & _GOOD) > 0, (yes & _BAD) > 0], axis=1)
        keys = item, language * TOPICS_MAX + topic
        items, topics = (_Counts(key, did, bitmap).joined() for key in keys)
        self.counts.append((items, topics))


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
        minute = self._minutes[-1]
        minute.closed.append((
            known.items[position], known.language[position], known.topic[position], yes,
            known.viewer_bit,
        ))  # fmt: skip
        if len(minute.closed) >= AT_ONCE:
            minute.count()

    def told(self, model: OnlineModel) -> dict[str, Any]:
        """As plain data; items and topics by number."""
        if not self._minutes:
            return {"minutes": 0, "examples": 0, "moved": 0.0, "weights": [], "of": [], "items": []}
        first = self._minutes[0]
        flat = model.weights.flat
        moved = float(np.linalg.norm(flat - first.flat)) / float(np.linalg.norm(first.flat))
        items, of = self._counts(0), self._counts(1)
        return {
            "minutes": self._minutes[-1].began - first.began + 1,
            "examples": model.examples - first.examples,
            "moved": moved,
            "weights": _moved(first.w, model.weights.views()["w"]),
            "of": [
                {"language": LANGUAGES[key // TOPICS_MAX], "topic": key % TOPICS_MAX, **count}
                for key, count in of
            ],
            "items": [{"item": key, **count} for key, count in items[:MOST]],
        }

    def _counts(self, which: int) -> list[tuple[int, dict[str, int]]]:
        """What enough viewers met, most engaged with first."""
        for minute in self._minutes:
            minute.count()
        parts = [pair[which] for minute in self._minutes for pair in minute.counts]
        if not parts:
            return []
        whole = _Counts(*(np.concatenate(column) for column in zip(*parts, strict=True))).joined()
        many = np.flatnonzero(viewers_of(whole.viewers) >= LEAST_VIEWERS)
        many = many[np.lexsort((whole.key[many], -whole.did[many, 1]))]
        names = "shown", "engaged", "regretted"
        return [
            (int(whole.key[i]), dict(zip(names, whole.did[i].tolist(), strict=True)))
            for i in many.tolist()
        ]


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
