"""Trials: what became of an item's first impressions, and who is given the budget for them.

A trial has a key: the story of a card that has one (its cards share one budget), else the item. It
is on as long as fewer than the budget's impressions (`feed.trial_impressions`) are spoken for:
those that were counted, and those still open, which were served as a trial but not looked at yet.
What is open fades by half with every OPEN_HALF_LIFE_S: a card of an edition that nobody unlocks
must not hold a trial up for ever. The impressions and their worth do not fade.

Whose turn it is depends on what each creator was given of the budget lately: slots served as
trials, halved with every GIVEN_HALF_LIFE_S.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from jhalak.schema.candidates import Floats

OPEN_HALF_LIFE_S: Final = 3600.0
GIVEN_HALF_LIFE_S: Final = 86_400.0
DAY_MS: Final = 86_400_000
HOUR_MS: Final = 3_600_000

WORTH: Final = {
    "tap": 0.4, "long": 0.3, "complete": 0.1, "like": 0.1, "share": 0.05, "follow": 0.05,
    "hide": -1.0, "report": -1.0,
}  # fmt: skip
"""What each action adds to an impression's value in a trial: from 0 to 1 for all that is good, so
that a value of many impressions is a share of them, as a Beta distribution wants it."""


def worth_of(heads: Sequence[str]) -> Floats:
    """float32[H]: WORTH of each predicted action."""
    return np.array([WORTH.get(head, 0.0) for head in heads], np.float32)


def _fade(gap_ms: float, half_life_s: float) -> float:
    return float(2.0 ** (-max(gap_ms, 0.0) / 1000.0 / half_life_s))


class Trials:
    """A fold: counts by key, growing as keys come. Times are log time in Unix ms.

    Cost: 1 us a call, 50 bytes a key.
    """

    COLUMNS: ClassVar[tuple[tuple[str, Any], ...]] = (
        ("keys", np.int64), ("creator", np.int32), ("shown", np.float32), ("value", np.float32),
        ("open", np.float32), ("given", np.float32), ("first_ms", np.int64),
        ("last_ms", np.int64), ("tried_ms", np.int64),
    )  # fmt: skip

    keys: NDArray[np.int64]
    creator: NDArray[np.int32]
    """Of the item that was met first."""
    shown: Floats
    """Impressions, wherever they came from: an item that is known needs no trial."""
    value: Floats
    """Sum of WORTH of what was done with them."""
    open: Floats
    """Slots served as trials and not looked at yet, as of `tried_ms`."""
    given: Floats
    """Slots served as trials, as of `tried_ms`."""
    first_ms: NDArray[np.int64]
    last_ms: NDArray[np.int64]
    tried_ms: NDArray[np.int64]

    def __init__(self) -> None:
        self._fill({}, 0)
        self._today, self._today_ms, self._began_ms = 0.0, 0, 0

    def __len__(self) -> int:
        return len(self._index)

    def _fill(self, columns: dict[str, NDArray[Any]], n: int) -> None:
        for name, dtype in self.COLUMNS:
            column = np.zeros(max(n, 256), dtype)
            if n:
                column[:n] = columns[name]
            setattr(self, name, column)
        self._index = {int(key): row for row, key in enumerate(self.keys[:n])}

    def _at(self, key: int, creator: int, at_ms: int) -> int:
        row = self._index.get(key)
        if row is None:
            row = len(self._index)
            if row == len(self.keys):
                for name, _ in self.COLUMNS:
                    old = getattr(self, name)
                    setattr(self, name, np.concatenate([old, np.zeros_like(old)]))
            self._index[key] = row
            self.keys[row], self.creator[row], self.first_ms[row] = key, creator, at_ms
        self.last_ms[row] = max(at_ms, int(self.last_ms[row]))
        return row

    def count_tried(self, key: int, creator: int, at_ms: int) -> None:
        """A slot was served as a trial."""
        row = self._at(key, creator, at_ms)
        gap = at_ms - int(self.tried_ms[row])
        self.open[row] = self.open[row] * _fade(gap, OPEN_HALF_LIFE_S) + 1.0
        self.given[row] = self.given[row] * _fade(gap, GIVEN_HALF_LIFE_S) + 1.0
        self.tried_ms[row] = max(at_ms, int(self.tried_ms[row]))

    def count_impression(self, key: int, creator: int, at_ms: int) -> None:
        """A slot was looked at, whyever it was served."""
        row = self._at(key, creator, at_ms)
        self.shown[row] += 1.0
        if self.open[row] > 0.0:
            self.open[row] = max(self.open[row] - 1.0, 0.0)
        if not self._began_ms:
            self._began_ms = at_ms
        self._today = self._today * _fade(at_ms - self._today_ms, GIVEN_HALF_LIFE_S) + 1.0
        self._today_ms = max(at_ms, self._today_ms)

    def count_value(self, key: int, amount: float) -> None:
        """Something was done with an item that was looked at; below 0: it was taken back. What is
        not known any more stays unknown."""
        row = self._index.get(key)
        if row is not None:
            self.value[row] += amount

    def a_day(self, at_ms: int) -> float:
        """Impressions a day, of everything: those of the last day or so count most."""
        days = max(at_ms - self._began_ms, HOUR_MS) / DAY_MS
        half = GIVEN_HALF_LIFE_S * 1000 / DAY_MS
        now = self._today * _fade(at_ms - self._today_ms, GIVEN_HALF_LIFE_S)
        return now * math.log(2.0) / half / (1.0 - float(2.0 ** (-days / half)))

    def expire(self, at_ms: int, unused_s: float) -> None:
        """Forget keys to which nothing happened for so long."""
        n = len(self)
        rows = np.flatnonzero(self.last_ms[:n] >= at_ms - int(unused_s * 1000))
        if len(rows) < n:
            self._fill({name: getattr(self, name)[rows] for name, _ in self.COLUMNS}, len(rows))

    def arrays(self, at_ms: int) -> dict[str, NDArray[Any]]:
        """What serving needs, for a snapshot; see `tried`. 10 ms for 100,000 keys."""
        n = len(self)
        order = np.argsort(self.keys[:n], kind="stable")
        gap_s = np.maximum(at_ms - self.tried_ms[:n], 0) / 1000.0
        spent = self.shown[:n] + self.open[:n] * np.exp2(-gap_s / OPEN_HALF_LIFE_S)
        given = self.given[:n] * np.exp2(-gap_s / GIVEN_HALF_LIFE_S)
        creators, place = np.unique(self.creator[:n][given > 0.0], return_inverse=True)
        return {
            "trial_keys": self.keys[:n][order],
            "trial_shown": self.shown[:n][order],
            "trial_spent": spent[order].astype(np.float32),
            "trial_value": self.value[:n][order],
            "trial_creators": creators,
            "trial_given": np.bincount(
                place, given[given > 0.0], minlength=len(creators)
            ).astype(np.float32),
            "trial_a_day": np.array([self.a_day(at_ms)], np.float64),
        }  # fmt: skip

    def dump(self) -> dict[str, Any]:
        """A checkpoint: all of it."""
        n = len(self)
        columns = {name: getattr(self, name)[:n].tobytes() for name, _ in self.COLUMNS}
        return {**columns, "today": (self._today, self._today_ms, self._began_ms)}

    def load(self, data: dict[str, Any]) -> None:
        """Continue from a checkpoint."""
        columns = {name: np.frombuffer(data[name], dtype) for name, dtype in self.COLUMNS}
        self._fill(columns, len(columns["keys"]))
        self._today, self._today_ms, self._began_ms = data["today"]


@dataclass(frozen=True, slots=True, eq=False)
class Tried:
    """Trials as a snapshot has them, with the keys sorted."""

    keys: NDArray[np.int64]
    shown: Floats
    """Impressions so far."""
    spent: Floats
    """The same and what is open."""
    value: Floats
    creators: NDArray[np.int32]
    """Creators that were given something lately, sorted."""
    given: Floats
    """What each was given."""
    a_day: float
    """Impressions a day, of everything."""

    def spent_on(self, keys: NDArray[np.int64]) -> Floats:
        """float32[n]: what is spoken for of each key's budget. O(n log keys)."""
        return _found(self.keys, self.spent, keys)

    def known_of(self, keys: NDArray[np.int64]) -> tuple[Floats, Floats]:
        """(impressions, their value), float32[n] each. O(n log keys)."""
        return _found(self.keys, self.shown, keys), _found(self.keys, self.value, keys)

    def shown_of(self, key: int) -> float:
        """Impressions of one key so far."""
        return float(_found(self.keys, self.shown, np.array([key], np.int64))[0])

    def given_to(self, creators: NDArray[np.int32]) -> Floats:
        """float32[n]: what each creator was given lately. O(n log creators)."""
        return _found(self.creators, self.given, creators)


def _found(keys: NDArray[Any], values: Floats, wanted: NDArray[Any]) -> Floats:
    """The values of the wanted keys, 0 for those that are not there."""
    if not len(keys):
        return np.zeros(len(wanted), np.float32)
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[at] == wanted, values[at], np.float32(0.0))


def nothing_tried() -> Tried:
    """Of an empty cell."""
    none = np.zeros(0, np.float32)
    return Tried(np.zeros(0, np.int64), none, none, none, np.zeros(0, np.int32), none, 0.0)


def tried(arrays: dict[str, NDArray[Any]]) -> Tried:
    """Trials out of a snapshot's arrays; a snapshot of before trials says that there were none."""
    if "trial_keys" not in arrays:
        return nothing_tried()
    names = ("keys", "shown", "spent", "value", "creators", "given")
    keys, shown, spent, value, creators, given = (np.array(arrays[f"trial_{n}"]) for n in names)
    return Tried(keys, shown, spent, value, creators, given, float(arrays["trial_a_day"][0]))
