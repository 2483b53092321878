"""Measuring a server under load: its CPU time a request, in turn with its ceilings."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmarks.client import Client
from benchmarks.load import Answers, Job, Load
from benchmarks.processes import Process, waited_ns
from benchmarks.result import middle


@dataclass(slots=True)
class Rounds:
    """What one server did, round by round."""

    cpu_us: list[float] = field(default_factory=list)
    """CPU a request, microseconds, all threads."""
    per_s: list[float] = field(default_factory=list)
    waited: list[float] = field(default_factory=list)
    """Share of the round that the server was ready to run but had no core."""
    answers: list[Answers] = field(default_factory=list)

    @property
    def cpu(self) -> float:
        return middle(self.cpu_us)

    @property
    def rate(self) -> float:
        return middle(self.per_s)

    def percentile(self, share: float) -> float:
        """Milliseconds: the median over rounds."""
        return middle([answers.percentile(share) for answers in self.answers])


def measure(load: Load, process: Process, job: Job, into: Rounds) -> Answers:
    """Run one job against a process and add its round. Raises RuntimeError for an answer that is
    no success: a figure over refusals would be worth nothing."""
    before, waited = process.cpu_ns(), waited_ns(process.pid)
    answers = load.run(job)
    spent_us = (process.cpu_ns() - before) / 1000
    if not answers.ok:
        raise RuntimeError(f"answers were {answers.statuses}")
    into.cpu_us.append(spent_us / job.count)
    into.per_s.append(job.count / answers.wall_s)
    into.waited.append((waited_ns(process.pid) - waited) / 1e9 / answers.wall_s)
    into.answers.append(answers)
    return answers


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """The median over rounds of ours/theirs, each pair measured in turn."""
    return middle([a / b for a, b in zip(ours, theirs, strict=True) if b])


def check_full(answers: Answers, slots: int) -> None:
    """Raises RuntimeError unless the sampled slates are whole and of level `full`."""
    for body in answers.bodies:
        slate = json.loads(body)
        filled = len(slate.get("cards") or slate.get("items") or ())
        if slate["level"] != "full" or filled != slots:
            raise RuntimeError(f"a slate of {filled} at level {slate['level']}, not {slots} full")


class Stages:
    """Where the time goes: the server's own counters, between two moments."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._before = self._read()

    def _read(self) -> dict[tuple[str, str, str], tuple[float, float]]:
        with Client(self._port) as client:
            return client.stages()

    def since(self, surface: str) -> dict[str, float]:
        """ "kind name" to microseconds a call of a surface's stages, most first."""
        found: dict[str, float] = {}
        for key, (calls, seconds) in self._read().items():
            before = self._before.get(key, (0.0, 0.0))
            if key[0] == surface and calls > before[0]:
                spent_us = (seconds - before[1]) / (calls - before[0]) * 1e6
                found[f"{key[1]} {key[2]}"] = round(spent_us, 1)
        return dict(sorted(found.items(), key=lambda pair: -pair[1]))
