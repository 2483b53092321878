"""Telling operators how evenly creators are met: one small blob beside the counts of reach."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Final

import msgspec

from jhalak.config.settings import Settings
from jhalak.learning.fairness import PATH, fairness
from jhalak.learning.reach import HOUR_MS
from jhalak.ports.blob_store import BlobStore
from jhalak.ports.creators import CreatorLookup
from jhalak.workers.count_reach import CountReach

EVERY_MS: Final = 60_000
AT_ONCE: Final = 500


class TellFairness:
    """Runs beside the counting, in its process. `settings` as they hold."""

    def __init__(
        self, reach: CountReach, people: CreatorLookup, blobs: BlobStore, settings: Settings,
        clock: Callable[[], int],
    ) -> None:  # fmt: skip
        self._reach, self._people, self._blobs = reach, people, blobs
        self._settings, self._clock = settings, clock
        self._told_ms, self._told = 0, [0] * len(reach.fold.offsets)

    async def step(self) -> None:
        """Write, when something is new and it is time to."""
        due = abs(self._clock() - self._told_ms) >= EVERY_MS
        if due and self._told != self._reach.fold.offsets:
            await self.tell()

    async def tell(self) -> None:
        """Write it now."""
        fold, settings = self._reach.fold, self._settings
        self._told_ms, told = self._clock(), list(fold.offsets)
        creators = {video.creator for video in fold.videos.values()}
        began_ms = await asyncio.to_thread(began_of, self._people, creators)
        offset_ms = int(settings.utc_offset_h * HOUR_MS)
        trial = settings.feed.trial_impressions
        found = fairness(fold.videos, began_ms, self._told_ms, offset_ms, trial)
        await self._blobs.put(PATH, msgspec.json.encode(found))
        self._told = told


def began_of(people: CreatorLookup, creators: Iterable[int]) -> dict[int, int]:
    """When each of them signed up, by creator number; who has no account is left out."""
    wanted = sorted(creators)
    found: dict[int, int] = {}
    for start in range(0, len(wanted), AT_ONCE):
        some = people.of_creators(wanted[start : start + AT_ONCE])
        found |= {number: one.created_ms for number, one in some.items()}
    return found
