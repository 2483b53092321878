"""Time passes in the log though nothing happens: ticks close labels, periods are dropped."""

from __future__ import annotations

from collections.abc import Callable

from jhalak.ports.event_log import EventLog
from jhalak.schema.activity import TOPIC, Tick, encode


class KeepTime:
    """Appends a tick to each partition after something else was appended to it."""

    def __init__(
        self, event_log: EventLog, clock: Callable[[], int], label_ms: int, retention_days: int
    ) -> None:
        self._log, self._clock = event_log, clock
        self._label_ms, self._retention_ms = label_ms, retention_days * 86_400_000
        self._last: list[int] = []
        self._owed_until_ms = 0

    async def step(self) -> bool:
        """One tick if labels may still be open."""
        now_ms = self._clock()
        ends = await self._log.ends(TOPIC)
        if ends != self._last:
            self._owed_until_ms = now_ms + 2 * self._label_ms
        if now_ms < self._owed_until_ms:
            await self._log.append(TOPIC, 0, encode(Tick(now_ms)), now_ms, durable=False)
            self._last = await self._log.ends(TOPIC)
        await self._log.drop_before(now_ms - self._retention_ms)
        return False
