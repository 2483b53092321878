"""Telling people of a new part of a series that they watch.

There is no following of a series. A new part concerns who follows its creator and began or finished
another part of it lately ("continue watching" remembers that), and who saved another part. A few
accounts are told at a time, and how far that went is on disk with what they were told: a kill tells
nobody twice and leaves nobody out.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from jhalak.learning import profile
from jhalak.learning.going import begun, ended
from jhalak.people.age import is_minor
from jhalak.ports.part_news import Concerned, PartNews, PartNewsStore
from jhalak.ports.profile_store import ProfileStore
from jhalak.residency.seal import unseal
from jhalak.schema.viewer_state import ViewerState

FRESH_MS: Final = 7 * 86_400_000
"""What is live for longer when it becomes a part is no news."""
SETTLED_MS: Final = 5_000
"""Every process serves by then what became live."""
AT_ONCE: Final = 20
"""Accounts of one step: reading their profiles holds the serving thread for 1 ms."""


@dataclass(frozen=True, slots=True)
class TellParts:
    """A step of it; any number of processes may take them at once. Raises PortError."""

    news: PartNewsStore
    profiles: ProfileStore
    at_hand: Callable[[int], ViewerState | None]
    """A viewer's state where this process has it, newer than their profile."""
    unfit: Callable[[int], bool]
    """Is the item of this number nothing for minors?"""
    clock: Callable[[], int]

    async def step(self) -> bool:
        """Was there somebody to tell?"""
        news = await asyncio.to_thread(self.news.next)
        if news is None:
            return False
        now_ms = self.clock()
        if news.live_ms > now_ms - SETTLED_MS:
            return False
        found: list[Concerned] = []
        if news.others and news.live_ms > now_ms - FRESH_MS:
            found = await asyncio.to_thread(self.news.concerned, news, AT_ONCE)
        accounts = await self._wanting(news, found, now_ms)
        up_to = found[-1].account.num if len(found) == AT_ONCE else 0
        return await asyncio.to_thread(self.news.tell, news, accounts, up_to, now_ms)

    async def _wanting(self, news: PartNews, found: Sequence[Concerned], now_ms: int) -> list[int]:
        """Accounts of those who watch the series and have not met this part."""
        unfit = self.unfit(news.num)
        old = [one for one in found if not (unfit and is_minor(one.account.age_band))]
        watched = await self._watched([one.account.viewer for one in old], now_ms)
        others = set(news.others)
        chosen = []
        for one in old:
            known = watched.get(one.account.viewer, set())
            if news.num not in known and (one.saved or known & others):
                chosen.append(one.account.num)
        return chosen

    async def _watched(self, viewers: Sequence[int], now_ms: int) -> dict[int, set[int]]:
        """What each began or finished lately; of who has no profile nothing is known."""
        states = {viewer: self.at_hand(viewer) for viewer in viewers}
        away = [viewer for viewer, state in states.items() if state is None]
        for viewer, value in (await self.profiles.get_many(away)).items() if away else ():
            try:
                states[viewer] = profile.load(viewer, unseal(viewer, value))
            except ValueError:  # of another version: made anew when they come
                continue
        return {
            viewer: {left.item for left in begun(state, now_ms)}
            | {item for item, _ in ended(state, now_ms)}
            for viewer, state in states.items()
            if state is not None
        }
