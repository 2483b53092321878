"""How a process does: read from counters that exist, kept for a quarter of an hour."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from jhalak.api.sampler import KEPT_MS, PARTS, WATCHERS, Busy, Sampler
from tests.worlds import Jhalak


class Pace:
    """A second passes when the test lets it."""

    def __init__(self, jhalak: Jhalak) -> None:
        self._jhalak, self._gate = jhalak, asyncio.Event()

    async def pause(self, seconds: float) -> None:
        await self._gate.wait()
        self._gate.clear()
        self._jhalak.clock.forward(s=seconds)

    def go(self) -> None:
        self._gate.set()


@pytest.fixture
def cpu() -> Iterator[float]:
    """Half a second of CPU between two readings."""
    return (0.5 * n for n in count())


@pytest.fixture
def sampler(shared: Jhalak, cpu: Iterator[float]) -> Sampler:
    return Sampler(shared.services, lambda: next(cpu))


def test_a_sample_tells_what_happened_since_the_one_before(
    shared: Jhalak, sampler: Sampler
) -> None:
    phone = shared.phone()
    cards = phone.edition(8)["cards"]
    phone.look(*cards)
    phone.page(5)
    shared.clock.forward(s=2)
    sampler.tick()
    (sample,) = sampler.history
    assert (sample.span_s, sample.feeds, sample.cpu_ms) == (2.0, 1.0, 250.0)
    assert sum(sample.levels.values()) == 1.0
    assert sample.events > 0 and sample.rejected == 0
    assert set(sample.parts) == set(PARTS.values())
    assert sample.parts["sources"] > 0 and sample.parts["features and scores"] > 0


def test_a_quiet_second_says_so_and_a_clock_set_back_says_nothing(
    shared: Jhalak, sampler: Sampler
) -> None:
    shared.clock.forward(s=1)
    sampler.tick()
    assert (sampler.history[0].feeds, sampler.history[0].cpu_ms) == (0.0, None)
    assert sampler.history[0].parts == {}
    shared.clock.forward(s=-5)
    sampler.tick()
    assert len(sampler.history) == 1
    shared.clock.forward(s=1)
    sampler.tick()
    assert len(sampler.history) == 2


def test_a_quarter_of_an_hour_is_kept(shared: Jhalak, sampler: Sampler) -> None:
    for _ in range(1000):
        shared.clock.forward(s=1)
        sampler.tick()
    assert sampler.history[-1].at_ms - sampler.history[0].at_ms == KEPT_MS
    assert len(sampler.history) == 901


def test_stages_tell_their_middle_and_their_slow_seconds(shared: Jhalak, sampler: Sampler) -> None:
    phone = shared.phone()
    for _ in range(3):
        phone.edition(8)
        shared.clock.forward(s=1)
        sampler.tick()
    told = {(one.surface, one.kind): one for one in sampler.stages()}
    met, unmet = told["lockscreen", "selector"], told["video", "selector"]
    assert met.p50_us is not None and met.p99_us is not None
    assert 0 < met.p50_us <= met.p99_us
    assert (unmet.p50_us, unmet.p99_us) == (None, None)


def test_who_looks_gets_the_past_and_then_each_second_until_the_server_ends(
    shared: Jhalak, cpu: Iterator[float]
) -> None:
    async def looking() -> None:
        pace = Pace(shared)
        sampler = Sampler(shared.services, lambda: next(cpu), pace.pause)
        shared.clock.forward(s=10)
        await sampler.step()
        shared.clock.forward(s=3)
        watch: Any = sampler.watch()
        assert [sample.span_s for sample in await anext(watch)] == [10.0, 3.0]
        await sampler.step()  # the slow tick leaves the seconds to whoever looks
        for _ in range(3):
            pace.go()
            assert [sample.span_s for sample in await anext(watch)] == [1.0]
        sampler.end()
        with pytest.raises(StopAsyncIteration):
            await anext(watch)
        assert sampler.watchers == 0

    shared.run(looking())


def test_one_too_many_is_refused_and_one_that_leaves_makes_room(
    shared: Jhalak, sampler: Sampler
) -> None:
    async def crowding() -> None:
        crowd: list[Any] = [sampler.watch() for _ in range(WATCHERS)]
        for watch in crowd:
            await anext(watch)
        one_more: Any = sampler.watch()
        with pytest.raises(Busy):
            await anext(one_more)
        await crowd.pop().aclose()
        later: Any = sampler.watch()
        await anext(later)
        for watch in [*crowd, later]:
            await watch.aclose()
        assert sampler.watchers == 0

    shared.run(crowding())
