"""Videos whose time has come go live, exactly once, however late this is started."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from jhalak.ports.videos import DueVideos
from jhalak.workers.publish_video import PublishVideo

log = logging.getLogger(__name__)
LIMIT: Final = 50


class PublishDue:
    """A step of it; any number of processes may take them at once: the change that makes a video
    live happens once."""

    def __init__(self, videos: DueVideos, publish: PublishVideo, clock: Callable[[], int]) -> None:
        self._videos, self._publish, self._clock = videos, publish, clock

    async def step(self) -> bool:
        """Was there so much that there may be more? One that fails holds up no other."""
        due = await asyncio.to_thread(self._videos.due, self._clock(), LIMIT)
        done = 0
        for video in due:
            try:
                await asyncio.to_thread(self._publish.due, video)
                done += 1
            except Exception as problem:
                log.warning("video %s is due and was not published: %r", video.id, problem)
        return done == LIMIT
