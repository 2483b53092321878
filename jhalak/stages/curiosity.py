"""Curiosity: what the next look at a topic is worth beyond its value, for what it would tell.

Whether a viewer likes a topic shows only once they are shown it; what is worth most by what is
known already would leave half of the topics unseen, their interest perhaps among them. So in each
slate the best candidate of a topic counts

    1 + LIFT x liked / (1 + n)^2,    liked = (k + LOOKS u) / (u n + LOOKS u)

times its value. Of the looks at the topic that still tell something there are n, and k of them were
tapped; u is the rate of all topics. So every topic comes once to a new viewer, what they tapped is
asked again before what they passed by, and of who is known well hardly anything is lifted.

**When a taste has changed**, old looks tell nothing. It shows in the favourite, the topic that was
tapped most often for its looks: where its LAST looks among the newest had e engagements and its
rate let m be expected, older looks of all topics count only

    min(1, (e + 1) / (m + 1))^2

times. Those among the newest ITEMS_MAX looks count whole, so every topic gets a new look or two,
and none more while the favourite goes on disappointing.

It is no draw: what a slot shows for its value or out of curiosity is certain, given the state, and
propensities stay exact (stages/diversity). A topic that the viewer regretted gets no lift.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from jhalak.schema.viewer_state import (
    ENGAGED,
    JUDGED,
    TAP,
    TOPIC_0,
    TOPICS_MAX,
    UNJUDGED,
    ViewerState,
)

LIFT: Final = 8.0
LOOKS: Final = 2.0
"""Looks' worth of belief that a viewer likes a topic as they like the others."""
USUAL_LOOKS, USUAL_TAPS = 8.0, 1.0
"""The same of a viewer of whom nothing is known."""
UNTRIED: Final = 1.1
"""Of a topic's candidates, one on trial may be worth so many times less and still be the one that
asks: it tells of the item too, which would else wait for what is known better to go."""
ENOUGH: Final = 6.0
"""Looks at a topic from which on it may be the favourite."""
LAST: Final = 6
"""So many looks tell whether the favourite still is one."""
RATE_LOOKS, RATE_TAPS = 4.0, 0.4
"""Added to a topic's looks and taps when favourites are compared: few looks make none."""


@njit(cache=True, nogil=True)
def curiosity(counts, items, items_done, row_of, topic):  # type: ignore[no-untyped-def]
    """float64[TOPICS_MAX], factors >= 1: `counts` float32[PLACES, 6], `items` int64[ITEMS_MAX] and
    `items_done` are a viewer's state's; `row_of` int32[nums] and `topic` int[rows] the catalogue's.
    2 us."""
    favourite, most, expected = -1, 0.0, 0.0
    for t in range(TOPICS_MAX):
        looks, taps = counts[TOPIC_0 + t, JUDGED], counts[TOPIC_0 + t, TAP]
        rate = (taps + RATE_TAPS) / (looks + RATE_LOOKS)
        if looks >= ENOUGH and rate > most:
            favourite, most, expected = t, rate, taps / looks
    newest, tapped = np.zeros(TOPICS_MAX), np.zeros(TOPICS_MAX)
    last, engaged = 0, 0
    for j in range(len(items) - 1, -1, -1):
        row = row_of[items[j]] if 0 < items[j] < len(row_of) else -1
        t = topic[row] if row >= 0 else -1
        if t < 0 or items_done[j] & UNJUDGED:
            continue
        newest[t] += 1.0
        tapped[t] += items_done[j] > 0
        if t == favourite and last < LAST:
            last += 1
            engaged += items_done[j] > 0
    trust = (engaged + 1.0) / (last * expected + 1.0)
    trust = min(1.0, trust * trust)
    looks, taps = np.empty(TOPICS_MAX), np.empty(TOPICS_MAX)
    all_looks, all_taps = USUAL_LOOKS, USUAL_TAPS
    for t in range(TOPICS_MAX):
        looks[t] = _told(counts[TOPIC_0 + t, JUDGED], newest[t], trust)
        taps[t] = _told(counts[TOPIC_0 + t, TAP], tapped[t], trust)
        all_looks += looks[t]
        all_taps += taps[t]
    usual = all_taps / all_looks
    lift = np.ones(TOPICS_MAX)
    for t in range(TOPICS_MAX):
        if counts[TOPIC_0 + t, ENGAGED] >= 0.0:
            liked = (taps[t] / usual + LOOKS) / (looks[t] + LOOKS)
            lift[t] += LIFT * liked / ((1.0 + looks[t]) * (1.0 + looks[t]))
    return lift


@njit(cache=True, nogil=True, inline="always")
def _told(count, newest, trust):  # type: ignore[no-untyped-def]
    """What is left of `count` when all but the `newest` of it counts only `trust` times."""
    new = min(newest, count)
    return new + trust * (count - new)


@njit(cache=True, nogil=True)
def lift_best(worth, topic, trial, lift):  # type: ignore[no-untyped-def]
    """Multiply `worth` float64[n] of the best of each topic by the topic's `lift`
    float64[TOPICS_MAX], in place. The best has the greatest worth, UNTRIED times it where `trial`
    float32[n] is above 0; the first of equal ones. `topic` int64[n] from 1; 0: none."""
    best, most = np.zeros(len(lift), np.int64), np.zeros(len(lift))
    for i in range(len(worth)):
        t = topic[i] - 1
        asked = worth[i] * UNTRIED if trial[i] > 0.0 else worth[i]
        if t >= 0 and asked > most[t]:
            best[t], most[t] = i, asked
    for t in range(len(lift)):
        if most[t] > 0.0:
            worth[best[t]] *= lift[t]


def curiosity_reference(state: ViewerState, looked: NDArray[np.int64]) -> NDArray[np.float64]:
    """What `curiosity` answers, in NumPy. `looked` int64[ITEMS_MAX] are the topics of
    `state.items`, -1 for those that are not live."""
    of_topic = state.counts[TOPIC_0 : TOPIC_0 + TOPICS_MAX].astype(np.float64)
    looks, taps = of_topic[:, JUDGED], of_topic[:, TAP]
    rate = np.where(looks >= ENOUGH, (taps + RATE_TAPS) / (looks + RATE_LOOKS), 0.0)
    favourite = int(rate.argmax())
    judged = (looked >= 0) & (state.items_done & UNJUDGED == 0)
    done = state.items_done > 0
    trust = 1.0
    if rate[favourite] > 0:
        last = done[judged & (looked == favourite)][-LAST:]
        expected = len(last) * taps[favourite] / looks[favourite]
        trust = min(1.0, (last.sum() + 1) / (expected + 1)) ** 2
    newest = np.minimum(np.bincount(looked[judged], minlength=TOPICS_MAX), looks)
    tapped = np.minimum(np.bincount(looked[judged], done[judged], TOPICS_MAX), taps)
    n, k = newest + trust * (looks - newest), tapped + trust * (taps - tapped)
    usual = (k.sum() + USUAL_TAPS) / (n.sum() + USUAL_LOOKS)
    liked = (k + LOOKS * usual) / (usual * (n + LOOKS))
    lift: NDArray[np.float64] = np.where(
        of_topic[:, ENGAGED] >= 0, 1 + LIFT * liked / (1 + n) ** 2, 1
    )
    return lift
