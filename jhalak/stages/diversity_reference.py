"""What the selector's kernels answer, in plain Python, written from stages/diversity's text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jhalak.stages.draws import uniforms_reference
from jhalak.stages.greedy import CREATOR, STORY, TOPIC


def told_apart(fading: NDArray[np.float64], group: NDArray[np.int64]) -> NDArray[np.float64]:
    """`fading` without that of ways in which all candidates are of one group."""
    found = fading.copy()
    for d, groups in enumerate(group.tolist()):
        if len(set(groups)) == 1 and groups[0]:
            found[1, d] = 1.0
    return found


def worth(
    chosen: Sequence[int], value: NDArray[np.float64], group: NDArray[np.int64],
    fading: NDArray[np.float64],
) -> float:  # fmt: skip
    """F of a slate."""
    total = 0.0
    for (part, fade), groups in zip(fading.T, group, strict=True):
        ranks: dict[Any, int] = {}
        for i in sorted(chosen, key=lambda i: -value[i]):
            own = groups[i] or (0, i)
            rank = ranks.setdefault(own, 0)
            ranks[own] += 1
            total += part * fade**rank * value[i]
    return total


@dataclass(frozen=True)
class Slots:
    """What the selector is asked: the arguments of `greedy.choose`, but for exploration."""

    value: NDArray[np.float64]
    group: NDArray[np.int64]
    trial: NDArray[np.float32]
    slots: int
    fading: NDArray[np.float64]
    cap: int
    min_topics: int
    last: int = 0

    def next(self, chosen: Sequence[int]) -> tuple[int, dict[int, float]]:
        """After `chosen`: (the best, weight of each that a trial may show)."""
        topic, creator = self.group[TOPIC].tolist(), self.group[CREATOR].tolist()
        story = self.group[STORY].tolist()
        last = creator[chosen[-1]] if chosen else self.last
        topics = [topic[j] for j in chosen]
        told = {story[j] for j in chosen} - {0}
        left = [i for i in range(len(self.value)) if i not in chosen]
        untold = [i for i in left if story[i] not in told]
        parted = [i for i in untold if creator[i] == 0 or creator[i] != last]
        few = [i for i in parted if topics.count(topic[i]) < self.cap]
        short = self.min_topics - len(set(topics))
        slots_left = min(self.slots, len(self.value)) - len(chosen)
        if slots_left <= short and {topic[i] for i in left} - set(topics):
            few = [i for i in few if topic[i] not in topics]
        fits = [i for i in few if topics[-2:] != [topic[i]] * 2]
        fading = told_apart(self.fading, self.group)
        now = worth(chosen, self.value, self.group, fading)
        adds = {
            i: worth([*chosen, i], self.value, self.group, fading) - now
            for i in fits or few or parted or untold or left
        }
        best = max(adds, key=lambda i: (adds[i], -i))
        pool = {i: float(self.trial[i]) for i in parted if self.trial[i] > 0}
        return best, pool

    def chances(self, chosen: Sequence[int], exploration: float) -> dict[int, float]:
        """After `chosen`: the probability of everything that the next slot may show."""
        best, pool = self.next(chosen)
        share = exploration if pool else 0.0
        found = {i: share * weight / sum(pool.values()) for i, weight in pool.items()}
        found[best] = found.get(best, 0.0) + 1.0 - share
        return found


def choose_reference(
    asked: Slots, exploration: float, seed: int
) -> tuple[list[int], list[float], list[bool]]:
    """What `greedy.choose` answers."""
    k = min(asked.slots, len(asked.value))
    draws = uniforms_reference(seed, 2 * k)
    chosen: list[int] = []
    propensity: list[float] = []
    explored: list[bool] = []
    for slot in range(k):
        pick, pool = asked.next(chosen)
        tried = bool(pool) and draws[2 * slot] < exploration
        chances = asked.chances(chosen, exploration)
        if tried:
            ends = np.cumsum(list(pool.values()))
            at = int(np.searchsorted(ends, draws[2 * slot + 1] * ends[-1], side="right"))
            pick = list(pool)[min(at, len(pool) - 1)]
        chosen.append(pick)
        propensity.append(chances[pick])
        explored.append(tried)
    return chosen, propensity, explored
