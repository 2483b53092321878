"""Taste: what is counted where, which creators are remembered, what is taken back and forgotten."""

from __future__ import annotations

import numpy as np
import pytest

from jhalak.learning import taste
from jhalak.learning.features import HOUR_HALF_LIFE_S, TASTE_HALF_LIFE_S
from jhalak.schema.item import EMBEDDING_SIZE
from jhalak.schema.viewer_state import (
    ALL,
    COMPLETED,
    CREATOR_0,
    CREATORS_MAX,
    ENGAGED,
    HOUR,
    ITEMS_MAX,
    JUDGED,
    LANGUAGE_0,
    LIKE,
    LONG,
    SCENE_0,
    SHOWN,
    TAP,
    TAPPED,
    TOPIC_0,
    UNJUDGED,
    ViewerState,
)

TOPIC, LANGUAGE, CREATOR, SCENE = 3, 2, 70, 1
FACTS = TOPIC, LANGUAGE, CREATOR, SCENE
PLACES = {ALL, HOUR, SCENE_0 + SCENE, TOPIC_0 + TOPIC, LANGUAGE_0 + LANGUAGE, CREATOR_0}
NONE = np.zeros(0, np.float32)
NOTHING_KNOWN = np.full(ITEMS_MAX, -1)
"""Topics of the items looked at last."""


def unit(d: int) -> np.ndarray:
    vector = np.zeros(EMBEDDING_SIZE, np.float32)
    vector[d] = 1
    return vector


def look(
    state: ViewerState, item: int, creator: int = CREATOR, judged: bool = True,
    embedding: np.ndarray = NONE,
) -> None:  # fmt: skip
    taste.look(
        state.counts, state.creators, state.vectors, state.items, state.items_done, item, TOPIC,
        LANGUAGE, creator, SCENE, judged, embedding, 1.0,
    )  # fmt: skip


def test_a_look_is_counted_wherever_it_belongs_and_nowhere_else() -> None:
    state = ViewerState(5)
    look(state, 9)
    assert set(np.flatnonzero(state.counts.any(axis=1))) == PLACES
    for place in PLACES:
        assert np.flatnonzero(state.counts[place]).tolist() == [SHOWN, JUDGED]
    assert state.creators[0] == CREATOR
    assert (state.items[-1], state.items_done[-1]) == (9, 0)


def test_a_look_of_which_is_not_known_whether_it_was_tapped_is_not_judged() -> None:
    state = ViewerState(5)
    look(state, 9, judged=False)
    assert state.counts[ALL].tolist() == [1, 0, 0, 0, 0, 0]
    assert state.items_done[-1] == UNJUDGED
    assert len(state.engaged_items) == 0


@pytest.mark.parametrize(
    ("name", "column"), [("tap", TAP), ("long", LONG), ("share", LIKE), ("likes", LIKE),
                         ("complete", -1), ("report", -1)]
)  # fmt: skip
def test_an_action_counts_in_its_column_and_in_engagement(name: str, column: int) -> None:
    state = ViewerState(5)
    assert taste.COLUMN.get(name, -1) == column
    taste.count_engaged(state, taste.WEIGHT[name], column, FACTS, None)
    expected = np.zeros(ENGAGED + 1, np.float32)
    expected[ENGAGED] = taste.WEIGHT[name]
    if column >= 0:
        expected[column] = 1
    for place in PLACES:
        assert np.array_equal(state.counts[place], expected)


def test_what_is_taken_back_at_once_was_never_counted() -> None:
    state = ViewerState(5)
    taste.count_engaged(state, 1.0, TAP, FACTS, unit(3))
    taste.take_back(state, 1.0, TAP, FACTS, unit(3))
    assert not state.counts.any()
    assert not state.vectors.any()


def test_the_creators_remembered_are_those_engaged_with() -> None:
    state = ViewerState(5)
    for creator in range(1, CREATORS_MAX + 30):
        look(state, creator, creator)
        if creator <= 10:
            taste.count_engaged(state, 1.0, TAP, (TOPIC, LANGUAGE, creator, SCENE), None)
    assert set(range(1, 11)) <= set(state.creators.tolist())
    assert len(set(state.creators.tolist())) == CREATORS_MAX


def test_a_creator_who_takes_anothers_place_begins_at_nothing() -> None:
    state = ViewerState(5)
    for creator in range(1, CREATORS_MAX + 2):
        look(state, creator, creator)
        look(state, creator, creator)
    assert state.creator_shown.tolist() == [2] * CREATORS_MAX
    assert CREATORS_MAX + 1 in state.creators


def test_the_newest_items_are_remembered_with_what_was_done() -> None:
    state = ViewerState(5)
    for item in range(1, ITEMS_MAX + 5):
        look(state, item)
        if item % 2:
            taste.mark(state.items, state.items_done, item, TAPPED)
    taste.mark(state.items, state.items_done, 6, COMPLETED)
    taste.mark(state.items, state.items_done, 1, COMPLETED)  # too long ago
    assert state.items.tolist() == list(range(5, ITEMS_MAX + 5))
    odd = [item for item in range(5, ITEMS_MAX + 5) if item % 2]
    assert state.engaged_items.tolist() == sorted([*odd, 6])


def test_what_happened_halves_with_its_half_life_and_the_last_hour_sooner() -> None:
    state = ViewerState(5, at_ms=1)
    state.counts[:] = 8
    taste.fade_to(state, 1 + int(HOUR_HALF_LIFE_S * 1000))
    assert state.counts[HOUR, TAP] == pytest.approx(4)
    assert state.counts[ALL, TAP] == pytest.approx(8, rel=0.01)
    taste.fade_to(state, 1 + int(TASTE_HALF_LIFE_S * 1000))
    assert state.counts[ALL, TAP] == pytest.approx(4)
    assert state.counts[TOPIC_0, LIKE] == pytest.approx(4)
    assert state.counts[HOUR, TAP] == pytest.approx(0, abs=1e-6)
    before = state.counts.copy()
    taste.fade_to(state, 1)  # time never runs backwards
    assert np.array_equal(state.counts, before)


def test_the_short_term_vector_follows_sooner_than_the_long_term_one() -> None:
    state = ViewerState(5)
    for d in (1, 2):
        for _ in range(12):
            taste.count_engaged(state, 1.0, TAP, FACTS, unit(d))
    long, short = state.vectors[0], state.vectors[1]
    assert short[2] > 3 * short[1]
    assert long[1] < long[2] < 1.3 * long[1]


def test_shares_of_interests_add_up_to_one_and_regret_is_none() -> None:
    state = ViewerState(5)
    for topic, weight in ((1, 3.0), (2, 1.0), (3, -3.0)):
        taste.count_engaged(state, weight, -1, (topic, 0, 0, -1), None)
    (first, most), (second, less) = taste.interests(state, NOTHING_KNOWN)
    assert (first, second) == (1, 2) and most > less and most + less == pytest.approx(1)


def test_what_is_liked_is_not_what_was_shown_most() -> None:
    state = ViewerState(5)
    for topic, shown, tapped in ((1, 200, 60), (2, 20, 12)):
        state.counts[TOPIC_0 + topic, SHOWN] = shown
        for _ in range(tapped):
            taste.count_engaged(state, 1.0, TAP, (topic, 0, 0, -1), None)
    assert [topic for topic, _ in taste.interests(state, NOTHING_KNOWN)] == [2, 1]


def test_a_new_interest_is_seen_among_the_last_that_were_looked_at() -> None:
    state = ViewerState(5)
    for topic, shown, tapped in ((1, 200, 80), (2, 100, 20)):
        state.counts[TOPIC_0 + topic, SHOWN] = shown
        for _ in range(tapped):
            taste.count_engaged(state, 1.0, TAP, (topic, 0, 0, -1), None)
    assert taste.interests(state, NOTHING_KNOWN)[0][0] == 1
    state.items[:], looked = np.arange(1, 33), np.arange(32) % 2 + 1
    state.items_done[looked == 2] = TAPPED
    assert taste.interests(state, looked)[0][0] == 2
    taste.forget(state, 2)
    assert [topic for topic, _ in taste.interests(state, looked)] == [1]


def test_one_look_is_less_than_many_however_much_was_done_with_it() -> None:
    state = ViewerState(5)
    state.counts[TOPIC_0 + 1, [SHOWN, TAP, ENGAGED]] = 8, 6, 6
    state.counts[TOPIC_0 + 2, [SHOWN, TAP, LIKE, ENGAGED]] = 1, 1, 1, 4.2
    state.items[-9:], looked = np.arange(1, 10), np.full(ITEMS_MAX, -1)
    looked[-9:] = [1] * 8 + [2]
    state.items_done[-9:] = [TAPPED] * 6 + [0, 0, TAPPED]
    assert [topic for topic, _ in taste.interests(state, looked)] == [1, 2]


def test_looks_that_were_engaged_with_are_taps_or_what_stands_for_them() -> None:
    state = ViewerState(5)
    for topic, columns, amounts in (
        (1, [TAP, LONG, ENGAGED], [3, 5, 12]), (2, [ENGAGED], [1]), (3, [TAP, ENGAGED], [2, -1]),
        (4, [TAP, ENGAGED], [2, 1]),
    ):  # fmt: skip
        state.counts[TOPIC_0 + topic, columns] = amounts
    assert taste.engaged_looks(state)[:5].tolist() == [0, 5, 0.5, 0, 1]


def test_a_topic_that_is_forgotten_leaves_its_looks_and_regrets() -> None:
    state = ViewerState(5)
    look(state, 9)
    taste.count_engaged(state, 1.0, TAP, FACTS, unit(3))
    taste.count_engaged(state, -3.0, -1, (4, LANGUAGE, 0, -1), None)
    taste.forget(state, TOPIC)
    taste.forget(state, 4)
    assert state.counts[TOPIC_0 + TOPIC].tolist() == [1, 1, 0, 0, 0, 0]
    assert state.engaged[4] == -3
    assert not state.vectors.any() and not state.items.any()
