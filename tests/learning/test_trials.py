"""Trials: impressions of new items, what is open of them, and what creators were given."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jhalak.learning.model import HEADS
from jhalak.learning.trials import (
    DAY_MS,
    HOUR_MS,
    WORTH,
    Trials,
    nothing_tried,
    tried,
    worth_of,
)
from tests.worlds import NOW_MS, often

Step = tuple[str, int, int, int]


def after(trials: Trials, *steps: Step) -> Trials:
    """Steps are (what, key, creator, ms after NOW_MS)."""
    for what, key, creator, ms in steps:
        if what == "value":
            trials.count_value(key, 0.4)
        else:
            getattr(trials, f"count_{what}")(key, creator, NOW_MS + ms)
    return trials


def test_impressions_and_their_worth_do_not_fade() -> None:
    trials = after(Trials(), ("impression", 7, 1, 0), ("value", 7, 1, 0), ("impression", 7, 1, 5))
    found = tried(trials.arrays(NOW_MS + 40 * DAY_MS))
    assert (found.shown_of(7), found.value.tolist()) == (2.0, pytest.approx([0.4]))
    assert found.spent_on(np.array([7, 8])).tolist() == [2.0, 0.0]
    shown, value = found.known_of(np.array([8, 7]))
    assert shown.tolist() == [0.0, 2.0] and value.tolist() == pytest.approx([0.0, 0.4])
    assert trials.first_ms[0] == NOW_MS


def test_a_trial_served_is_spoken_for_until_it_is_looked_at() -> None:
    trials = after(Trials(), *[("tried", 7, 1, 0)] * 10, *[("impression", 7, 1, 1)] * 4)
    found = tried(trials.arrays(NOW_MS + 1))
    assert found.shown_of(7) == 4.0
    assert found.spent_on(np.array([7])) == pytest.approx([10.0], abs=0.01)


def test_what_nobody_looks_at_is_free_again_by_half_an_hour_at_a_time() -> None:
    trials = after(Trials(), *[("tried", 7, 1, 0)] * 8)
    spent = [
        tried(trials.arrays(NOW_MS + hours * HOUR_MS)).spent_on(np.array([7]))[0]
        for hours in (0, 1, 3)
    ]
    assert spent == pytest.approx([8.0, 4.0, 1.0])


def test_impressions_that_no_trial_brought_open_nothing() -> None:
    trials = after(Trials(), *[("impression", 7, 1, 0)] * 3, ("tried", 7, 1, 1))
    assert tried(trials.arrays(NOW_MS + 1)).spent_on(np.array([7])) == pytest.approx([4.0])


def test_what_a_creator_was_given_is_of_all_its_trials_and_fades_by_the_day() -> None:
    trials = after(Trials(), ("tried", 1, 5, 0), ("tried", 2, 5, 0), ("tried", 3, 6, 0))
    creators = np.array([5, 6, 7], np.int32)
    assert tried(trials.arrays(NOW_MS)).given_to(creators).tolist() == [2.0, 1.0, 0.0]
    later = tried(trials.arrays(NOW_MS + DAY_MS)).given_to(creators)
    assert later == pytest.approx([1.0, 0.5, 0.0])


def test_impressions_a_day_are_right_from_the_first_hours_on() -> None:
    trials = Trials()
    assert trials.a_day(NOW_MS) == 0.0
    for minute in range(5 * 24 * 60):
        trials.count_impression(minute % 9, 1, NOW_MS + minute * 60_000)
        if minute in (120, 1000, 7000):
            assert trials.a_day(NOW_MS + minute * 60_000) == pytest.approx(1440, rel=0.02)


def test_a_record_that_comes_late_counts_as_of_its_key_s_newest() -> None:
    trials = after(Trials(), ("tried", 7, 1, DAY_MS), ("tried", 7, 1, 0))
    assert tried(trials.arrays(NOW_MS + DAY_MS)).spent_on(np.array([7])) == pytest.approx([2.0])
    assert trials.last_ms[0] == NOW_MS + DAY_MS


def test_worth_of_a_key_that_is_not_known_is_left_out() -> None:
    trials = after(Trials(), ("value", 7, 1, 0))
    assert len(trials) == 0


def test_what_nothing_happened_to_is_forgotten() -> None:
    trials = after(Trials(), ("impression", 7, 1, 0), ("impression", 8, 1, 10_000))
    trials.expire(NOW_MS + 15_000, 10.0)
    assert len(trials) == 1 and tried(trials.arrays(NOW_MS)).shown_of(8) == 1.0
    after(trials, ("impression", 7, 2, 20_000))
    assert trials.keys[:2].tolist() == [8, 7] and trials.creator[:2].tolist() == [1, 2]


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["tried", "impression", "value"]), st.integers(1, 4), st.integers(0, 3),
        st.integers(0, 5 * DAY_MS),
    ),
    max_size=30,
).map(lambda steps: sorted(steps, key=lambda step: step[3]))  # fmt: skip


@given(steps=STEPS, cut=st.integers(0, 30))
@often(150)
def test_trials_that_go_on_from_a_checkpoint_end_like_those_that_never_stopped(
    steps: list[Step], cut: int
) -> None:
    whole = after(Trials(), *steps)
    before = after(Trials(), *steps[:cut])
    resumed = Trials()
    resumed.load(msgspec.msgpack.decode(msgspec.msgpack.encode(before.dump())))
    assert after(resumed, *steps[cut:]).dump() == whole.dump()


@given(steps=STEPS)
@often(150)
def test_a_snapshot_finds_what_the_trials_hold(steps: list[Step]) -> None:
    trials = after(Trials(), *steps)
    found = tried(trials.arrays(NOW_MS + 6 * DAY_MS))
    for key in range(6):
        shown = sum(what == "impression" and k == key for what, k, _, _ in steps)
        assert found.shown_of(key) == shown
        assert found.spent_on(np.array([key]))[0] >= shown
    slots = sum(what == "tried" for what, _, _, _ in steps)
    assert found.given.sum() <= slots
    assert (np.diff(found.keys) > 0).all() and (np.diff(found.creators) > 0).all()


def test_a_snapshot_of_before_trials_says_that_there_were_none() -> None:
    assert len(tried({}).keys) == len(nothing_tried().keys) == 0
    assert tried({}).spent_on(np.array([1, 2])).tolist() == [0.0, 0.0]


def test_an_impression_with_all_that_is_good_is_worth_one_and_a_hide_takes_it_all() -> None:
    assert sum(worth for worth in WORTH.values() if worth > 0) == pytest.approx(1.0)
    assert min(WORTH.values()) <= -1.0
    worth = worth_of((*HEADS, "yawn"))
    assert worth.tolist() == pytest.approx([WORTH.get(head, 0.0) for head in (*HEADS, "yawn")])
