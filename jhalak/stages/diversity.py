"""The selector: the best of what is left, slot by slot, with variety and a little exploration.

Each slot takes the candidate with the greatest value x topic_fade^(times its topic was chosen) x
creator_fade^(times its creator was chosen) x language_fade^(times its language was chosen). No
creator comes twice running and no topic three times, no topic takes more than `topic_share` of the
slate, and the last slots are kept for new topics until there are `min_topics`: each of these rules
yields when nothing else is left.

Exploration: with probability `exploration` a slot shows instead one of the candidates that the
exploration source found, each with the same probability. So the propensity of a slot, given the
candidates and the slots before it, is exact: (1 - e) for the best, plus e / |E| for each of the |E|
explored. (Which items are candidates is itself drawn: E is a sample of what is not known yet.)
"""

from __future__ import annotations

from typing import Any, ClassVar, Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from jhalak.pipeline.stage import SOURCES, VALUE, Selection
from jhalak.schema.candidates import Candidates
from jhalak.schema.languages import LANGUAGES
from jhalak.schema.query import Query
from jhalak.schema.viewer_state import TOPICS_MAX
from jhalak.stages.world import World


@njit(cache=True)
def _choose(  # type: ignore[no-untyped-def]
    value, topic, creator, language, explorable, slots, fades, cap, min_topics, exploration, draws
):
    n = len(value)
    k = min(slots, n)
    index = np.empty(k, np.int64)
    propensity = np.empty(k, np.float32)
    explored = np.zeros(k, np.bool_)
    taken = np.zeros(n, np.bool_)
    topics = np.zeros(128, np.int64)
    languages = np.zeros(128, np.int64)
    worth = np.log(value)
    log_topic, log_creator, log_language = np.log(fades)
    different = 0
    last = 0
    last_topic = -1
    run = 0
    for slot in range(k):
        # 3: all rules; 2: not those about neighbours; 1: none; so never stuck.
        best = -1
        rules = 3
        new_left = False
        if k - slot <= min_topics - different:
            for i in range(n):
                if not taken[i] and topics[topic[i]] == 0:
                    new_left = True
                    break
        while best < 0:
            top = -np.inf
            need_new = rules >= 2 and new_left
            for i in range(n):
                if taken[i]:
                    continue
                if rules >= 3 and creator[i] > 0 and creator[i] == last:
                    continue
                if rules >= 3 and run >= 2 and topic[i] == last_topic:
                    continue
                if rules >= 2 and topics[topic[i]] >= cap:
                    continue
                if need_new and topics[topic[i]] > 0:
                    continue
                score = (
                    worth[i] + topics[topic[i]] * log_topic + languages[language[i]] * log_language
                )
                if score > top or (rules < 1 and best < 0):
                    top = score
                    best = i
            rules -= 1
        pool = 0
        for i in range(n):
            if explorable[i] and not taken[i] and (creator[i] == 0 or creator[i] != last):
                pool += 1
        share = exploration if pool > 0 else 0.0
        pick = best
        if share > 0 and draws[slot, 0] < share:
            nth = int(draws[slot, 1] * pool)
            for i in range(n):
                if explorable[i] and not taken[i] and (creator[i] == 0 or creator[i] != last):
                    if nth == 0:
                        pick = i
                        break
                    nth -= 1
            explored[slot] = True
        p = (
            share / pool
            if pool > 0 and explorable[pick] and (creator[pick] == 0 or creator[pick] != last)
            else 0.0
        )
        if pick == best:
            p += 1.0 - share
        index[slot] = pick
        propensity[slot] = p
        taken[pick] = True
        if topics[topic[pick]] == 0:
            different += 1
        topics[topic[pick]] += 1
        languages[language[pick]] += 1
        run = run + 1 if topic[pick] == last_topic else 1
        last_topic = topic[pick]
        last = creator[pick]
        if last > 0:
            for i in range(n):
                if creator[i] == last:
                    worth[i] += log_creator
    return index, propensity, explored


class Diverse:
    """Selector: see the module. `explore_source` is the place of the exploration source."""

    name: ClassVar[str] = "diverse"

    def __init__(
        self,
        world: World,
        *,
        explore_source: int,
        exploration: float,
        topic_fade: float = 0.88,
        creator_fade: float = 0.85,
        language_fade: float = 0.93,
        topic_share: float = 0.6,
        min_topics: int = 4,
    ) -> None:
        self._world = world
        self._bit = np.uint16(1 << explore_source)
        self._exploration = exploration
        self._fades = np.array([topic_fade, creator_fade, language_fade])
        self._topic_share = topic_share
        self._min_topics = min_topics

    def select(self, query: Query, candidates: Candidates) -> Selection:
        c, rows = self._world.catalogue, candidates.rows
        cap = max(int(np.ceil(query.slots * self._topic_share)), 1)
        random = query.rng.random
        draws = np.array([(random(), random()) for _ in range(query.slots)])
        return Selection(
            *_choose(
                candidates[VALUE], c.topic[rows], c.creator[rows], c.language[rows],
                (candidates[SOURCES] & self._bit) > 0, query.slots, self._fades, cap,
                self._min_topics, self._exploration, draws,
            )
        )  # fmt: skip


def choose_reference(
    value: NDArray[np.float32], topic: NDArray[Any], creator: NDArray[Any],
    language: NDArray[Any], explorable: NDArray[np.bool_], slots: int, fades: NDArray[np.float64],
    cap: int, min_topics: int, exploration: float, draws: NDArray[np.float64],
) -> tuple[list[int], list[float], list[bool]]:  # fmt: skip
    """What the kernel answers, in plain Python, written from the module's text."""
    left = list(range(len(value)))
    chosen: list[int] = []
    propensity: list[float] = []
    explored: list[bool] = []
    for slot in range(min(slots, len(value))):
        last = int(creator[chosen[-1]]) if chosen else 0
        of_topic = {t: sum(topic[j] == t for j in chosen) for t in range(TOPICS_MAX)}
        of_language = {x: sum(language[j] == x for j in chosen) for x in range(len(LANGUAGES))}
        other = [i for i in left if creator[i] == 0 or creator[i] != last]
        under_cap = [i for i in left if of_topic[int(topic[i])] < cap]
        if min(slots, len(value)) - slot <= min_topics - len({int(topic[j]) for j in chosen}):
            under_cap = [i for i in left if of_topic[int(topic[i])] == 0] or under_cap
        ended = [topic[j] for j in chosen[-2:]]
        fits = [i for i in other if i in under_cap and ended != [topic[i]] * 2]
        allowed = fits or under_cap or left

        def score(i: int) -> float:
            same = sum(creator[j] == creator[i] for j in chosen) if creator[i] > 0 else 0
            return float(
                np.log(value[i])
                + np.log(fades) @ [of_topic[int(topic[i])], same, of_language[int(language[i])]]  # noqa: B023
            )

        best = max(allowed, key=lambda i: (score(i), -i))
        pool = [i for i in other if explorable[i]]
        share = exploration if pool else 0.0
        tried = bool(pool) and draws[slot, 0] < share
        pick = pool[int(draws[slot, 1] * len(pool))] if tried else best
        chance = (share / len(pool) if pick in pool else 0.0) + (1 - share) * (pick == best)
        chosen.append(pick)
        propensity.append(chance)
        explored.append(tried)
        left.remove(pick)
    return chosen, propensity, explored


REACH: Final = 20
"""For each slot, how many candidates a fallback looks at."""


class InOrder:
    """Selector of fallbacks: the first ones, but no creator twice running while another is left."""

    name: ClassVar[str] = "in order"

    def __init__(self, world: World) -> None:
        self._world = world

    def select(self, query: Query, candidates: Candidates) -> Selection:
        creator = self._world.catalogue.creator[candidates.rows].tolist()
        left = list(range(min(len(candidates), REACH * query.slots)))
        chosen: list[int] = []
        last = 0
        while left and len(chosen) < query.slots:
            at = next((i for i in left if creator[i] == 0 or creator[i] != last), left[0])
            left.remove(at)
            chosen.append(at)
            last = creator[at]
        k = len(chosen)
        return Selection(np.array(chosen, np.int64), np.ones(k, np.float32), np.zeros(k, np.bool_))
