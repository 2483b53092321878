"""How long a new item waits for its first impressions: the number that creators and operators see.

The budget is `feed.exploration` of the impressions of a day; creators with something on trial get
equal shares of it, and each creator's freshest item comes first. So a new item waits

    trial_impressions x creators that wait / (exploration x impressions a day)  days.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from jhalak.stages.world import World

KEEP_MS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Wait:
    """Of one creator, or of all. Hours are infinite while nothing is looked at."""

    trials: int
    """Items on trial (of cards: stories)."""
    impressions: float
    """What they may still take of the budget."""
    new_item_h: float
    """A new item waits so long for the last of its first impressions."""
    all_h: float
    """Until all that is on trial now has had its impressions, if nothing comes."""


@dataclass(frozen=True, slots=True)
class Waits:
    """Of the whole cell and of each creator that has something on trial."""

    overall: Wait
    a_day: float
    """Impressions a day that the budget allows."""
    by_creator: dict[int, Wait] = field(default_factory=dict)

    def of(self, creator: int) -> Wait:
        """A creator's, by number; who has nothing on trial would be one more to share."""
        return self.by_creator.get(creator, Wait(0, 0.0, self.overall.new_item_h, 0.0))


def trial_wait(world: World, exploration: float, budget: float) -> Waits:
    """The waits as of now. 25 ms at 100,000 live items, most of it without the GIL: call it in a
    thread. Reads columns only."""
    c, tried = world.catalogue, world.serving.trials
    rows = np.flatnonzero(c.live)
    keys, first = np.unique(c.trial[rows], return_index=True)
    left = np.maximum(budget - tried.spent_on(keys), 0.0)
    creator = c.creator[rows[first]][left > 0]
    left = left[left > 0]
    creators, place = np.unique(creator, return_inverse=True)
    trials = np.bincount(place, minlength=len(creators))
    wanted = np.bincount(place, left, minlength=len(creators))
    a_day = exploration * tried.a_day
    n, whole = len(creators), float(left.sum())
    return Waits(
        Wait(len(left), whole, hours(budget * (n + 1), a_day), hours(whole, a_day)),
        a_day,
        {
            number: Wait(count, sum_, hours(budget * n, a_day), hours(sum_ * n, a_day))
            for number, count, sum_ in zip(
                creators.tolist(), trials.tolist(), wanted.tolist(), strict=True
            )
        },
    )


def hours(impressions: float, a_day: float) -> float:
    """In which a budget of `a_day` impressions a day gives so many."""
    if impressions <= 0:
        return 0.0
    return 24.0 * float(impressions) / a_day if a_day > 0 else math.inf


class TrialWaits:
    """The waits, worked out anew every KEEP_MS at most."""

    def __init__(self, world: World, exploration: float, budget: float) -> None:
        self._world, self._exploration, self._budget = world, exploration, budget
        self._made_ms = 0
        self._waits: Waits | None = None

    def now(self, now_ms: int) -> Waits:
        """As `trial_wait`; in a thread."""
        if self._waits is None or abs(now_ms - self._made_ms) >= KEEP_MS:
            self._waits = trial_wait(self._world, self._exploration, self._budget)
            self._made_ms = now_ms
        return self._waits

    def shown(self, key: int) -> float:
        """Impressions of a trial so far."""
        return self._world.serving.trials.shown_of(key)
