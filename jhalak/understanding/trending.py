"""Trending: stories that rise faster than their topic and language usually do.

What counts is how many different publishers tell a story, each once and fading by half every
HALF_MS, against how many usually tell a story of that topic in that language. So two hundred
items of one publisher weigh as much as one, and a topic in which every story has many tellers
needs more of them.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

HALF_MS: Final = 30 * 60_000
"""A telling counts half after so long: a story trends within minutes and is over in hours."""
WINDOW_MS: Final = 3 * 3_600_000
"""Older tellings do not count at all."""
USUAL_MS: Final = 48 * 3_600_000
"""What is usual is what was told in so long."""
FEWEST: Final = 3
"""Publishers without which nothing trends."""
USUAL: Final = 1.2
"""Publishers of a story where a topic and language have few stories, weighing as PRIOR of them."""
PRIOR: Final = 20.0

Ints = NDArray[np.int64]


class Pace(NamedTuple):
    """How fast what is told comes and goes."""

    half_ms: int = HALF_MS
    window_ms: int = WINDOW_MS
    usual_ms: int = USUAL_MS


NEWS: Final = Pace()


class Rising(NamedTuple):
    """Stories that rise, best first."""

    story: Ints
    """int64[n]: the catalogue's numbers of stories."""
    language: Ints
    """int64[n]: indexes of languages."""
    score: NDArray[np.float64]
    """float64[n]: how much more than usual, in standard deviations; above 0."""
    publishers: Ints
    """int64[n]: how many tell it."""

    def of(self, language: int, most: int = 20) -> Ints:
        """Stories of one language, best first."""
        found: Ints = self.story[self.language == language][:most]
        return found


def rising(
    story: NDArray[np.integer], creator: NDArray[np.integer], topic: NDArray[np.integer],
    language: NDArray[np.integer], published_ms: NDArray[np.integer], now_ms: int,
    pace: Pace = NEWS,
) -> Rising:  # fmt: skip
    """What rises among items given as columns [n] of the live catalogue; items without story or
    publisher do not count.

    Cost: O(n log n) in the items of the last two days; 15 ms for 100,000. Pure: for a thread.
    """
    age = now_ms - np.asarray(published_ms, np.int64)
    rows = np.flatnonzero((age >= 0) & (age < pace.usual_ms) & (story > 0) & (creator > 0))
    # One telling a story and publisher: the first, so that repeating it does not keep it fresh.
    rows = rows[np.lexsort((-age[rows], creator[rows], story[rows]))]
    first = np.ones(len(rows), np.bool_)
    first[1:] = (np.diff(story[rows]) != 0) | (np.diff(creator[rows]) != 0)
    rows = rows[first]
    names, begin, at = np.unique(story[rows], return_index=True, return_inverse=True)
    if not len(names):
        nothing = np.zeros(0, np.int64)
        return Rising(nothing, nothing, np.zeros(0), nothing)
    fresh = np.where(age[rows] < pace.window_ms, np.exp2(-age[rows] / pace.half_ms), 0.0)
    now = np.bincount(at, fresh)
    tellers = np.bincount(at)
    recent = np.bincount(at, (age[rows] < pace.window_ms).astype(np.float64))
    of = np.asarray(language[rows[begin]], np.int64)
    usual = _usual(of * 256 + topic[rows[begin]], tellers)
    score = (now - usual) / np.sqrt(usual)
    good = np.flatnonzero((recent >= FEWEST) & (score > 0))
    good = good[np.argsort(-score[good], kind="stable")]
    return Rising(names[good].astype(np.int64), of[good], score[good], tellers[good])


def _usual(group: NDArray[np.integer], tellers: NDArray[np.integer]) -> NDArray[np.float64]:
    """float64[stories]: publishers of another story of the same topic and language, on average."""
    _, at = np.unique(group, return_inverse=True)
    count = np.bincount(at) - 1.0
    total = np.bincount(at, tellers.astype(np.float64))
    usual: NDArray[np.float64] = (total[at] - tellers + PRIOR * USUAL) / (count[at] + PRIOR)
    return usual
