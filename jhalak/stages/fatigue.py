"""Scorer that lowers a candidate's value by what this viewer has seen lately."""

from __future__ import annotations

from typing import Any, ClassVar, Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from jhalak.schema.candidates import Candidates, Column, Floats
from jhalak.schema.query import Query
from jhalak.schema.slate import Level
from jhalak.stages.world import World

FATIGUE = Column("fatigue", default=1.0)
"""float32[n], a factor in [0, 1]; 1 means that the creator was not seen lately."""


BITS: Final = 127


@njit(cache=True, nogil=True)
def faded_load(creator, seen_creator, age_s, half_life_s):  # type: ignore[no-untyped-def]
    """float32[n]: impressions of each candidate's creator, each halved with every `half_life_s`
    of its age. `creator` int32[n], `seen_creator` int32[m], `age_s` float64[m]."""
    # Impressions of creators whose numbers end in the same bits hang together.
    head = np.full(BITS + 1, -1, np.int64)
    following, weight = np.empty(len(seen_creator), np.int64), np.empty(len(seen_creator))
    for j in range(len(seen_creator)):
        if seen_creator[j] > 0:
            bits = seen_creator[j] & BITS
            following[j], head[bits] = head[bits], j
            weight[j] = 2.0 ** (-age_s[j] / half_life_s)
    load = np.zeros(len(creator), np.float32)
    for i in range(len(creator)):
        j = head[creator[i] & BITS]
        while j >= 0:
            if seen_creator[j] == creator[i]:
                load[i] += weight[j]
            j = following[j]
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
    Cost    O(n + m), m at most `recent`

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
        factor: Floats = _factor(
            candidates.rows, catalogue.creator, catalogue.row_of, state.seen[last],
            state.seen_ms[last], query.now_ms, self._half_life_s, self._tolerance,
        )  # fmt: skip
        return {FATIGUE: factor}


@njit(cache=True, nogil=True)
def _factor(rows, creator, row_of, seen, seen_ms, now_ms, half_life_s, tolerance):  # type: ignore[no-untyped-def]
    """float32[n]: FATIGUE of the candidates `rows`; `creator` int32[rows] and `row_of` int32[nums]
    are the catalogue's, `seen` int64[m] is what was served, and `seen_ms` when."""
    theirs, age_s = np.empty(len(seen), np.int32), np.empty(len(seen))
    m = 0
    for j in range(len(seen)):
        row = row_of[seen[j]] if seen[j] < len(row_of) else -1
        if row >= 0:
            theirs[m] = creator[row]
            age_s[m] = max(now_ms - seen_ms[j], 0) / 1000.0
            m += 1
    mine = np.empty(len(rows), np.int32)
    for i in range(len(rows)):
        mine[i] = creator[rows[i]]
    load = faded_load(mine, theirs[:m], age_s[:m], half_life_s)
    for i in range(len(load)):
        load[i] = 1.0 if load[i] == 0.0 else 2.0 ** (-load[i] / tolerance)
    return load
