"""Slices of the reported rows: by language, by scene, and who or what was still unknown."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from jhalak.evaluation.log import Log
from jhalak.schema.languages import LANGUAGES

COLD: Final = 20
"""An item or viewer is new while there were fewer impressions of it before."""
FEWEST: Final = 50
"""Slices of fewer rows are in the data of a report, but neither printed nor drawn."""


class Slice(NamedTuple):
    """Some of the rows."""

    kind: str
    name: str
    rows: NDArray[np.int64]
    """int64[m]: which"""


def slices(log: Log, rows: NDArray[np.int64]) -> list[Slice]:
    """The slices of `rows` int64[n] that hold any, but not all, of them. O(n log n)"""
    shown = log.impressions
    language = log.items.language[shown.row]
    history = np.diff(log.histories.offsets)[shown.viewer]
    new_item = before(shown.row) < COLD
    new_viewer = before(shown.viewer) + history < COLD
    parts = [("language", code, language == x) for x, code in enumerate(LANGUAGES)]
    parts += [
        ("scene", log.scenes[x] if x < len(log.scenes) else str(x), shown.scene == x)
        for x in np.unique(shown.scene[rows]).tolist()
    ]
    parts += [
        ("item", f"shown under {COLD} times", new_item),
        ("item", f"shown {COLD} times and more", ~new_item),
        ("viewer", f"first {COLD} impressions", new_viewer),
        ("viewer", "later impressions", ~new_viewer),
    ]
    found = [Slice(kind, name, rows[mask[rows]]) for kind, name, mask in parts]
    return [part for part in found if 0 < len(part.rows) < len(rows)]


def before(number: NDArray[np.integer]) -> NDArray[np.int64]:
    """int64[n]: how many earlier rows have the same number. O(n log n)"""
    n = len(number)
    order = np.argsort(number, kind="stable")
    sorted_ = number[order]
    first = np.flatnonzero(np.append(True, sorted_[1:] != sorted_[:-1])) if n else np.zeros(0, int)
    answer = np.empty(n, np.int64)
    answer[order] = np.arange(n) - np.repeat(first, np.diff(np.append(first, n)))
    return answer
