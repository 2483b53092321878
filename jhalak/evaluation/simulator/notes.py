"""What a run notes down as it goes: plain lists, made into arrays at the end."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

CURVE: Final = 40
"""How many engagements of a viewer are looked at, from the start or from a turn of taste."""


class Visit(NamedTuple):
    """One slate, and what it was worth to its viewer beside what others would have shown."""

    viewer: int
    surface: int
    at_ms: int
    worth: float
    oracle: float
    popular: float
    random: float


class Estimate(NamedTuple):
    """What the learner thought of an item when it had had enough impressions."""

    item: int
    """Place in the run's items."""
    estimated: float
    hidden: float
    hours: float
    """From birth (or from the start of the run) to then."""


class Shown(NamedTuple):
    """One slot that was looked at."""

    viewer: int
    item: int
    surface: int
    at_ms: int
    expected: float
    """Probability of a tap that the learner gave it, as if shown first."""
    hidden: float
    """The true one."""
    tapped: bool


@dataclass(slots=True)
class Curve:
    """After each viewer's n-th engagement (n = 1 .. CURVE): was the learned top topic right?"""

    right: NDArray[np.int8]
    """int8[viewers, CURVE], by the viewer's profile; -1: there was no n-th engagement."""
    ranked: NDArray[np.int8]
    """The same by what the ranker prefers for them."""
    count: NDArray[np.int64]
    """int64[viewers]: engagements so far; -1: the curve has not begun."""

    @classmethod
    def of(cls, viewers: int, begun: bool) -> Curve:
        count = np.full(viewers, 0 if begun else -1, np.int64)
        right, ranked = (np.full((viewers, CURVE), -1, np.int8) for _ in range(2))
        return cls(right, ranked, count)

    def open(self, viewer: int) -> bool:
        """Is the viewer's next engagement one to look at?"""
        return bool(0 <= self.count[viewer] < CURVE)

    def note(self, viewer: int, right: bool, ranked: bool) -> None:
        self.right[viewer, self.count[viewer]] = right
        self.ranked[viewer, self.count[viewer]] = ranked
        self.count[viewer] += 1

    def end(self, viewer: int) -> None:
        """What follows is no part of it."""
        self.count[viewer] = CURVE


@dataclass(slots=True)
class Notes:
    """Of one run."""

    cold: Curve
    turned: Curve
    visits: list[Visit] = field(default_factory=list)
    shown: list[Shown] = field(default_factory=list)
    estimates: list[Estimate] = field(default_factory=list)
    learned_languages: list[tuple[float, float]] = field(default_factory=list)
    """(hidden share, learned share) of each language of each viewer who chose several."""
    tastes: list[float] = field(default_factory=list)
    """Effective number of topics of each viewer's hidden taste, at the end."""
    impressions: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    """int64[items]"""
    levels: dict[str, int] = field(default_factory=dict)
    """How many slates of each level."""


def effective(shares: NDArray[np.floating]) -> float:
    """exp(entropy): how many equal parts would be as mixed as these shares (or counts) are."""
    total = float(shares.sum())
    p = shares[shares > 0] / total if total > 0 else np.ones(1)
    return float(np.exp(-(p * np.log(p)).sum()))
