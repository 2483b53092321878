"""Figure: how much memory the server takes."""

from __future__ import annotations

from contextlib import ExitStack

import numpy as np

from benchmarks.client import VIDEO, get
from benchmarks.load import Job
from benchmarks.measure import Rounds, measure
from benchmarks.processes import jhalak, null_server, rss_bytes
from benchmarks.result import Result
from benchmarks.setting import Setting
from benchmarks.worlds import World
from jhalak.assembly import now_ms, open_records
from jhalak.config.settings import Settings
from jhalak.embedded.keys import open_keys
from jhalak.people.viewer_token import ViewerTokens

MB = 1e6


def memory(setting: Setting) -> Result:
    """Resident memory with all items live and many viewers active, each met for the first time:
    their profile, relations and log are read."""
    active = setting.pick(10_000, 1000)
    with ExitStack() as stack:
        world = stack.enter_context(setting.worlds.copy(setting.items))
        tokens, known = _known(world, active)
        null = stack.enter_context(null_server(world.data.parent / "null.log", 6000))
        server = stack.enter_context(jhalak(world.data))
        start = rss_bytes(server.pid)
        first = Rounds()
        job = Job(server.port, [get(VIDEO, token) for token in tokens], active)
        measure(setting.load, server, job, first)
        full, nothing, learner = map(rss_bytes, (server.pid, null.pid, server.learner))
    a_viewer = (full - start) / active
    limit = Settings().server.active_viewers
    return Result(
        benchmark="memory",
        what=f"RSS, {world.items:,} live items, {known:,} known viewers, {active:,} active",
        figure=full / MB,
        unit="MB",
        anchor="null ASGI app",
        anchor_figure=nothing / MB,
        ratio=full / nothing,
        details={
            "after_the_start_mb": start / MB,
            "kb_an_active_viewer": a_viewer / 1000,
            f"extrapolated_to_{limit}_active_mb": (start + a_viewer * limit) / MB,
            "learner_mb": learner / MB,
            "first_slate_of_a_viewer": {
                "cpu_us": first.cpu, "p50_ms": first.percentile(50), "p99_ms": first.percentile(99),
            },
        },
    )  # fmt: skip


def _known(world: World, count: int) -> tuple[list[str], int]:
    """Tokens of `count` of the viewers that the world knows, and how many it knows."""
    from sqlalchemy import select

    from jhalak.records.tables import viewers

    settings = Settings()
    records = open_records(world.data, settings)
    with records.database.read() as connection:
        rows = connection.execute(select(viewers.c.id, viewers.c.languages)).all()
    records.database.close()
    keys = open_keys(world.data / "keys", now_ms())
    made = ViewerTokens(settings.cell, keys.viewer)
    chosen = np.random.default_rng(5).permutation(len(rows))[:count]
    return [made.mint(rows[i].id, 0, (rows[i].languages.split(",")[0],)) for i in chosen], len(rows)
