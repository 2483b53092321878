"""Greedy selection of the slate that is worth most, as stages/diversity states it: the kernels."""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from jhalak.schema.viewer_state import TOPICS_MAX
from jhalak.stages.draws import STEP, uniform

TOPIC, CREATOR, LANGUAGE, STORY, SOUND = range(5)
PARTS: Final = (0.5, 0.2, 0.1, 0.1, 0.1)
"""How much of a value each way of grouping may fade; all that a repeat can lose in that way."""

BITS: Final = 255


def fading(topic_fade: float, creator_fade: float, language_fade: float) -> NDArray[np.float64]:
    """float64[2, 5]: part_d and fade_d, such that the first repeat of a topic is worth `topic_fade`
    of its value, and so on. A fade lower than a part allows widens that part."""
    first = np.array([topic_fade, creator_fade, language_fade, 1 - PARTS[STORY], 1 - PARTS[SOUND]])
    part = np.maximum(np.array(PARTS), 1.0 - first)
    return np.stack([part, 1.0 - (1.0 - first) / part])


@njit(cache=True, nogil=True, inline="always")
def _chain(key, head, following):  # type: ignore[no-untyped-def]
    """Candidates whose keys end in the same bits hang together, so that those of one key are found
    without looking at all: the first is head[bits], -1 ends. Answers whether all keys are one."""
    head[:] = -1
    alike = True
    for i in range(len(key)):
        bits = key[i] & BITS
        following[i] = head[bits]
        head[bits] = i
        alike &= key[i] == key[0]
    return alike


@njit(cache=True, nogil=True, inline="always")
def _take(  # type: ignore[no-untyped-def]
    j, value, group, head, following, fading, part, gain, chosen, k, lost
):
    """Candidate `j` becomes the `k`-th chosen: what the others would add falls.

    In a group of j, whoever is worth no more than j comes one rank later, and so do all below it:
    its part shrinks by `fade`. Whoever is worth more pushes j, and those below j, one rank down.
    `lost[d, m]`: what the m-th chosen loses when one comes before it in its group."""
    for d in range(len(group)):
        g, fade = group[d, j], fading[1, d]
        if g == 0 or fade == 1.0:
            continue
        rank = 0
        below = 0.0
        for m in range(k):
            if group[d, chosen[m]] == g:
                if value[chosen[m]] >= value[j]:
                    rank += 1
                else:
                    below += lost[d, m]
                    lost[d, m] *= fade
        mine = fading[0, d] * (1.0 - fade) * fade**rank * value[j]
        lost[d, k] = mine
        pushed = mine - (1.0 - fade) * below
        i = head[d, g & BITS]
        while i >= 0:
            if group[d, i] == g:
                fall = (1.0 - fade) * part[d, i] if value[i] <= value[j] else pushed
                part[d, i] -= fall
                gain[i] -= fall
            i = following[d, i]


@njit(cache=True, nogil=True)
def _best(gain, taken, group, stories, topics, last, tired, cap, only_new):  # type: ignore[no-untyped-def]
    """The candidate that adds most and obeys the rules; they yield one after the other: 4, all;
    3, not three times a topic; 2, nor the topics' shares; 1, nor a creator twice running; 0, none.
    """
    for rules in range(4, -1, -1):
        best = -1
        top = -np.inf
        for i in range(len(gain)):
            if not gain[i] > top:
                continue
            t = group[TOPIC, i]
            if rules >= 4 and t == tired:
                continue
            if rules >= 3 and (topics[t] >= cap or (only_new and topics[t] > 0)):
                continue
            if rules >= 2 and group[CREATOR, i] == last and last > 0:
                continue
            if rules >= 1 and _told(group[STORY, i], stories):
                continue
            top = gain[i]
            best = i
        if best >= 0:
            return best
    for i in range(len(gain)):  # what is no number is above nothing
        if not taken[i]:
            return i
    return -1


@njit(cache=True, nogil=True, inline="always")
def _told(story, stories):  # type: ignore[no-untyped-def]
    if story > 0:
        for s in stories:
            if s == story:
                return True
    return False


@njit(cache=True, nogil=True, inline="always")
def _weigh(tryable, trial, creator, last, weight):  # type: ignore[no-untyped-def]
    """weight[m]: trial[m] if it may be tried now, else 0; answers their sum."""
    total = 0.0
    for m in range(len(tryable)):
        again = creator[tryable[m]] == last and last > 0
        weight[m] = 0.0 if again else trial[m]
        total += weight[m]
    return total


@njit(cache=True, nogil=True, inline="always")
def _untry(tryable, trial, story, pick):  # type: ignore[no-untyped-def]
    """What was chosen, and what else tells its story, is no trial any more."""
    for m in range(len(tryable)):
        i = tryable[m]
        if i == pick or (story[i] == story[pick] and story[i] > 0):
            trial[m] = 0.0


@njit(cache=True, nogil=True, inline="always")
def _drawn(weight, left):  # type: ignore[no-untyped-def]
    """The place at which `left`, drawn from [0, sum of weight), runs out."""
    at = -1
    for m in range(len(weight)):
        if weight[m] > 0.0:
            at = m  # by rounding it may not run out: then the last one
            left -= weight[m]
            if left < 0.0:
                break
    return at


@njit(cache=True, nogil=True)
def choose(  # type: ignore[no-untyped-def]
    value, group, trial, slots, fading, cap, min_topics, exploration, seed, last
):
    """(index int64[k], propensity float32[k], explored bool[k]) of k = min(slots, n) slots.

    `value` float64[n], `group` int64[5, n] (0: a group of its own; topics from 1), `trial`
    float32[n], `fading` float64[2, 5], `seed` uint64, `last` who made what was shown last or 0."""
    n = len(value)
    k = min(slots, n)
    index = np.empty(k, np.int64)
    propensity = np.empty(k, np.float32)
    explored = np.zeros(k, np.bool_)
    taken = np.zeros(n, np.bool_)
    part, gain = np.empty(group.shape), np.zeros(n)
    head, following = np.empty((len(group), BITS + 1), np.int32), np.empty(group.shape, np.int32)
    fading = fading.copy()
    for d in range(len(group)):
        if _chain(group[d], head[d], following[d]) and n and group[d, 0] > 0:
            fading[1, d] = 1.0
        for i in range(n):
            part[d, i] = fading[0, d] * value[i]
            gain[i] += part[d, i]
    lost = np.zeros((len(group), k))
    topics = np.zeros(TOPICS_MAX + 1, np.int64)
    stories = np.zeros(k, np.int64)
    tryable = np.flatnonzero(trial > 0)
    left, weight = trial[tryable].astype(np.float64), np.zeros(len(tryable))
    different = 0
    tired = -1
    state = seed
    for slot in range(k):
        only_new = False
        if k - slot <= min_topics - different:
            for i in range(n):
                only_new = only_new or (not taken[i] and topics[group[TOPIC, i]] == 0)
        best = _best(gain, taken, group, stories[:slot], topics, last, tired, cap, only_new)
        total = _weigh(tryable, left, group[CREATOR], last, weight)
        share = exploration if total > 0.0 else 0.0
        pick = best
        state += STEP
        explored[slot] = uniform(state) < share
        state += STEP
        if explored[slot]:
            pick = tryable[_drawn(weight, uniform(state) * total)]
        chance = 1.0 - share if pick == best else 0.0
        for m in range(len(tryable)):
            if tryable[m] == pick and total > 0.0:
                chance += share * weight[m] / total
        index[slot] = pick
        propensity[slot] = chance
        taken[pick] = True
        gain[pick] = -np.inf
        _untry(tryable, left, group[STORY], pick)
        stories[slot] = group[STORY, pick]
        topic = group[TOPIC, pick]
        different += topics[topic] == 0
        topics[topic] += 1
        tired = topic if slot > 0 and group[TOPIC, index[slot - 1]] == topic else -1
        last = group[CREATOR, pick]
        _take(pick, value, group, head, following, fading, part, gain, index, slot, lost)
    return index, propensity, explored
