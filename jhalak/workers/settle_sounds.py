"""Carrying out what was decided on sounds, video by video.

That a sound is taken down hides its videos in the transaction that says so (ports/sounds.py). Here
each becomes refused for it, its creator is told why and may appeal; and comes back when the sound
does. Everything can be done twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from jhalak.ports.sounds import Sound, SoundsDown
from jhalak.ports.videos import VideoStore
from jhalak.schema.video import SOUND_DOWN, Video, is_refused_for_sound
from jhalak.trust.take_down import TakeDown
from jhalak.workers.settle_reviews import Publish, Tell

LIMIT: Final = 20
PAGE: Final = 100
APPEAL: Final = "an appeal was right"


@dataclass(frozen=True, slots=True)
class SettleSounds:
    """What follows from decisions on sounds. Raises PortError; the next step goes on."""

    sounds: SoundsDown
    videos: VideoStore
    publish: Publish
    take_down: TakeDown
    clock: Callable[[], int]
    tell: Tell | None = None

    async def step(self) -> bool:
        """Carry out what was decided and not done; True when there was anything."""
        left = await asyncio.to_thread(self.sounds.unsettled, LIMIT)
        for sound in left:
            await self.settle(sound)
        return bool(left)

    async def settle(self, sound: Sound) -> None:
        """All its videos. 10 ms each."""
        work = self._hide if sound.down else self._show
        after: Video | None = None
        while page := await asyncio.to_thread(self.sounds.videos, sound.id, after, PAGE):
            for video in page:
                await work(video, sound)
            after = page[-1]
        await asyncio.to_thread(self.sounds.settled, sound)

    async def _hide(self, video: Video, sound: Sound) -> None:
        if video.state != "live":
            return
        reason = f"{SOUND_DOWN}:{sound.down}"
        if self.tell is not None:
            await self.tell.taken_down(video, reason, {"sound": sound.id})
        hidden = await asyncio.to_thread(
            lambda: self.videos.change(
                video.id, ("live",), self.clock(), state="refused", reason=reason
            )
        )
        if hidden is not None:
            await self.take_down.forget_source(hidden)
            await self.take_down.hide(hidden)

    async def _show(self, video: Video, _: Sound) -> None:
        """What was seen before; of what came later nobody knows whether it may be."""
        if is_refused_for_sound(video) and video.live_ms:
            await self.publish(video)


@dataclass(frozen=True, slots=True)
class SoundAppeals:
    """What follows for the sound when an appeal about a video was right."""

    sounds: SoundsDown
    brought: Callable[[Video], bool]
    """Did this video bring its sound?"""
    clock: Callable[[], int]

    async def __call__(self, video: Video, by: str) -> None:
        """The sound stands again for all, where who brought it was right; else the video shares no
        sound any more. Then it can be published."""
        if not is_refused_for_sound(video) or not video.sound:
            return
        if await asyncio.to_thread(self.brought, video):
            await asyncio.to_thread(self.sounds.restore, video.sound, by, APPEAL, self.clock())
        else:
            await asyncio.to_thread(self.sounds.leave, video.id)
