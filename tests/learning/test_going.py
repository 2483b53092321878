"""What is begun and finished, folded from the parts that players report."""

from __future__ import annotations

import pytest

from jhalak.learning import going
from jhalak.learning.going import KEPT_MS, MOST, Begun, Film, begun, ended, note
from jhalak.learning.profile import dump, load
from jhalak.schema.activity import EVENT_INDEX, Outcome
from jhalak.schema.viewer_state import ViewerState

LONG, SHORT, PART, GONE = 1, 2, 3, 4
FILMS = {LONG: Film(60_000, False), SHORT: Film(19_000, False), PART: Film(8_000, True)}


def film_of(item: int) -> Film:
    return FILMS.get(item, Film(60_000, False) if item >= 10 else going.NOTHING)


def event(kind: str, item: int, at_ms: int = 1, *parts: tuple[int, int]) -> Outcome:
    spent = float(sum(to - from_ for from_, to in parts))
    return Outcome(f"e{at_ms}", EVENT_INDEX[kind], at_ms, spent, 1, item, 0, 1, 1, parts)


def after(*events: Outcome) -> ViewerState:
    state = ViewerState(1)
    note(state, events, film_of)
    return state


def test_where_it_was_left_is_the_end_of_the_last_part() -> None:
    state = after(event("play", LONG, 5, (0, 9_000), (30_000, 42_000)))
    assert begun(state, 6) == [Begun(LONG, 5, 42_000)]


@pytest.mark.parametrize(
    ("item", "to_ms", "remembered"),
    [(LONG, 5_999, False), (LONG, 6_000, True), (SHORT, 15_000, False), (PART, 5_000, True),
     (PART, 4_000, False), (GONE, 30_000, False)],
)  # fmt: skip
def test_it_is_begun_when_it_was_watched_for_a_while(
    item: int, to_ms: int, remembered: bool
) -> None:
    assert bool(begun(after(event("play", item, 1, (0, to_ms))), 2)) is remembered


@pytest.mark.parametrize("end", [event("complete", PART, 9), event("play", PART, 9, (0, 7_600))])
def test_a_part_that_came_to_its_end_is_finished(end: Outcome) -> None:
    state = after(event("play", PART, 1, (0, 5_000)), end)
    assert begun(state, 10) == [] and ended(state, 10) == [(PART, 9)]
    note(state, [event("play", PART, 11, (0, 6_000))], film_of)
    assert begun(state, 12) == [Begun(PART, 11, 6_000)] and ended(state, 12) == []


def test_what_is_no_part_is_forgotten_when_it_is_finished() -> None:
    state = after(event("play", LONG, 1, (0, 9_000)), event("play", LONG, 2, (9_000, 58_000)))
    assert not state.begun and not state.ended


def test_the_newest_are_kept_and_for_so_long() -> None:
    state = after(*(event("play", item, item, (0, 9_000)) for item in range(10, 10 + MOST + 3)))
    assert [one.item for one in begun(state, 40)] == list(range(12 + MOST, 12, -1))
    assert begun(state, 10 + MOST + 2 + KEPT_MS) == []


def test_taking_back_and_forgetting() -> None:
    state = after(event("play", LONG, 1, (0, 9_000)), event("undo", LONG, 2))
    assert not state.begun
    state = after(event("play", 10, 1, (0, 9_000)), event("play", 11, 2, (0, 9_000)))
    going.forget(state, 10)
    assert list(state.begun) == [11]
    going.forget(state, going.ALL)
    assert not state.begun


def test_it_is_in_the_profile() -> None:
    state = after(event("play", LONG, 1, (0, 9_000)), event("complete", PART, 2))
    again = load(1, dump(state))
    assert (again.begun, again.ended) == (state.begun, state.ended) and again.begun
