"""/v1/creators/me/.../figures: whom a creator's videos reached, and what limits their reach.

Figures come as the worker told them (workers/count_reach.py): never of fewer than 50 people, and in
steps of 50 (learning/reach_told.py).
"""

from __future__ import annotations

import asyncio
import math
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec
from litestar import get

from jhalak.api.creators.videos import NO_STORE, VideoId, own_video
from jhalak.api.services import Services
from jhalak.learning.reach import DAY_MS, HOUR_MS
from jhalak.learning.reach_fold import DAYS
from jhalak.learning.reach_told import LEAST, Told, days_of, figures_of, path_of
from jhalak.people.comment_rules import rules_of, who_may
from jhalak.ports.creators import Creator
from jhalak.schema.video import Video
from jhalak.trust.limits import Facts, Limit, limits

VIDEOS: Final = 200
"""Newest videos whose figures are summed up."""


class Numbers(msgspec.Struct):
    """People, but for the last three. Null: fewer than 50 people."""

    viewers: int | None = None
    players: int | None = None
    completed: int | None = None
    rewatched: int | None = None
    """Who played a second of it twice or more."""
    liked: int | None = None
    saved: int | None = None
    shared: int | None = None
    followed: int | None = None
    """Who followed its creator when it was shown to them."""
    hid: int | None = None
    reported: int | None = None
    impressions: int | None = None
    plays: int | None = None
    watch_ms: int | None = None


class Day(Numbers):
    """One day of the cell, YYYY-MM-DD."""

    day: str = ""


class Part(msgspec.Struct):
    """A part of an audience; "others": all parts that are too small."""

    name: str
    viewers: int


class Second(msgspec.Struct):
    """One second of a video: who watched it, and how often it was played."""

    viewers: int | None
    played: int | None


class VideoFigures(msgspec.Struct):
    """What may be told of a video."""

    video: str
    least: int
    """Nothing is told of fewer people, nor in smaller steps."""
    told_ms: int
    """Newest record that is counted; 0: nothing can be told yet."""
    duration_s: float | None
    numbers: Numbers
    sources: list[Part]
    """What brought it to them first: reasons as `why` has them."""
    languages: list[Part]
    hours: list[Part]
    """Hours of the cell's day, "0" to "23"."""
    curve: list[Second]
    days: list[Day]
    """The last 28."""
    limits: list[Limit]
    """Why it does not reach more people."""


class CreatorFigures(msgspec.Struct):
    """The last 28 days of a creator's newest 200 videos. Viewers are counted for each video."""

    least: int
    videos: int
    """Of which something may be told."""
    days: list[Day]


@get("/v1/creators/me/videos/{video_id:str}/figures", tags=["creators"], cache_control=NO_STORE)
async def get_video_figures(
    video_id: VideoId, creator: Creator, services: Services
) -> VideoFigures:
    """Of one of one's own videos."""
    video = await own_video(services, creator, video_id)
    told = await _told(services, video)
    duration_s = video.media.duration_s if video.media else None
    found = figures_of(told or _nothing(video), math.ceil(duration_s or 0))
    numbers = Numbers(**found["numbers"])
    facts = await asyncio.to_thread(_facts, services, creator, video, numbers)
    return VideoFigures(
        video=video.id, least=LEAST, told_ms=told.at_ms if told else 0, duration_s=duration_s,
        numbers=numbers, sources=_parts(found["sources"]), languages=_parts(found["languages"]),
        hours=_parts(found["hours"]), curve=[Second(**one) for one in found["curve"]],
        days=_days(services, found["days"]), limits=limits(facts),
    )  # fmt: skip


@get("/v1/creators/me/figures", tags=["creators"], cache_control=NO_STORE)
async def get_creator_figures(creator: Creator, services: Services) -> CreatorFigures:
    """Of all of one's own videos, by day."""
    videos = await asyncio.to_thread(services.videos.of_account, creator.num, VIDEOS)
    told = [one for video in videos if (one := await _told(services, video)) is not None]
    return CreatorFigures(LEAST, len(told), _days(services, days_of(told)))


async def _told(services: Services, video: Video) -> Told | None:
    """None: nothing may be told of it."""
    if not video.num:
        return None
    data = await services.blobs.get(path_of(video.num))
    return None if data is None else msgspec.msgpack.decode(data, type=Told)


def _nothing(video: Video) -> Told:
    return Told(item=video.num, creator=0, at_ms=0)


def _parts(found: list[dict[str, Any]]) -> list[Part]:
    return [Part(**one) for one in found]


def _days(services: Services, found: list[dict[str, Any]]) -> list[Day]:
    """With their dates; none older than DAYS."""
    today = int(services.clock() + services.settings.utc_offset_h * HOUR_MS) // DAY_MS
    start = datetime(1970, 1, 1, tzinfo=UTC)
    return [
        Day(**one | {"day": f"{start + timedelta(days=one['day']):%Y-%m-%d}"})
        for one in found
        if one["day"] > today - DAYS
    ]


def _facts(services: Services, creator: Creator, video: Video, numbers: Numbers) -> Facts:
    """Reads columns only, but may work out the waits: call it in a thread."""
    catalogue, waits = services.world.catalogue, services.trial_waits
    row = catalogue.find(video.num) if video.state == "live" and video.num else -1
    of = waits.now(services.clock()).of(int(catalogue.creator[row])) if row >= 0 else None
    said = video.details
    return Facts(
        state=video.state, reason=video.reason, language=said.language,
        audience="followers" if creator.private else said.audience,
        sensitive="sensitive" in video.labels, live=row >= 0,
        unsafe=row >= 0 and bool(catalogue.unsafe[row] or catalogue.sensitive[row]),
        comments_off=who_may(said.comments, rules_of(creator.options)) == "off",
        trial_shown=waits.shown(int(catalogue.trial[row])) if row >= 0 else 0.0,
        trial_of=services.held.feed.trial_impressions, trials=of.trials if of else 0,
        wait_h=round(of.all_h, 2) if of and math.isfinite(of.all_h) else None,
        hid=numbers.hid, reported=numbers.reported,
    )  # fmt: skip


ROUTES: list[Any] = [get_video_figures, get_creator_figures]
