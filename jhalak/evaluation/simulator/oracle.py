"""What somebody who knows all tastes would show, and what a slate is worth to its viewer.

A slate's worth is the expected number of taps: the viewer looks at slot k (from 0) with probability
patience ** k, attends to it with (1 + k) ** -position where several lie on a screen, and tires of
topics and creators as the slate goes on.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from jhalak.evaluation.simulator.rules import Nature
from jhalak.evaluation.simulator.viewers import Reals
from jhalak.schema.slate import SURFACES


def looks(nature: Nature, slots: int) -> Reals:
    """float64[slots]: probability that a slot is looked at."""
    return np.asarray(nature.patience ** np.arange(slots), np.float64)


def attention(nature: Nature, slots: int, surface: int) -> Reals:
    """float64[slots]: what is left of the probability of an action at each slot. A video fills the
    screen: who looks at it attends to it."""
    position = 0.0 if SURFACES[surface] == "video" else nature.position
    return np.asarray((1.0 + np.arange(slots)) ** -position, np.float64)


@njit(cache=True, nogil=True, inline="always")
def _tired(load, fatigue, bearable):  # type: ignore[no-untyped-def]
    return fatigue * math.log1p(load / bearable)


@njit(cache=True, nogil=True)
def _worth(logit, topic, creator, topic_load, creator_load, look, attend, tiring):  # type: ignore[no-untyped-def]
    total = 0.0
    for k in range(len(logit)):
        t, c = topic[k], creator[k]
        z = logit[k] - _tired(topic_load[t], tiring[0], tiring[2])
        z -= _tired(creator_load[c], tiring[1], tiring[3])
        total += look[k] * attend[k] / (1.0 + math.exp(-z))
        topic_load[t] += look[k]
        creator_load[c] += look[k]
    return total


@njit(cache=True, nogil=True)
def _best(logit, topic, creator, topic_load, creator_load, look, slots, tiring):  # type: ignore[no-untyped-def]
    n = len(logit)
    k = min(slots, n)
    chosen = np.empty(k, np.int64)
    taken = np.zeros(n, np.bool_)
    topics = np.empty(len(topic_load))
    for t in range(len(topics)):
        topics[t] = _tired(topic_load[t], tiring[0], tiring[2])
    creators = np.empty(len(creator_load))
    for c in range(len(creators)):
        creators[c] = _tired(creator_load[c], tiring[1], tiring[3])
    for slot in range(k):
        best = -1
        most = -np.inf
        for i in range(n):
            if not taken[i]:
                z = logit[i] - topics[topic[i]] - creators[creator[i]]
                if z > most or best < 0:
                    most = z
                    best = i
        chosen[slot] = best
        taken[best] = True
        t, c = topic[best], creator[best]
        topic_load[t] += look[slot]
        creator_load[c] += look[slot]
        topics[t] = _tired(topic_load[t], tiring[0], tiring[2])
        creators[c] = _tired(creator_load[c], tiring[1], tiring[3])
    return chosen


class Worth:
    """Values slates of one viewer at one moment: `logit` float64[n] of each item that may be
    shown, for a rested viewer; loads as in Viewers."""

    def __init__(
        self, nature: Nature, logit: Reals, topic: NDArray[np.int64], creator: NDArray[np.int64],
        topic_load: Reals, creator_load: Reals, surface: int,
    ) -> None:  # fmt: skip
        self._nature, self._surface = nature, surface
        self._logit, self._topic, self._creator = logit, topic, creator
        self._loads = topic_load, creator_load
        self._tiring = (
            nature.topic_fatigue, nature.creator_fatigue, nature.topic_bearable,
            nature.creator_bearable,
        )  # fmt: skip

    def of(self, at: NDArray[Any]) -> float:
        """Expected taps on the slate of the items at `at` int[k]."""
        k = len(at)
        topic_load, creator_load = (load.copy() for load in self._loads)
        worth: float = _worth(
            self._logit[at], self._topic[at], self._creator[at], topic_load, creator_load,
            looks(self._nature, k), attention(self._nature, k, self._surface),
            self._tiring,
        )  # fmt: skip
        return worth

    def best(self, slots: int) -> NDArray[np.int64]:
        """int64[min(slots, n)]: the slate that takes for each slot, in order, the item with the
        highest probability of a tap as things stand then. O(slots x n)."""
        topic_load, creator_load = (load.copy() for load in self._loads)
        chosen: NDArray[np.int64] = _best(
            self._logit, self._topic, self._creator, topic_load, creator_load,
            looks(self._nature, slots), slots, self._tiring,
        )  # fmt: skip
        return chosen


def best_reference(
    nature: Nature, logit: Reals, topic: NDArray[np.int64], creator: NDArray[np.int64],
    topic_load: Reals, creator_load: Reals, slots: int,
) -> list[int]:  # fmt: skip
    """What `Worth.best` answers, in plain NumPy."""
    topics, creators = topic_load.copy(), creator_load.copy()
    chosen: list[int] = []
    for look in looks(nature, min(slots, len(logit))):
        tired = nature.topic_fatigue * np.log1p(topics[topic] / nature.topic_bearable)
        tired += nature.creator_fatigue * np.log1p(creators[creator] / nature.creator_bearable)
        p = 1 / (1 + np.exp(tired - logit))
        p[chosen] = -1
        best = int(p.argmax())
        chosen.append(best)
        topics[topic[best]] += look
        creators[creator[best]] += look
    return chosen
