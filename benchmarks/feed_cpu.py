"""Claim: what one slate costs, all in (HTTP, profile, retrieval, scoring, tokens, record)."""

from __future__ import annotations

import socket
import time
from contextlib import ExitStack
from typing import Any

from benchmarks.client import EDITION, VIDEO, get
from benchmarks.load import Job
from benchmarks.measure import Rounds, Stages, check_full, measure, ratio
from benchmarks.processes import jhalak, nginx, null_server
from benchmarks.result import Result, number
from benchmarks.setting import Setting
from benchmarks.worlds import whole_slates


def video(setting: Setting) -> Result:
    """CPU a page of 12 videos."""
    return _feed(setting, "video_cpu", VIDEO, 12, 700.0)


def edition(setting: Setting) -> Result:
    """CPU an edition of 24 cards."""
    return _feed(setting, "edition_cpu", EDITION, 24, 1000.0)


def _feed(setting: Setting, name: str, path: str, slots: int, limit_us: float) -> Result:
    count, rounds = setting.pick(1500, 300), setting.pick(9, 3)
    with ExitStack() as stack:
        world = stack.enter_context(setting.worlds.copy(setting.items))
        whole_slates(world.data)
        server = stack.enter_context(jhalak(world.data))
        requests = [get(path, token) for token in world.regular]
        # Not judged: a viewer's first slate waits for their profile, and may give up.
        warm = setting.load.run(Job(server.port, requests, 2 * len(requests), sample=1))
        ceilings = _ceilings(setting, stack, warm.bodies[-1])
        ours = Rounds()
        theirs = {name: Rounds() for name in ceilings}
        stages = Stages(server.port)
        for turn in range(rounds):
            job = Job(server.port, requests, count, first=turn * count, sample=37)
            check_full(measure(setting.load, server, job, ours), slots)
            for ceiling, (process, port) in ceilings.items():
                measure(setting.load, process, Job(port, requests, 2 * count), theirs[ceiling])
        surface = "video" if path == VIDEO else "lockscreen"
        spent = stages.since(surface)
    null = theirs["null ASGI app"]
    allowed_us = max(limit_us, 10 * null.cpu)
    details: dict[str, Any] = {
        "items": world.items, "cpu_us": ours.cpu_us,
        "least_disturbed_us": min(ours.cpu_us), "requests_per_s": ours.rate,
        "bytes": warm.size, "stages_us": spent,
        "without_a_core": ours.waited,
        "beside_stages_us": ours.cpu - sum(spent.values()),
        "p50_ms_closed_16": ours.percentile(50), "p99_ms_closed_16": ours.percentile(99),
    }  # fmt: skip
    for ceiling, done in theirs.items():
        details[ceiling] = {
            "cpu_us": done.cpu,
            "requests_per_s": done.rate,
            "ratio": ratio(ours.cpu_us, done.cpu_us),
        }
    return Result(
        benchmark=name,
        what=f"CPU a slate of {slots}, {world.items:,} live items",
        figure=ours.cpu,
        unit="us",
        anchor="null ASGI app",
        anchor_figure=null.cpu,
        ratio=ratio(ours.cpu_us, null.cpu_us),
        target=f"at most {number(allowed_us)} us (the greater of {limit_us:.0f} us and 10x null)",
        met=ours.cpu <= allowed_us,
        details=details,
    )


def _ceilings(setting: Setting, stack: ExitStack, body: bytes) -> dict[str, tuple[Any, int]]:
    """The null application and nginx, answering the same size, and their ports."""
    folder = stack.enter_context(setting.worlds.scratch())
    null = stack.enter_context(null_server(folder / "null.log", len(body)))
    found: dict[str, tuple[Any, int]] = {"null ASGI app": (null, null.port)}
    port = free_port()
    web = nginx(folder / "nginx", body, port)
    if web is not None:
        stack.enter_context(web)
        wait_for(port)
        found["nginx"] = (web, port)
    return found


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number


def wait_for(port: int, tries: int = 200) -> None:
    """Wait until somebody listens. Raises RuntimeError after about 10 s."""
    for _ in range(tries):
        with socket.socket() as probe:
            probe.settimeout(0.05)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"nobody listens on {port}")
