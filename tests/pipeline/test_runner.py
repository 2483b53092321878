"""The runner keeps the promise of each kind of stage when one fails."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import numpy as np
import pytest

from jhalak.pipeline.runner import Pipeline, SideEffects
from jhalak.pipeline.stage import SOURCES, VALUE, Outcome, Selection
from jhalak.schema.candidates import Candidates, Column
from jhalak.schema.slate import Level

AGE = Column("age", default=7.0)
TASTE = Column("taste", default=0.5)


class Query:
    """All that the runner asks of a query."""

    beside = False

    def some(self, usual: int) -> int:
        return usual

    def __init__(self) -> None:
        self.level = Level.full
        self.facts: list[str] = []

    def lower(self, level: Level) -> None:
        self.level = max(self.level, level)


class Stage:
    """Any kind of stage: `does` is called with what the runner gives it."""

    writes: tuple[Column, ...] = ()

    def __init__(
        self, name: str, does: Callable[..., Any], *, writes: tuple[Column, ...] = (),
        lowers: Level = Level.unpersonalised, fails: str = "closed",
    ) -> None:  # fmt: skip
        self.name, self.writes, self.lowers, self.fails = name, writes, lowers, fails
        for method in ("prepare", "find", "hydrate", "keep", "score", "value", "select", "run"):
            setattr(self, method, does)


class Broken(Exception):
    pass


def fails(*_: object) -> Any:
    raise Broken("it broke")


def never(*_: object) -> Awaitable[Any]:
    return asyncio.Event().wait()


def rows(*found: int) -> Callable[[Any], Any]:
    return lambda query: np.array(found, np.int32)


def first_three(query: Query, candidates: Candidates) -> Selection:
    k = min(3, len(candidates))
    order = np.argsort(-candidates[VALUE], kind="stable")[:k]
    return Selection(order, np.ones(k, np.float32), np.zeros(k, np.bool_))


def pipeline(**stages: Any) -> Pipeline[Any]:
    usual: dict[str, Any] = {
        "sources": [Stage("all", rows(1, 2, 3, 4))],
        "filters": [],
        "scorers": [],
        "value": Stage("value", lambda q, c: np.ones(len(c), np.float32)),
        "selector": Stage("first three", first_three),
        "budget_s": 5.0,
    }
    return Pipeline(**{**usual, **stages})


def run(line: Pipeline[Any], query: Query | None = None) -> Outcome:
    return asyncio.run(line.run(query or Query()))


def stats(line: Pipeline[Any], name: str) -> Any:
    return next(s for s in line.stats if s.name == name)


def test_a_slate_goes_through_every_stage_in_order() -> None:
    said: list[str] = []

    def say(word: str, answer: Callable[..., Any]) -> Callable[..., Any]:
        def does(*arguments: Any) -> Any:
            said.append(word)
            return answer(*arguments)

        return does

    line = pipeline(
        query_hydrators=[Stage("who", say("who", lambda q: None))],
        sources=[Stage("all", say("source", rows(1, 2, 3)))],
        hydrators=[Stage("ages", say("age", lambda q, c: {AGE: np.ones(len(c))}), writes=(AGE,))],
        filters=[Stage("odd", say("filter", lambda q, c: c.rows % 2 == 1))],
        scorers=[Stage("taste", say("score", lambda q, c: {TASTE: c[AGE] * 2}), writes=(TASTE,))],
        value=Stage("value", say("value", lambda q, c: c[TASTE])),
        selector=Stage("first three", say("select", first_three)),
    )
    outcome = run(line)
    assert said == ["who", "source", "age", "filter", "score", "value", "select"]
    assert outcome.candidates.rows.tolist() == [1, 3]


def test_a_query_hydrator_that_fails_lowers_the_level_and_the_query_goes_on() -> None:
    query = Query()
    line = pipeline(query_hydrators=[Stage("who", fails), Stage("where", lambda q: None)])
    assert len(run(line, query).selection.index) == 3
    assert query.level is Level.unpersonalised
    assert stats(line, "who").failures == 1
    assert stats(line, "where").calls == 1


def test_a_source_that_fails_is_gone_on_without() -> None:
    query = Query()
    line = pipeline(sources=[Stage("broken", fails), Stage("works", rows(8, 9))])
    outcome = run(line, query)
    assert outcome.candidates.rows.tolist() == [8, 9]
    assert outcome.candidates[SOURCES].tolist() == [0b10, 0b10]
    assert query.level is Level.full
    assert stats(line, "broken").failures == 1


def test_a_hydrator_that_fails_leaves_its_columns_at_their_defaults() -> None:
    query = Query()
    line = pipeline(hydrators=[Stage("ages", fails, writes=(AGE,))])
    assert run(line, query).candidates[AGE].tolist() == [7.0] * 4
    assert query.level is Level.unpersonalised


def test_a_scorer_that_fails_leaves_its_columns_at_their_defaults() -> None:
    query = Query()
    line = pipeline(scorers=[Stage("taste", fails, writes=(TASTE,), lowers=Level.popular)])
    assert run(line, query).candidates[TASTE].tolist() == [0.5] * 4
    assert query.level is Level.popular
    assert stats(line, "taste").failures == 1


@pytest.mark.parametrize("answer", [{}, {TASTE: np.ones(2, np.float32)}])
def test_a_scorer_that_writes_too_little_counts_as_failed(answer: dict[Column, Any]) -> None:
    query = Query()
    line = pipeline(scorers=[Stage("taste", lambda q, c: answer, writes=(TASTE,))])
    assert run(line, query).candidates[TASTE].tolist() == [0.5] * 4
    assert query.level is Level.unpersonalised


def test_a_filter_that_must_close_removes_everything_when_it_fails() -> None:
    line = pipeline(filters=[Stage("age safe", fails, fails="closed")])
    outcome = run(line)
    assert len(outcome.candidates) == 0
    assert len(outcome.selection.index) == 0
    assert stats(line, "age safe").failures == 1


def test_nothing_opens_what_a_failing_filter_closed() -> None:
    everything = Stage("all", lambda q, c: np.ones(len(c), np.bool_))
    line = pipeline(filters=[Stage("safe", fails, fails="closed"), everything])
    assert len(run(line).candidates) == 0


def test_a_filter_that_may_stay_open_keeps_everything_when_it_fails() -> None:
    odd = Stage("odd", lambda q, c: c.rows % 2 == 1)
    line = pipeline(filters=[odd, Stage("seen", fails, fails="open")])
    assert run(line).candidates.rows.tolist() == [1, 3]


@pytest.mark.parametrize("part", ["value", "selector"])
def test_the_run_fails_with_the_value_model_or_the_selector(part: str) -> None:
    with pytest.raises(Broken):
        run(pipeline(**{part: Stage(part, fails)}))


def test_a_side_effect_that_fails_is_counted_and_the_next_one_runs() -> None:
    done: list[str] = []
    effects: SideEffects[str] = SideEffects([Stage("a", fails), Stage("b", done.append)])  # type: ignore[list-item]
    effects.run("slate")
    assert done == ["slate"]
    assert [s.failures for s in effects.stats] == [1, 0]


def test_a_source_is_waited_for() -> None:
    async def find(query: Query) -> Any:
        await asyncio.sleep(0)
        return np.array([5], np.int32)

    assert run(pipeline(sources=[Stage("slow", find)])).candidates.rows.tolist() == [5]


def test_a_source_that_never_answers_is_waited_for_no_longer_than_the_budget() -> None:
    line = pipeline(sources=[Stage("lost", never), Stage("works", rows(8))], budget_s=0.001)
    assert run(line).candidates.rows.tolist() == [8]
    assert stats(line, "lost").failures == 1


def test_a_query_hydrator_that_never_answers_lowers_the_level() -> None:
    query = Query()
    line = pipeline(query_hydrators=[Stage("lost", never)], budget_s=0.001)
    assert len(run(line, query).selection.index) == 3
    assert query.level is Level.unpersonalised


def test_a_source_that_fails_while_it_is_waited_for_is_gone_on_without() -> None:
    async def find(query: Query) -> Any:
        raise Broken("later")

    line = pipeline(sources=[Stage("slow", find), Stage("works", rows(8))])
    assert run(line).candidates.rows.tolist() == [8]


def test_a_column_has_one_writer() -> None:
    ones = Stage("one", lambda q, c: {TASTE: np.ones(len(c))}, writes=(TASTE,))
    twice = Stage("two", lambda q, c: {TASTE: np.zeros(len(c))}, writes=(TASTE,))
    with pytest.raises(TypeError, match="two writes Column\\(taste\\)"):
        run(pipeline(scorers=[ones, twice]))


def test_no_more_candidates_than_the_limit_are_scored() -> None:
    scored: list[int] = []

    def score(query: Query, candidates: Candidates) -> dict[Column, Any]:
        scored.append(len(candidates))
        return {TASTE: np.ones(len(candidates))}

    line = pipeline(
        sources=[Stage("many", rows(*range(100)))], limit=40,
        scorers=[Stage("taste", score, writes=(TASTE,))],
    )  # fmt: skip
    run(line)
    assert scored == [40]


def test_every_stage_is_counted_and_timed() -> None:
    line = pipeline(
        sources=[Stage("all", rows(1, 2, 3, 4))],
        filters=[Stage("odd", lambda q, c: c.rows % 2 == 1)],
        scorers=[Stage("taste", lambda q, c: {TASTE: np.ones(len(c))}, writes=(TASTE,))],
    )
    for _ in range(3):
        run(line)
    assert {s.name: (s.kind, s.calls, s.failures) for s in line.stats} == {
        "all": ("source", 3, 0),
        "odd": ("filter", 3, 0),
        "taste": ("scorer", 3, 0),
        "value": ("value model", 3, 0),
        "first three": ("selector", 3, 0),
    }
    assert all(s.nanoseconds > 0 for s in line.stats)
    assert [stats(line, n).candidates for n in ("all", "odd", "first three")] == [12, 6, 6]


def test_the_first_failure_of_each_kind_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    line = pipeline(sources=[Stage("broken", fails)])
    with caplog.at_level(logging.ERROR):
        for _ in range(5):
            run(line)
    assert stats(line, "broken").failures == 5
    assert [r.getMessage() for r in caplog.records] == ["source broken failed: it broke"]


def test_the_first_that_is_late_is_told_in_a_line(caplog: pytest.LogCaptureFixture) -> None:
    line = pipeline(sources=[Stage("lost", never)], budget_s=0.001)
    for _ in range(2):
        run(line)
    assert stats(line, "lost").failures == 2
    told = [(r.getMessage(), r.exc_info) for r in caplog.records]
    assert told == [("source lost took longer than 0.001 s", None)]


def test_any_slot_can_be_explained_from_its_columns() -> None:
    pair = Column("pair", width=2)
    line = pipeline(
        sources=[Stage("all", rows(4, 6))],
        scorers=[
            Stage("taste", lambda q, c: {TASTE: c.rows / 8}, writes=(TASTE,)),
            Stage("pairs", lambda q, c: {pair: np.stack([c.rows, -c.rows], 1)}, writes=(pair,)),
        ],
        value=Stage("value", lambda q, c: c[TASTE]),
    )
    outcome = run(line)
    assert outcome.explain(0) == {"sources": 1, "taste": 0.75, "pair": [6, -6], "value": 0.75}
    assert outcome.explain(1) == {"sources": 1, "taste": 0.5, "pair": [4, -4], "value": 0.5}
