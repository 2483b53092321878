"""Carrying out what humans decided on creators' videos: publish, refuse, take down, let off.

The console calls `settle` right after a decision; `step` finds what a crash left between the two.
Everything here can be done twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from jhalak.ports.reviews import DecidedReviews, KnownBadStore, Review, newest_decision
from jhalak.ports.videos import VideoStore
from jhalak.schema.video import SOUND_DOWN, Video, is_refused_for_sound
from jhalak.trust.take_down import APPEAL_WON, TakeDown

LIMIT: Final = 50
NOT_BAD: Final = ("copy", "copyright", "rights", SOUND_DOWN)
"""Refused for what its creator may not do, not for what it shows: who may do it must not be
refused for looking the same."""

Publish = Callable[[Video], Awaitable[None]]
"""A held or refused video becomes live, or a draft where its creator keeps it back. Raises
PortError."""


class Tell(Protocol):
    """Tells creators (workers/settle_cases.py). Before it is carried out: what a crash leaves is
    then carried out again, and they are told once."""

    async def reviewed(self, video: Video, review: Review) -> None:
        """Of an appeal."""

    async def taken_down(self, video: Video, reason: str, said: Mapping[str, str] = {}) -> None: ...


@dataclass(frozen=True, slots=True)
class SettleReviews:
    """What follows from decisions."""

    reviews: DecidedReviews
    videos: VideoStore
    known_bad: KnownBadStore
    publish: Publish
    take_down: TakeDown
    clock: Callable[[], int]
    tell: Tell | None = None
    look_at_uses: Callable[[Video, str], int] | None = None
    """Asks humans about what was made with a video that goes, and why it goes (trust/uses.py)."""
    appeal_right: Callable[[Video, str], Awaitable[None]] | None = None
    """(video, by): what follows for its sound (workers/settle_sounds.py)."""

    async def step(self) -> bool:
        """Carry out what was decided and not done; True when there was anything."""
        left = await asyncio.to_thread(self.reviews.unsettled, LIMIT)
        for video in left:
            await self.settle(video)
        return bool(left)

    async def settle(self, video_id: str) -> None:
        """Carry out the newest decision on one video. Raises PortError: then `step` does it."""
        video = await asyncio.to_thread(self.videos.find, video_id)
        newest = newest_decision(await self._of(video_id))
        if video is None or newest is None:
            return
        if self.tell is not None:
            await self.tell.reviewed(video, newest)
        if newest.decision == "allow" and newest.kind != "report":
            await self._allow(video, newest)
        elif newest.decision == "refuse" and newest.kind != "appeal":
            said = {"review": str(newest.num)}
            await self.refuse(video, reason_of(newest), f"operator:{newest.by[0]}", said)
        if newest.kind == "appeal":
            await asyncio.to_thread(self.reviews.settled, newest.num, self.clock())

    async def refuse(
        self, video: Video, reason: str, by: str, said: Mapping[str, str] = {}
    ) -> None:
        """What is not seen yet is refused, what is seen is taken down; neither comes back."""
        if self.tell is not None and video.state in ("waiting", "held", "draft", "live"):
            await self.tell.taken_down(video, reason, said)
        if video.media is not None and video.media.likeness and _is_bad(reason):
            likeness, now_ms = video.media.likeness, self.clock()
            await asyncio.to_thread(self.known_bad.add, likeness, video.id, now_ms)
        refused = await asyncio.to_thread(
            self.videos.change, video.id, ("waiting", "held"), self.clock(), state="refused",
            reason=reason,
        )  # fmt: skip
        if refused is not None:
            await self.take_down.forget_source(refused)
        elif video.state in ("draft", "live") or is_refused_for_sound(video):
            if self.look_at_uses is not None:
                await asyncio.to_thread(self.look_at_uses, video, reason)
            await self.take_down(video, reason, by)

    async def _allow(self, video: Video, review: Review) -> None:
        if video.state == "held" and await self._is_asked_again(video.id):
            return
        if review.kind == "appeal" and self.appeal_right is not None:
            await self.appeal_right(video, f"operator:{review.by[0]}")
        if video.state == "held" or (video.state == "refused" and video.media is not None):
            await self.publish(video)
        elif review.kind == "appeal" and video.state in ("refused", "removed"):
            await asyncio.to_thread(
                self.videos.change, video.id, (video.state,), self.clock(), state="removed",
                reason=APPEAL_WON,
            )  # fmt: skip
        if review.kind == "appeal":
            await asyncio.to_thread(self.known_bad.forget, video.id)

    async def _is_asked_again(self, video_id: str) -> bool:
        """Its creator said something else of it since, on which nobody has decided."""
        return any(r.kind == "gate" and r.decision is None for r in await self._of(video_id))

    async def _of(self, video_id: str) -> list[Review]:
        return await asyncio.to_thread(self.reviews.of, video_id)


def reason_of(review: Review) -> str:
    """The code that stands first in its `why`."""
    return review.why.partition("\n")[0].partition(" ")[0] or "other"


def _is_bad(reason: str) -> bool:
    return reason.partition(":")[0] not in NOT_BAD
