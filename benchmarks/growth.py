"""Claim: a slate costs hardly more with a hundred times the items."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

from benchmarks.client import VIDEO, get
from benchmarks.load import Job
from benchmarks.measure import Rounds, check_full, measure, ratio
from benchmarks.processes import Jhalak, jhalak
from benchmarks.result import Result
from benchmarks.setting import Setting
from benchmarks.worlds import whole_slates

LATENCY_RATE = 400.0


def growth(setting: Setting) -> Result:
    """CPU a page of 12 videos for the same kind of viewers, in worlds side by side."""
    rounds = setting.pick(5, 3)
    with ExitStack() as stack:
        servers: dict[int, tuple[Jhalak, list[bytes]]] = {}
        for items in setting.sizes:
            world = stack.enter_context(setting.worlds.copy(items))
            whole_slates(world.data)
            server = stack.enter_context(jhalak(world.data))
            servers[items] = server, [get(VIDEO, token) for token in world.light]
        done = {items: Rounds() for items in servers}
        paced = {items: Rounds() for items in servers}
        for server, requests in servers.values():
            setting.load.run(Job(server.port, requests, len(requests)))
        for _ in range(rounds):
            for items, (server, requests) in servers.items():
                job = Job(server.port, requests, len(requests), sample=37)
                check_full(measure(setting.load, server, job, done[items]), 12)
        for items, (server, requests) in servers.items():
            count = 2 * len(requests)
            job = Job(server.port, requests, count, connections=64, rate=LATENCY_RATE, sample=37)
            check_full(measure(setting.load, server, job, paced[items]), 12)
    least, most = setting.sizes[0], setting.sizes[-1]
    grown = ratio(done[most].cpu_us, done[least].cpu_us)
    return Result(
        benchmark="growth",
        what=f"CPU a slate of 12, {most:,} live items",
        figure=done[most].cpu,
        unit="us",
        anchor=f"{least:,} live items",
        anchor_figure=done[least].cpu,
        ratio=grown,
        target="at most 2x",
        met=grown <= 2.0,
        details={f"{items} items": _details(done[items], paced[items]) for items in servers},
    )


def _details(done: Rounds, paced: Rounds) -> dict[str, Any]:
    return {
        "cpu_us": done.cpu_us,
        "requests_per_s": done.rate,
        f"p50_ms_at_{LATENCY_RATE:.0f}_per_s": paced.percentile(50),
        f"p99_ms_at_{LATENCY_RATE:.0f}_per_s": paced.percentile(99),
    }
