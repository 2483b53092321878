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

**Rules.** No two items of one story; no creator twice running, counted from what the viewer was
shown last; no topic takes more than `topic_share` of the slate, and the last slots are kept for new
topics until there are `min_topics`; no topic three times running. When nothing is left that obeys,
the last-named rules yield first.

**Curiosity.** With exploration, the best candidate of each topic counts as much more than its value
as a look at the topic would tell of the viewer (stages/curiosity.py): of F, the values are those.
On a locked screen nothing sensitive does.

**Trials.** With probability `exploration` a slot shows instead one of the candidates that have a
weight in TRIAL (stages/exploration.py), drawn in proportion to it, among those whose creator was
not the slot before and whose story is not in the slate. So the propensity of a slot, given the
candidates and the slots before it, is exact: (1 - e) for the best, plus e x w_i / sum of w for each
on trial. Nothing about which candidates there are is drawn.
"""

from __future__ import annotations

from itertools import chain
from math import ceil
from typing import ClassVar, Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from jhalak.pipeline.stage import VALUE, Selection
from jhalak.schema.candidates import Candidates, Rows
from jhalak.schema.query import Query
from jhalak.schema.slate import SURFACES
from jhalak.schema.viewer_state import ViewerState
from jhalak.stages.curiosity import curiosity, lift_best
from jhalak.stages.exploration import TRIAL
from jhalak.stages.greedy import CREATOR, LANGUAGE, SOUND, STORY, TOPIC, choose, fading
from jhalak.stages.world import World

_NOBODY: Final = ViewerState(0)
_LOCKSCREEN: Final = SURFACES.index("lockscreen")


@njit(cache=True, nogil=True)
def _select(  # type: ignore[no-untyped-def]
    value, rows, trial, topic, creator, language, story, sound, sensitive, row_of, curious, locked,
    counts, items, items_done, slots, fading, cap, min_topics, exploration, seed, last,
):  # fmt: skip
    """`choose` over the catalogue's columns; where it is `curious`, the best of each topic counts
    more (stages/curiosity.py), by the state's `counts`, `items` and `items_done`; where it is
    `locked` nothing sensitive does, for how much is a taste that was inferred."""
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
    if curious:
        asked = group[TOPIC].copy()
        for i in range(n):
            if locked and sensitive[rows[i]]:
                asked[i] = 0
        lift = curiosity(counts, items, items_done, row_of, topic)
        lift_best(worth, asked, trial, lift)
    return choose(worth, group, trial, slots, fading, cap, min_topics, exploration, seed, last)


class Diverse:
    """Selector: see the module. An experiment's arm may change exploration and fades of a query;
    `exploration` None: nothing is explored here, whatever the query says.

    Cost: 12 of 500 candidates in 45 us, 24 in 65, 95 with two languages, on a 2.5 GHz core that
    others slow down to a third: two fifths of what a plain scan with fades cost there.
    """

    name: ClassVar[str] = "diverse"

    def __init__(
        self,
        world: World,
        *,
        exploration: float | None,
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
        exploration = self._exploration
        if exploration is None:
            exploration = 0.0
        elif query.exploration is not None:
            exploration = query.exploration
        # Nobody is curious where nothing is explored, or nothing may be learned.
        known = query.state if query.profiled and exploration > 0.0 else None
        state = known or _NOBODY
        return Selection(
            *_select(
                candidates[VALUE], candidates.rows, candidates[TRIAL], c.topic, c.creator,
                c.language, c.story, c.sound, c.sensitive, c.row_of, known is not None,
                query.surface == _LOCKSCREEN, state.counts, state.items, state.items_done,
                query.slots, self._fading_of(query),
                max(ceil(query.slots * self._topic_share), 1), self._min_topics, exploration,
                np.uint64(query.rng.getrandbits(64)), creator_before(self._world, query),
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


def creator_before(world: World, query: Query) -> int:
    """Who made what the viewer was shown last; 0 where that is not known."""
    state, c = query.state, world.catalogue
    if state is None or not state.seen_count:
        return 0
    num = int(state.seen[state.seen_count - 1])
    row = int(c.row_of[num]) if num < len(c.row_of) else -1
    return int(c.creator[row]) if row >= 0 else 0


REACH: Final = 20
"""For each slot, how many candidates a fallback hands on."""


class InOrder:
    """Selector of fallbacks: the first ones, more than there are slots: `parted` chooses."""

    name: ClassVar[str] = "in order"

    def select(self, query: Query, candidates: Candidates) -> Selection:
        k = min(len(candidates), REACH * query.slots)
        return Selection(np.arange(k), np.ones(k, np.float32), np.zeros(k, np.bool_))


def runs(creator: NDArray[np.int32], last: int = 0) -> int:
    """The first place at which a creator follows themselves, `last` being before the first; the
    length where none does. 1 us for 24."""
    for at, one in enumerate(creator.tolist()):
        if one == last and one > 0:
            return at
        last = one
    return len(creator)


def parted(rows: Rows, more: Rows, slots: int, world: World, last: int = 0) -> Rows:
    """`rows`, then of `more` the first ones up to `slots`, but no story twice and no creator twice
    running while another is left. O(slots x len(more))."""
    c = world.catalogue
    left = list(dict.fromkeys(more[~np.isin(more, rows)].tolist()))
    creator = dict(zip(left, c.creator[left].tolist(), strict=True))
    story = dict(zip(left, c.story[left].tolist(), strict=True))
    chosen = rows.tolist()
    told = {0, *c.story[rows].tolist()}
    last = int(c.creator[rows[-1]]) if len(rows) else last
    while left and len(chosen) < slots:
        new = (row for row in left if story[row] == 0 or story[row] not in told)
        first = next(new, left[0])
        row = next(
            (r for r in chain((first,), new) if creator[r] == 0 or creator[r] != last), first
        )
        left.remove(row)
        chosen.append(row)
        told.add(story[row])
        last = creator[row]
    return np.array(chosen, np.int32)
