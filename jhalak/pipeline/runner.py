"""The runner: runs stages in order and keeps the promises made for when one fails.

| a stage that fails | then |
|---|---|
| query hydrator | the query goes on without its facts; the level is lowered |
| source | go on without it |
| hydrator, scorer | its columns take their defaults; the level is lowered |
| filter | closed: removes every candidate, the level is lowered; open: keeps all |
| screen | its filters are asked one by one |
| value model, selector | the run fails: the feed answers from its fallback |
| side effect | counted |

Every stage is counted and timed; failures are counted and the first of each kind is logged.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from time import perf_counter_ns
from typing import Any, Generic, Protocol, TypeVar, cast

import numpy as np

from jhalak.pipeline.merge import Merger
from jhalak.pipeline.side_by_side import step
from jhalak.pipeline.stage import (
    SOURCES,
    VALUE,
    Columns,
    Filter,
    Hydrator,
    Outcome,
    QueryHydrator,
    Scorer,
    Screen,
    Selector,
    SideEffect,
    Source,
    ValueModel,
)
from jhalak.schema.candidates import Candidates, Column, Mask, Rows
from jhalak.schema.slate import Level

log = logging.getLogger(__name__)

T = TypeVar("T")


class Levelled(Protocol):
    """What the runner asks of a query. `beside`: others may be served step by step with it;
    `some`: how many candidates to look for where usually so many are."""

    beside: bool

    def some(self, usual: int) -> int: ...

    def lower(self, level: Level) -> None: ...


Q = TypeVar("Q", bound=Levelled)


@dataclass(slots=True)
class StageStats:
    """Counts of one stage since the start."""

    kind: str
    name: str
    calls: int = 0
    failures: int = 0
    nanoseconds: int = 0
    candidates: int = 0
    """Found (sources), kept (filters) or chosen (selector)."""
    errors: set[str] = field(default_factory=set)

    def failed(self, error: BaseException) -> None:
        self.failures += 1
        kind = type(error).__name__
        if kind not in self.errors:
            self.errors.add(kind)
            log.error("%s %s failed: %s", self.kind, self.name, error, exc_info=error)

    def late(self, budget_s: float) -> None:
        """It was not waited for any longer. Where it stood says nothing of why."""
        self.failures += 1
        if "late" not in self.errors:
            self.errors.add("late")
            log.warning("%s %s took longer than %g s", self.kind, self.name, budget_s)


class SideEffects(Generic[T]):
    """Work after the answer, run in order; one that fails is counted and the next one runs."""

    def __init__(self, effects: Sequence[SideEffect[T]]) -> None:
        self._effects = [(effect, StageStats("side effect", effect.name)) for effect in effects]
        self.stats = [stats for _, stats in self._effects]

    def run(self, answer: T) -> None:
        for effect, stats in self._effects:
            started = perf_counter_ns()
            stats.calls += 1
            try:
                effect.run(answer)
            except Exception as error:
                stats.failed(error)
            stats.nanoseconds += perf_counter_ns() - started


class Pipeline(Generic[Q]):
    """A feed's stages, run in order. `limit` is how many candidates are scored at most;
    `budget_s` how long a stage may wait for I/O."""

    def __init__(
        self,
        *,
        query_hydrators: Sequence[QueryHydrator[Q]] = (),
        sources: Sequence[Source[Q]],
        hydrators: Sequence[Hydrator[Q]] = (),
        filters: Sequence[Filter[Q]],
        screen: Screen[Q] | None = None,
        scorers: Sequence[Scorer[Q]],
        value: ValueModel[Q],
        selector: Selector[Q],
        limit: int = 500,
        budget_s: float = 0.02,
    ) -> None:
        self.stats: list[StageStats] = []
        self._query_hydrators = [(s, self._count("query hydrator", s)) for s in query_hydrators]
        self._sources = [(s, self._count("source", s)) for s in sources]
        self._hydrators = [(s, self._count("hydrator", s)) for s in hydrators]
        self._filters = [(s, self._count("filter", s)) for s in filters]
        self._screen = screen
        covered = set(screen.covers) if screen is not None else set()
        self._screened = [self._filters[place][1] for place in sorted(covered)]
        self._unscreened = [one for k, one in enumerate(self._filters) if k not in covered]
        self.screening = StageStats("screen", "all")
        self._scorers = [(s, self._count("scorer", s)) for s in scorers]
        self._value = (value, self._count("value model", value))
        self._selector = (selector, self._count("selector", selector))
        self._limit = limit
        self._budget_s = budget_s
        self._merger = Merger()

    def _count(self, kind: str, stage: Any) -> StageStats:
        stats = StageStats(kind, stage.name)
        self.stats.append(stats)
        return stats

    async def run(self, query: Q) -> Outcome:
        """One slate's candidates and selection. Raises what the value model or selector raises."""
        for hydrator, stats in self._query_hydrators:
            done, answer = self._call(stats, hydrator.prepare, query)
            if answer is not None:
                done, _ = await self._wait(stats, answer)
            if not done:
                query.lower(hydrator.lowers)
        candidates = await self._find(query)
        for adder, stats in self._hydrators:
            _, columns = self._call(stats, adder.hydrate, query, candidates)
            if hasattr(columns, "__await__"):
                _, columns = await self._wait(stats, columns)
            self._write(query, candidates, adder, columns)
        # Of one step with the sources: what both have marked of the viewer is marked once.
        candidates = self._filter(query, candidates)
        if query.beside:
            await step()
        self._score(query, candidates)
        if query.beside:
            await step()
        selector, stats = self._selector
        started = perf_counter_ns()
        selection = selector.select(query, candidates)
        stats.calls += 1
        stats.candidates += len(selection.index)
        stats.nanoseconds += perf_counter_ns() - started
        return Outcome(candidates, selection)

    async def _find(self, query: Q) -> Candidates:
        found: list[Rows] = []
        started = perf_counter_ns()
        for source, stats in self._sources:
            stats.calls += 1
            rows: Any = None
            try:
                rows = source.find(query)
            except Exception as error:
                stats.failed(error)
            now = perf_counter_ns()
            stats.nanoseconds += now - started
            started = now
            if type(rows) is not np.ndarray:
                if rows is not None:
                    _, rows = await self._wait(stats, rows)
                    started = perf_counter_ns()
                if rows is None:
                    rows = _NO_ROWS
            stats.candidates += len(rows)
            found.append(rows)
        rows, bits = self._merger.merge(found, query.some(self._limit))
        return Candidates(rows, {SOURCES: bits})

    def _filter(self, query: Q, candidates: Candidates) -> Candidates:
        keep = self._screen_all(query, candidates)
        for stage, stats in self._filters if keep is None else self._unscreened:
            started = perf_counter_ns()
            stats.calls += 1
            try:
                mask = stage.keep(query, candidates)
                keep = mask if keep is None else keep & mask
                stats.candidates += int(np.count_nonzero(mask))
            except Exception as error:
                stats.failed(error)
                if stage.fails == "closed":
                    query.lower(Level.popular)
                    keep = np.zeros(len(candidates), np.bool_)
            stats.nanoseconds += perf_counter_ns() - started
        if keep is None or np.count_nonzero(keep) == len(keep):
            return candidates
        return candidates.take(keep)

    def _screen_all(self, query: Q, candidates: Candidates) -> Mask | None:
        """Who passes the filters that are asked for at once; None where that failed, or there is no
        screen. Each of them is charged its share of the time."""
        if self._screen is None:
            return None
        started = perf_counter_ns()
        self.screening.calls += 1
        try:
            keep, kept = self._screen.keep(query, candidates)
        except Exception as error:
            self.screening.failed(error)
            return None
        share = (perf_counter_ns() - started) // max(len(kept), 1)
        for stats, many in zip(self._screened, kept, strict=True):
            stats.calls += 1
            stats.candidates += many
            stats.nanoseconds += share
        return keep

    def _score(self, query: Q, candidates: Candidates) -> None:
        started = perf_counter_ns()
        for scorer, stats in self._scorers:
            stats.calls += 1
            columns: Columns | None = None
            try:
                columns = scorer.score(query, candidates)
            except Exception as error:
                stats.failed(error)
            self._write(query, candidates, scorer, columns)
            now = perf_counter_ns()
            stats.nanoseconds += now - started
            started = now
        model, stats = self._value
        stats.calls += 1
        candidates.columns[VALUE] = model.value(query, candidates)
        stats.nanoseconds += perf_counter_ns() - started

    def _write(self, query: Q, candidates: Candidates, stage: Any, columns: Columns | None) -> None:
        """Put a stage's columns in place: its own, each once, of the right length."""
        n = len(candidates)
        for column in cast(tuple[Column, ...], stage.writes):
            if column in candidates.columns:
                raise TypeError(f"{stage.name} writes {column}, which has a writer already")
            values = None if columns is None else columns.get(column)
            if values is None or len(values) != n:
                query.lower(stage.lowers)
                values = column.filled(n)
            candidates.columns[column] = values

    def _call(
        self, stats: StageStats, call: Callable[..., Any], *arguments: object
    ) -> tuple[bool, Any]:
        """(done, answer) of a call that may fail; the answer may have to be awaited."""
        started = perf_counter_ns()
        stats.calls += 1
        try:
            return True, call(*arguments)
        except Exception as error:
            stats.failed(error)
            return False, None
        finally:
            stats.nanoseconds += perf_counter_ns() - started

    async def _wait(self, stats: StageStats, answer: Awaitable[Any]) -> tuple[bool, Any]:
        """(done, answer) of what a stage waits for, for as long as its budget allows."""
        started = perf_counter_ns()
        try:
            return True, await asyncio.wait_for(answer, self._budget_s)
        except TimeoutError:
            stats.late(self._budget_s)
            return False, None
        except Exception as error:
            stats.failed(error)
            return False, None
        finally:
            stats.nanoseconds += perf_counter_ns() - started


_NO_ROWS = np.empty(0, np.int32)
