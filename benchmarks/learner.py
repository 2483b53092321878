"""Claim: how many events the learner folds, alone, over a log written beforehand."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import numpy as np

from benchmarks.result import Result, middle
from benchmarks.setting import Setting
from benchmarks.synthetic import DAY_MS, Activity24, draw_columns, write_log
from benchmarks.worlds import SEED, fold
from jhalak.assembly import now_ms, open_log
from jhalak.config.settings import Settings
from jhalak.schema.activity import TOPIC, decode

LEAST = 50_000


def learner(setting: Setting) -> Result:
    """Events a CPU second of the learner's process, less what its start takes."""
    slates, rounds = setting.pick(5000, 1200), setting.pick(2, 1)
    per_s: list[float] = []
    read_per_s: list[float] = []
    start_s: list[float] = []
    for turn in range(rounds):
        with setting.worlds.scratch() as folder:
            events = _write(folder / "log", slates, setting.items, turn)
            _write(folder / "empty", 0, setting.items, turn)
            read_per_s.append(events / _read_s(folder / "log"))
            start_s.append(fold(folder / "empty"))
            spent_s = fold(folder / "log") - start_s[-1]
            per_s.append(events / max(spent_s, 1e-3))
    return Result(
        benchmark="learner",
        what="events folded a CPU second",
        figure=middle(per_s),
        unit="events/s",
        anchor="reading and decoding the same log",
        anchor_figure=middle(read_per_s),
        ratio=middle([a / b for a, b in zip(per_s, read_per_s, strict=True)]),
        target=f"at least {LEAST:,} events/s",
        met=middle(per_s) >= LEAST,
        details={
            "events": events, "each_round": per_s, "start_cpu_s": middle(start_s),
            "us_an_event": 1e6 / middle(per_s),
        },
    )  # fmt: skip


def _write(data: Path, slates: int, items: int, seed: int) -> int:
    """A folder with a log of so many slates and their events; answers how many events."""
    data.mkdir(parents=True)
    at_ms = now_ms()
    columns = draw_columns(items, SEED)
    viewers = np.random.default_rng(seed).integers(1, 1 << 62, 20_000)
    records = Activity24(columns, viewers, seed).records(slates, at_ms - DAY_MS, at_ms)
    log = open_log(data, Settings(), writable=True)
    try:
        return asyncio.run(write_log(log, records))
    finally:
        log.close()


def _read_s(data: Path) -> float:
    """CPU seconds to read and decode all of a log."""
    log = open_log(data, Settings(), writable=False)

    async def read() -> None:
        for partition in range(log.partitions):
            after = 0
            while entries := await log.read(TOPIC, partition, after, 256):
                for entry in entries:
                    decode(entry.payload)
                after = entries[-1].n

    before = time.process_time()
    asyncio.run(read())
    log.close()
    return time.process_time() - before
