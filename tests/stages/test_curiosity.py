"""Curiosity about topics: strong for who is new, hardly any for who is known, back when a taste has
changed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from jhalak.pipeline.stage import VALUE
from jhalak.schema.viewer_state import (
    ENGAGED,
    ITEMS_MAX,
    JUDGED,
    SHOWN,
    TAP,
    TAPPED,
    TOPIC_0,
    TOPICS_MAX,
    UNJUDGED,
    ViewerState,
)
from jhalak.stages.curiosity import LIFT, curiosity, curiosity_reference, lift_best
from jhalak.stages.diversity import Diverse
from jhalak.stages.exploration import TRIAL
from tests.worlds import TOPICS, candidates_of, make_item, query_of, world_of

LIKED, OTHER, UNSEEN, REGRETTED = 3, 4, 5, 6
ROW_OF = np.arange(-1, TOPICS_MAX, dtype=np.int32)
"""Item t + 1 is in row t, which has the topic t."""
TOPIC = np.arange(TOPICS_MAX, dtype=np.int16)


def lifts(state: ViewerState) -> NDArray[np.float64]:
    found: NDArray[np.float64] = curiosity(
        state.counts, state.items, state.items_done, ROW_OF, TOPIC
    )
    return found


def known(*newest: tuple[int, bool]) -> ViewerState:
    """Somebody who likes one topic, and whose newest looks were at these topics, tapped or not."""
    state = ViewerState(1)
    for topic, shown, taps in ((LIKED, 60, 40), (OTHER, 40, 2), (REGRETTED, 5, 0)):
        state.counts[TOPIC_0 + topic, [SHOWN, JUDGED, TAP, ENGAGED]] = shown, shown, taps, taps
    state.counts[TOPIC_0 + REGRETTED, ENGAGED] = -3
    for place, (topic, tapped) in enumerate(newest, ITEMS_MAX - len(newest)):
        state.items[place], state.items_done[place] = topic + 1, TAPPED * tapped
    return state


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 1 << 32))
def test_the_kernel_answers_what_the_reference_says(seed: int) -> None:
    rng = np.random.default_rng(seed)
    state = ViewerState(1)
    of_topic = state.counts[TOPIC_0 : TOPIC_0 + TOPICS_MAX]
    of_topic[:, SHOWN] = of_topic[:, JUDGED] = rng.integers(0, 30, TOPICS_MAX)
    of_topic[:, TAP] = of_topic[:, SHOWN] * rng.random(TOPICS_MAX)
    of_topic[:, ENGAGED] = rng.normal(3, 3, TOPICS_MAX)
    state.items[:] = rng.choice([0, 999, *(int(t) + 1 for t in rng.integers(0, 32, 4))], ITEMS_MAX)
    state.items_done[:] = rng.choice([0, 0, TAPPED, UNJUDGED], ITEMS_MAX)
    looked = np.where((state.items > 0) & (state.items < 999), state.items - 1, -1)
    assert lifts(state) == pytest.approx(curiosity_reference(state, looked))


def test_of_a_new_viewer_every_topic_is_a_question_and_each_look_answers_some_of_it() -> None:
    assert lifts(ViewerState(1)) == pytest.approx(np.full(TOPICS_MAX, 1 + LIFT))
    state = ViewerState(1)
    before = 1 + LIFT
    for n in range(1, 20):
        state.counts[TOPIC_0 + OTHER, JUDGED] = n
        now = lifts(state)[OTHER]
        assert 1 < now < before
        before = now


def test_what_was_tapped_is_asked_again_before_what_was_passed_by() -> None:
    state = ViewerState(1)
    state.counts[[TOPIC_0 + LIKED, TOPIC_0 + OTHER], JUDGED] = 2
    state.counts[TOPIC_0 + LIKED, [TAP, ENGAGED]] = 2
    lift = lifts(state)
    assert lift[UNSEEN] > lift[LIKED] > 1.5 * lift[OTHER]


def test_what_is_known_is_lifted_hardly_and_what_is_regretted_not_at_all() -> None:
    lift = lifts(known(*[(LIKED, True)] * 6))
    assert lift[[LIKED, OTHER]] == pytest.approx(1, abs=0.01)
    assert lift[UNSEEN] == 1 + LIFT and lift[REGRETTED] == 1


def test_when_the_favourite_disappoints_old_looks_tell_little_and_new_ones_tell_it_again() -> None:
    bored = [(LIKED, False)] * 6
    assert lifts(known(*bored))[OTHER] > 1.4
    assert lifts(known(*bored, (OTHER, False)))[OTHER] < lifts(known(*bored))[OTHER] - 0.15
    pleased = [(LIKED, k % 2 == 0) for k in range(6)]
    assert lifts(known(*pleased))[OTHER] < 1.1


def test_looks_of_which_is_not_known_whether_they_were_tapped_disappoint_nobody() -> None:
    state = known(*[(LIKED, False)] * 6)
    state.items_done[:] = UNJUDGED
    assert lifts(state)[OTHER] == pytest.approx(1, abs=0.01)


def lifted(worth: list[float], topic: list[int], trial: list[float]) -> list[float]:
    """`worth` where topic 1 is lifted by 2 and topic 2 by 4."""
    lift, found = np.ones(TOPICS_MAX), np.array(worth)
    lift[:2] = 2.0, 4.0
    lift_best(found, np.array(topic), np.array(trial, np.float32), lift)
    return found.tolist()


def test_the_best_of_each_topic_is_lifted_and_what_has_no_topic_is_not() -> None:
    assert lifted([1, 3, 2, 5, 2], [1, 1, 2, 0, 2], [0] * 5) == [1, 6, 8, 5, 2]


def test_what_is_on_trial_asks_for_its_topic_where_it_is_worth_nearly_as_much() -> None:
    assert lifted([3, 0.95 * 3, 0.5 * 3], [1, 1, 1], [0, 0.3, 4]) == [3, 0.95 * 6, 0.5 * 3]


def slate(state: ViewerState | None, exploration: float = 0.05, **asked: Any) -> set[str]:
    """The topics of a slate of which sport would take all it may."""
    world = world_of(*(make_item(f"{topic}{i}", topic, publisher=f"{topic}{i}")
                       for topic in TOPICS for i in range(8)))  # fmt: skip
    found = candidates_of(world)
    topic = world.catalogue.topic[found.rows]
    sport = world.catalogue.topic[world.catalogue.row_of[1]]
    found.columns[VALUE] = np.where(topic == sport, 0.5, 0.2).astype(np.float32)
    found.columns[TRIAL] = np.zeros(len(found), np.float32)
    query = query_of(slots=8, state=state, **asked)
    chosen = Diverse(world, exploration=exploration).select(query, found).index
    return {world.catalogue.record(int(row)).item.topic for row in found.rows[chosen]}


def test_a_new_viewer_is_shown_all_topics_and_fewer_where_nothing_is_explored() -> None:
    assert slate(ViewerState(1)) == set(TOPICS)
    assert len(slate(ViewerState(1), exploration=0.0)) == 4
    assert len(slate(ViewerState(1), profiled=False)) == len(slate(None)) == 4


def test_where_anyone_may_look_no_sensitive_topic_is_lifted_whatever_was_tapped() -> None:
    world = world_of(
        make_item("faith", "faith", publisher="f"), make_item("food", "food", publisher="g")
    )
    found = candidates_of(world)
    found.columns[VALUE] = np.array([0.3, 0.2], np.float32)
    found.columns[TRIAL] = np.zeros(2, np.float32)

    def first(surface: int, value: float) -> str:
        found.columns[VALUE][0] = value
        query = query_of(slots=1, state=state, surface=surface)
        at = Diverse(world, exploration=0.05, min_topics=1).select(query, found).index[0]
        return world.catalogue.record(int(found.rows[at])).item.id

    state = ViewerState(1)
    for topic in world.catalogue.topic[found.rows].tolist():
        state.counts[TOPIC_0 + topic, [SHOWN, JUDGED]] = 40.0
    assert first(0, 0.3) == first(1, 0.3) == "faith"
    state.counts[TOPIC_0 + world.catalogue.topic[found.rows[0]], [SHOWN, JUDGED, TAP]] = 1.0
    assert first(1, 0.1) == "faith", "in one's own hands"
    assert first(0, 0.1) == "food" and first(0, 0.3) == "faith"
