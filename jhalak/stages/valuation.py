"""The value model: published weights turn predictions into one number."""

from __future__ import annotations

from functools import lru_cache
from typing import ClassVar

import numpy as np
from numba import njit

from jhalak.config.settings import ValueWeights
from jhalak.learning.model import HEADS
from jhalak.schema.candidates import Candidates, Floats
from jhalak.schema.query import Query
from jhalak.stages.fatigue import FATIGUE
from jhalak.stages.prediction import PREDICTIONS

LEAST, MOST = np.float32(1e-4), np.float32(1e4)
"""A value is never lower, so that selection can compare logarithms."""


@lru_cache(maxsize=64)
def worth_of(weights: ValueWeights) -> Floats:
    """float32[H]: the weights in the order of learning.model.HEADS."""
    return np.array([getattr(weights, head) for head in HEADS], np.float32)


class Weighted:
    """Value model: the weighted sum of what is expected, times fatigue.

    Watching is not the goal: regret (hide, report) costs more than any play earns.
    """

    name: ClassVar[str] = "weighted"

    def __init__(self, weights: ValueWeights) -> None:
        self._weights = weights

    def value(self, query: Query, candidates: Candidates) -> Floats:
        worth, out = worth_of(query.values or self._weights), np.empty(len(candidates), np.float32)
        _value(candidates[PREDICTIONS], worth, candidates[FATIGUE], out)
        return out


@njit(cache=True, nogil=True)
def _value(predictions, worth, fatigue, out):  # type: ignore[no-untyped-def]
    for i in range(len(out)):
        total = np.float32(0.0)
        for h in range(len(worth)):
            total += predictions[i, h] * worth[h]
        # What is no number is worth the least.
        total = min(total, MOST) if total > LEAST else LEAST
        out[i] = total * fatigue[i]


def value_reference(predictions: Floats, worth: Floats, fatigue: Floats) -> Floats:
    """What `_value` fills in, in NumPy."""
    value: Floats = np.fmin(np.fmax(predictions @ worth, LEAST), MOST) * fatigue
    return value


class AsFound:
    """Value model of fallbacks: the order in which sources found the candidates."""

    name: ClassVar[str] = "as found"

    def value(self, query: Query, candidates: Candidates) -> Floats:
        n = len(candidates)
        return np.linspace(1.0, 0.5, n, dtype=np.float32)
