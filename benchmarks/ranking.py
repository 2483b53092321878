"""Claim: 500 candidates are scored, valued and chosen from in less time than one of the eight
actions takes a boosted-trees model that a data team would run."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.measure import ratio
from benchmarks.recall import everything, query_of
from benchmarks.result import Result, middle
from benchmarks.setting import Setting
from jhalak.assembly import Server
from jhalak.evaluation.peers import LIGHTGBM, TREES
from jhalak.learning.model import HEADS
from jhalak.pipeline.runner import Pipeline
from jhalak.pipeline.stage import SOURCES
from jhalak.schema.candidates import Candidates, Floats
from jhalak.schema.query import Query
from jhalak.stages.prediction import FEATURES, PREDICTIONS

CANDIDATES: Final = 500
MOST_US: Final = 300.0


def ranking(setting: Setting) -> Result:
    """CPU of features, scores, value and selection for a page of 12, in process, and of LightGBM
    predicting one action from the same features."""
    with setting.worlds.copy(setting.items) as world:
        found = asyncio.run(
            _measure(world.data, world.regular[: setting.pick(200, 40)], setting.pick(15, 3))
        )
    ours, trees = found["ours_us"], found["trees_us"]
    return Result(
        benchmark="ranking",
        what=f"CPU of features, scores, value and selection of {CANDIDATES} candidates",
        figure=middle(ours),
        unit="us",
        anchor=f"LightGBM ({TREES} trees), one action of {len(HEADS)}, features given",
        anchor_figure=middle(trees),
        ratio=ratio(ours, trees),
        target=f"at most {MOST_US:.0f} us",
        met=middle(ours) <= MOST_US,
        details={**found, "least_disturbed_us": min(ours)},
    )


async def _measure(data: Path, tokens: list[str], rounds: int) -> dict[str, Any]:
    """Microseconds a page, each round: ours, the parts of ours, and the trees'."""
    server = Server(data)
    await server.start()
    while server.services.world.index.stale:
        await asyncio.sleep(0.05)
    pipeline = server.services.video._ranked
    pages = []
    for token in tokens:
        query = await query_of(server, token, pipeline)
        pages.append((query, _padded(server, query, pipeline, await pipeline._find(query))))
    selector, _ = pipeline._selector
    spent: dict[str, list[float]] = {"ours_us": [], "selection_us": [], "trees_us": []}
    trees = None
    for _ in range(rounds):
        some = [(query, Candidates(c.rows, dict(c.columns))) for query, c in pages]
        scored_ns = chosen_ns = 0
        for query, candidates in some:
            began = time.thread_time_ns()
            pipeline._score(query, candidates)
            between = time.thread_time_ns()
            selection = selector.select(query, candidates)
            chosen_ns += time.thread_time_ns() - between
            scored_ns += between - began
            if len(selection.index) != query.slots:
                raise RuntimeError(f"a page of {len(selection.index)} slots")
        features = [c[FEATURES] for _, c in some]
        if trees is None:
            trees = _trained(np.concatenate(features), np.concatenate(
                [c[PREDICTIONS][:, 0] for _, c in some]
            ))  # fmt: skip
            trees.predict(features[0])
        began = time.thread_time_ns()
        for x in features:
            trees.predict(x)
        trees_ns = time.thread_time_ns() - began
        for name, ns in (
            ("ours_us", scored_ns + chosen_ns), ("selection_us", chosen_ns), ("trees_us", trees_ns),
        ):  # fmt: skip
            spent[name].append(ns / len(some) / 1000)
    await server.stop()
    return {**spent, "pages": len(pages), "rows": CANDIDATES}


def _padded(
    server: Server, query: Query, pipeline: Pipeline[Query], found: Candidates
) -> Candidates:
    """What the sources found, and of everything else as much as makes CANDIDATES after filters."""
    others = everything(server, query).rows
    others = np.random.default_rng(query.viewer % 1000).permutation(
        others[~np.isin(others, found.rows)]
    )
    rows = np.append(found.rows, others)
    bits = np.append(found[SOURCES], np.ones(len(others), np.uint16))
    kept = pipeline._filter(query, Candidates(rows, {SOURCES: bits}))
    return kept.take(np.arange(len(kept)) < CANDIDATES)


def _trained(x: Floats, p: NDArray[np.float32]) -> Any:
    """Trees for a tap, on draws from what is expected."""
    import lightgbm

    label = np.random.default_rng(1).random(len(p)) < p
    rows = lightgbm.Dataset(x, label.astype(np.float32))
    return lightgbm.train(LIGHTGBM, rows, num_boost_round=TREES)
