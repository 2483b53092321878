"""What is counted of a video, and what one viewer's meeting with it adds.

A *viewing* is one viewer and one video: all slots of open slates that showed it to them. Everything
is counted by viewings, and a viewer is in one of a video at a time; the feed shows nothing twice
within `feed.never_repeat_days`, and a slot that it calls a repeat opens none. So a count of
viewings is a count of people.

A *cell* is a row of four numbers: people, impressions, plays, milliseconds watched. What a cell
does not concern is 0. The rows of a video are

| rows | who |
|---|---|
| PEOPLE | who did each of these |
| one a reason | whom that reason of the feed brought first |
| one a language | whose slate was mostly in that language: those are chosen by the viewer's own |
| 24 | who met it in that hour of the cell's day |

and beside them its curve, a row a second: who watched it at least once, and how often it was
played. A second was watched where its middle was: no rounding adds to what was watched.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from jhalak.schema.activity import EVENT_INDEX, EVENT_TYPES, Outcome
from jhalak.schema.languages import LANGUAGES
from jhalak.schema.reason import REASON_INDEX, REASONS

DAY_MS: Final = 86_400_000
HOUR_MS: Final = 3_600_000
PEOPLE: Final = (
    "viewers", "players", "completed", "rewatched", "liked", "saved", "shared", "followed", "hid",
    "reported",
)  # fmt: skip
"""`viewers` also holds impressions, `players` plays and watch time."""
ROW: Final = {name: row for row, name in enumerate(PEOPLE)}
FROM_REASON: Final = len(PEOPLE)
FROM_LANGUAGE: Final = FROM_REASON + len(REASONS)
FROM_HOUR: Final = FROM_LANGUAGE + len(LANGUAGES)
ROWS: Final = FROM_HOUR + 24
COUNT, IMPRESSIONS, PLAYS, WATCH_MS = range(4)
COLUMNS: Final = 4
MOST_S: Final = 600
"""Seconds of a curve at most."""
VERB_ROW: Final = {
    "likes": "liked", "saves": "saved", "follows": "followed", "hides": "hid", "blocks": "hid",
    "mutes": "hid",
}  # fmt: skip
_EVENT_ROW: Final = {"complete": "completed", "share": "shared", "report": "reported"}
_REPEAT: Final = REASON_INDEX["repeat"]

Cells = NDArray[np.int64]
"""int64[n, COLUMNS]; of a curve int64[seconds, 2]: people, times played."""
Adds = tuple[Sequence[tuple[int, int, int]], Sequence[int]]


class Play(NamedTuple):
    """An event that counts: which kind, how long, which parts."""

    type: int
    value: float
    ranges: tuple[tuple[int, int], ...]


_UNDONE: Final = Play(EVENT_INDEX["undo"], 0.0, ())


class Viewing:
    """One viewer and one video, while a slate that showed it is open."""

    __slots__ = ("at_ms", "events", "language", "last", "last_ms", "seen", "verbs")

    def __init__(self, at_ms: int, language: int) -> None:
        self.at_ms = at_ms
        """When the first of the slots was served: of its hour and day."""
        self.language = language
        self.last, self.last_ms = 0, 0
        """The newest slate that showed it, and when: when that is let go, so is this."""
        self.seen: list[tuple[int, int]] = []
        """(slate, reason) of each slot that was looked at, in order."""
        self.events: dict[str, Play] = {}
        """By id, so that a retry counts once and an undo finds what it takes back."""
        self.verbs: set[str] = set()

    def changes(self, event: Outcome) -> bool:
        """Would it add something, or take something back?"""
        if event.id in self.events:
            return False
        kind = EVENT_TYPES[event.type]
        counts = kind in ("play", "undo") or kind in _EVENT_ROW
        return counts or all(one != event.slate for one, _ in self.seen)

    def see(self, slate: int, reason: int, at_ms: int) -> None:
        """A slot of a slate that was served at `at_ms` was looked at."""
        if all(one != slate for one, _ in self.seen):
            self.seen.append((slate, reason))
            if at_ms >= self.last_ms:
                self.last, self.last_ms = slate, at_ms

    def happen(self, event: Outcome) -> None:
        """An event of a slot that was looked at."""
        kind = EVENT_TYPES[event.type]
        if kind == "undo":
            self.events[event.undoes] = _UNDONE  # nor does a retry of it count
        elif (kind == "play" or kind in _EVENT_ROW) and event.id not in self.events:
            self.events[event.id] = Play(event.type, event.value, event.ranges)


def opens(reason: int) -> bool:
    """May a slot of this reason open a viewing? A repeat shows what was met before."""
    return reason != _REPEAT


def played(ranges: Iterable[tuple[int, int]]) -> list[int]:
    """How often each second's middle lies in a range [from_ms, to_ms); as many seconds as there is
    something to say of."""
    seconds = [
        (min((start + 499) // 1000, MOST_S), min((end + 499) // 1000, MOST_S))
        for start, end in ranges
    ]
    times = [0] * max((last for first, last in seconds if last > first), default=0)
    for first, last in seconds:
        for second in range(first, last):
            times[second] += 1
    return times


NOTHING: Final[Adds] = ((), ())


def adds(viewing: Viewing, offset_ms: int) -> Adds:
    """(cells as (row, column, amount), curve as times played by second): what one viewing adds to
    a video. 5 us."""
    if not viewing.seen:
        return NOTHING
    hour = (viewing.at_ms + offset_ms) // HOUR_MS % 24
    rows = {
        ROW["viewers"], FROM_REASON + viewing.seen[0][1], FROM_LANGUAGE + viewing.language,
        FROM_HOUR + hour,
    }  # fmt: skip
    rows |= {ROW[VERB_ROW[verb]] for verb in viewing.verbs}
    cells = [(ROW["viewers"], IMPRESSIONS, len(viewing.seen))]
    cells += [(FROM_REASON + reason, IMPRESSIONS, 1) for _, reason in viewing.seen]
    plays = []
    for one in viewing.events.values():
        kind = EVENT_TYPES[one.type]
        if kind == "play":
            plays.append(one)
        elif kind in _EVENT_ROW:
            rows.add(ROW[_EVENT_ROW[kind]])
    times = played(part for one in plays for part in one.ranges)
    if plays:
        rows.add(ROW["players"])
        cells.append((ROW["players"], PLAYS, len(plays)))
        cells.append((ROW["players"], WATCH_MS, round(sum(one.value for one in plays))))
    if times and max(times) > 1:
        rows.add(ROW["rewatched"])
    return [(row, COUNT, 1) for row in rows] + cells, times
