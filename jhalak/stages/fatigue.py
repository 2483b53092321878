"""Scorer that lowers a candidate's value by what this viewer has seen lately."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numba import njit
from numpy.typing import NDArray

from jhalak.schema.candidates import Candidates, Column, Floats
from jhalak.schema.query import Query
from jhalak.schema.slate import Level
from jhalak.stages.world import World

FATIGUE = Column("fatigue", default=1.0)
"""float32[n], a factor in [0, 1]; 1 means that the creator was not seen lately."""


@njit(cache=True)
def faded_load(creator, seen_creator, age_s, half_life_s):  # type: ignore[no-untyped-def]
    """float32[n]: impressions of each candidate's creator, each halved with every `half_life_s`
    of its age. `creator` int32[n], `seen_creator` int32[m], `age_s` float64[m]."""
    load = np.zeros(len(creator), np.float32)
    for j in range(len(seen_creator)):
        if seen_creator[j] > 0:
            weight = 2.0 ** (-age_s[j] / half_life_s)
            for i in range(len(creator)):
                if creator[i] == seen_creator[j]:
                    load[i] += weight
    return load


def faded_load_reference(
    creator: NDArray[np.int32],
    seen_creator: NDArray[np.int32],
    age_s: NDArray[np.float64],
    half_life_s: float,
) -> Floats:
    """What `faded_load` answers, in NumPy."""
    same = (creator[:, None] == seen_creator[None, :]) & (creator[:, None] > 0)
    load: Floats = (same * np.exp2(-age_s / half_life_s)).sum(axis=1).astype(np.float32)
    return load


class CreatorFatigue:
    """Scorer: how worn out is each candidate's creator for this viewer?

    Reads   creator int32[n], query.state.seen: what was served, newest last
    Writes  FATIGUE float32[n]
    Cost    O(n x m), m at most `recent`; at most 20 us for n = 500

    Impressions fade by half every `half_life_s` instead of leaving a window, so no creator comes
    back all at once.
    """

    name: ClassVar[str] = "creator fatigue"
    writes: ClassVar[tuple[Column, ...]] = (FATIGUE,)
    lowers: ClassVar[Level] = Level.full

    def __init__(
        self,
        world: World,
        half_life_s: float = 6 * 3600.0,
        tolerance: float = 12.0,
        recent: int = 48,
    ) -> None:
        self._world = world
        self._half_life_s = half_life_s
        self._tolerance = tolerance  # faded impressions that halve a candidate's value
        self._recent = recent

    def score(self, query: Query, candidates: Candidates) -> dict[Column, NDArray[Any]]:
        state, catalogue = query.state, self._world.catalogue
        if state is None or not query.profiled or not state.seen_count:
            return {FATIGUE: FATIGUE.filled(len(candidates))}
        last = slice(max(state.seen_count - self._recent, 0), state.seen_count)
        nums = state.seen[last]
        known = nums < len(catalogue.row_of)
        rows = catalogue.row_of[nums[known]]
        age_s = (query.now_ms - state.seen_ms[last][known][rows >= 0]) / 1000.0
        load = faded_load(
            catalogue.creator[candidates.rows],
            catalogue.creator[rows[rows >= 0]],
            np.maximum(age_s, 0.0),
            self._half_life_s,
        )
        return {FATIGUE: np.exp2(-load / self._tolerance).astype(np.float32)}
