"""What a cell's own items say of a text's topic: what the nearest of them are told to be.

A model that knows few lines of its own about a topic is unsure of one headline, and less so of the
ten that tell of like things: its errors differ, their topic seldom does. Nobody labels anything,
and nothing is kept beyond the process.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from jhalak.understanding.linear import SHARP, confidence
from jhalak.understanding.meaning import ENOUGH, REMEMBERED

NEAREST: Final = 10
"""Of 5 to 40 the best on eleven sets of headlines, by little."""
LEAST: Final = 0.01
"""Share that a topic has at least among the nearest, so that they rule none out."""
KEPT: Final = 0.7
"""Of what both say together: they are not independent. With it 0.5 is right half the time."""
SAME: Final = 0.9995
"""Nearer than this is the text itself, or its words once more."""

Floats = NDArray[np.float32]


class Nearby:
    """The newest REMEMBERED items of each language, and what they were told to be."""

    def __init__(self) -> None:
        self._of: dict[str, _Items] = {}

    def beside(self, centred: Floats, languages: Sequence[str], scores: Floats) -> Floats:
        """float32[n, labels]: the scores of texts with vectors float32[n, width] (of length 1) and
        what the nearest are told to be; a language with fewer than ENOUGH items stays as it is.
        Remembers the rows. 0.3 ms a text."""
        out = scores.copy()
        for code in set(languages):
            at = np.flatnonzero([language == code for language in languages])
            items = self._of.get(code)
            if items is None:
                items = self._of[code] = _Items(centred.shape[1], scores.shape[1])
            out[at] = items.beside(centred[at], scores[at])
        return out


class _Items:
    """Those of one language: a ring."""

    def __init__(self, width: int, labels: int) -> None:
        self._rows = np.zeros((REMEMBERED, width), np.float32)
        self._shares = np.zeros((REMEMBERED, labels), np.float32)
        self._count = 0

    def beside(self, rows: Floats, scores: Floats) -> Floats:
        n = min(self._count, REMEMBERED)
        both = scores
        if n >= ENOUGH:
            near = rows @ self._rows[:n].T
            near[near > SAME] = -1.0
            places = np.argpartition(-near, NEAREST, axis=1)[:, :NEAREST]
            shares = self._shares[:n][places].mean(axis=1)
            both = np.float32(KEPT) * (scores + np.log(shares + LEAST) / np.float32(SHARP))
        places = (self._count + np.arange(len(rows))) % REMEMBERED
        self._rows[places], self._shares[places] = rows, confidence(scores)
        self._count += len(rows)
        return both
