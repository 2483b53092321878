"""Candidates as columns: n rows of the live catalogue and named arrays over them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Rows = NDArray[np.int32]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """A named column over candidates. It has one writer.

    `default` fills the column when its writer fails; `width` 0 means one value a candidate.
    """

    name: str
    default: float = 0.0
    dtype: Any = np.float32
    width: int = 0

    def filled(self, n: int) -> NDArray[Any]:
        """The column for n candidates when nothing is known: `default` everywhere."""
        shape = (n, self.width) if self.width else (n,)
        return np.full(shape, self.default, dtype=self.dtype)

    def __repr__(self) -> str:
        return f"Column({self.name})"


class Candidates:
    """n candidates: `rows` int32[n] of the live catalogue, and columns of length n."""

    __slots__ = ("columns", "rows")

    def __init__(self, rows: Rows, columns: dict[Column, NDArray[Any]] | None = None) -> None:
        self.rows = rows
        self.columns = {} if columns is None else columns

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, column: Column) -> NDArray[Any]:
        """Raises KeyError when no stage wrote `column`."""
        return self.columns[column]

    def take(self, index: NDArray[Any]) -> Candidates:
        """The candidates at `index` (positions or a mask), with their columns, in that order."""
        return Candidates(
            self.rows[index], {column: values[index] for column, values in self.columns.items()}
        )
