"""Claim: finding the candidates costs less than looking at every item once."""

from __future__ import annotations

import os
import time

import numpy as np

from benchmarks.client import VIDEO, get
from benchmarks.load import Job
from benchmarks.measure import Rounds, Stages, measure, ratio
from benchmarks.processes import SERVER_CORE, jhalak
from benchmarks.result import Result, middle
from benchmarks.setting import Setting
from jhalak.schema.item import EMBEDDING_SIZE

FOUND = 500


def retrieval(setting: Setting) -> Result:
    """All sources of a page of the video feed, against a NumPy scan of every embedding."""
    count, rounds = setting.pick(1500, 300), setting.pick(5, 3)
    scan = _Scan(setting.items)
    ours: list[float] = []
    theirs: list[float] = []
    served = Rounds()
    by_source: dict[str, list[float]] = {}
    with setting.worlds.copy(setting.items) as world, jhalak(world.data) as server:
        requests = [get(VIDEO, token) for token in world.regular]
        setting.load.run(Job(server.port, requests, 2 * len(requests)))
        for turn in range(rounds):
            stages = Stages(server.port)
            job = Job(server.port, requests, count, first=turn * count, connections=1)
            measure(setting.load, server, job, served)
            spent = {k: v for k, v in stages.since("video").items() if k.startswith("source ")}
            ours.append(sum(spent.values()))
            theirs.append(scan.cost_us(30))
            for name, value in spent.items():
                by_source.setdefault(name, []).append(value)
    return Result(
        benchmark="retrieval",
        what=f"all sources of a slate, {setting.items:,} live items",
        figure=middle(ours),
        unit="us",
        anchor=f"NumPy scan of {setting.items:,} x {EMBEDDING_SIZE}",
        anchor_figure=middle(theirs),
        ratio=ratio(ours, theirs),
        target="at most 250 us",
        met=middle(ours) <= 250.0,
        details={name: middle(values) for name, values in by_source.items()},
    )


class _Scan:
    """The exact nearest by looking at all: a matrix times a vector, and the best FOUND."""

    def __init__(self, items: int) -> None:
        rng = np.random.default_rng(1)
        self._all = rng.normal(size=(items, EMBEDDING_SIZE)).astype(np.float32)
        self._taste = rng.normal(size=EMBEDDING_SIZE).astype(np.float32)

    def cost_us(self, times: int) -> float:
        """CPU microseconds a scan, on the server's core and one thread."""
        allowed = os.sched_getaffinity(0)
        if len(allowed) > 1:
            os.sched_setaffinity(0, {SERVER_CORE})
        try:
            before = time.thread_time_ns()
            for _ in range(times):
                near = self._all @ self._taste
                np.argpartition(-near, FOUND)[:FOUND]
            return (time.thread_time_ns() - before) / times / 1000
        finally:
            os.sched_setaffinity(0, allowed)
