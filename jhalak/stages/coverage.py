"""How much of the live catalogue is shown to anybody, and how unevenly: by language."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from jhalak.learning.features import FEATURES
from jhalak.learning.serving import BLOCK
from jhalak.schema.candidates import Floats
from jhalak.schema.languages import LANGUAGES
from jhalak.stages.world import World

_SHOWN: Final = FEATURES.index("item_shown") - 1
"""Column of the item block: log(1 + decayed impressions)."""
SEEN: Final = 0.5
"""Decayed impressions from which on an item counts as shown."""


class Coverage(NamedTuple):
    """Of the live items of one language, or of all (language "")."""

    language: str
    live: int
    shown: int
    gini: float
    """0: all items are shown alike; near 1: a few have all impressions. 0 where none is shown."""


def coverage(world: World) -> list[Coverage]:
    """All first, then by language. 10 ms at 100,000 live items: call it in a thread."""
    c, serving = world.catalogue, world.serving
    rows = np.flatnonzero(c.live[: len(serving.at)])
    shown = serving.blocks[serving.at[rows, BLOCK], _SHOWN]
    impressions = np.maximum(np.expm1(shown), 0.0)
    language = c.language[rows]
    found = [_of("", impressions)]
    for index, code in enumerate(LANGUAGES):
        part = impressions[language == index]
        if len(part):
            found.append(_of(code, part))
    return found


def _of(language: str, impressions: Floats) -> Coverage:
    return Coverage(
        language, len(impressions), int((impressions >= SEEN).sum()), round(gini(impressions), 4)
    )


def gini(values: Floats) -> float:
    """The Gini coefficient of `values` float32[n], none below 0. O(n log n)"""
    ordered = np.sort(values.astype(np.float64))
    total = ordered.sum()
    if total <= 0:
        return 0.0
    n = len(ordered)
    return float(2 * (np.arange(1, n + 1) @ ordered) / (n * total) - (n + 1) / n)
