"""Claim: after kill -9 the server serves again within five seconds."""

from __future__ import annotations

import time

from benchmarks.client import VIDEO, Client, get
from benchmarks.load import Job
from benchmarks.processes import Jhalak, jhalak, null_server
from benchmarks.result import Result, middle
from benchmarks.setting import Setting

LIMIT_S = 5.0


def start(setting: Setting) -> Result:
    """Seconds from the start of the process to the first slate, from what kill -9 left."""
    rounds = setting.pick(4, 2)
    slate_s: list[float] = []
    full_s: list[float] = []
    null_s: list[float] = []
    with setting.worlds.copy(setting.items) as world:
        first = jhalak(world.data)
        try:
            _use(setting, first, world.regular)
        finally:
            first.kill()
        for _ in range(rounds):
            began = time.monotonic()
            with null_server(world.data.parent / "null.log", 6000):
                null_s.append(time.monotonic() - began)
            with Jhalak(world.data) as server:
                server.ready()
                with Client(server.port) as client:
                    client.ask("GET", VIDEO, world.regular[0])
                slate_s.append(time.monotonic() - server.started)
                full_s.append(server.hear_learner())
                _use(setting, server, world.regular)
                server.kill()
    return Result(
        benchmark="start",
        what=f"from the start of the process to the first slate, {world.items:,} live items",
        figure=middle(slate_s),
        unit="s",
        anchor="null ASGI app",
        anchor_figure=middle(null_s),
        ratio=middle(slate_s) / middle(null_s),
        target=f"at most {LIMIT_S:.0f} s",
        met=max(slate_s) <= LIMIT_S,
        details={"each_s": slate_s, "until_the_learner_is_heard_s": full_s},
    )


def _use(setting: Setting, server: Jhalak, tokens: list[str]) -> None:
    """Serve something, so that there is something to come back from."""
    setting.load.run(Job(server.port, [get(VIDEO, token) for token in tokens], 400))
