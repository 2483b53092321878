"""Scorer: what the model expects of each candidate."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from jhalak.learning.features import USUAL_RATE, Context, F
from jhalak.learning.model import H
from jhalak.learning.scoring import UNLEVELLED, Scorer, level
from jhalak.schema.candidates import Candidates, Column, Floats, Rows
from jhalak.schema.query import Query
from jhalak.schema.slate import Level
from jhalak.stages.world import World

FEATURES = Column("features", width=F)
"""float32[n, F]: learning/features.py"""
PREDICTIONS = Column("predictions", default=0.02, width=H)
"""float32[n, H]: probability of each action of learning.model.HEADS, as if shown first."""

HIGHEST_LEVEL = USUAL_RATE
"""Mean probability over the candidates above which predictions are brought down to it."""


class Predictions:
    """Scorer: probabilities of each action, from tap to report.

    Reads   the catalogue's columns, the learner's item blocks, query.state
    Writes  FEATURES float32[n, F], PREDICTIONS float32[n, H]
    Cost    O(n); benchmarks/feed_cpu.py

    Who taps nearly everything they are known to have seen (as it looks when a device sends taps
    but no impressions) is expected to tap everything: near 1 probabilities differ by nothing, and
    taste would decide nothing. So above HIGHEST_LEVEL odds are scaled down, all by one factor.
    """

    name: ClassVar[str] = "predictions"
    writes: ClassVar[tuple[Column, ...]] = (FEATURES, PREDICTIONS)
    lowers: ClassVar[Level] = Level.popular

    def __init__(self, world: World, *, video: bool) -> None:
        self._world, self._video = world, video
        self._scorer = Scorer()

    def score(self, query: Query, candidates: Candidates) -> dict[Column, NDArray[Any]]:
        x, p = self.expect(query, candidates.rows, HIGHEST_LEVEL)
        return {FEATURES: x, PREDICTIONS: p}

    def expect(
        self, query: Query, rows: Rows, highest: float = UNLEVELLED
    ) -> tuple[Floats, Floats]:
        """(features float32[n, F], the model's probabilities float32[n, H], brought down to
        `highest`)."""
        world, catalogue = self._world, self._world.catalogue
        scene = int(self._video)
        at = Context(
            query.now_ms, query.hour, scene, world.serving.rates(scene), query.metered,
            locked=not self._video,
        )  # fmt: skip
        state = query.state if query.profiled else None
        return self._scorer.score(
            rows, catalogue.lines, catalogue.packed, world.serving, state, at, highest
        )


def levelled(p: Floats) -> Floats:
    """float32[n, H]: `p` with each head's odds scaled so that their mean is at most HIGHEST_LEVEL.
    The order within a head stays. Changes `p`."""
    if len(p):
        level(p, np.float32(HIGHEST_LEVEL))
    return p
