"""Figure: how long the event loop stands still while learned state and new items arrive."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from benchmarks.client import get
from benchmarks.load import Answers, Job, Load
from benchmarks.processes import HttpProcess, Process, jhalak, null_server
from benchmarks.result import Result, middle
from benchmarks.setting import Setting
from benchmarks.synthetic import draw_columns, item_row
from jhalak.assembly import now_ms, open_learned

LIMIT_MS = 10.0
EVERY_S = 0.5


def stalls(setting: Setting) -> Result:
    """The longest answer of each second (median over seconds) to a 1 kHz probe of /healthz: in
    quiet, while a snapshot arrives every 0.5 s, and while 20,000 rows are ingested; beside a null
    application at each."""
    seconds, rows = setting.pick(6.0, 1.0), setting.pick(20_000, 2000)
    found: dict[str, Any] = {}
    with ExitStack() as stack:
        world = stack.enter_context(setting.worlds.copy(setting.items))
        server = stack.enter_context(jhalak(world.data, learner=False))
        null = stack.enter_context(null_server(world.data.parent / "null.log", 2))
        source = world.data.parent / "rows.jsonl"
        _write_rows(source, rows)
        _probe(setting.load, server, 0.5)
        for who, process in (("null ASGI app", null), ("jhalak", server)):
            found[f"{who}, in quiet"] = _gaps(_probe(setting.load, process, seconds))
        for who, process in (("null ASGI app", null), ("jhalak", server)):
            with _Publisher(world.data) as publisher:
                found[f"{who}, snapshots"] = _gaps(_probe(setting.load, process, seconds))
            found[f"{who}, snapshots"]["published"] = publisher.count
        for who, process, data in (
            ("null ASGI app", null, world.data.parent / "elsewhere"), ("jhalak", server, world.data)
        ):  # fmt: skip
            with _ingest(source, data) as ingest:
                found[f"{who}, ingest"] = _gaps(_probe_while(setting.load, process, ingest))
    beside = ("snapshots", "ingest")
    ours = max(found[f"jhalak, {state}"]["typical_longest_ms"] for state in beside)
    theirs = max(found[f"null ASGI app, {state}"]["typical_longest_ms"] for state in beside)
    return Result(
        benchmark="stalls",
        what=f"a second's longest answer to a 1 kHz probe beside snapshots or {rows:,} new rows",
        figure=ours,
        unit="ms",
        anchor="null ASGI app",
        anchor_figure=theirs,
        ratio=ours / theirs,
        details=found,
    )


def _probe(load: Load, process: HttpProcess, seconds: float) -> Answers:
    count = int(seconds * 1000)
    return load.run(
        Job(process.port, [get("/healthz")], count, connections=64, rate=1000.0, regular=True)
    )


def _probe_while(load: Load, process: HttpProcess, other: Process) -> Answers:
    """Probe, a second at a time, until `other` has ended."""
    parts = [_probe(load, process, 1.0)]
    while other.running:
        parts.append(_probe(load, process, 1.0))
    whole = parts[0]
    whole.service = np.concatenate([part.service for part in parts])
    return whole


def _gaps(answers: Answers) -> dict[str, Any]:
    """From the real sending: what the generator itself was late is not the server's."""
    ms = answers.service * 1000
    seconds = [float(ms[at : at + 1000].max()) for at in range(0, len(ms), 1000)]
    return {
        "typical_longest_ms": middle(seconds),
        "longest_ms": max(seconds),
        "p999_ms": float(np.percentile(ms, 99.9)),
        "p99_ms": float(np.percentile(ms, 99)),
        "p50_ms": float(np.percentile(ms, 50)),
        "over_10_ms": int((ms > LIMIT_MS).sum()),
        "probes": len(ms),
    }


class _Publisher:
    """In place of the learner: the newest snapshot again, as a new version, every EVERY_S."""

    def __init__(self, data: Path) -> None:
        self._learned = open_learned(data)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.count = 0

    def __enter__(self) -> _Publisher:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(EVERY_S):
            newest = self._learned.newest()
            if newest is None:
                raise RuntimeError("the world has no snapshot")
            arrays = {name: np.array(values) for name, values in newest.arrays.items()}
            self._learned.publish(
                type(newest)(newest.version + 1, now_ms(), newest.offsets, arrays)
            )
            self.count += 1


def _write_rows(path: Path, count: int) -> None:
    """New items as a source gives them."""
    columns = draw_columns(count, 99)
    rng = np.random.default_rng(99)
    with path.open("wb") as file:
        for number in range(count):
            row = item_row(number, columns, rng)
            file.write(msgspec.json.encode({**row, "id": f"fresh-{number}"}) + b"\n")


def _ingest(source: Path, data: Path) -> Process:
    arguments = ["-m", "jhalak", "ingest", str(source), "--data", str(data), "--json"]
    return Process(arguments, source.parent / "ingest.log")
