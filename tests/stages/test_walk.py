"""Walking pools past what may not be shown again: kernels against their references."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from jhalak.catalogue.live import LiveCatalogue
from jhalak.schema.pool import by_topic
from jhalak.schema.viewer_state import TOPICS_MAX
from jhalak.stages.walk import Walker, first_reference
from tests.worlds import often

SEEN = st.lists(st.integers(0, 60), max_size=40).map(lambda s: np.array(s, np.int64))


def catalogue_with(live: list[bool]) -> LiveCatalogue:
    """Item i + 1 in row i; those that are not live have left their rows."""
    catalogue = LiveCatalogue(len(live) + 8)
    for row, lives in enumerate(live):
        catalogue.num[row] = row + 1
        catalogue.live[row] = lives
        catalogue.topic[row] = row % 5
        if lives:
            catalogue.row_of[row + 1] = row
    return catalogue


@given(live=st.lists(st.booleans(), min_size=1, max_size=40), seen=SEEN, data=st.data())
@often(150)
def test_first_answers_what_the_reference_answers(
    live: list[bool], seen: np.ndarray, data: st.DataObject
) -> None:
    catalogue = catalogue_with(live)
    rows = np.array(data.draw(st.permutations(range(len(live)))), np.int32)
    wanted = data.draw(st.integers(0, 45))
    walker = Walker(catalogue)
    for _ in range(2):  # twice: the scratch must be clean again
        found = walker.first(rows, wanted, seen)
        assert found.tolist() == first_reference(catalogue, rows, wanted, seen).tolist()


@given(live=st.lists(st.booleans(), min_size=1, max_size=40), seen=SEEN)
@often()
def test_unseen_tells_live_rows_whose_item_was_not_seen(live: list[bool], seen: np.ndarray) -> None:
    catalogue = catalogue_with(live)
    rows = np.flatnonzero(catalogue.live).astype(np.int32)
    kept = Walker(catalogue).unseen(rows, seen)
    assert kept.tolist() == (~np.isin(catalogue.num[rows], seen)).tolist()


@given(
    live=st.lists(st.booleans(), min_size=1, max_size=40),
    seen=SEEN,
    wanted=st.lists(st.integers(0, 6), min_size=TOPICS_MAX, max_size=TOPICS_MAX),
)
@often()
def test_each_walks_every_topic_as_first_walks_one(
    live: list[bool], seen: np.ndarray, wanted: list[int]
) -> None:
    catalogue = catalogue_with(live)
    rows = np.arange(len(live), dtype=np.int32)
    walker = Walker(catalogue)
    found = walker.each(by_topic(rows, catalogue.topic[rows]), np.array(wanted), seen)
    expected: list[int] = []
    for topic in range(5):
        of_topic = rows[catalogue.topic[rows] == topic]
        expected += first_reference(catalogue, of_topic, wanted[topic], seen).tolist()
    assert found.tolist() == expected


def test_seen_items_that_the_catalogue_never_had_are_ignored() -> None:
    catalogue = catalogue_with([True, True])
    seen = np.array([2, 999_999_999], np.int64)
    rows = np.array([0, 1], np.int32)
    assert Walker(catalogue).first(rows, 9, seen).tolist() == [0]
    assert Walker(catalogue).unseen(rows, seen).tolist() == [True, False]


def test_the_walker_follows_a_catalogue_that_grew() -> None:
    catalogue = LiveCatalogue(2)
    catalogue.row_of = np.arange(8, dtype=np.int32)
    nothing, walker = np.zeros(0, np.int64), Walker(catalogue)
    assert len(walker.marks(nothing)) == 2
    catalogue._grow()
    catalogue._grow()
    catalogue.num[7], catalogue.live[7] = 7, True
    assert walker.first(np.array([7], np.int32), 1, nothing).tolist() == [7]


@given(
    seens=st.lists(SEEN, min_size=1, max_size=5),
    turns=st.lists(st.tuples(st.integers(0, 4), st.booleans()), max_size=12),
)
@often()
def test_marks_are_those_of_the_array_that_was_asked_about_last(
    seens: list[np.ndarray], turns: list[tuple[int, bool]]
) -> None:
    catalogue = catalogue_with([True] * 20)
    walker = Walker(catalogue)
    for turn, changes in turns:
        if changes:  # an item leaves its row, and another comes
            row = turn * 3
            catalogue.row_of[catalogue.num[row]] = -1
            catalogue.num[row] += 25
            catalogue.row_of = np.append(catalogue.row_of, np.full(25, -1, np.int32))
            catalogue.row_of[catalogue.num[row]] = row
            catalogue.seq += 1
        seen = seens[turn % len(seens)]
        marked = np.flatnonzero(walker.marks(seen)).tolist()
        assert marked == np.flatnonzero(np.isin(catalogue.num[:20], seen)).tolist()
