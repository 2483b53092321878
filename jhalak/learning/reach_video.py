"""The counts of one video, as the fold of reach keeps them."""

from __future__ import annotations

from typing import Any

import numpy as np

from jhalak.learning.reach import COLUMNS, PEOPLE, ROWS, Adds, Cells


class VideoReach:
    """The counts of one video."""

    __slots__ = ("cells", "creator", "curve", "days", "first_ms", "language", "last_ms")

    def __init__(self, creator: int, language: int, at_ms: int) -> None:
        self.creator, self.language = creator, language
        self.first_ms = self.last_ms = at_ms
        self.cells: Cells = np.zeros((ROWS, COLUMNS), np.int64)
        self.days: dict[int, Cells] = {}
        """By day of the cell, days since 1970: the first rows of `cells`."""
        self.curve: Cells = np.zeros((0, 2), np.int64)

    def add(self, adds: Adds, day: int, sign: int) -> None:
        """Add what a viewing adds, or take it back (`sign` -1)."""
        cells, times = adds
        rows = self.days.get(day)
        if rows is None:
            rows = self.days[day] = np.zeros((len(PEOPLE), COLUMNS), np.int64)
        for row, column, amount in cells:
            self.cells[row, column] += sign * amount
            if row < len(PEOPLE):
                rows[row, column] += sign * amount
        if len(times) > len(self.curve):
            more = np.zeros((len(times) - len(self.curve), 2), np.int64)
            self.curve = np.concatenate([self.curve, more])
        if times:
            of = np.array(times, np.int64)
            self.curve[: len(times), 0] += sign * (of > 0)
            self.curve[: len(times), 1] += sign * of

    def dump(self) -> tuple[Any, ...]:
        days = [(day, rows.tolist()) for day, rows in self.days.items()]
        return (
            self.creator, self.language, self.first_ms, self.last_ms, self.cells.tolist(), days,
            self.curve.tolist(),
        )  # fmt: skip

    @staticmethod
    def load(data: Any) -> VideoReach:
        made = VideoReach(data[0], data[1], data[2])
        made.last_ms, made.cells = data[3], np.array(data[4], np.int64)
        made.days = {day: np.array(rows, np.int64) for day, rows in data[5]}
        made.curve = np.array(data[6], np.int64).reshape(-1, 2)
        return made
