"""A clock for what destroys by age: one that jumped ahead must not cost what is kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

STEP_MS: Final = 600_000
STEADY_MS: Final = 3_600_000
"""For how long, and in what steps, a clock has run when it is believed."""


class SteadyClock:
    """Asked at least every STEP_MS it answers the time, in Unix ms; 0, by which nothing is old,
    until it has run steadily for STEADY_MS."""

    def __init__(self, clock: Callable[[], int]) -> None:
        self._clock = clock
        self._now_ms = self._steady_from_ms = clock()

    def __call__(self) -> int:
        now_ms = self._clock()
        if not 0 <= now_ms - self._now_ms <= STEP_MS:
            self._steady_from_ms = now_ms
        self._now_ms = now_ms
        return now_ms if now_ms - self._steady_from_ms >= STEADY_MS else 0
