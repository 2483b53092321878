"""/v1/creators/me/videos: a creator's own videos, how far they are, and why."""

from __future__ import annotations

import asyncio
import math
from typing import Annotated, Any

import msgspec
from litestar import delete, get, post
from litestar.datastructures import CacheControlHeader
from litestar.params import Parameter, QueryParameter

from jhalak.api.creators.preview import preview_of
from jhalak.api.creators.publishing import Publish, said_of
from jhalak.api.raw import Refused
from jhalak.api.services import Services
from jhalak.ports.creators import Creator
from jhalak.ports.sounds import title_of
from jhalak.ports.videos import FIRST, REST, Which
from jhalak.schema.video import POSTER, Audience, CommentsBy, Rights, Use, Video, VideoState
from jhalak.trust.take_down import WITHDRAWN

PAGE = 50
WORDS = 2000
"""Characters of an appeal."""
FIRST_PART = 0.5
"""How far a video is when its low rungs are there."""
NO_STORE = CacheControlHeader(no_store=True)

VideoId = Annotated[str, Parameter(max_length=64)]
WhichQuery = Annotated[Which, QueryParameter(name="which")]
BeforeQuery = Annotated[int, QueryParameter(name="before", ge=0, le=1 << 52)]


class HeardHereOut(msgspec.Struct):
    """What is heard in a video."""

    sound: str
    """GET /v1/sounds/{sound}."""
    title: str
    named: bool
    """Its owner named it: the title is theirs."""
    handle: str
    """Whose it is; "": nobody's any more."""
    own: bool
    """PATCH /v1/sounds/{sound} names it, and opens it to others."""
    open: bool
    """Others may use it."""
    down: str
    """The code for which it was taken down; "": it stands."""


class VideoOut(msgspec.Struct):
    """A creator's own video. Times are Unix milliseconds, 0: not yet."""

    id: str
    state: VideoState
    progress: float
    """0 to 1: how much of it is made."""
    reason: str
    """Why it is held, refused or removed: a code (docs/video.md); "" for neither."""
    caption: str
    language: str
    topic: str
    ai: bool
    sensitive: bool
    rights: Rights
    audience: Audience
    comments: CommentsBy
    duet: bool
    stitch: bool
    sound: bool
    of: Use | None
    """What it was made with."""
    heard: HeardHereOut | None
    """null: nothing, or it was not listened to yet."""
    labels: list[str]
    duration_s: float | None
    width: int | None
    height: int | None
    publish: Publish
    """`now`: as soon as it passed; `draft`: when its creator says so; `later`: at `publish_ms`."""
    publish_ms: int
    """0: there is no such time."""
    poster: str | None
    """Its address while the video is live or a draft."""
    preview: str | None
    """A film of it while it is live or a draft: for its creator, with this session."""
    created_ms: int
    live_ms: int
    complete: bool
    """All rungs are there."""
    waits_h: float | None
    """While it is live and its first impressions are not all there: hours until they are, as things
    go; null: they are, or nobody watches."""


class VideosOut(msgspec.Struct):
    """Newest first; the next page is `before` the last one's `created_ms`."""

    videos: list[VideoOut]


class AppealIn(msgspec.Struct, forbid_unknown_fields=True):
    """Why a decision is wrong."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=WORDS)]


class AppealOut(msgspec.Struct):
    """Two persons will look at it."""

    video: str
    opened_ms: int


def video_out(services: Services, video: Video, now_ms: int) -> VideoOut:
    """For its creator. Reads the store of jobs: call it in a thread."""
    said, media = video.details, video.media
    publish, publish_ms = said_of(video)
    poster, preview = preview_of(video)
    if media is not None and video.state == "live":
        poster = f"{services.media_links.base(media.set, now_ms)}{POSTER}"
    return VideoOut(
        id=video.id, state=video.state, progress=_progress(services, video), reason=video.reason,
        caption=said.caption, language=said.language, topic=said.topic, ai=said.ai,
        sensitive=said.sensitive, rights=said.rights, audience=said.audience,
        comments=said.comments, duet=said.duet, stitch=said.stitch, sound=said.sound, of=said.of,
        heard=_heard(services, video), labels=list(video.labels),
        duration_s=media.duration_s if media else None, width=media.width if media else None,
        height=media.height if media else None, publish=publish, publish_ms=publish_ms,
        poster=poster, preview=preview, created_ms=video.created_ms,
        live_ms=video.live_ms, complete=bool(media and media.complete),
        waits_h=_waits_h(services, video, now_ms),
    )  # fmt: skip


def _heard(services: Services, video: Video) -> HeardHereOut | None:
    sound = services.sounds.find(video.sound) if video.sound else None
    if sound is None:
        return None
    return HeardHereOut(
        sound.id, title_of(sound), bool(sound.title), sound.handle,
        sound.account == video.account, sound.open, sound.down,
    )  # fmt: skip


def _progress(services: Services, video: Video) -> float:
    if video.state in ("refused", "removed") or (video.media and video.media.complete):
        return 1.0
    first = services.jobs.find(FIRST, video.id)
    if first is not None and first.state != "done":
        return FIRST_PART * first.progress
    rest = services.jobs.find(REST, video.id)
    return FIRST_PART + (1 - FIRST_PART) * (rest.progress if rest else 0.0)


def _waits_h(services: Services, video: Video, now_ms: int) -> float | None:
    row = services.world.catalogue.find(video.num) if video.state == "live" and video.num else -1
    if row < 0:
        return None
    catalogue, waits = services.world.catalogue, services.trial_waits
    if waits.shown(int(catalogue.trial[row])) >= services.held.feed.trial_impressions:
        return None
    hours = waits.now(now_ms).of(int(catalogue.creator[row])).all_h
    return round(hours, 2) if math.isfinite(hours) else None


async def own_video(services: Services, creator: Creator, video_id: str) -> Video:
    """Raises Refused (404), also for another's."""
    video = await asyncio.to_thread(services.videos.find, video_id)
    if video is None or video.account != creator.num:
        raise Refused(404, "no_such_video", "you have no such video")
    return video


@get("/v1/creators/me/videos", tags=["creators"], cache_control=NO_STORE)
async def get_videos(
    creator: Creator, services: Services, before: BeforeQuery = 0, which: WhichQuery = "all"
) -> VideosOut:
    """One's own videos, 50 at a time: all, those that are live, drafts, or scheduled ones."""

    def read() -> list[VideoOut]:
        found = services.videos.of_account(creator.num, PAGE, before, which)
        return [video_out(services, video, services.clock()) for video in found]

    return VideosOut(await asyncio.to_thread(read))


@get("/v1/creators/me/videos/{video_id:str}", tags=["creators"], cache_control=NO_STORE)
async def get_video(video_id: VideoId, creator: Creator, services: Services) -> VideoOut:
    """One of them."""
    video = await own_video(services, creator, video_id)
    return await asyncio.to_thread(video_out, services, video, services.clock())


@delete("/v1/creators/me/videos/{video_id:str}", tags=["creators"], status_code=204)
async def withdraw_video(video_id: VideoId, creator: Creator, services: Services) -> None:
    """Take it back: out of all feeds within a second, its files gone. Idempotent."""
    video = await own_video(services, creator, video_id)
    if video.state != "removed":
        await services.take_down.withdraw(video)


@post("/v1/creators/me/videos/{video_id:str}/appeal", tags=["creators"], status_code=202)
async def appeal(
    data: AppealIn, video_id: VideoId, creator: Creator, services: Services
) -> AppealOut:
    """Ask two persons to look at a decision again. 409 where there is none to appeal."""
    video = await own_video(services, creator, video_id)
    if video.state not in ("refused", "removed") or video.reason == WITHDRAWN:
        raise Refused(409, "no_decision", f"the video is {video.state}: there is nothing to appeal")
    review = await asyncio.to_thread(
        services.reviews.open, "appeal", video.id, video.details.language, data.text,
        services.clock(),
    )  # fmt: skip
    return AppealOut(video.id, review.opened_ms)


ROUTES: list[Any] = [get_videos, get_video, withdraw_video, appeal]
