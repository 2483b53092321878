"""What may be told of a video's counts: never of fewer than LEAST people, nor by subtraction.

Three rules, each of whole cells (learning.reach: people, and what they did together):

1. A cell is told when it holds LEAST people, and told anew only when its people are LEAST more or
   fewer than when it was told: so two answers differ by what at least LEAST people did (`step`).
2. What is answered are steps: people down to a multiple of LEAST; what they did as the mean of
   those who were there when it was told, times that (`Shown`). So no subtraction of two cells, nor
   of two answers, leaves a number of people between 0 and LEAST.
3. Of an audience, cells that may not be told are one cell, "others"; where that would still hold
   fewer than LEAST, the smallest that may be told is merged with it (`audience`).

All are pure; what was told lies beside the counts and is the `before` of the next step.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from jhalak.learning.reach import (
    COLUMNS,
    COUNT,
    FROM_HOUR,
    FROM_LANGUAGE,
    FROM_REASON,
    PEOPLE,
    ROW,
    ROWS,
    Cells,
)
from jhalak.schema.languages import LANGUAGES
from jhalak.schema.reason import REASONS

LEAST: Final = 50
"""People."""
FOLDER: Final = "reach/videos"
OTHERS: Final = "others"


def step(before: Cells, now: Cells, least: int = LEAST) -> Cells:
    """int64[n, k], column 0 people: what is told from now on. `before` may have fewer rows."""
    told = np.zeros_like(now)
    told[: len(before)] = before[: len(now)]
    moved = np.abs(now[:, COUNT] - told[:, COUNT]) >= least
    enough = now[:, COUNT] >= least
    return np.where(moved[:, None], np.where(enough[:, None], now, 0), told)


class Told(msgspec.Struct, kw_only=True):
    """What is told of a video: the cells as they were when each was told."""

    item: int
    creator: int
    at_ms: int
    """Log time of the newest record that it knows of."""
    rows: int = ROWS
    cells: list[list[int]] = []
    days: dict[int, list[list[int]]] = {}
    """By day of the cell, since 1970: rows of PEOPLE."""
    curve: list[list[int]] = []


def tell(before: Told | None, now: Told, least: int = LEAST) -> Told:
    """What may be told of `now`, after `before` was told. Days that are gone stay gone."""
    was = before if before is not None and before.rows == now.rows else None
    days = {
        day: step(_cells(was.days.get(day, []) if was else []), _cells(rows), least).tolist()
        for day, rows in now.days.items()
    }
    return Told(
        item=now.item, creator=now.creator, at_ms=now.at_ms,
        cells=step(_cells(was.cells if was else []), _cells(now.cells), least).tolist(),
        days={day: rows for day, rows in days.items() if any(map(any, rows))},
        curve=step(
            _cells(was.curve if was else [], 2), _cells(now.curve, 2), least
        ).tolist(),
    )  # fmt: skip


def _cells(rows: Sequence[Sequence[int]], columns: int = COLUMNS) -> Cells:
    return np.array(rows, np.int64).reshape(-1, columns)


class Shown(NamedTuple):
    """A cell as it is answered; None of it: fewer than LEAST people."""

    people: int
    impressions: int
    plays: int
    watch_ms: int


def shown(cell: NDArray[np.int64], least: int = LEAST) -> Shown | None:
    """One told cell in steps. `cell` int64[k], k at most COLUMNS."""
    people = int(cell[COUNT]) // least * least
    if people <= 0:
        return None
    sums = [round(int(one) / int(cell[COUNT]) * people) for one in cell[1:]]
    return Shown(people, *sums, *[0] * (COLUMNS - 1 - len(sums)))


def audience(
    names: Sequence[str], cells: Cells, whole: int, least: int = LEAST
) -> list[tuple[str, Shown]]:
    """The cells of an audience that together are `whole` people, most people first; the rest of
    them as "others". Empty where nothing may be told."""
    told = [(name, cell) for name, cell in zip(names, cells, strict=True) if cell[COUNT] >= least]
    told.sort(key=lambda one: -int(one[1][COUNT]))
    known = sum(int(cell[COUNT]) for _, cell in told)
    rest = np.zeros(cells.shape[1], np.int64)
    rest[COUNT] = max(whole - known, 0)
    small = len(told) < len(names) and rest[COUNT] > 0
    while small and told and rest[COUNT] < least:
        rest = rest + told.pop()[1]
    answered = [(name, one) for name, cell in told if (one := shown(cell, least))]
    last = shown(rest, least) if small else None
    return [*answered, (OTHERS, last)] if last else answered


def figures_of(told: Told, seconds: int) -> dict[str, Any]:
    """What is answered of a video that lasts so many `seconds`. Numbers that may not be told are
    null, rows of an audience are left out."""
    cells = _cells(told.cells)
    if told.rows != ROWS or len(cells) != ROWS:
        cells = np.zeros((ROWS, COLUMNS), np.int64)
    whole = int(cells[ROW["viewers"], COUNT])
    curve = [shown(row) for row in _cells(told.curve, 2)[:seconds]]
    curve += [None] * (seconds - len(curve))
    return {
        "numbers": numbers_of(cells),
        "sources": _audience(REASONS, cells[FROM_REASON:FROM_LANGUAGE, :2], whole),
        "languages": _audience(LANGUAGES, cells[FROM_LANGUAGE:FROM_HOUR, :1], whole),
        "hours": _audience([str(hour) for hour in range(24)], cells[FROM_HOUR:, :1], whole),
        "curve": [
            {"viewers": one.people if one else None, "played": one.impressions if one else None}
            for one in curve
        ],
        "days": days_of([told]),
    }  # fmt: skip


def _audience(names: Sequence[str], cells: Cells, whole: int) -> list[dict[str, Any]]:
    return [{"name": name, "viewers": one.people} for name, one in audience(names, cells, whole)]


def numbers_of(cells: Cells) -> dict[str, int | None]:
    """Numbers of PEOPLE, int64[n, COLUMNS] with n at least that many; null: not to be told."""
    seen = [shown(row) for row in cells[: len(PEOPLE)]]
    found: dict[str, int | None] = {
        name: one.people if one else None for name, one in zip(PEOPLE, seen, strict=True)
    }
    viewed, played = seen[ROW["viewers"]], seen[ROW["players"]]
    found["impressions"] = viewed.impressions if viewed else None
    found["plays"] = played.plays if played else None
    found["watch_ms"] = played.watch_ms if played else None
    return found


def days_of(all_told: Sequence[Told]) -> list[dict[str, Any]]:
    """By day, sums of what may be told of each video; days of which nothing may be are left out."""
    sums: dict[int, dict[str, int | None]] = {}
    for told in all_told:
        for day, rows in told.days.items():
            _add(sums.setdefault(day, {}), numbers_of(_cells(rows)))
    return [{"day": day, **sums[day]} for day in sorted(sums)]


def _add(sums: dict[str, int | None], more: Mapping[str, int | None]) -> None:
    for name, amount in more.items():
        known = sums.get(name)
        sums[name] = known if amount is None else (known or 0) + amount


def path_of(item: int) -> str:
    """Of the blob that holds a video's Told."""
    return f"{FOLDER}/{item}.msgpack"
