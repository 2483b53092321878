"""Claim: the sources find what scoring every live item would have put on top, and cheaply."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.measure import ratio
from benchmarks.result import Result, middle
from benchmarks.setting import Setting
from jhalak.assembly import Server, now_ms
from jhalak.learning.vector_index import build
from jhalak.pipeline.runner import Pipeline
from jhalak.pipeline.stage import SOURCES, VALUE
from jhalak.schema.candidates import Candidates
from jhalak.schema.item import EMBEDDING_SIZE
from jhalak.schema.languages import LANGUAGE_INDEX
from jhalak.schema.query import Query

TOPS: Final = (12, 50)
NEAREST: Final = 100
CROWDS: Final = (0.8, 0.6, 0.4)
"""What `Query.reach` is where two, three, and four or more requests wait (`feed.crowded_reach`)."""


def recall(setting: Setting) -> Result:
    """Of the best by a score of everything that a viewer may see, the share that is among the
    candidates, and the value of the best of these over theirs; and the CPU of all sources, in
    process, beside that of scoring everything."""
    with setting.worlds.copy(setting.items) as world:
        figures = asyncio.run(
            _measure(world.data, world.regular[: setting.pick(200, 40)], setting.pick(5, 2))
        )
    found, kept = figures.pop("found"), figures.pop("kept")
    return Result(
        benchmark="recall",
        what=f"CPU of all sources of a page, {setting.items:,} live items",
        figure=middle(figures["sources_us"]),
        unit="us",
        anchor="scoring everything in the viewer's languages",
        anchor_figure=middle(figures["all_us"]),
        ratio=ratio(figures["sources_us"], figures["all_us"]),
        target="at most 250 us",
        met=middle(figures["sources_us"]) <= 250.0,
        details={
            **{f"share_of_top_{top}_found": found[top] for top in TOPS},
            **{f"value_of_top_{top}_kept": kept[top] for top in TOPS},
            **{k: middle(v) if isinstance(v, list) else v for k, v in figures.items()},
            "one_language": _one_language(setting.items, setting.pick(200, 40)),
        },
    )


async def _measure(data: Path, tokens: list[str], rounds: int) -> dict[str, Any]:
    """Microseconds a viewer of finding and of scoring all, each round; what was found."""
    server = Server(data)
    await server.start()
    while server.services.world.index.stale:  # built once all is read; until then a search is exact
        await asyncio.sleep(0.05)
    pipeline: Pipeline[Query] = server.services.video._ranked
    queries = [await query_of(server, token, pipeline) for token in tokens]
    spent: dict[str, list[float]] = {"sources_us": [], "all_us": []}
    found: dict[int, list[float]] = {top: [] for top in TOPS}
    kept: dict[int, list[float]] = {top: [] for top in TOPS}
    crowded: dict[float, float] = {}
    counts: list[float] = []
    for turn in range(rounds):
        before = time.thread_time_ns()
        some = [await pipeline._find(query) for query in queries]
        spent["sources_us"].append((time.thread_time_ns() - before) / len(queries) / 1000)
        before = time.thread_time_ns()
        everything = [_scored(pipeline, query, everything(server, query)) for query in queries]
        spent["all_us"].append((time.thread_time_ns() - before) / len(queries) / 1000)
        if turn:
            continue
        fewer = {reach: await _reaching(pipeline, queries, reach) for reach in CROWDS}
        for reach, lists in fewer.items():
            crowded[reach] = float(
                np.mean([_kept(*one, TOPS[0]) for one in zip(lists, everything, strict=True)])
            )
        for candidates, scored in zip(some, everything, strict=True):
            order = np.argsort(-scored[VALUE], kind="stable")
            have = np.isin(scored.rows[order], candidates.rows)
            counts.append(float(len(candidates)))
            for top in TOPS:
                found[top].append(float(have[:top].mean()))
                kept[top].append(_kept(candidates, scored, top))
    sources = {stats.name: stats for stats in pipeline.stats if stats.kind == "source"}
    each = {name: stats.nanoseconds / stats.calls / 1000 for name, stats in sources.items()}
    await server.stop()
    return {
        **spent, "candidates": counts, "wall_us_a_source": each,
        "found": {top: float(np.mean(values)) for top, values in found.items()},
        "kept": {top: float(np.mean(values)) for top, values in kept.items()},
        f"value_of_top_{TOPS[0]}_kept_where_reach_is": crowded,
    }  # fmt: skip


async def _reaching(
    pipeline: Pipeline[Query], queries: list[Query], reach: float
) -> list[Candidates]:
    """What the sources find of so many candidates."""
    for query in queries:
        query.reach = reach
    found = [await pipeline._find(query) for query in queries]
    for query in queries:
        query.reach = 1.0
    return found


def _kept(candidates: Candidates, scored: Candidates, top: int) -> float:
    """The value of the best of `candidates` over that of the best of all."""
    value = np.sort(scored[VALUE])[::-1]
    mine = np.sort(scored[VALUE][np.isin(scored.rows, candidates.rows)])[::-1]
    return float(mine[:top].sum() / value[:top].sum())


async def query_of(server: Server, token: str, pipeline: Pipeline[Query]) -> Query:
    """A page's query of a viewer, with what its hydrators say."""
    services = server.services
    claim = services.viewer_tokens.verify(token)
    viewer = await services.directory.get(claim.viewer)
    assert viewer is not None
    languages = tuple(LANGUAGE_INDEX[code] for code in viewer.languages)
    query = Query(claim.viewer, surface=1, now_ms=now_ms(), languages=languages, slots=12)
    for hydrator, _ in pipeline._query_hydrators:
        waits = hydrator.prepare(query)
        if waits is not None:
            await waits
    return query


def everything(server: Server, query: Query) -> Candidates:
    """Every live item in the query's languages."""
    c = server.services.world.catalogue
    rows = np.flatnonzero(c.live & np.isin(c.language, query.languages)).astype(np.int32)
    return Candidates(rows, {SOURCES: np.ones(len(rows), np.uint16)})


def _scored(pipeline: Pipeline[Query], query: Query, candidates: Candidates) -> Candidates:
    """What the filters leave, with values."""
    kept = pipeline._filter(query, candidates)
    pipeline._score(query, kept)
    return kept


def _one_language(items: int, queries: int) -> dict[str, float]:
    """The index where all items are of one language and have no clusters: its worst case."""
    rng = np.random.default_rng(1)
    spectrum = np.arange(1, EMBEDDING_SIZE + 1) ** -0.5
    x = (rng.normal(size=(items + queries, EMBEDDING_SIZE)) * spectrum).astype(np.float32)
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    embedding, asked = x[:items], x[items:]
    live, language = np.ones(items, np.bool_), np.zeros(items, np.int8)
    before = time.thread_time()
    index = build(live, language, embedding)
    built_s = time.thread_time() - before
    mark = np.zeros(items, np.uint8)
    of: NDArray[np.int64] = np.zeros(1, np.int64)
    wanted = np.full((1, 1), NEAREST)
    index.nearest(asked[:1], of, wanted, live, mark)
    before_ns = time.thread_time_ns()
    near = [index.nearest(vector[None], of, wanted, live, mark) for vector in asked]
    spent_us = (time.thread_time_ns() - before_ns) / queries / 1000
    before_ns = time.thread_time_ns()
    exact = [np.argpartition(-(embedding @ vector), NEAREST)[:NEAREST] for vector in asked]
    scan_us = (time.thread_time_ns() - before_ns) / queries / 1000
    hits = [len(np.intersect1d(a, b)) / NEAREST for a, b in zip(near, exact, strict=True)]
    return {
        f"recall_at_{NEAREST}": float(np.mean(hits)), "search_us": spent_us, "scan_us": scan_us,
        "build_s": built_s,
    }  # fmt: skip
