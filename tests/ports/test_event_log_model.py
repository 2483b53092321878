"""EventLog against a list: whatever is done to it, in whatever order, nothing is lost."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from jhalak.embedded.event_log import EmbeddedEventLog
from jhalak.ports.event_log import Entry, partition_of

R = TypeVar("R")

T = "activity"
DAY = 86_400_000
PARTITIONS = 2
KEYS = st.integers(1, 5)
BURSTS = st.lists(st.tuples(KEYS, st.binary(max_size=30), st.booleans()), min_size=1, max_size=90)


class LogAndList(RuleBasedStateMachine):
    """`kept` is what the log must hold, `ends` how far each partition has come."""

    @initialize()
    def begin(self) -> None:
        self.runner = asyncio.Runner()
        self.folder = tempfile.TemporaryDirectory()
        self.now_ms = 20_000 * DAY
        self.kept: list[Entry] = []
        self.ends = [0] * PARTITIONS
        self.open()

    def open(self) -> None:
        self.log = EmbeddedEventLog(Path(self.folder.name) / "log", PARTITIONS)
        self.beside = EmbeddedEventLog(Path(self.folder.name) / "log", PARTITIONS, writable=False)

    def close(self) -> None:
        self.log.close()
        self.beside.close()

    def run(self, work: Coroutine[Any, Any, R]) -> R:
        return self.runner.run(work)

    @rule(burst=BURSTS)
    def append(self, burst: list[tuple[int, bytes, bool]]) -> None:
        async def all_at_once() -> list[tuple[int, int]]:
            return await asyncio.gather(
                *(self.log.append(T, k, p, self.now_ms, durable=d) for k, p, d in burst)
            )

        answers = self.run(all_at_once())
        for (key, payload, durable), answer in zip(burst, answers, strict=True):
            partition = partition_of(key, PARTITIONS)
            self.ends[partition] += 1
            n = self.ends[partition]
            self.kept.append(Entry(partition, n, key, self.now_ms, payload))
            assert answer == (partition, n if durable else 0)

    @rule(key=KEYS)
    def delete(self, key: int) -> None:
        gone = sum(entry.key == key for entry in self.kept)
        assert self.run(self.log.delete_key(T, key)) == gone
        self.kept = [entry for entry in self.kept if entry.key != key]

    @rule(hours=st.integers(-2, 40))
    def time_passes(self, hours: int) -> None:
        self.now_ms += hours * 3_600_000

    @rule()
    def reopen(self) -> None:
        self.close()
        self.open()

    @rule(days=st.integers(1, 4))
    def drop(self, days: int) -> None:
        before_ms = self.now_ms - days * DAY
        self.run(self.log.drop_before(before_ms))
        left = {(e.partition, e.n) for e in self.read_all()}
        gone = [entry for entry in self.kept if (entry.partition, entry.n) not in left]
        assert all(entry.at_ms < before_ms for entry in gone)
        self.kept = [entry for entry in self.kept if (entry.partition, entry.n) in left]

    @invariant()
    def holds_what_the_list_holds(self) -> None:
        self.run(self.log.delete_key(T, 0))  # takes its turn after all that was appended
        assert self.run(self.log.ends(T)) == self.ends == self.run(self.beside.ends(T))
        assert self.read_all() == sorted(self.kept)
        for key in range(1, 6):
            theirs = [entry for entry in self.kept if entry.key == key]
            assert self.run(self.beside.read_key(T, key)) == theirs

    def read_all(self) -> list[Entry]:
        found: list[Entry] = []
        for partition in range(PARTITIONS):
            after = 0
            while page := self.run(self.beside.read(T, partition, after, 50)):
                found += page
                after = page[-1].n
        return found

    def teardown(self) -> None:
        self.close()
        self.runner.close()
        self.folder.cleanup()


TestLogAndList = LogAndList.TestCase
TestLogAndList.settings = settings(
    max_examples=12, stateful_step_count=15, deadline=None, derandomize=True, database=None
)
