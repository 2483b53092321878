"""Claim: what a batch of 50 durable events costs the server, learning apart."""

from __future__ import annotations

import json
import os
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks.client import Client, event, post
from benchmarks.load import Answers, Job
from benchmarks.measure import Rounds, measure, ratio
from benchmarks.processes import HttpProcess, jhalak, null_server
from benchmarks.result import Result, middle
from benchmarks.setting import Setting
from benchmarks.worlds import World

BATCH = 50
LIMIT_US = 400.0
CONNECTIONS = 32


def events(setting: Setting) -> Result:
    """CPU a batch of 50 events, each of another slot; nothing is answered before it is on disk.

    Measured twice: by a server that has every viewer's taste at hand and folds each batch into it,
    and by one that was started anew, met no viewer and has none to fold into: learning apart.
    """
    count, rounds = setting.pick(400, 100), setting.pick(8, 3)
    with ExitStack() as stack:
        world = stack.enter_context(setting.worlds.copy(setting.items))
        spare = len(world.regular)
        part = spare + count * rounds
        null = stack.enter_context(null_server(world.data.parent / "null.log", 46, 202))
        with jhalak(world.data) as server:
            requests = _requests(server.port, world, 2 * part)
            whole, beside, synced = _rounds(setting, server, null, requests[:part], spare, count)
        with jhalak(world.data) as server:
            apart, theirs, more = _rounds(setting, server, null, requests[part:], spare, count)
    sync_cpu, sync_wall = (middle([pair[i] for pair in synced + more]) for i in (0, 1))
    return Result(
        benchmark="events_cpu",
        what=f"CPU a batch of {BATCH} durable events, learning apart",
        figure=apart.cpu,
        unit="us",
        anchor="null ASGI app taking the same bodies",
        anchor_figure=theirs.cpu,
        ratio=ratio(apart.cpu_us, theirs.cpu_us),
        target=f"at most {LIMIT_US:.0f} us",
        met=apart.cpu <= LIMIT_US,
        details={
            **_told(apart, theirs), "with the viewer's taste folded": _told(whole, beside),
            "body_bytes": len(requests[0].partition(b"\r\n\r\n")[2]),
            "write and fdatasync of one body": {"cpu_us": sync_cpu, "wall_us": sync_wall},
        },
    )  # fmt: skip


def _rounds(
    setting: Setting, server: HttpProcess, null: HttpProcess, requests: list[bytes], spare: int,
    count: int,
) -> tuple[Rounds, Rounds, list[tuple[float, float]]]:  # fmt: skip
    """(ours, the null application's, what writing the bodies takes), in turn; the first `spare`
    requests, one of each viewer, are sent before, so that none is met for the first time later."""
    setting.load.run(Job(server.port, requests, spare, connections=CONNECTIONS))
    ours, theirs = Rounds(), Rounds()
    synced: list[tuple[float, float]] = []
    for first in range(spare, len(requests), count):
        job = Job(server.port, requests, count, connections=CONNECTIONS, first=first, sample=37)
        _check_accepted(measure(setting.load, server, job, ours))
        job = Job(null.port, requests, count, connections=CONNECTIONS, first=first)
        measure(setting.load, null, job, theirs)
        bodies = [request.partition(b"\r\n\r\n")[2] for request in requests[first:][:60]]
        synced.append(_fdatasync(server.log.parent / "synced", bodies))
    return ours, theirs, synced


def _told(ours: Rounds, theirs: Rounds) -> dict[str, Any]:
    return {
        "cpu_us": ours.cpu_us,
        "median_us": ours.cpu,
        "least_disturbed_us": min(ours.cpu_us),
        "ratio": ratio(ours.cpu_us, theirs.cpu_us),
        "events_a_cpu_second": BATCH * 1e6 / ours.cpu,
        "events_per_s_durable": BATCH * ours.rate,
        "batches_per_s": ours.rate,
        "p50_ms": ours.percentile(50),
        "p99_ms": ours.percentile(99),
        "without_a_core": ours.waited,
        "null ASGI app": {"cpu_us": theirs.cpu, "batches_per_s": theirs.rate},
    }


def _requests(port: int, world: World, count: int) -> list[bytes]:
    """Batches, viewer after viewer: first all impressions, then what was done, and so on."""
    slots: list[list[str]] = []
    with Client(port) as client:
        for token in world.regular:
            page = client.ask("GET", f"/v1/video/feed?limit={BATCH}", token)
            slots.append([item["slot"] for item in page["items"]])
    requests = []
    for k in range(count):
        viewer, turn = k % len(slots), k // len(slots)
        made = [_event(slot, place, turn) for place, slot in enumerate(slots[viewer])]
        body = json.dumps({"events": made}, separators=(",", ":")).encode()
        requests.append(post("/v1/events", world.regular[viewer], body))
    return requests


def _event(slot: str, place: int, turn: int) -> dict[str, Any]:
    if turn % 2 == 0:
        return event(slot, "impression")
    return event(slot, "tap") if place % 8 == 0 else event(slot, "dwell", 1800.0)


def _check_accepted(answers: Answers) -> None:
    for body in answers.bodies:
        said = json.loads(body)
        if said["accepted"] != BATCH:
            raise RuntimeError(f"not all events were accepted: {body[:300]!r}")


def _fdatasync(path: Path, bodies: list[bytes]) -> tuple[float, float]:
    """(CPU, wall) microseconds to append one body and wait until it is on disk."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        cpu, wall = time.thread_time_ns(), time.perf_counter_ns()
        for body in bodies:
            os.write(file, body)
            os.fdatasync(file)
        cpu, wall = time.thread_time_ns() - cpu, time.perf_counter_ns() - wall
    finally:
        os.close(file)
    return cpu / len(bodies) / 1000, wall / len(bodies) / 1000
