"""The selector: the slate that is worth most as a whole, with trials of what is not known yet.

**What a slate is worth.** Items are grouped in five ways: by topic, creator, language, story and
sound (an item without creator, story or sound is a group of its own). In each way, the best item of
a group counts whole, the second best `fade` times, the third fade^2 times, and so on:

    F(S) = sum over ways d of  part_d x sum over groups of
           v_(1) + fade_d v_(2) + fade_d^2 v_(3) + ...    (values of S in the group, best first)

A way in which all candidates are of one group tells none from another: there nothing fades.

Greedy: each slot takes the candidate that adds most to F.

**The guarantee.** Discounted by rank, a group's sum is a mixture, with weights >= 0, of "sum of the
r greatest values", each the weighted rank of a uniform matroid: monotone and submodular; so is F.
Greedy therefore reaches at least 1 - 1/e = 0.632 of the greatest F of any slate of as many slots
(Nemhauser, Wolsey, Fisher 1978). That holds where no rule stands in the way. "No topic above its
cap" and "one item a story" are partition matroids: while these two alone bind, greedy reaches 1/3
of the best slate that obeys them (Fisher, Nemhauser, Wolsey 1978). For the rules about neighbours
and `min_topics`, and for slots spent on trials, nothing is promised.

**Rules.** No two items of one story; no topic takes more than `topic_share` of the slate, and the
last slots are kept for new topics until there are `min_topics`; no creator twice running and no
topic three times. When nothing is left that obeys, the last-named rules yield first.

**Trials.** With probability `exploration` a slot shows instead one of the candidates that have a
weight in TRIAL (stages/exploration.py), drawn in proportion to it, among those whose creator was
not the slot before and whose story is not in the slate. So the propensity of a slot, given the
candidates and the slots before it, is exact: (1 - e) for the best, plus e x w_i / sum of w for each
on trial. Nothing about which candidates there are is drawn.
"""

from __future__ import annotations

from math import ceil
from typing import ClassVar, Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from jhalak.pipeline.stage import VALUE, Selection
from jhalak.schema.candidates import Candidates
from jhalak.schema.query import Query
from jhalak.schema.viewer_state import TOPICS_MAX
from jhalak.stages.draws import STEP, uniform
from jhalak.stages.exploration import TRIAL
from jhalak.stages.world import World

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
    """The candidate that adds most and obeys the rules; they yield one after the other: 3, all;
    2, not those about neighbours; 1, one item a story; 0, none."""
    for rules in range(3, -1, -1):
        best = -1
        top = -np.inf
        for i in range(len(gain)):
            if gain[i] <= top:
                continue
            t = group[TOPIC, i]
            if rules >= 3 and (t == tired or (group[CREATOR, i] == last and last > 0)):
                continue
            if rules >= 2 and (topics[t] >= cap or (only_new and topics[t] > 0)):
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
def _choose(value, group, trial, slots, fading, cap, min_topics, exploration, seed):  # type: ignore[no-untyped-def]
    """(index int64[k], propensity float32[k], explored bool[k]) of k = min(slots, n) slots.

    `value` float64[n], `group` int64[5, n] (0: a group of its own; topics from 1), `trial`
    float32[n], `fading` float64[2, 5], `seed` uint64."""
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
    last = 0
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


@njit(cache=True, nogil=True)
def _select(  # type: ignore[no-untyped-def]
    value, rows, trial, topic, creator, language, story, sound, slots, fading, cap, min_topics,
    exploration, seed,
):  # fmt: skip
    """`_choose` over the catalogue's columns, put together here: a third of the cost in NumPy."""
    n = len(rows)
    group = np.empty((5, n), np.int64)
    worth = np.empty(n)
    for i in range(n):
        row = rows[i]
        group[TOPIC, i] = topic[row] + 1
        group[CREATOR, i] = creator[row]
        group[LANGUAGE, i] = language[row] + 1
        group[STORY, i] = story[row]
        group[SOUND, i] = sound[row]
        worth[i] = value[i]
    return _choose(worth, group, trial, slots, fading, cap, min_topics, exploration, seed)


class Diverse:
    """Selector: see the module. An experiment's arm may change exploration and fades of a query.

    Cost: 12 of 500 candidates in 45 us, 24 in 65, 95 with two languages, on a 2.5 GHz core that
    others slow down to a third: two fifths of what a plain scan with fades cost there.
    """

    name: ClassVar[str] = "diverse"

    def __init__(
        self,
        world: World,
        *,
        exploration: float,
        topic_fade: float = 0.88,
        creator_fade: float = 0.85,
        language_fade: float = 0.93,
        topic_share: float = 0.6,
        min_topics: int = 4,
    ) -> None:
        self._world = world
        self._exploration = exploration
        self._fades = topic_fade, creator_fade, language_fade
        self._fading = fading(*self._fades)
        self._topic_share = topic_share
        self._min_topics = min_topics

    def select(self, query: Query, candidates: Candidates) -> Selection:
        c = self._world.catalogue
        exploration = self._exploration if query.exploration is None else query.exploration
        return Selection(
            *_select(
                candidates[VALUE], candidates.rows, candidates[TRIAL], c.topic, c.creator,
                c.language, c.story, c.sound, query.slots, self._fading_of(query),
                max(ceil(query.slots * self._topic_share), 1), self._min_topics, exploration,
                np.uint64(query.rng.getrandbits(64)),
            )
        )  # fmt: skip

    def _fading_of(self, query: Query) -> NDArray[np.float64]:
        if query.topic_fade is None and query.creator_fade is None:
            return self._fading
        topic, creator, language = self._fades
        return fading(
            topic if query.topic_fade is None else query.topic_fade,
            creator if query.creator_fade is None else query.creator_fade,
            language,
        )


REACH: Final = 20
"""For each slot, how many candidates a fallback looks at."""


class InOrder:
    """Selector of fallbacks: the first ones, but no story twice and no creator twice running while
    another is left."""

    name: ClassVar[str] = "in order"

    def __init__(self, world: World) -> None:
        self._world = world

    def select(self, query: Query, candidates: Candidates) -> Selection:
        left = list(range(min(len(candidates), REACH * query.slots)))
        rows = candidates.rows[: len(left)]
        creator = self._world.catalogue.creator[rows].tolist()
        story = self._world.catalogue.story[rows].tolist()
        chosen: list[int] = []
        told = {0}
        last = 0
        while left and len(chosen) < query.slots:
            new = [i for i in left if story[i] == 0 or story[i] not in told]
            at = next((i for i in new if creator[i] == 0 or creator[i] != last), (new or left)[0])
            left.remove(at)
            chosen.append(at)
            told.add(story[at])
            last = creator[at]
        k = len(chosen)
        return Selection(np.array(chosen, np.int64), np.ones(k, np.float32), np.zeros(k, np.bool_))
