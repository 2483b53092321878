"""Nothing is told of fewer than fifty people, nor by subtracting what was told."""

from __future__ import annotations

from itertools import combinations, pairwise
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from jhalak.learning.reach import COLUMNS, COUNT, PEOPLE, ROW, ROWS
from jhalak.learning.reach_told import (
    LEAST,
    OTHERS,
    Told,
    audience,
    days_of,
    figures_of,
    numbers_of,
    shown,
    step,
    tell,
)
from tests.worlds import often

growths = st.lists(st.lists(st.integers(-60, 120), min_size=6, max_size=6), max_size=12)


def told_over(growth: list[list[int]]) -> list[tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]]:
    """(what is so, what is told) after each of the changes; a person watches 7 ms."""
    now, told, found = np.zeros((6, 2), np.int64), np.zeros((6, 2), np.int64), []
    for more in growth:
        now = np.maximum(now + np.array(more)[:, None] * [1, 7], 0)
        told = step(told, now)
        found.append((now, told))
    return found


@often(200)
@given(growths)
def test_two_answers_differ_by_what_at_least_fifty_people_did(growth: list[list[int]]) -> None:
    seen = [told for _, told in told_over(growth)]
    for before, after in pairwise([np.zeros((6, 2), np.int64), *seen]):
        for was, is_ in zip(before, after, strict=True):
            people = abs(int(is_[COUNT] - was[COUNT]))
            assert is_[COUNT] == 0 or is_[COUNT] >= LEAST
            assert people >= LEAST or (is_[COUNT] == was[COUNT])
    for before, after in pairwise(seen):
        still = before[:, COUNT] == after[:, COUNT]
        assert np.array_equal(before[still], after[still]), "a sum changed and its people did not"


@often(200)
@given(growths)
def test_what_is_told_is_never_far_from_what_is_so(growth: list[list[int]]) -> None:
    for now, told in told_over(growth):
        far = np.abs(now[:, COUNT] - told[:, COUNT])
        assert np.all((far < LEAST) | ((told[:, COUNT] == 0) & (now[:, COUNT] < LEAST)))


@often(200)
@given(growths, st.integers(0, 49))
def test_no_two_answered_numbers_leave_fewer_than_fifty(growth: list[list[int]], more: int) -> None:
    numbers = [0]
    for now, told in told_over(growth):
        whole = int(now[:, COUNT].sum()) + more
        cells = audience("abcdef", told, whole)
        assert all(cell.people >= LEAST for _, cell in cells)
        assert [name for name, _ in cells].count(OTHERS) <= 1
        numbers += [cell.people for _, cell in cells] + [whole // LEAST * LEAST]
    for one, other in combinations(numbers, 2):
        assert one == other or abs(one - other) >= LEAST
    assert abs(sum(numbers)) % LEAST == 0


def rows(*people: int) -> np.ndarray[Any, Any]:
    return np.array([[n, 7 * n] for n in people], np.int64)


def test_small_cells_are_one_and_take_the_smallest_of_the_others_with_them() -> None:
    def names(*people: int, whole: int) -> list[tuple[str, int]]:
        cells = audience("abc"[: len(people)], rows(*people), whole)
        return [(name, cell.people) for name, cell in cells]

    assert names(120, 70, whole=190) == [("a", 100), ("b", 50)]
    assert names(120, 70, 0, whole=260) == [("a", 100), ("b", 50), (OTHERS, 50)]
    assert names(120, 70, 0, whole=220) == [("a", 100), (OTHERS, 100)], "30 would be left"
    assert names(60, 0, 0, whole=90) == [(OTHERS, 50)], "all of them, and no way to tell who"
    assert names(0, 0, 0, whole=49) == []


def test_what_people_did_is_told_as_their_mean_times_the_people_told() -> None:
    one = shown(np.array([99, 198, 990, 99_000]))
    assert one is not None and one._asdict() == {
        "people": 50, "impressions": 100, "plays": 500, "watch_ms": 50_000,
    }  # fmt: skip
    assert shown(np.array([49, 500, 500, 500])) is None


def whole_video(viewers: int) -> Told:
    cells = np.zeros((ROWS, COLUMNS), np.int64)
    cells[ROW["viewers"]] = viewers, 2 * viewers, 0, 0
    cells[ROW["liked"], COUNT] = viewers // 3
    first = cells[: len(PEOPLE)].tolist()
    curve = [[viewers - 10 * s, viewers] for s in range(5)]
    return Told(item=1, creator=2, at_ms=3, cells=cells.tolist(), days={7: first}, curve=curve)


def test_of_a_video_that_few_met_nothing_at_all_is_answered() -> None:
    found = figures_of(tell(None, whole_video(49)), 5)
    assert set(found["numbers"].values()) == {None}
    assert not found["days"] and not found["languages"] and not found["sources"]
    assert found["curve"] == [{"viewers": None, "played": None}] * 5


def test_a_video_is_told_as_far_as_fifty_people_go() -> None:
    found = figures_of(tell(None, whole_video(120)), 4)
    assert found["numbers"]["viewers"] == 100 and found["numbers"]["impressions"] == 200
    assert found["numbers"]["liked"] is None, "forty people liked it"
    assert [one["viewers"] for one in found["curve"]] == [100, 100, 100, 50]
    assert found["days"] == [{"day": 7, **found["numbers"]}]


def test_what_was_told_stays_until_fifty_more_came() -> None:
    first = tell(None, whole_video(120))
    assert first.cells[0] == [120, 240, 0, 0]
    assert tell(first, whole_video(169)).cells[0] == [120, 240, 0, 0]
    assert tell(first, whole_video(170)).cells[0] == [170, 340, 0, 0]
    assert tell(first, whole_video(71)).cells[0] == [120, 240, 0, 0]
    assert tell(first, whole_video(40)).cells[0] == [0, 0, 0, 0]


def test_counts_of_another_shape_are_not_read_as_these() -> None:
    old = Told(item=1, creator=2, at_ms=3, rows=ROWS - 1, cells=[[500, 0, 0, 0]] * (ROWS - 1))
    assert figures_of(old, 5)["numbers"]["viewers"] is None
    assert tell(old, whole_video(60)).cells[0][COUNT] == 60


def test_a_creators_days_are_sums_of_what_may_be_told_of_each_video() -> None:
    some = [tell(None, whole_video(n)) for n in (120, 49, 50)]
    [day] = days_of(some)
    assert day["day"] == 7 and day["viewers"] == 150 and day["liked"] is None
    assert set(day) == {"day", *numbers_of(np.zeros((ROWS, COLUMNS), np.int64))}
