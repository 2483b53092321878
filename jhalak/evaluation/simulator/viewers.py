"""Viewers with hidden tastes: what they like, how it drifts, and how they tire.

Whoever simulates people uses this: the simulator over the live catalogue, the demo's crowd over
HTTP. Appeals are log-odds; a base (how readily people act on a surface) and an item's quality are
added by whoever knows them.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jhalak.evaluation.simulator.rules import DAY_MS, Nature

Reals = NDArray[np.float64]
Rows = NDArray[np.integer[Any]]


class Viewers:
    """`count` viewers over `topics` topics, `languages` languages and `creators` creators.

    `centres` float[topics, subjects, d] are the directions of embeddings within each topic.
    """

    def __init__(
        self, seed: int, count: int, topics: int, nature: Nature, *,
        languages: int = 1, creators: int = 1, centres: Reals | None = None,
    ) -> None:  # fmt: skip
        self.nature = nature
        self._seed = seed
        rng = np.random.default_rng((seed, 1))
        popularity = rng.gamma(4.0, 0.25, topics)
        self.share = _shares(rng, count, nature.interests * popularity, nature.clear)
        """float64[count, topics], rows add up to 1: hidden interest."""
        self.language = _languages(rng, count, languages)
        """float64[count, languages], rows add up to 1; 0: not chosen."""
        self.mood = rng.normal(0.0, nature.mood, count)
        centres = np.zeros((topics, 1, 1)) if centres is None else centres
        favourite = rng.integers(0, centres.shape[1], (count, topics))
        self._favourites = centres[np.arange(topics), favourite]  # [count, topics, d]
        self.topic_load = np.zeros((count, topics))
        self.creator_load = np.zeros((count, creators))
        """Impressions of late, halved with each `rest_h` hours."""
        self._load_ms = np.zeros(count, np.int64)
        self._walked = np.full(count, -1, np.int64)
        self._vectors: dict[int, NDArray[np.float32]] = {}

    def __len__(self) -> int:
        return len(self.share)

    def vector(self, viewer: int) -> NDArray[np.float32]:
        """float32[d], unit length (or zero): what the viewer likes, as embeddings say it."""
        known = self._vectors.get(viewer)
        if known is None:
            liked = self.share[viewer] @ self._favourites[viewer]
            known = (liked / max(float(np.linalg.norm(liked)), 1e-9)).astype(np.float32)
            self._vectors[viewer] = known
        return known

    def appeal(
        self, viewer: int, topic: Rows, language: Rows, embedding: NDArray[Any] | None = None
    ) -> Reals:
        """float64[n]: how much more than usual the viewer likes items of these topics int[n],
        languages int[n] and embeddings float[n, d]; rested, whatever their quality."""
        n = self.nature
        usual = 1 / self.share.shape[1] + n.floor
        by_topic = n.topic * np.log((self.share[viewer] + n.floor) / usual)
        shares = self.language[viewer]
        chosen = np.count_nonzero(shares)
        by_language = n.language * np.log(np.maximum(shares * chosen, 1e-3))
        found = self.mood[viewer] + by_topic[topic] + by_language[language]
        if embedding is not None:
            found = found + n.likeness * (embedding @ self.vector(viewer))
        return np.asarray(found, np.float64)

    def weariness(self, viewer: int, topic: Rows, creator: Rows) -> Reals:
        """float64[n]: what fatigue takes from the log-odds of items of these topics and creators,
        as of the last `rest`."""
        n = self.nature
        topics = np.log1p(self.topic_load[viewer, topic] / n.topic_bearable)
        creators = np.log1p(self.creator_load[viewer, creator] / n.creator_bearable)
        return np.asarray(n.topic_fatigue * topics + n.creator_fatigue * creators, np.float64)

    def tired(self, viewer: int, topic: int, creator: int) -> float:
        """`weariness` of one item."""
        n = self.nature
        topics = math.log1p(self.topic_load[viewer, topic] / n.topic_bearable)
        creators = math.log1p(self.creator_load[viewer, creator] / n.creator_bearable)
        return n.topic_fatigue * topics + n.creator_fatigue * creators

    def rest(self, viewer: int, now_ms: int) -> None:
        """Time passed: the viewer recovers, and their tastes walk a little, once a day."""
        gap_ms = max(now_ms - int(self._load_ms[viewer]), 0)
        keep = 2.0 ** (-gap_ms / 3_600_000 / self.nature.rest_h)
        self.topic_load[viewer] *= keep
        self.creator_load[viewer] *= keep
        self._load_ms[viewer] = max(now_ms, int(self._load_ms[viewer]))
        day = now_ms // DAY_MS
        if self._walked[viewer] < 0:
            self._walked[viewer] = day
        if day > self._walked[viewer]:
            # Of the viewer and the day alone: the same in whatever order viewers come.
            rng = np.random.default_rng((self._seed, 2, viewer, day))
            steps = rng.normal(0.0, self.nature.unrest, self.share.shape[1])
            walked = self.share[viewer] * np.exp(steps)
            self.share[viewer] = walked / walked.sum()
            self._walked[viewer] = day
            self._vectors.pop(viewer, None)

    def see(self, viewer: int, topic: int, creator: int) -> None:
        """One impression."""
        self.topic_load[viewer, topic] += 1
        self.creator_load[viewer, creator] += 1

    def refresh(self, viewer: int) -> None:
        """Another one with the same tastes takes the viewer's place: nothing tires them yet."""
        self.topic_load[viewer] = 0
        self.creator_load[viewer] = 0

    def top(self, viewer: int) -> int:
        """The topic that the viewer likes best."""
        return int(self.share[viewer].argmax())

    def turn(self, viewer: int, rng: np.random.Generator) -> int:
        """The top interest gives way to one that was small; answers the new one."""
        order = np.argsort(-self.share[viewer], kind="stable")
        old, new = int(order[0]), int(rng.choice(order[3:]))
        shares = self.share[viewer]
        shares[old], shares[new] = shares[new], shares[old]
        self._vectors.pop(viewer, None)
        return new


def _shares(rng: np.random.Generator, count: int, alpha: Reals, clear: float) -> Reals:
    """float64[count, topics]: shares whose greatest is `clear` times the second at least."""
    shares = rng.dirichlet(alpha, count)
    for _ in range(200):
        ordered = np.sort(shares, axis=1)
        vague = np.flatnonzero(ordered[:, -1] < clear * ordered[:, -2])
        if not len(vague):
            break
        shares[vague] = rng.dirichlet(alpha, len(vague))
    return shares


def _languages(rng: np.random.Generator, count: int, languages: int) -> Reals:
    """float64[count, languages]: one to three languages, the first liked best as a rule."""
    shares = np.zeros((count, languages))
    most = min(3, languages)
    for viewer in range(count):
        chosen = rng.permutation(languages)[: rng.integers(1, most + 1)]
        shares[viewer, chosen] = np.maximum(rng.dirichlet(np.full(len(chosen), 2.0)), 0.05)
    return np.asarray(shares / shares.sum(axis=1, keepdims=True), np.float64)
