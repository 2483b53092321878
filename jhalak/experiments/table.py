"""What is known of each viewer of one experiment, in columns."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from jhalak.experiments.metrics import COLUMN, COLUMNS, DAY_MS, Counts, Tally

_CROSSED, _GONE = -1, -2
"""Instead of an arm: met in two arms; erased."""
_START: Final = 64


class Table:
    """The viewers of one experiment, a row each, about 0.3 KB; no row is used again."""

    COLUMNS: Final = {
        "viewer": np.int64,  # 0: nobody's any more
        "slate": np.int64,  # the newest that the viewer was exposed to
        "first_ms": np.int64,
        "last_ms": np.int64,
        "arm": np.int16,
        "counts": np.uint32,  # [n, len(COLUMNS)]
        "prior": np.uint32,  # the same, of before the first exposure
    }

    def __init__(self) -> None:
        self.arms: list[str] = []
        self.size = 0
        self.row_of: dict[int, int] = {}
        self.viewer = np.zeros(_START, np.int64)
        self.slate = np.zeros(_START, np.int64)
        self.first_ms = np.zeros(_START, np.int64)
        self.last_ms = np.zeros(_START, np.int64)
        self.arm = np.zeros(_START, np.int16)
        self.counts = np.zeros((_START, len(COLUMNS)), np.uint32)
        self.prior = np.zeros((_START, len(COLUMNS)), np.uint32)

    def expose(
        self, viewer: int, arm: str, slate: int, at_ms: int, prior: Counts | None = None
    ) -> int:
        """The row of a viewer who was exposed to `arm`; `prior` uint32[len(COLUMNS)] is what they
        had done before, kept at the first exposure."""
        if arm not in self.arms:
            self.arms.append(arm)
        number = self.arms.index(arm)
        row = self.row_of.get(viewer)
        if row is None:
            row = self._add(viewer, number, at_ms)
            if prior is not None:
                self.prior[row] = prior
        elif self.arm[row] != number:
            self.arm[row] = _CROSSED
        self.slate[row] = slate
        self.last_ms[row] = max(at_ms, int(self.last_ms[row]))
        if DAY_MS <= at_ms - int(self.first_ms[row]) < 2 * DAY_MS:
            self.counts[row, COLUMN["returned"]] = 1
        return row

    def _add(self, viewer: int, arm: int, at_ms: int) -> int:
        row = self.row_of[viewer] = self.size
        if row == len(self.viewer):
            for name in self.COLUMNS:
                old: NDArray[Any] = getattr(self, name)
                setattr(self, name, np.concatenate([old, np.zeros_like(old)]))
        self.size += 1
        self.viewer[row], self.arm[row], self.first_ms[row] = viewer, arm, at_ms
        return row

    def count(self, row: int, column: int, *, back: bool = False) -> None:
        """One more, or one taken back; nothing of a viewer who was erased."""
        if self.arm[row] == _GONE:
            return
        if back:
            self.counts[row, column] -= 1
        else:
            self.counts[row, column] += 1

    def erase(self, slates: NDArray[np.int64], rows: Iterable[int]) -> None:
        """Nothing stays of the viewers whose newest slate is one of `slates`, or whose row is one
        of `rows`."""
        newest = self.slate[: self.size]
        found = np.flatnonzero((newest != 0) & np.isin(newest, slates))
        for row in {*found.tolist(), *rows}:
            self.row_of.pop(int(self.viewer[row]), None)
            for name in self.COLUMNS:
                getattr(self, name)[row] = 0
            self.arm[row] = _GONE

    def let_go(self, before_ms: int) -> None:
        """Of viewers not exposed since `before_ms` only what they did stays, not who they were."""
        n = self.size
        for row in np.flatnonzero((self.last_ms[:n] < before_ms) & (self.viewer[:n] != 0)).tolist():
            del self.row_of[int(self.viewer[row])]
            self.viewer[row] = self.slate[row] = 0

    def tallies(self) -> dict[str, Tally]:
        """What the viewers of each arm did."""
        held = (self.arm, self.counts, self.first_ms, self.prior)
        arm, counts, first_ms, prior = (values[: self.size] for values in held)
        return {
            name: Tally(counts[arm == number], first_ms[arm == number], prior[arm == number])
            for number, name in enumerate(self.arms)
        }

    def counts_of(self, viewer: int) -> Counts | None:
        """uint32[len(COLUMNS)] of a viewer who was met."""
        row = self.row_of.get(viewer)
        return None if row is None else self.counts[row]

    @property
    def crossed(self) -> int:
        """How many viewers were met in two arms; they count in neither."""
        return int((self.arm[: self.size] == _CROSSED).sum())

    def dump(self) -> dict[str, Any]:
        columns = {name: getattr(self, name)[: self.size].tobytes() for name in self.COLUMNS}
        return {"arms": self.arms, "size": self.size, "columns": columns}

    @classmethod
    def load(cls, state: dict[str, Any]) -> Table:
        """Raises KeyError or ValueError for what `dump` did not make."""
        table = cls()
        table.arms, n = list(state["arms"]), int(state["size"])
        table.size = n
        for name, kind in cls.COLUMNS.items():
            values = np.frombuffer(state["columns"][name], kind)
            shape = (n, len(COLUMNS)) if name in ("counts", "prior") else (n,)
            empty = np.zeros((max(n, _START), *shape[1:]), kind)
            empty[:n] = values.reshape(shape)
            setattr(table, name, empty)
        held = np.flatnonzero(table.viewer[:n])
        table.row_of = dict(zip(table.viewer[held].tolist(), held.tolist(), strict=True))
        return table
