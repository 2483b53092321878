"""Watching experiments: read the log, fold, and stop the arms that guardrails say must stop.

A process of its own. Like the learner it keeps nothing that a checkpoint and the log do not hold.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from typing import Final

import msgspec

from jhalak.config.experiments import Override, holdouts
from jhalak.config.settings import Settings
from jhalak.experiments.analysis import Stop, guard
from jhalak.experiments.fold import ExperimentFold
from jhalak.experiments.report import report_path, summary
from jhalak.experiments.stops import Stopped, Stops
from jhalak.experiments.table import Table
from jhalak.ports.audit import AuditStore
from jhalak.ports.blob_store import BlobStore
from jhalak.ports.event_log import EventLog
from jhalak.workers.log_fold import LogFold

log = logging.getLogger(__name__)

JUDGE_MS: Final = 2_000
"""How often guardrails are looked at: 20 ms for 100,000 viewers."""
CHECKPOINT_MS: Final = 300_000
"""How often all of it is written at most; 170,000 events/s are folded again after a crash."""
FOLDER: Final = "experiments/fold"
REPORT_MS: Final = 5_000


def experiments_of_log(
    event_log: EventLog, blobs: BlobStore, settings: Settings
) -> LogFold[ExperimentFold]:
    """The experiments' fold, still empty."""
    join_ms = int(settings.learning.join_h * 3_600_000)
    keep_ms = settings.log.retention_days * 86_400_000
    return LogFold(
        event_log, blobs, FOLDER, lambda: ExperimentFold(event_log.partitions, join_ms, keep_ms)
    )


class WatchExperiments:
    """Reads, judges and checkpoints."""

    def __init__(
        self,
        event_log: EventLog,
        blobs: BlobStore,
        audit: AuditStore,
        settings: Settings,
        clock: Callable[[], int],
    ) -> None:
        self._blobs, self._audit, self._settings, self._clock = blobs, audit, settings, clock
        self._stops = Stops(blobs)
        self._source = experiments_of_log(event_log, blobs, settings)
        self._unwritten: deque[Stop] = deque()
        """Stops that the audit log does not have yet."""
        self._judged_ms = self._reported_ms = 0
        self._reported: tuple[Settings, list[int]] | None = None
        self._checkpointed_ms = clock()

    @property
    def fold(self) -> ExperimentFold:
        return self._source.fold

    def obey(self, settings: Settings, policy: Override) -> None:
        """These experiments and weights hold from now on."""
        self._settings = settings

    async def resume(self) -> None:
        await self._source.resume()

    async def step(self) -> bool:
        """Fold the next records; judge and checkpoint when it is time to. True when there were
        any."""
        more = await self._source.read()
        now_ms = self._clock()
        if abs(now_ms - self._judged_ms) >= JUDGE_MS:
            await self.judge()
            self._judged_ms = now_ms
        if abs(now_ms - self._reported_ms) >= REPORT_MS:
            await self.report()
        if abs(now_ms - self._checkpointed_ms) >= CHECKPOINT_MS:
            await self.checkpoint()
        return more

    async def report(self) -> None:
        """Write down what every experiment and holdout shows, where something is new."""
        self._reported_ms, rules = self._clock(), self._settings
        if self._reported == (rules, self.fold.offsets):
            return
        for experiment in (*rules.experiments, *holdouts(rules.experiments, rules.assignment)):
            table = self.fold.tables.get(experiment.name, Table())
            stops = await self._stops.of(experiment.name)
            values, at_ms = rules.feed.values, self.fold.at_ms
            found = summary(experiment, table, stops, values, at_ms, self._reported_ms)
            await self._blobs.put(report_path(experiment.name), msgspec.json.encode(found))
        self._reported = rules, list(self.fold.offsets)

    async def judge(self) -> list[Stop]:
        """Stop what a guardrail says must stop; answers what was stopped now. The stop comes
        before its entry in the audit log: it must not wait for records that are down."""
        known = await self._stops.names()
        stopped = []
        for experiment in self._settings.experiments:
            table = self.fold.tables.get(experiment.name)
            tallies = table.tallies() if table is not None else {}
            for stop in guard(experiment, tallies, self._settings.feed.values, self.fold.at_ms):
                if (stop.experiment, stop.arm) not in known:
                    await self._stop(stop)
                    stopped.append(stop)
        while self._unwritten:
            await asyncio.to_thread(self._write, self._unwritten[0])
            self._unwritten.popleft()
        return stopped

    async def _stop(self, stop: Stop) -> None:
        made = Stopped(stop.experiment, stop.arm, self._clock(), "guardrail", stop.reason)
        await self._stops.put(made)
        self._unwritten.append(stop)
        log.warning("arm %s of %s stopped: %s", stop.arm, stop.experiment, stop.reason)

    def _write(self, stop: Stop) -> None:
        subject = f"{stop.experiment}/{stop.arm}"
        self._audit.append("system", "stop arm", subject, stop.reason, self._clock())

    async def checkpoint(self) -> None:
        self._checkpointed_ms = self._clock()
        await self._source.checkpoint()
