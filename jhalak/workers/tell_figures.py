"""Telling operators what the learner sees: aggregates, in one small blob beside its checkpoints."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec

from jhalak.learning.figures import PATH
from jhalak.ports.blob_store import BlobStore
from jhalak.workers.learn import Learner

EVERY_MS: Final = 5_000


class TellFigures:
    """Runs beside a learner in its process: it folds the records, this writes what was counted."""

    def __init__(self, learner: Learner, blobs: BlobStore, clock: Callable[[], int]) -> None:
        self._learner, self._blobs, self._clock = learner, blobs, clock
        self._told_ms, self._told = 0, [0] * len(learner.fold.offsets)

    async def step(self) -> None:
        """Write, when something is new and it is time to. What a store does not take is told again
        later: it is all in the fold."""
        now_ms, fold = self._clock(), self._learner.fold
        if abs(now_ms - self._told_ms) < EVERY_MS or self._told == fold.offsets:
            return
        self._told_ms, told_of = now_ms, list(fold.offsets)
        told = {
            "at_ms": fold.at_ms, "told_ms": now_ms, "records": fold.counts["records"],
            "examples": fold.model.examples, **fold.figures.told(),
            "lately": fold.lately.told(fold.model),
        }  # fmt: skip
        await self._blobs.put(PATH, msgspec.json.encode(told))
        self._told = told_of
