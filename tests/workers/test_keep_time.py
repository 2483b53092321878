"""Ticks: time passes in the log for as long as labels may be open, and no longer."""

from __future__ import annotations

import asyncio

from jhalak.schema.activity import TOPIC, Tick, decode
from jhalak.workers.keep_time import KeepTime
from tests.worlds import DAY_MS, Clock

LABEL_MS = 120_000


class Log:
    """A log of one partition that counts; `meanwhile` are records of others that come first."""

    def __init__(self) -> None:
        self.n = 0
        self.ticks: list[int] = []
        self.dropped: list[int] = []
        self.meanwhile = 0

    async def append(
        self, topic: str, key: int, payload: bytes, at_ms: int, *, durable: bool = True
    ) -> tuple[int, int]:
        record = decode(payload)
        assert topic == TOPIC and key == 0 and durable and isinstance(record, Tick)
        self.n += 1 + self.meanwhile
        self.meanwhile = 0
        self.ticks.append(record.at_ms)
        return 0, self.n

    async def ends(self, topic: str) -> list[int]:
        return [self.n]

    async def drop_before(self, at_ms: int) -> int:
        self.dropped.append(at_ms)
        return 0


class World:
    def __init__(self) -> None:
        self.log, self.clock = Log(), Clock()
        self.keep_time = KeepTime(self.log, self.clock, LABEL_MS, 90)  # type: ignore[arg-type]

    def steps(self, count: int, every_s: float = 10) -> int:
        """How many ticks so many steps append."""
        before = len(self.log.ticks)
        for _ in range(count):
            assert asyncio.run(self.keep_time.step()) is False
            self.clock.forward(s=every_s)
        return len(self.log.ticks) - before


def settled() -> World:
    """A world that was started and has come to rest."""
    world = World()
    world.steps(40)
    return world


def test_after_a_record_time_ticks_for_two_label_windows_and_then_rests() -> None:
    world = settled()
    world.log.n += 1
    assert world.steps(100) == 2 * LABEL_MS // 10_000
    assert world.steps(100) == 0


def test_an_idle_log_stays_idle() -> None:
    assert settled().steps(1000) == 0


def test_a_tick_carries_the_time_of_its_step() -> None:
    world = settled()
    world.log.n += 1
    now_ms = world.clock()
    world.steps(2)
    assert world.log.ticks[-2:] == [now_ms, now_ms + 10_000]


def test_a_record_that_comes_just_before_a_tick_is_ticked_for_too() -> None:
    world = settled()
    world.log.n += 1
    world.steps(23)
    world.log.meanwhile = 1
    world.steps(1)
    assert world.steps(100) >= 2 * LABEL_MS // 10_000 - 1


def test_periods_are_dropped_after_their_retention_once_the_clock_ran_steadily() -> None:
    world = World()
    world.steps(400)
    assert world.log.dropped
    newest_ms = world.clock() - 10_000
    assert world.log.dropped[-1] == newest_ms - 90 * DAY_MS


def test_a_clock_that_jumps_ahead_drops_nothing() -> None:
    world = World()
    world.steps(400)
    before = len(world.log.dropped)
    world.clock.forward(days=400)
    world.steps(100)
    assert len(world.log.dropped) == before
