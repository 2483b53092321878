"""The learner's fold: each thing counted once, whatever comes, in whatever order."""

from __future__ import annotations

import numpy as np
import pytest

from jhalak.schema.activity import Tick
from tests.learning.folding import (
    SEEN,
    WINDOW_MS,
    after,
    counts,
    labels,
    new_fold,
    yes,
)
from tests.learning.records import NOW_MS, event, outcomes, relation, served


def test_an_event_sent_twice_counts_once() -> None:
    tap = event("a", "tap", 1, 10)
    once = after(served(1, [10]), outcomes(tap))
    twice = after(served(1, [10]), outcomes(tap, tap), outcomes(tap))
    assert counts(twice, 10) == counts(once, 10) == SEEN | {"tap": 1}
    assert twice.counts["repeats"] == 2
    assert twice.counts["events"] == 1


@pytest.mark.parametrize("name", ["impression", "tap", "complete"])
def test_impression_tap_and_completion_count_once_a_slot(name: str) -> None:
    fold = after(
        served(1, [10, 11]),
        outcomes(*(event(f"e{i}", name, 1, 10) for i in range(5))),
        outcomes(event("other", name, 1, 11, 1)),
    )
    assert counts(fold, 10) == counts(fold, 11)
    assert counts(fold, 10)["impression"] == 1
    assert max(counts(fold, 10).values()) == 1


def test_whatever_was_done_with_a_card_it_was_seen() -> None:
    fold = after(served(1, [10]), outcomes(event("a", "tap", 1, 10)))
    assert counts(fold, 10)["impression"] == 1
    fold = after(
        served(1, [10]),
        outcomes(event("a", "tap", 1, 10), event("b", "impression", 1, 10)),
    )
    assert counts(fold, 10) == SEEN | {"tap": 1}


def test_the_same_item_in_two_slates_counts_twice() -> None:
    fold = after(
        served(1, [10]), served(2, [10]),
        outcomes(event("a", "tap", 1, 10), event("b", "tap", 2, 10)),
    )  # fmt: skip
    assert counts(fold, 10) == {"impression": 2, "judged": 2, "tap": 2}


@pytest.mark.parametrize(
    ("name", "value", "kinds", "heads"),
    [
        ("tap", 0, ["tap"], ["tap"]), ("dwell", 5000, ["long"], ["long"]),
        ("dwell", 4999, [], []), ("play", 10_000, ["long"], ["long"]), ("play", 9_999, [], []),
        ("complete", 0, ["complete", "long"], ["complete", "long"]),
        ("share", 0, ["like"], ["share"]), ("report", 1, ["hide"], ["report"]),
        ("impression", 0, [], []),
    ],
)  # fmt: skip
def test_each_event_is_counted_and_is_a_yes_for_its_labels(
    name: str, value: float, kinds: list[str], heads: list[str]
) -> None:
    records = [served(1, [10]), outcomes(event("a", name, 1, 10, value=value))]
    assert counts(after(*records), 10) == SEEN | dict.fromkeys(kinds, 1)
    assert labels(*records, Tick(NOW_MS + WINDOW_MS)) == [yes(*heads)]


def test_how_long_a_play_must_be_follows_the_plays_of_videos_about_as_long() -> None:
    def long_plays(watched_ms: float, duration_s: float) -> float:
        plays = [event(f"{n}", "play", n, 10 + n, value=watched_ms) for n in range(1, 100)]
        slates = [served(n, [10 + n], duration_s=duration_s) for n in range(1, 100)]
        fold = after(*slates, outcomes(*plays))
        return sum(counts(fold, 10 + n).get("long", 0) for n in range(1, 100))

    assert long_plays(4_000, 4) == 99, "watched to its end"
    assert long_plays(4_000, 7) < 99
    assert 0 < long_plays(20_000, 300) < 99, "what all others watch for as long is not long"
    fold = after(served(1, [10], duration_s=300), outcomes(event("a", "play", 1, 10, value=20_000)))
    moved = fold.watch.threshold_s != new_fold().watch.threshold_s
    assert np.flatnonzero(moved).tolist() == [fold.watch.range_of(300)]


def test_an_event_for_a_slot_that_was_not_served_counts_nothing() -> None:
    fold = after(served(1, [10]), outcomes(event("a", "tap", 1, 99, position=7)))
    assert len(fold.tallies.counters.items) == 0


# Undo


def test_undo_takes_back_what_it_names_once() -> None:
    undo = event("u", "undo", 1, 10, undoes="a")
    again = event("v", "undo", 1, 10, undoes="a")
    fold = after(
        served(1, [10]), outcomes(event("a", "tap", 1, 10)), outcomes(undo), outcomes(again)
    )
    assert counts(fold, 10) == SEEN


def test_a_tap_after_an_undo_counts_again() -> None:
    fold = after(
        served(1, [10]),
        outcomes(
            event("a", "tap", 1, 10),
            event("u", "undo", 1, 10, undoes="a"),
            event("b", "tap", 1, 10),
        ),
    )
    assert counts(fold, 10) == SEEN | {"tap": 1}


def test_undoing_one_of_two_long_views_leaves_the_other() -> None:
    records = [
        served(1, [10]),
        outcomes(event("a", "complete", 1, 10), event("b", "dwell", 1, 10, value=60_000)),
        outcomes(event("u", "undo", 1, 10, undoes="b")),
    ]
    assert counts(after(*records), 10) == SEEN | {"long": 1, "complete": 1}
    records.append(outcomes(event("v", "undo", 1, 10, undoes="a")))
    assert counts(after(*records), 10) == SEEN


@pytest.mark.parametrize(
    ("name", "heads"), [("complete", ["complete", "long"]), ("share", ["share"])]
)
def test_what_was_undone_in_time_is_learned_as_a_no(name: str, heads: list[str]) -> None:
    records = [served(1, [10]), outcomes(event("a", name, 1, 10), event("b", "tap", 1, 10))]
    end = Tick(NOW_MS + WINDOW_MS)
    assert labels(*records, end) == [yes("tap", *heads)]
    undo = outcomes(event("u", "undo", 1, 10, undoes="a"))
    assert labels(*records, undo, end) == [yes("tap")]


def test_undo_of_nothing_changes_nothing() -> None:
    fold = after(served(1, [10]), outcomes(event("u", "undo", 1, 10, undoes="never")))
    assert counts(fold, 10) == {}


# Relations


def test_a_like_counts_once_and_its_end_takes_it_back() -> None:
    records = [served(1, [10]), relation("r1", "likes", 10, slate=1)]
    assert counts(after(*records), 10) == {"like": 1}
    records += [relation("r1", "likes", 10, slate=1), relation("r2", "saves", 10, slate=1)]
    assert counts(after(*records), 10) == {"like": 1}
    records.append(relation("r3", "likes", 10, slate=1, on=False))
    assert counts(after(*records), 10) == {}


@pytest.mark.parametrize("verb", ["hides", "blocks"])
def test_a_hide_or_block_counts_against_the_item_that_was_shown(verb) -> None:
    fold = after(served(1, [10]), relation("r", verb, 10, slate=1, kind="creator", target=3))
    assert counts(fold, 10) == {"hide": 1}


def test_a_relation_without_a_slot_changes_no_counter() -> None:
    fold = after(served(1, [10]), relation("r", "likes", 10))
    assert counts(fold, 10) == {}


@pytest.mark.parametrize(
    ("verb", "head"),
    [("likes", "like"), ("saves", "like"), ("follows", "follow"), ("hides", "hide"),
     ("blocks", "hide")],
)  # fmt: skip
def test_each_relation_is_a_yes_for_its_label_until_it_ends(verb, head: str) -> None:
    records = [
        served(1, [10]), outcomes(event("a", "impression", 1, 10)),
        relation("r", verb, 10, slate=1, kind="creator", target=3),
    ]  # fmt: skip
    end = Tick(NOW_MS + WINDOW_MS)
    assert labels(*records, end) == [yes(head)]
    ended = relation("s", verb, 10, slate=1, kind="creator", target=3, on=False)
    assert labels(*records, ended, end) == [yes()]
