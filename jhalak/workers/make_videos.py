"""Making creators' videos: takes jobs, makes rungs, asks the gate, publishes.

One job at a time, any number of processes. A job may be done twice, since its worker may be killed
anywhere: files are named by content, and each change says in which states it may happen.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from jhalak.media.container import Refused
from jhalak.media.sandbox import Broke, NoSandbox
from jhalak.ports.errors import PortError
from jhalak.ports.fetcher import FetchError
from jhalak.ports.jobs import Failure, Job, JobStore
from jhalak.ports.reviews import ReviewStore
from jhalak.ports.uploads import UploadStore
from jhalak.ports.videos import FIRST, PURGE, REST, VideoStore
from jhalak.schema.video import Media, Video, VideoState
from jhalak.trust.gate import Verdict
from jhalak.trust.take_down import TakeDown
from jhalak.workers.publish_video import MACHINE, PublishVideo
from jhalak.workers.sweep_videos import SOURCES_MS, WHOLE_MS, SweepVideos
from jhalak.workers.video_passes import Gone, VideoPasses

log = logging.getLogger(__name__)

BEATS: Final = 6
"""Of a lease: so often a job is held anew, at least."""
TELL_S: Final = 2.0
"""So often it is told how far a job is."""
DAMAGED: Final = "damaged"
LOST: Final = "lost"
"""Reason of a video whose source is not there any more: upload it again."""
OPEN: Final[tuple[VideoState, ...]] = ("waiting", "held", "draft", "live")
"""More may be made of a video in these states."""

Check = Callable[[Video, Media, NDArray[np.uint8]], Verdict]


@dataclass(frozen=True, slots=True)
class Stores:
    """What this loop changes."""

    jobs: JobStore
    videos: VideoStore
    uploads: UploadStore
    reviews: ReviewStore


class Lost(Exception):
    """The job is another's by now."""


class MakeVideos:
    """The loop: what `jhalak work transcode` runs."""

    def __init__(
        self, stores: Stores, passes: VideoPasses, check: Check, publish: PublishVideo,
        take_down: TakeDown, sweep: SweepVideos, clock: Callable[[], int],
        name: Callable[[], str], lease_s: float,
    ) -> None:  # fmt: skip
        """`name`: a new one for each claim. `check` blocks. `lease_s`: a worker from which nothing
        is heard for so long is dead."""
        self._stores, self._passes, self._check = stores, passes, check
        self._publish, self._take_down = publish, take_down
        self._sweep, self._clock, self._name = sweep, clock, name
        self._looked_ms = self._swept_ms = 0
        self._lease_ms = int(1000 * lease_s)
        self._stopping = False
        self.done = self.failed = 0
        """Jobs, since it started."""

    async def step(self) -> bool:
        """Do the next job; False where none waits."""
        owner = self._name()
        jobs = self._stores.jobs
        job = await asyncio.to_thread(jobs.claim, owner, self._clock(), self._lease_ms)
        if job is None or self._stopping:
            if job is not None:
                await self._end(job, owner, "stopped", "")
            elif not self._stopping:
                await self._when_idle()
            return False
        work = {FIRST: self._first, REST: self._rest, PURGE: self._purge}.get(job.kind)
        if work is None:
            await self._end(job, owner, "failed", "no worker knows this kind of job")
        else:
            await self._work(job, owner, work)
        return True

    async def _when_idle(self) -> None:
        now_ms = self._clock()
        if abs(now_ms - self._looked_ms) >= SOURCES_MS:
            self._looked_ms = now_ms
            await self.tidy(whole=abs(now_ms - self._swept_ms) >= WHOLE_MS)

    async def tidy(self, *, whole: bool = True) -> list[str]:
        """Delete what nobody needs, and tell videos of what crashes gave up; answers which folders
        were deleted. Not `whole`: only among the sources."""
        if whole:
            self._swept_ms = self._clock()
        swept = await self._sweep.look(whole=whole)
        for folder in swept.leaked:
            await self._take_down.delete(folder)
        for kind, video_id in swept.given_up:
            await self.give_up(kind, video_id)
        return list(swept.leaked)

    def stop(self) -> None:
        """End what is being made; its job waits for another worker."""
        self._stopping = True
        self._passes.end(for_good=True)

    async def _work(
        self, job: Job, owner: str, work: Callable[[Video, Job, str], Awaitable[None]]
    ) -> None:
        beating = asyncio.create_task(self._beat(job, owner))
        try:
            video = await asyncio.to_thread(self._stores.videos.find, job.subject)
            if video is not None:
                await work(video, job, owner)
        except Lost:
            log.info("%s of %s is another's by now", job.kind, job.subject)
        except Gone:
            await self.give_up(job.kind, job.subject, LOST)
            await self._settled(job, owner)
        except Broke as problem:
            await self._end(job, owner, "stopped" if self._stopping else "crashed", str(problem))
        except FetchError as problem:  # in a minute again: its lease runs out
            log.warning("%s of %s: %s", job.kind, job.subject, problem)
        except (PortError, NoSandbox) as problem:
            await self._end(job, owner, "stopped", str(problem))
            raise
        except Exception as problem:
            log.exception("%s of %s failed", job.kind, job.subject)
            await self._end(job, owner, "crashed", repr(problem))
        else:
            await self._settled(job, owner)
        finally:
            beating.cancel()

    async def _beat(self, job: Job, owner: str) -> None:
        """Hold the job while it is worked on; without it end what is being made."""
        while True:
            await asyncio.sleep(min(self._lease_ms / 1000 / BEATS, TELL_S))
            try:
                await self._hold(job, owner, self._passes.progress())
            except Lost:
                self._passes.end()
                return
            except PortError as problem:
                log.warning("a beat was not written: %s", problem)

    async def _hold(self, job: Job, owner: str, progress: float) -> None:
        until_ms = self._clock() + self._lease_ms
        if not await asyncio.to_thread(self._stores.jobs.beat, job.num, owner, progress, until_ms):
            raise Lost

    async def _settled(self, job: Job, owner: str) -> None:
        if await asyncio.to_thread(self._stores.jobs.done, job.num, owner, self._clock()):
            self.done += 1
            log.info("%s of %s is done", job.kind, job.subject)

    async def _end(self, job: Job, owner: str, how: Failure, note: str) -> None:
        jobs = self._stores.jobs
        ended = await asyncio.to_thread(jobs.fail, job.num, owner, note, self._clock(), how)
        self.failed += ended and how != "stopped"
        found = await asyncio.to_thread(jobs.find, job.kind, job.subject)
        if ended and found is not None and found.state == "quarantined":
            await self.give_up(job.kind, job.subject)

    async def give_up(self, kind: str, video_id: str, code: str = DAMAGED) -> None:
        """A job on this video cannot be done: without its first rungs it is refused, and no more
        is made of it."""
        video = await asyncio.to_thread(self._stores.videos.find, video_id)
        if video is None or kind == PURGE:
            return
        if kind == FIRST and video.state == "waiting":
            await self._refuse(video, code)
        else:
            await self._take_down.forget_source(video)

    async def _refuse(self, video: Video, code: str) -> None:
        refused = await asyncio.to_thread(
            lambda: self._stores.videos.change(
                video.id, ("waiting",), self._clock(), state="refused", reason=code
            )
        )
        if refused is not None:
            await self._take_down.clear(refused)

    async def _first(self, video: Video, job: Job, owner: str) -> None:
        if video.state == "removed":
            await self._forget(video)
        elif video.state in ("held", "draft", "live"):
            await self._more(video)  # a worker was killed before it asked for that
        if video.state != "waiting":
            return
        try:
            media, frames = await self._passes.first(video)
        except Refused as refusal:
            await self._refuse(video, refusal.code)
            return
        await self._hold(job, owner, 0.9)
        kept = await self._keep(video, media)
        if kept is None:
            return
        while kept is not None and kept.state == "waiting":
            verdict = await asyncio.to_thread(self._check, kept, media, frames)
            await self._hold(job, owner, 0.95)
            # Where its creator said something else meanwhile, that is judged.
            kept = await self._obey(kept, verdict)

    async def _keep(self, video: Video, media: Media) -> Video | None:
        """None: it was removed while this was made."""
        made = msgspec.structs.replace(media, fingerprint=b"")
        kept = await asyncio.to_thread(
            lambda: self._stores.videos.change(video.id, OPEN, self._clock(), media=made)
        )
        if kept is None:
            await self._passes.forget(media)
        return kept

    async def _obey(self, video: Video, verdict: Verdict) -> Video | None:
        """Live, held or refused; what may be seen some day gets its other rungs. It is decided
        first: the other pass ends with the source, without which nothing can be decided again.
        The video where it has to be judged anew."""
        if verdict.state == "refused":
            await self._decided(video, verdict)
            await self._take_down.forget_source(video)
            return None
        if verdict.state == "live":
            passed = await asyncio.to_thread(self._publish.publish, video, MACHINE, verdict.labels)
            if passed is None:
                found = await asyncio.to_thread(self._stores.videos.find, video.id)
                if found is not None and found.state == "waiting":
                    return found
        else:
            why, language = "\n".join(verdict.why), video.details.language
            await asyncio.to_thread(
                self._stores.reviews.open, "gate", video.id, language, why, self._clock()
            )
            await self._decided(video, verdict)
        await self._more(video)
        return None

    async def _decided(self, video: Video, verdict: Verdict) -> None:
        await asyncio.to_thread(
            lambda: self._stores.videos.change(
                video.id, ("waiting",), self._clock(), state=verdict.state, reason=verdict.reason,
                labels=verdict.labels,
            )
        )  # fmt: skip

    async def _more(self, video: Video) -> None:
        """The second pass, where the source has more; else the source has done its service."""
        if video.media is not None and video.media.complete:
            await self._take_down.forget_source(video)
        else:
            await asyncio.to_thread(self._stores.jobs.add, REST, video.id, 1, self._clock())

    async def _forget(self, video: Video) -> None:
        """A worker was killed between publishing it and seeing that it was removed."""
        await self._take_down(video, video.reason, "system")
        await self._take_down.clear(video)

    async def _rest(self, video: Video, job: Job, owner: str) -> None:
        if video.state not in OPEN or video.media is None or not video.upload:
            return
        try:
            media = video.media
            if not media.complete:
                media = await self._passes.rest(video, media)
        except Refused as refusal:
            log.warning("video %s stays with its first rungs: %s", video.id, refusal)
            await self._take_down.forget_source(video)
            return
        await self._hold(job, owner, 0.95)
        kept = await self._keep(video, media)
        if kept is None:
            return
        if kept.state == "live":
            kept = await asyncio.to_thread(self._publish.publish, kept, MACHINE)
        if kept is not None:
            await self._take_down.forget_source(kept)

    async def _purge(self, video: Video, job: Job, owner: str) -> None:
        await self._hold(job, owner, 0.5)
        await self._take_down.purge(video)
