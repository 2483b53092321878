"""Time passes in the log though nothing happens: ticks close labels, periods are dropped."""

from __future__ import annotations

from collections.abc import Callable

from jhalak.ports.event_log import EventLog
from jhalak.schema.activity import TOPIC, Tick, encode
from jhalak.workers.steady_clock import SteadyClock


class KeepTime:
    """Appends ticks for a while after something else was appended. One partition is enough: the
    learner's time is the greatest of all of them."""

    def __init__(
        self, event_log: EventLog, clock: Callable[[], int], label_ms: int, retention_days: int
    ) -> None:
        self._log, self._clock = event_log, clock
        self._label_ms, self._retention_ms = label_ms, retention_days * 86_400_000
        self._last: list[int] = []
        self._owed_until_ms = 0
        self._steady = SteadyClock(clock)

    async def step(self) -> bool:
        """One tick if labels may still be open."""
        now_ms = self._clock()
        ends = await self._log.ends(TOPIC)
        if ends != self._last:
            self._owed_until_ms = now_ms + 2 * self._label_ms
        self._last = list(ends)
        if now_ms < self._owed_until_ms:
            # Durable, so that its place is known: a tick alone is nothing to tick for.
            partition, n = await self._log.append(TOPIC, 0, encode(Tick(now_ms)), now_ms)
            if n == ends[partition] + 1:
                self._last[partition] = n
        if believed_ms := self._steady():
            await self._log.drop_before(believed_ms - self._retention_ms)
        return False
