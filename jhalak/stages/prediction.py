"""Scorer: what the model expects of each candidate."""

from __future__ import annotations

from typing import Any, ClassVar

from numpy.typing import NDArray

from jhalak.learning.features import F, features
from jhalak.learning.model import H, predict
from jhalak.schema.candidates import Candidates, Column
from jhalak.schema.query import Query
from jhalak.schema.slate import Level
from jhalak.stages.world import World

FEATURES = Column("features", width=F)
"""float32[n, F]: learning/features.py"""
PREDICTIONS = Column("predictions", default=0.02, width=H)
"""float32[n, H]: probability of each action of learning.model.HEADS, as if shown first."""


class Predictions:
    """Scorer: probabilities of tap, long view, like and regret.

    Reads   the catalogue's columns, the learner's item blocks, query.state
    Writes  FEATURES float32[n, F], PREDICTIONS float32[n, H]
    Cost    about 80 us for n = 500
    """

    name: ClassVar[str] = "predictions"
    writes: ClassVar[tuple[Column, ...]] = (FEATURES, PREDICTIONS)
    lowers: ClassVar[Level] = Level.popular

    def __init__(self, world: World, *, video: bool) -> None:
        self._world, self._video = world, video

    def score(self, query: Query, candidates: Candidates) -> dict[Column, NDArray[Any]]:
        serving = self._world.serving
        x = features(
            candidates.rows,
            self._world.columns(),
            serving.blocks,
            query.state if query.profiled else None,
            query.now_ms,
            query.hour,
            video=self._video,
            locked=not self._video,
        )
        return {FEATURES: x, PREDICTIONS: predict(serving.weights, x)}
