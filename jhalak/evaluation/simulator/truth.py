"""What is so, though nobody in the cell is told: true probabilities, and items' true values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from jhalak.evaluation.simulator.fit import Fitted, probability
from jhalak.evaluation.simulator.items import Items
from jhalak.evaluation.simulator.rules import Rules
from jhalak.evaluation.simulator.viewers import Reals, Viewers
from jhalak.schema.slate import SURFACES

PANEL: Final = 24
"""Viewers of each language over whom an item's value is averaged."""


class Truth:
    """Of one world, as its viewers are now. Items are named by their places, int64[n]."""

    def __init__(self, rules: Rules, viewers: Viewers, items: Items, fitted: Fitted) -> None:
        self._viewers, self._items, self._fitted = viewers, items, fitted
        self._quality = fitted.quality * items.quality
        panel: set[int] = set()
        for language in range(len(rules.languages)):
            panel.update(np.flatnonzero(viewers.language[:, language] > 0)[:PANEL].tolist())
        self._panel = sorted(panel)

    def logits(self, viewer: int, surface: int, at: NDArray[np.int64]) -> Reals:
        """float64[n]: log-odds of a tap by the viewer when rested, seen first."""
        items = self._items
        appeal = self._viewers.appeal(
            viewer, items.topic[at], items.language[at], items.embedding[at]
        )
        return np.asarray(self._fitted.base[surface] + self._quality[at] + appeal, np.float64)

    def values(self, surface: int, at: NDArray[np.int64]) -> Reals:
        """float64[n]: mean probability of a tap over the panel."""
        return self.mean(at, lambda viewer: probability(self.logits(viewer, surface, at)))

    def mean(self, at: NDArray[np.int64], of_viewer: Callable[[int], Reals]) -> Reals:
        """float64[n]: the mean of `of_viewer`, float64[n], over the viewers of the panel who read
        each item's language; NaN where none does."""
        total, readers = np.zeros(len(at)), np.zeros(len(at))
        for viewer in self._panel:
            reads = self._viewers.language[viewer][self._items.language[at]] > 0
            if reads.any():
                total += np.where(reads, of_viewer(viewer), 0.0)
                readers += reads
        return np.asarray(total / np.where(readers > 0, readers, np.nan), np.float64)

    def popular(self) -> list[Reals]:
        """By surface, float64[items]: what every item is worth to everybody; 0 for no reader."""
        every = np.arange(len(self._items))
        return [np.nan_to_num(self.values(s, every)) for s in range(len(SURFACES))]
