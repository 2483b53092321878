"""How this process does, second by second: counters that exist already, read and told as rates.

Nothing is counted on the way of a request. A tick reads some sixty numbers, however many requests
came between two of them: every HISTORY_S while nobody looks, every second while somebody does.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from jhalak.pipeline.runner import StageStats
from jhalak.schema.slate import Level

if TYPE_CHECKING:
    from jhalak.api.services import Services

SECOND_S: Final = 1.0
HISTORY_S: Final = 10.0
KEPT_MS: Final = 900_000
WATCHERS: Final = 20
PARTS: Final = {
    "query hydrator": "viewer", "source": "sources", "hydrator": "features and scores",
    "scorer": "features and scores", "filter": "filters", "value model": "selection",
    "selector": "selection", "side effect": "after the answer",
}  # fmt: skip
"""A stage's kind to the part of a slate's time that it is told as."""
ACCEPTED, REJECTED = "events accepted", "events rejected"


class Sample(msgspec.Struct, frozen=True):
    """What happened since the sample before. Rates are a second."""

    at_ms: int
    span_s: float
    feeds: float
    """Slates answered."""
    cpu_ms: float | None
    """CPU of the whole process, events and loops and all, for each slate; null: there was none."""
    events: float
    """Accepted."""
    rejected: float
    """Events."""
    failures: float
    """Of stages, feeds and profiles read."""
    levels: dict[str, float]
    parts: dict[str, float]
    """Milliseconds of a slate, on average; empty without one."""
    silent_s: float | None
    """Since the learner was last heard; null: never."""


class StageTime(NamedTuple):
    """A stage, over the samples kept in which it was called."""

    surface: str
    kind: str
    stage: str
    calls: int
    """Since the start."""
    failures: int
    p50_us: float | None
    """Median and 99th percentile, over samples, of a call's mean time."""
    p99_us: float | None


class Busy(Exception):
    """As many look already as may."""


class _Counters(NamedTuple):
    at_ms: int
    cpu_s: float
    levels: NDArray[np.int64]
    accepted: int
    rejected: int
    failures: int
    calls: NDArray[np.int64]
    nanoseconds: NDArray[np.int64]


class Sampler:
    """One a process, used by the serving thread. `cpu` answers CPU seconds of the process."""

    def __init__(
        self, services: Services, cpu: Callable[[], float] = time.process_time,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:  # fmt: skip
        self._s, self._cpu, self._pause = services, cpu, pause
        feeds = {"lockscreen": services.lockscreen, "video": services.video}
        self._feeds = list(feeds.values())
        self._stages: list[tuple[str, StageStats]] = [
            (name, stats) for name, feed in feeds.items() for stats in feed.stats
        ]
        self._part = [PARTS.get(stats.kind, "") for _, stats in self._stages]
        self.history: deque[Sample] = deque()
        self._means: deque[NDArray[np.float32]] = deque()
        """Of each sample: float32[stages], microseconds a call; NaN where there was none."""
        self._before = self._read()
        self.watchers = 0
        self._ticking: asyncio.Task[None] | None = None
        self._news = asyncio.Event()
        self._ended = False

    def _read(self) -> _Counters:
        s, stats = self._s, [one for _, one in self._stages]
        return _Counters(
            s.clock(), self._cpu(),
            np.array([[feed.answers[level] for level in Level] for feed in self._feeds]).sum(0),
            s.counts.get(ACCEPTED, 0), s.counts.get(REJECTED, 0),
            sum(one.failures for one in stats) + s.states.failures,
            np.array([one.calls for one in stats], np.int64),
            np.array([one.nanoseconds for one in stats], np.int64),
        )  # fmt: skip

    def tick(self) -> None:
        """Take a sample. 0.1 ms, whatever happened since the last one."""
        then, now = self._before, self._read()
        self._before = now
        span_s = (now.at_ms - then.at_ms) / 1000
        if span_s <= 0:  # the clock was set back: from here on anew
            return
        levels = (now.levels - then.levels).tolist()
        feeds = sum(levels)
        spent, calls = now.nanoseconds - then.nanoseconds, now.calls - then.calls
        alive_ms = self._s.world.alive_ms
        self.history.append(
            Sample(
                now.at_ms, span_s, feeds / span_s,
                1000 * (now.cpu_s - then.cpu_s) / feeds if feeds else None,
                (now.accepted - then.accepted) / span_s, (now.rejected - then.rejected) / span_s,
                (now.failures - then.failures) / span_s,
                {level.name: levels[level] / span_s for level in Level if levels[level]},
                self._parts(spent, feeds) if feeds else {},
                max(now.at_ms - alive_ms, 0) / 1000 if alive_ms else None,
            )
        )  # fmt: skip
        with np.errstate(invalid="ignore", divide="ignore"):
            self._means.append(np.where(calls > 0, spent / calls / 1000, np.nan).astype(np.float32))
        while self.history[0].at_ms < now.at_ms - KEPT_MS:
            self.history.popleft()
            self._means.popleft()
        self._tell()

    def _parts(self, spent: NDArray[np.int64], feeds: int) -> dict[str, float]:
        parts = dict.fromkeys(PARTS.values(), 0.0)
        for part, nanoseconds in zip(self._part, spent.tolist(), strict=True):
            if part:
                parts[part] += nanoseconds / 1e6 / feeds
        return parts

    def _tell(self) -> None:
        news, self._news = self._news, asyncio.Event()
        news.set()

    async def step(self) -> bool:
        """A tick while nobody looks."""
        if not self.watchers:
            self.tick()
        return False

    def end(self) -> None:
        """Whoever looks is sent away: the server ends."""
        self._ended = True
        self._tell()

    async def watch(self) -> AsyncIterator[list[Sample]]:
        """What is kept, then each new sample. Raises Busy."""
        if self.watchers >= WATCHERS:
            raise Busy
        self.watchers += 1
        try:
            if self._ticking is None:
                self.tick()
                self._ticking = asyncio.create_task(self._tick_on())
            yield list(self.history)
            while not self._ended:
                await self._news.wait()
                if not self._ended and self.history:
                    yield [self.history[-1]]
        finally:
            self.watchers -= 1
            if not self.watchers and self._ticking is not None:
                self._ticking.cancel()
                self._ticking = None

    async def _tick_on(self) -> None:
        while True:
            await self._pause(SECOND_S)
            self.tick()

    def stages(self) -> list[StageTime]:
        """Every stage. 9 ms where 15 minutes of seconds are kept: for a thread."""
        means = np.array(list(self._means), np.float32).reshape(-1, len(self._stages))
        told = []
        for place, (surface, stats) in enumerate(self._stages):
            known = means[:, place][~np.isnan(means[:, place])]
            middle, high = np.percentile(known, (50, 99)).tolist() if len(known) else (None, None)
            told.append(
                StageTime(
                    surface, stats.kind, stats.name, stats.calls, stats.failures, middle, high
                )
            )
        return told
