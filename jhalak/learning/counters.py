"""Time-decayed counts of what happened to items, creators, and topics in each language.

Every count halves with its half-life of log time. Decay is lazy: a row holds its counts as of
its own last change.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from jhalak.learning.features import ITEM_BLOCK, USUAL_RATE
from jhalak.schema.candidates import Floats
from jhalak.schema.languages import LANGUAGES
from jhalak.schema.viewer_state import TOPICS_MAX

KINDS: Final = ("impression", "tap", "long", "like", "hide", "fast_impression", "fast_tap")
"""Columns of the counts. The fast ones are the same events with a short half-life."""
K: Final = len(KINDS)
HALF_LIFE_S: Final = 7 * 86_400.0
FAST_HALF_LIFE_S: Final = 6 * 3_600.0
ITEM_PRIOR: Final = 20.0
"""Impressions' worth of belief that an item is like others of its language and topic."""
CREATOR_PRIOR: Final = 50.0
TOPIC_PRIOR: Final = 200.0
USUAL: Final = {"tap": USUAL_RATE, "long": 0.05, "like": 0.01, "hide": 0.003}
"""Rates of an empty cell."""


@njit(cache=True, nogil=True)
def _bump(counts, last_ms, at, kind, amount, at_ms, half_s, fast_s):  # type: ignore[no-untyped-def]
    gap = (at_ms - last_ms[at]) / 1000.0
    if gap > 0:
        if last_ms[at] > 0:
            slow = 2.0 ** (-gap / half_s)
            fast = 2.0 ** (-gap / fast_s)
            for k in range(5):
                counts[at, k] *= slow
            for k in range(5, counts.shape[1]):
                counts[at, k] *= fast
        last_ms[at] = at_ms
    counts[at, kind] += amount
    if kind < 2:
        counts[at, 5 + kind] += amount


class Table:
    """Counts float32[n, K] by key (an item's or creator's number), growing as keys come."""

    def __init__(self) -> None:
        self.index: dict[int, int] = {}
        self.keys = np.zeros(256, np.int64)
        self.counts = np.zeros((256, K), np.float32)
        self.last_ms = np.zeros(256, np.int64)

    def __len__(self) -> int:
        return len(self.index)

    def at(self, key: int) -> int:
        """The key's row, made if it is new."""
        row = self.index.get(key)
        if row is None:
            row = len(self.index)
            if row == len(self.keys):
                self.keys = np.concatenate([self.keys, np.zeros_like(self.keys)])
                self.counts = np.concatenate([self.counts, np.zeros_like(self.counts)])
                self.last_ms = np.concatenate([self.last_ms, np.zeros_like(self.last_ms)])
            self.index[key] = row
            self.keys[row] = key
        return row

    def add(self, row: int, kind: int, amount: float, at_ms: int) -> None:
        _bump(self.counts, self.last_ms, row, kind, amount, at_ms, HALF_LIFE_S, FAST_HALF_LIFE_S)

    def now(self, at_ms: int) -> Floats:
        """float32[n, K]: all counts as of `at_ms`."""
        n = len(self)
        gap = np.maximum(at_ms - self.last_ms[:n], 0) / 1000.0
        answer = self.counts[:n].copy()
        answer[:, :5] *= np.exp2(-gap / HALF_LIFE_S)[:, None]
        answer[:, 5:] *= np.exp2(-gap / FAST_HALF_LIFE_S)[:, None]
        return answer

    def keep(self, rows: NDArray[np.intp]) -> None:
        """Keep only `rows`, in that order."""
        self.keys, self.counts, self.last_ms = (
            self.keys[rows], self.counts[rows], self.last_ms[rows]
        )  # fmt: skip
        self.index = {int(key): row for row, key in enumerate(self.keys)}
        if not len(self.keys):
            self.__init__()  # type: ignore[misc]

    def dump(self) -> dict[str, Any]:
        n = len(self)
        return {
            "keys": self.keys[:n].tobytes(),
            "counts": self.counts[:n].tobytes(),
            "last_ms": self.last_ms[:n].tobytes(),
        }

    def load(self, data: dict[str, Any]) -> None:
        keys = np.frombuffer(data["keys"], np.int64)
        size = max(len(keys), 256)
        self.keys = np.resize(np.append(keys, 0), size).copy()
        self.counts = np.zeros((size, K), np.float32)
        self.last_ms = np.zeros(size, np.int64)
        self.counts[: len(keys)] = np.frombuffer(data["counts"], np.float32).reshape(-1, K)
        self.last_ms[: len(keys)] = np.frombuffer(data["last_ms"], np.int64)
        self.index = {int(key): row for row, key in enumerate(keys)}


class Counters:
    """Counts of items, of creators, and of each language's topics."""

    def __init__(self) -> None:
        self.items = Table()
        self.creators = Table()
        self.topics = Table()  # key: language * TOPICS_MAX + topic
        self.facts: dict[int, tuple[int, int, int]] = {}
        """Item number to (topic, language, creator), as last served."""

    def count(
        self, kind: str, item: int, topic: int, language: int, creator: int, at_ms: int,
        amount: float = 1.0,
    ) -> None:  # fmt: skip
        """One event of KINDS[:5]; `amount` -1 takes one back."""
        k = KINDS.index(kind)
        self.facts[item] = (topic, language, creator)
        self.items.add(self.items.at(item), k, amount, at_ms)
        if creator > 0:
            self.creators.add(self.creators.at(creator), k, amount, at_ms)
        self.topics.add(self.topics.at(language * TOPICS_MAX + topic), k, amount, at_ms)

    def expire(self, at_ms: int, unused_s: float) -> None:
        """Forget items that nothing happened to for `unused_s` of log time."""
        n = len(self.items)
        used = np.flatnonzero(self.items.last_ms[:n] >= at_ms - unused_s * 1000)
        if len(used) < n:
            self.items.keep(used)
            self.facts = {key: self.facts[key] for key in self.items.index}

    def topic_rates(self, at_ms: int) -> Floats:
        """float32[languages, TOPICS_MAX, 4]: smoothed rates of tap, long, like, hide."""
        shown = np.zeros((len(LANGUAGES) * TOPICS_MAX, K), np.float32)
        n = len(self.topics)
        shown[self.topics.keys[:n]] = self.topics.now(at_ms)
        usual = np.array(list(USUAL.values()), np.float32)
        rates = (shown[:, 1:5] + TOPIC_PRIOR * usual) / (shown[:, :1] + TOPIC_PRIOR)
        return _clip(rates).reshape(len(LANGUAGES), TOPICS_MAX, 4)

    def blocks(self, at_ms: int) -> tuple[NDArray[np.int64], Floats]:
        """(item numbers int64[n], item blocks float32[n, ITEM_BLOCK]) as of `at_ms`."""
        n = len(self.items)
        nums = self.items.keys[:n].copy()
        if n == 0:
            return nums, np.zeros((0, ITEM_BLOCK), np.float32)
        facts = np.array([self.facts[int(num)] for num in nums], np.int64)
        priors = self.topic_rates(at_ms)[facts[:, 1], facts[:, 0]]
        creators = self._creator_rates(at_ms, facts[:, 2], priors[:, 0])
        return nums, item_blocks(self.items.now(at_ms), priors, creators)

    def _creator_rates(self, at_ms: int, creator: NDArray[np.int64], prior: Floats) -> Floats:
        counts = self.creators.now(at_ms)
        row = np.array([self.creators.index.get(int(c), -1) for c in creator], np.int64)
        known = np.zeros((len(row), K), np.float32)
        known[row >= 0] = counts[row[row >= 0]]
        return _clip((known[:, 1] + CREATOR_PRIOR * prior) / (known[:, 0] + CREATOR_PRIOR))

    def cold_blocks(self, at_ms: int) -> Floats:
        """float32[languages, TOPICS_MAX, ITEM_BLOCK]: blocks of items never shown."""
        priors = self.topic_rates(at_ms).reshape(-1, 4)
        blocks = item_blocks(np.zeros((len(priors), K), np.float32), priors, priors[:, 0])
        return blocks.reshape(len(LANGUAGES), TOPICS_MAX, ITEM_BLOCK)


def _clip(rates: Floats) -> Floats:
    return np.clip(rates, 0.0005, 0.95).astype(np.float32)


def _logit(p: Floats) -> Floats:
    answer: Floats = np.log(p / (1 - p))
    return answer


def item_blocks(counts: Floats, priors: Floats, creator_rates: Floats) -> Floats:
    """float32[n, ITEM_BLOCK] from counts float32[n, K], the rates of each item's topic in its
    language float32[n, 4] (tap, long, like, hide), and its creator's tap rate float32[n]."""
    shown = np.maximum(counts[:, :1], 0)
    rates = _clip((np.maximum(counts[:, 1:5], 0) + ITEM_PRIOR * priors) / (shown + ITEM_PRIOR))
    fast = _clip(
        (np.maximum(counts[:, 6], 0) + ITEM_PRIOR * rates[:, 0])
        / (np.maximum(counts[:, 5], 0) + ITEM_PRIOR)
    )
    block = np.empty((len(counts), ITEM_BLOCK), np.float32)
    block[:, 0] = _logit(rates[:, 0])
    block[:, 1] = np.log1p(shown[:, 0])
    block[:, 2:5] = _logit(rates[:, 1:4])
    block[:, 5] = _logit(creator_rates)
    block[:, 6] = _logit(priors[:, 0])
    block[:, 7] = _logit(fast) - block[:, 0]
    block[:, 8] = shown[:, 0] < 0.5
    return block


def trend(counts: Floats, rate_logit: Floats) -> Floats:
    """float32[n]: what is read much now: fast taps above what the impressions explain, plus how
    well the item does at all. Zero for an item that nothing happened to."""
    taps = np.maximum(counts[:, 6], 0)
    return (np.log1p(taps) * (1.0 + 1.0 / (1.0 + np.exp(-rate_logit)))).astype(np.float32)
