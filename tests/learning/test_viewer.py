"""A viewer's state: taste follows taps, hides hold, nothing counts twice, bytes go round."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jhalak.learning import taste
from jhalak.learning.features import TASTE_HALF_LIFE_S
from jhalak.learning.profile import dump, load
from jhalak.learning.viewer import ViewerFold, one_by_one
from jhalak.schema.activity import Forget, Tick, Verb
from jhalak.schema.item import EMBEDDING_SIZE
from jhalak.schema.viewer_state import ITEMS_MAX, ViewerState
from tests.learning.records import NOW_MS, event, facts_of, outcomes, relation, served

DAY_MS = 86_400_000
KEEP_MS = 30 * DAY_MS
NOTHING_KNOWN = np.full(ITEMS_MAX, -1)
"""Topics of the items looked at last."""
HIDE_MS = 90 * DAY_MS
COUNTED = ("shown", "engaged", "language_shown", "language_engaged", "creator_shown",
           "creator_engaged", "vectors")  # fmt: skip


def embedding_of(item: int) -> np.ndarray | None:
    """A unit vector an item; items from 1000 on are not live."""
    if item >= 1000:
        return None
    vector = np.zeros(EMBEDDING_SIZE, np.float32)
    vector[item % EMBEDDING_SIZE] = 1
    return vector


FOLD = ViewerFold(one_by_one(embedding_of), KEEP_MS, HIDE_MS)


def after(*records, state: ViewerState | None = None) -> ViewerState:
    state = state or ViewerState(5)
    for n, record in enumerate(records, state.n + 1):
        FOLD.apply(state, n, record)
    return state


def same(one: ViewerState, other: ViewerState) -> bool:
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in COUNTED)


def test_taste_follows_taps() -> None:
    state = after(
        served(1, [7, 8]),
        outcomes(event("a", "impression", 1, 7), event("b", "tap", 1, 8, 1)),
    )
    (topic, share), *others = taste.interests(state, NOTHING_KNOWN)
    assert (topic, share) == (facts_of(8)[0], 1.0)
    assert not others
    assert state.shown.sum() == 2
    assert state.vectors[0].argmax() == 8


def test_a_slots_impression_and_tap_count_once_however_often_they_come() -> None:
    once = after(served(1, [7]), outcomes(event("a", "tap", 1, 7)))
    often = after(
        served(1, [7]),
        outcomes(event("a", "tap", 1, 7), event("b", "tap", 1, 7), event("c", "impression", 1, 7)),
        outcomes(event("d", "tap", 1, 7)),
    )
    assert same(once, often)
    assert once.shown.sum() == 1


def test_a_completion_counts_once_a_slot_and_anew_when_the_item_is_served_anew() -> None:
    once = after(served(1, [7]), outcomes(event("a", "complete", 1, 7)))
    often = after(
        served(1, [7]),
        outcomes(*[event(f"c{i}", "complete", 1, 7) for i in range(20)]),
    )
    assert same(once, often)
    anew = after(
        served(1, [7]), outcomes(event("a", "complete", 1, 7)),
        served(2, [7]), outcomes(event("b", "complete", 2, 7)),
    )  # fmt: skip
    assert anew.engaged.sum() == 2 * once.engaged.sum()


def test_an_undo_takes_a_tap_back_from_taste() -> None:
    state = after(
        served(1, [7]),
        outcomes(event("a", "tap", 1, 7)),
        outcomes(event("b", "undo", 1, 7, undoes="a")),
    )
    assert state.engaged.sum() == 0
    assert taste.interests(state, NOTHING_KNOWN) == []


def test_what_was_never_served_teaches_nothing() -> None:
    assert not after(outcomes(event("a", "tap", 1, 7))).engaged.any()


@settings(deadline=None)
@given(st.lists(st.lists(st.integers(1, 40), max_size=8, unique=True), max_size=12))
def test_a_served_item_is_seen_once_and_folding_it_again_changes_nothing(slates) -> None:
    records = [served(n + 1, items, NOW_MS + n) for n, items in enumerate(slates)]
    state = after(*records)
    assert sorted(state.seen[: state.seen_count]) == sorted({i for s in slates for i in s})
    again = after(*records, state=after(*records))
    assert np.array_equal(again.seen[: again.seen_count], state.seen[: state.seen_count])
    assert np.array_equal(again.seen_ms[: again.seen_count], state.seen_ms[: state.seen_count])


def test_what_may_be_shown_again_is_dropped_when_room_is_needed() -> None:
    state = after(served(1, list(range(1, 41)), NOW_MS))
    late_ms = NOW_MS + KEEP_MS + 1
    after(served(2, list(range(41, 81)), late_ms), state=state)
    assert sorted(state.seen[: state.seen_count]) == list(range(41, 81))


def test_an_edition_is_remembered_and_a_video_slate_is_not() -> None:
    state = after(served(1, [7, 8], valid_until_ms=NOW_MS + 1), served(2, [9]))
    assert state.edition == 1
    assert state.edition_items == (7, 8)
    assert state.events_since_edition == 0
    after(outcomes(event("a", "impression", 1, 7)), state=state)
    assert state.events_since_edition == 1


def test_hides_hold_until_they_end_or_are_taken_back() -> None:
    state = after(relation("r", "hides", 7, kind="creator", target=3))
    assert state.hidden_creators == {3: NOW_MS + HIDE_MS}
    after(relation("s", "blocks", 7, kind="creator", target=3), state=state)
    assert state.hidden_creators[3] > NOW_MS + 1000 * HIDE_MS
    after(relation("t", "blocks", 7, kind="creator", target=3, on=False), state=state)
    assert state.hidden_creators == {}
    after(relation("u", "hides", 7), relation("v", "hides", 8, kind="topic", target=2), state=state)
    assert state.hidden_items == {7}
    assert set(state.hidden_topics) == {2}


@pytest.mark.parametrize("verb", ["mutes", "barred"])
def test_who_is_muted_and_who_bars_stay_away_until_it_is_taken_back(verb: Verb) -> None:
    put = relation("r", verb, 0, kind="creator", target=3)
    state = after(served(1, [7]), outcomes(event("a", "tap", 1, 7)))
    before = state.counts.copy()
    after(put, state=state)
    assert state.hidden_creators == {3: 1 << 62}
    after(relation("s", verb, 0, kind="creator", target=3, on=False), state=state)
    assert state.hidden_creators == {}
    assert np.allclose(state.counts, before, atol=1e-5)


def test_a_later_hide_does_not_shorten_a_block() -> None:
    state = after(
        relation("r", "blocks", 7, kind="topic", target=3),
        relation("s", "hides", 7, kind="topic", target=3),
    )
    assert state.hidden_topics[3] == 1 << 62


def test_a_hide_lowers_taste_and_its_end_restores_it() -> None:
    liked = after(served(1, [7]), outcomes(event("a", "tap", 1, 7)))
    topic = facts_of(7)[0]
    before = float(liked.engaged[topic])
    after(relation("r", "hides", 7), state=liked)
    assert liked.engaged[topic] < before
    after(relation("s", "hides", 7, on=False), state=liked)
    assert liked.engaged[topic] == pytest.approx(before)


def test_follows_are_remembered_and_end() -> None:
    state = after(
        relation("r", "follows", 7, kind="creator", target=3),
        relation("s", "follows", 7, kind="topic", target=4),
    )
    assert state.followed_creators == {3}
    assert state.followed_topics == {4}
    after(relation("t", "follows", 7, kind="creator", target=3, on=False), state=state)
    assert state.followed_creators == set()


def test_of_a_viewer_who_wants_no_profile_nothing_is_learned_but_hides_and_seen_hold() -> None:
    state = after(
        served(1, [7]),
        outcomes(event("a", "tap", 1, 7), profiled=False),
        relation("r", "hides", 7, profiled=False),
        relation("s", "follows", 7, kind="creator", target=3, profiled=False),
    )
    assert not any(getattr(state, name).any() for name in COUNTED)
    assert state.seen_count == 1
    assert state.hidden_items == {7}
    assert state.followed_creators == {3}


def test_taste_fades_by_half_with_its_half_life_of_log_time() -> None:
    state = after(served(1, [7]), outcomes(event("a", "tap", 1, 7)))
    later_ms = NOW_MS + int(TASTE_HALF_LIFE_S * 1000)
    after(outcomes(event("b", "impression", 2, 8), at_ms=later_ms), state=state)
    assert state.engaged[facts_of(7)[0]] == pytest.approx(0.5)
    assert state.at_ms == later_ms
    after(outcomes(event("c", "impression", 3, 9), at_ms=NOW_MS), state=state)
    assert state.at_ms == later_ms  # time never runs backwards


def test_an_item_that_is_gone_teaches_its_topic_and_no_vector() -> None:
    state = after(served(1, [1001]), outcomes(event("a", "tap", 1, 1001)))
    assert state.engaged.sum() == 1
    assert not state.vectors.any()
    gone = after(served(1, [7]), outcomes(event("a", "tap", 1, 7, live=False)))
    assert not gone.engaged.any()


def test_forgetting_a_topic_ends_it_as_an_interest() -> None:
    state = after(served(1, [7, 8]), outcomes(event("a", "tap", 1, 7), event("b", "tap", 1, 8, 1)))
    after(Forget("f", 5, NOW_MS, facts_of(7)[0]), state=state)
    assert [topic for topic, _ in taste.interests(state, NOTHING_KNOWN)] == [facts_of(8)[0]]
    after(Forget("g", 5, NOW_MS, -1), state=state)
    assert taste.interests(state, NOTHING_KNOWN) == []
    assert not any(getattr(state, name).any() for name in COUNTED)


def test_a_tick_changes_no_viewer() -> None:
    state = after(outcomes(event("a", "tap", 1, 7)))
    before = dump(state)
    FOLD.apply(state, state.n, Tick(NOW_MS + DAY_MS))
    assert dump(state) == before


@settings(deadline=None, max_examples=50)
@given(
    st.lists(
        st.tuples(st.integers(1, 60), st.sampled_from(["impression", "tap", "share", "report"])),
        max_size=40,
    )
)
def test_a_state_comes_back_from_its_bytes(steps) -> None:
    records = []
    for n, (item, name) in enumerate(steps, 1):
        at_ms = NOW_MS + n * 1000
        records.append(served(n, [item, item + 100], at_ms, valid_until_ms=at_ms * (n % 2)))
        records.append(outcomes(event(f"e{n}", name, n, item), at_ms=at_ms))
    state = after(*records)
    back = load(5, dump(state))
    assert dump(back) == dump(state)
    assert (back.viewer, back.n, back.at_ms) == (5, state.n, state.at_ms)
    assert (back.edition, back.edition_items) == (state.edition, state.edition_items)
    m = state.seen_count
    assert np.array_equal(back.seen[:m], state.seen[:m])
    assert np.array_equal(back.seen_flags[:m], state.seen_flags[:m])
    assert np.array_equal(back.items, state.items)
    assert np.array_equal(back.items_done, state.items_done)
    # And it goes on like the one that stayed, but for what is rounded in the bytes.
    late_ms = NOW_MS + 10**6
    more = [served(900, [3, 4], late_ms), outcomes(event("z", "tap", 900, 3), at_ms=late_ms)]
    for one in (back, state):
        after(*more, state=one)
    # What was taken away from a rounded count leaves its error in what is left.
    np.testing.assert_allclose(back.counts, state.counts, rtol=0.02, atol=0.1)
    assert np.array_equal(back.creators, state.creators)
    steps = np.abs(state.vectors).max(axis=1, keepdims=True) / 10
    assert (np.abs(back.vectors - state.vectors) <= steps + 1e-3).all()
