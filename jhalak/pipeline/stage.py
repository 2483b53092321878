"""The kinds of stage. Each is one promise.

Sources and hydrators may wait for I/O: they answer a value or an awaitable of it. Filters,
scorers, value models and selectors are pure functions over columns. `name` is what metrics and
explanations call a stage; `lowers` is the level of an answer that had to go on without it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from jhalak.schema.candidates import Candidates, Column, Floats, Mask, Rows
from jhalak.schema.slate import Level

Q_contra = TypeVar("Q_contra", contravariant=True)

SOURCES = Column("sources", dtype=np.uint16)
"""uint16[n], written by the runner: bit i is set when the i-th source found the candidate."""
VALUE = Column("value")
"""float32[n], written by the value model; the selector orders by it."""

Columns = Mapping[Column, NDArray[Any]]


class QueryHydrator(Protocol[Q_contra]):
    """Adds facts to the query. Fails: the query goes on without them."""

    name: ClassVar[str]
    lowers: ClassVar[Level]

    def prepare(self, query: Q_contra) -> Awaitable[None] | None: ...


class Source(Protocol[Q_contra]):
    """Finds candidates: rows int32[n], best first, each once. Fails: go on without it."""

    name: ClassVar[str]

    def find(self, query: Q_contra) -> Rows | Awaitable[Rows]: ...


class Hydrator(Protocol[Q_contra]):
    """Adds columns; same candidates, same order. Fails: the columns take their defaults."""

    name: ClassVar[str]
    writes: ClassVar[tuple[Column, ...]]
    lowers: ClassVar[Level]

    def hydrate(self, query: Q_contra, candidates: Candidates) -> Columns | Awaitable[Columns]: ...


class Filter(Protocol[Q_contra]):
    """Keeps or removes: True keeps. Only filters drop.

    `fails` says what happens when it raises: "closed" removes every candidate (safety, age,
    consent, residency), "open" keeps them all.
    """

    name: ClassVar[str]
    fails: ClassVar[Literal["closed", "open"]]

    def keep(self, query: Q_contra, candidates: Candidates) -> Mask: ...


class Screen(Protocol[Q_contra]):
    """Several filters at once: answers what they would answer. Fails: they are asked one by one.

    `covers` are the places of those filters in the pipeline's list.
    """

    @property
    def covers(self) -> Sequence[int]: ...

    def keep(self, query: Q_contra, candidates: Candidates) -> tuple[Mask, Sequence[int]]:
        """bool[n], who passes all of them; and how many pass each of `covers`."""
        ...


class Scorer(Protocol[Q_contra]):
    """Writes named columns, one writer a column. Fails: they take their defaults."""

    name: ClassVar[str]
    writes: ClassVar[tuple[Column, ...]]
    lowers: ClassVar[Level]

    def score(self, query: Q_contra, candidates: Candidates) -> Columns: ...


class ValueModel(Protocol[Q_contra]):
    """Weights the scorers' columns into one value a candidate, float32[n]."""

    name: ClassVar[str]

    def value(self, query: Q_contra, candidates: Candidates) -> Floats: ...


@dataclass(frozen=True, slots=True, eq=False)
class Selection:
    """What a selector chose, in order."""

    index: NDArray[np.intp]
    """Positions among the candidates, int[k]."""
    propensity: Floats
    """float32[k]: probability of each choice, given the choices before it."""
    explored: Mask
    """bool[k]: chosen to try it, not for its value."""


class Selector(Protocol[Q_contra]):
    """Orders and cuts. Only selectors order."""

    name: ClassVar[str]

    def select(self, query: Q_contra, candidates: Candidates) -> Selection: ...


@dataclass(slots=True, eq=False)
class Outcome:
    """What a run came to: the candidates that passed the filters, and what was chosen."""

    candidates: Candidates
    selection: Selection

    def explain(self, slot: int) -> dict[str, float | list[float]]:
        """Every column's value at slot `slot` (0-based), by the column's name."""
        at = self.selection.index[slot]
        return {
            column.name: values[at].tolist() for column, values in self.candidates.columns.items()
        }


class SideEffect(Protocol[Q_contra]):
    """Work after the answer was given. Fails: it is counted, and the answer stands."""

    name: ClassVar[str]

    def run(self, answer: Q_contra) -> None: ...
