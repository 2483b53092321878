"""What people were told is forgotten after 90 days."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from jhalak.ports.notifications import NotificationStore

KEEP_MS: Final = 90 * 86_400_000
LIMIT: Final = 500


class SweepNotices:
    """A step of it; any number of processes may take them at once."""

    def __init__(self, store: NotificationStore, steady: Callable[[], int]) -> None:
        self._store, self._steady = store, steady

    async def step(self) -> bool:
        """Was there so much that there may be more?"""
        before_ms = self._steady() - KEEP_MS
        return await asyncio.to_thread(self._store.sweep, before_ms, LIMIT) == LIMIT
