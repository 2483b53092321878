"""What a viewer began and did not finish: folded from the parts that players report.

A video is begun when it was watched for a while, and finished when a part of it comes to its end or
the device says so. Short ones are over before one could leave them: only videos of some length, and
parts of series, are remembered. A finished part is remembered too: what follows it comes next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

from jhalak.schema.activity import EVENT_INDEX, Outcome
from jhalak.schema.viewer_state import COMPLETED, ViewerState

MOST: Final = 20
"""Begun ones that are remembered, and as many finished parts; the oldest go first."""
KEPT_MS: Final = 30 * 86_400_000
LONG_MS: Final = 20_000
"""A video of this length can be left; of a series any can."""
BEGUN_MS: Final = 5_000
BEGUN_SHARE: Final = 0.1
BEGUN_MOST_MS: Final = 30_000
"""It is begun when it was watched for 5 s and a tenth of it, or half a minute."""
NEAR_END: Final = 0.95
"""As players say that a video is complete."""
ALL: Final = -1
"""In the place of an item's number: all of them."""
_PLAY, _COMPLETE, _UNDO = (EVENT_INDEX[name] for name in ("play", "complete", "undo"))
_KINDS: Final = frozenset((_PLAY, _COMPLETE, _UNDO))


class Film(NamedTuple):
    """What is known of a live video."""

    length_ms: int
    """0: not known, or it is none."""
    part: bool
    """It is part of a series."""


FilmOf = Callable[[int], Film]
"""By the item's number."""
NOTHING: Final = Film(0, False)


def no_films(item: int) -> Film:
    """For those who need no memory of what was begun."""
    del item
    return NOTHING


class Begun(NamedTuple):
    """A video that was left."""

    item: int
    at_ms: int
    position_ms: int


def note(state: ViewerState, events: Iterable[Outcome], film_of: FilmOf) -> None:
    """What `events` begin and finish; after the events were folded into the state's flags."""
    for event in events:
        if event.type not in _KINDS:
            continue
        if event.type == _UNDO:
            forget(state, event.item)
            continue
        film = film_of(event.item)
        if film.length_ms < LONG_MS and not (film.part and film.length_ms):
            continue
        end_ms = NEAR_END * film.length_ms
        if event.type == _COMPLETE or any(to >= end_ms for _, to in event.ranges):
            _finish(state, event, film)
        elif event.ranges and not _completed(state, event.item):
            _begin(state, event, film)


def forget(state: ViewerState, item: int) -> None:
    """Of one item, or ALL."""
    for kept in (state.begun, state.ended):
        if item == ALL:
            kept.clear()
        else:
            kept.pop(item, None)


def begun(state: ViewerState, now_ms: int) -> list[Begun]:
    """What was left, newest first."""
    fresh = [
        Begun(item, at_ms, position_ms)
        for item, (at_ms, position_ms) in state.begun.items()
        if at_ms > now_ms - KEPT_MS
    ]
    return sorted(fresh, key=lambda one: -one.at_ms)


def ended(state: ViewerState, now_ms: int) -> list[tuple[int, int]]:
    """(item, when) of parts that were finished, newest first."""
    fresh = [(item, at_ms) for item, at_ms in state.ended.items() if at_ms > now_ms - KEPT_MS]
    return sorted(fresh, key=lambda one: -one[1])


def _finish(state: ViewerState, event: Outcome, film: Film) -> None:
    state.begun.pop(event.item, None)
    if film.part:
        state.ended.pop(event.item, None)
        state.ended[event.item] = event.at_ms
        _bound(state.ended)


def _begin(state: ViewerState, event: Outcome, film: Film) -> None:
    known = state.begun.pop(event.item, None)
    least_ms = max(BEGUN_MS, min(BEGUN_SHARE * film.length_ms, BEGUN_MOST_MS))
    if known is None and event.value < least_ms:
        return
    state.begun[event.item] = (event.at_ms, event.ranges[-1][1])
    state.ended.pop(event.item, None)
    _bound(state.begun)


def _completed(state: ViewerState, item: int) -> bool:
    """Did the slot that showed it last come to its end?"""
    for at in range(state.seen_count - 1, -1, -1):
        if state.seen[at] == item:
            return bool(state.seen_flags[at] & COMPLETED)
    return False


def _bound(kept: dict[int, tuple[int, int]] | dict[int, int]) -> None:
    while len(kept) > MOST:
        del kept[next(iter(kept))]
