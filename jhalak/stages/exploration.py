"""Exploration: which new items are on trial, whose turn it is, and how much each is worth a try.

A share `feed.exploration` of slots is for trials. A trial (learning/trials.py) is on until
`feed.trial_impressions` are spoken for.

**Whose turn it is.** Each language has a queue of what is on trial. It stands in the order of
"what the creator was given lately + what its fresher trials may still take": so creators get equal
shares of a budget that is short, and each creator's freshest comes first; of a story the freshest
card is tried. A viewer's candidates are the first of the queue that they may see: nothing about
them is drawn.

**Which of them.** By Thompson's rule: an item is tried as often as it may be the best, given what
is known. Its value's posterior is Beta(a, b) of its trial's impressions on top of BELIEF
impressions' worth of the model's prediction for this viewer. On the scale asin(sqrt(value)), where
a Beta's spread does not depend on its mean, it is taken as triweight: near to normal, but within
three standard deviations. This gives each item's chance of being the greatest without drawing. That
is how the policy is stated:
the propensities that follow from it are exact. An item's weight is its chance, as a multiple of an
equal chance and kept within LEAST and MOST (nobody waits for ever, no propensity is tiny), divided
by how many of its creator's items are there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from jhalak.catalogue.live import STORIES, VIDEO
from jhalak.learning.model import HEADS
from jhalak.learning.trials import Tried, worth_of
from jhalak.pipeline.stage import SOURCES
from jhalak.schema.candidates import Candidates, Column, Rows
from jhalak.schema.query import Query
from jhalak.schema.slate import Level
from jhalak.stages.prediction import PREDICTIONS
from jhalak.stages.walk import Walker
from jhalak.stages.world import World

TRIAL = Column("trial", default=0.0)
"""float32[n]: weight with which a slot for trials shows the candidate; 0: it is not on trial."""

REACH: Final = 8192
"""How many of a language's newest items are looked through for trials."""
WAITING: Final = 1024
"""How many trials a queue holds at most."""
EACH: Final = 4
"""So many of a creator go before what others have more of: who is new waits behind none of those
who publish a thousand cards a day."""
RENEW_MS: Final = 3000
"""A queue is made anew so seldom at most: 0.5 ms of the thread that serves."""
APART_MS: Final = 50
"""And then another one so much later at least,"""
LATE_MS: Final = 30_000
"""but where it is so old: few come then, and nobody waits behind it."""
BELIEF: Final = 10.0
LEAST, MOST = 0.25, 4.0
POINTS: Final = 24
"""At so many places the chance of being the greatest is summed up."""
_WORTH: Final = worth_of(HEADS)
_NO_ROWS: Final = np.empty(0, np.int32)
_NEVER: Final = 0, None, None, _NO_ROWS


class TrialQueue:
    """The rows on trial of each language, in turn; kept while neither catalogue nor trials change.

    With `safe` nothing sensitive, with `cards` no videos. All languages' queues are overdue at
    once, with each snapshot: they are made anew apart, so that nobody waits behind all of them."""

    def __init__(self, world: World, budget: float, *, cards: bool) -> None:
        self._world, self._budget, self._cards = world, budget, cards
        self._made: dict[tuple[int, bool], tuple[int, object, object, Rows]] = {}
        self._made_ms = 0

    def rows(self, languages: Sequence[int], now_ms: int, *, safe: bool) -> list[Rows]:
        """The queue of each language."""
        tried, pools = self._world.serving.trials, self._world.catalogue.pools
        found = []
        for language in languages:
            at_ms, of_tried, of_pools, rows = self._made.get((language, safe), _NEVER)
            current = of_tried is tried and of_pools is pools
            age_ms, apart = abs(now_ms - at_ms), abs(now_ms - self._made_ms) >= APART_MS
            overdue = not current and (age_ms >= LATE_MS or (apart and age_ms >= RENEW_MS))
            if of_tried is None or overdue:
                self._made_ms = now_ms
                rows = self._make(pools.fresh.get(language, _NO_ROWS), tried, safe=safe)
                self._made[language, safe] = now_ms, tried, pools, rows
            found.append(rows)
        return found

    def _make(self, fresh: Rows, tried: Tried, *, safe: bool) -> Rows:
        c = self._world.catalogue
        rows = on_trial(
            fresh[:REACH], c.live, c.lines, tried.keys, tried.spent, self._budget, self._cards, safe
        )
        return in_turn(rows, c.creator[rows], tried, self._budget)


@njit(cache=True, nogil=True)
def on_trial(rows, live, lines, keys, spent, budget, cards, safe):  # type: ignore[no-untyped-def]
    """int32[<=WAITING]: those of `rows`, freshest first, that may be tried; of each story the
    first, and EACH of each creator before any others."""
    first, more = np.empty(WAITING, np.int32), np.empty(WAITING, np.int32)
    told, of = {np.int64(0)}, {np.int32(-1): 0}
    n = m = 0
    for row in rows:
        line = lines[row]
        if not live[row] or (cards and line.kind == VIDEO) or (safe and line.sensitive):
            continue
        key = line.trial
        if key >= STORIES and key in told:
            continue
        at = np.searchsorted(keys, key)
        if at < len(keys) and keys[at] == key and spent[at] >= budget:
            continue
        if key >= STORIES:
            told.add(key)
        had = of.get(line.creator, 0)
        of[line.creator] = had + 1
        if had < EACH:
            first[n] = row
            n += 1
            if n == WAITING:
                break
        elif m < WAITING:
            more[m] = row
            m += 1
    m = min(m, WAITING - n)
    return np.concatenate((first[:n], more[:m]))


def in_turn(rows: Rows, creator: NDArray[np.int32], tried: Tried, budget: float) -> Rows:
    """`rows`, a creator's freshest first, in the order of what their creator was given + `budget`
    for each of its rows that comes before. Creators that nobody knows (0) are one. O(n log n)."""
    order = np.argsort(creator, kind="stable")
    mine = creator[order]
    first = np.flatnonzero(np.r_[True, mine[1:] != mine[:-1]]) if len(rows) else order
    rank = np.empty(len(rows))
    rank[order] = np.arange(len(rows)) - np.repeat(first, np.diff(np.r_[first, len(rows)]))
    return rows[np.argsort(tried.given_to(creator) + budget * rank, kind="stable")]


class Exploration:
    """Source: the first in turn of what is on trial in each of the viewer's languages.

    Cost: O(seen + rows walked past); and the queue, see RENEW_MS.
    """

    name: ClassVar[str] = "exploration"

    def __init__(
        self, world: World, walker: Walker, *, budget: float, cards: bool, wanted: int = 24
    ) -> None:
        self._walker, self._wanted, self._locked = walker, wanted, cards
        self._queue = TrialQueue(world, budget, cards=cards)

    def find(self, query: Query) -> Rows:
        share = query.some(self._wanted) // len(query.languages) + 1
        safe = self._locked or query.minor
        queues = self._queue.rows(query.languages, query.now_ms, safe=safe)
        return np.concatenate([self._walker.first(rows, share, query.seen) for rows in queues])


class TrialWeights:
    """Scorer: how much is each candidate on trial worth a try?

    Reads   SOURCES, PREDICTIONS float32[n, H], trials so far, creator int32[n]
    Writes  TRIAL float32[n]; 0 for what the exploration source (at `source`) did not find
    Cost    10 us for 24 on trial
    """

    name: ClassVar[str] = "trial weights"
    writes: ClassVar[tuple[Column, ...]] = (TRIAL,)
    lowers: ClassVar[Level] = Level.full

    def __init__(self, world: World, source: int) -> None:
        self._world, self._bit = world, np.uint16(1 << source)

    def score(self, query: Query, candidates: Candidates) -> dict[Column, NDArray[Any]]:
        c, tried = self._world.catalogue, self._world.serving.trials
        return {
            TRIAL: _weigh(
                candidates[SOURCES], self._bit, candidates.rows, candidates[PREDICTIONS], _WORTH,
                c.trial, c.creator, tried.keys, tried.shown, tried.value,
            )
        }  # fmt: skip


@njit(cache=True, nogil=True)
def _weigh(  # type: ignore[no-untyped-def]
    sources, bit, rows, predictions, worth, trial, creator, keys, shown, value
):
    """float32[n]: the weight of each candidate that a source of `bit` found, else 0."""
    n = len(rows)
    on_trial = np.flatnonzero(sources & bit)
    m = len(on_trial)
    mean, belief = np.empty(m), np.empty(m)
    for j in range(m):
        i = on_trial[j]
        prior = 0.0
        for h in range(len(worth)):
            prior += predictions[i, h] * worth[h]
        key = trial[rows[i]]
        at = np.searchsorted(keys, key)
        known = at < len(keys) and keys[at] == key
        mean[j], belief[j] = _posterior(
            prior, shown[at] if known else 0.0, value[at] if known else 0.0
        )
    out = np.zeros(n, np.float32)
    lift = _chances(mean, belief) * m
    for j in range(m):
        together = 0
        for other in on_trial:
            together += creator[rows[other]] == creator[rows[on_trial[j]]]
        out[on_trial[j]] = min(max(lift[j], LEAST), MOST) / together
    return out


@njit(cache=True, nogil=True, inline="always")
def _posterior(prior, shown, value):  # type: ignore[no-untyped-def]
    """(mean, a + b) of an item's value: the model's `prior` and `value` of `shown` impressions."""
    prior = min(max(prior, 0.005), 0.95)
    belief = BELIEF + shown
    return (BELIEF * prior + min(max(value, 0.0), shown)) / belief, belief


@njit(cache=True, nogil=True, fastmath={"contract", "nnan", "nsz"})
def _chances(mean, belief):  # type: ignore[no-untyped-def]
    """float64[m], sum 1: how likely each is the greatest, of independent values whose Betas have
    these means and sums a + b.

    The sum over the ways in which one lies in a small step and all others below it. The greatest is
    above every lower end. Cost: m x POINTS polynomials."""
    m = len(mean)
    chance, middle, per = np.zeros(m), np.empty(m), np.empty(m)
    low, high = -np.inf, -np.inf
    for i in range(m):
        middle[i] = np.arcsin(np.sqrt(mean[i]))
        reach = 3.0 / (2.0 * np.sqrt(belief[i] + 1.0))
        per[i] = 1.0 / reach
        low, high = max(low, middle[i] - reach), max(high, middle[i] + reach)
    below, others = np.empty(m), np.empty(m)
    was_below, were_others = np.zeros(m), np.zeros(m)
    # Short loops that a processor goes through for several at once; products go from one end to
    # the other.
    for g in range(POINTS + 1):
        at = low + (high - low) * g / POINTS
        for i in range(m):
            u = min(max((at - middle[i]) * per[i], -1.0), 1.0)
            square = u * u
            odd = 1.0 - square * (1.0 - square * (0.6 - square / 7.0))
            below[i] = 0.5 + 35.0 / 32.0 * u * odd
        after = 1.0
        for i in range(m - 1, -1, -1):
            others[i] = after
            after *= below[i]
        before = 1.0
        for i in range(m):
            others[i] *= before
            before *= below[i]
        if g > 0:
            for i in range(m):
                chance[i] += (below[i] - was_below[i]) * 0.5 * (others[i] + were_others[i])
        below, was_below = was_below, below
        others, were_others = were_others, others
    return chance / chance.sum()


def chances_reference(
    mean: NDArray[np.float64], belief: NDArray[np.float64], points: int = 20_000
) -> NDArray[np.float64]:
    """What `_chances` comes near to, in NumPy, in smaller steps: the integral of each one's density
    times the chance that all others lie below."""
    middle, reach = np.arcsin(np.sqrt(mean)), 3 / (2 * np.sqrt(belief + 1))
    at = np.linspace(np.min(middle - reach), np.max(middle + reach), points)
    u = np.clip((at[:, None] - middle) / reach, -1, 1)
    below = 0.5 + 35 / 32 * (u - u**3 + 3 / 5 * u**5 - u**7 / 7)
    density = 35 / 32 * (1 - u**2) ** 3 / reach
    others = np.stack([np.delete(below, i, 1).prod(1) for i in range(len(mean))], 1)
    chance: NDArray[np.float64] = np.trapezoid(density * others, at, axis=0)
    return chance
