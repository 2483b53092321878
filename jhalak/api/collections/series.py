"""/v1/creators/me/series, /v1/series: videos of one creator in an order."""

from __future__ import annotations

import asyncio
import secrets
from typing import Annotated, Any

import msgspec
from litestar import delete, get, patch, post
from litestar.params import QueryParameter

from jhalak.api.collections.shapes import (
    NO_STORE,
    PAGE,
    About,
    Id,
    MakerOut,
    Title,
    allowed_title,
    known_maker,
    maker_out,
    shown_videos,
    videos_out,
)
from jhalak.api.creators.naming import allowed_about
from jhalak.api.people.profile import ShelfVideo
from jhalak.api.raw import Refused
from jhalak.api.services import Services
from jhalak.api.viewers import LanguageCode
from jhalak.ports.creators import Creator
from jhalak.ports.series import Changed
from jhalak.ports.viewers import Viewer
from jhalak.schema.collection import MOST, MOST_VIDEOS, Series

Videos = Annotated[
    list[Annotated[str, msgspec.Meta(max_length=64)]], msgspec.Meta(max_length=MOST_VIDEOS)
]
After = Annotated[int, QueryParameter(name="after", ge=0, le=MOST_VIDEOS)]


class SeriesIn(msgspec.Struct, forbid_unknown_fields=True):
    """A new series."""

    title: Title
    language: LanguageCode
    about: About = ""
    finished: bool = False
    """No further part will come."""
    videos: Videos = []
    """One's own, in their order; also such as are not live yet."""


class SeriesChanges(msgspec.Struct, forbid_unknown_fields=True):
    """What is given changes; the rest stays."""

    title: Title | None = None
    language: LanguageCode | None = None
    about: About | None = None
    finished: bool | None = None
    videos: Videos | None = None
    """All parts, in their order."""


class OwnSeries(msgspec.Struct):
    """As its creator sees it."""

    id: str
    title: str
    about: str
    language: str
    finished: bool
    videos: list[str]
    created_ms: int
    changed_ms: int


class OwnSeriesOut(msgspec.Struct):
    """Newest first."""

    series: list[OwnSeries]


class PartVideo(msgspec.Struct):
    """One part that the viewer may see."""

    part: int
    """The first is 1; those that one may not see keep their numbers."""
    video: ShelfVideo


class SeriesOut(msgspec.Struct):
    """A series as a viewer sees it, 50 parts at a time."""

    id: str
    title: str
    about: str
    language: str
    finished: bool
    parts: int
    """Also those that cannot be seen."""
    unavailable: int
    """How many of all parts the viewer may not see."""
    person: MakerOut
    own: bool
    items: list[PartVideo]
    next: int | None
    """For `after`; null: that was all."""


@get("/v1/creators/me/series", tags=["collections"], cache_control=NO_STORE)
async def get_own_series(creator: Creator, services: Services) -> OwnSeriesOut:
    """One's own."""
    found = await asyncio.to_thread(services.series.of_account, creator.num)
    return OwnSeriesOut([_own(one) for one in found])


@post("/v1/creators/me/series", tags=["collections"], cache_control=NO_STORE)
async def post_series(data: SeriesIn, creator: Creator, services: Services) -> OwnSeries:
    """Make one: at most 100 of at most 200 videos, each in one series at most."""
    now_ms = services.clock()
    made = Series(
        id=secrets.token_urlsafe(16), account=creator.num, title=allowed_title(data.title),
        about=allowed_about(data.about), language=data.language, finished=data.finished,
        videos=_once(data.videos), created_ms=now_ms, changed_ms=now_ms,
    )  # fmt: skip
    added = await asyncio.to_thread(services.series.add, made)
    if added is None:
        raise Refused(409, "too_many_series", f"an account has at most {MOST} series")
    return _own(_whole(added))


@patch("/v1/creators/me/series/{series_id:str}", tags=["collections"], cache_control=NO_STORE)
async def patch_series(
    data: SeriesChanges, series_id: Id, creator: Creator, services: Services
) -> OwnSeries:
    """Change its words, its parts, or their order."""
    said = {
        name: value for name, value in msgspec.structs.asdict(data).items() if value is not None
    }
    if not said:
        raise Refused(400, "bad_body", "say what is to change")
    if "title" in said:
        said["title"] = allowed_title(said["title"])
    if "about" in said:
        said["about"] = allowed_about(said["about"])
    if "videos" in said:
        said["videos"] = _once(said["videos"])
    now_ms = services.clock()
    return _own(
        _whole(
            await asyncio.to_thread(
                lambda: services.series.change(creator.num, series_id, now_ms, **said)
            )
        )
    )


@delete("/v1/creators/me/series/{series_id:str}", tags=["collections"], status_code=204)
async def delete_series(series_id: Id, creator: Creator, services: Services) -> None:
    """Its videos stay."""
    now_ms = services.clock()
    if not await asyncio.to_thread(services.series.forget, creator.num, series_id, now_ms):
        raise no_such_series()


@get("/v1/series/{series_id:str}", tags=["collections"], cache_control=NO_STORE)
async def get_series(
    series_id: Id, viewer: Viewer, services: Services, after: After = 0
) -> SeriesOut:
    """Its parts that the viewer may see. 404 also where they may see nothing of its creator."""
    return await asyncio.to_thread(_read, services, series_id, viewer.id, after)


def _read(services: Services, series_id: str, viewer: int, after: int) -> SeriesOut:
    series = services.series.find(series_id)
    known = None if series is None else known_maker(services, series.account, viewer)
    if series is None or known is None:
        raise no_such_series()
    shown = shown_videos(services, series.videos, viewer)
    page = [one for one in shown if one[0] >= after]
    videos = videos_out(services, [one for _, one in page[:PAGE]])
    return SeriesOut(
        id=series.id, title=series.title, about=series.about, language=series.language,
        finished=series.finished, parts=len(series.videos),
        unavailable=len(series.videos) - len(shown), person=maker_out(known.person),
        own=known.own,
        items=[
            PartVideo(place + 1, video) for (place, _), video in zip(page, videos, strict=False)
        ],
        next=page[PAGE][0] if len(page) > PAGE else None,
    )  # fmt: skip


def no_such_series() -> Refused:
    return Refused(404, "no_such_series", "there is no such series that you may see")


def _own(series: Series) -> OwnSeries:
    return OwnSeries(
        series.id, series.title, series.about, series.language, series.finished,
        list(series.videos), series.created_ms, series.changed_ms,
    )  # fmt: skip


def _once(videos: list[str]) -> tuple[str, ...]:
    """Raises Refused (400)."""
    if len(set(videos)) < len(videos):
        raise Refused(400, "bad_body", "a video is in a series once")
    return tuple(videos)


def _whole(changed: Changed) -> Series:
    """Raises Refused (404, 409)."""
    if changed.series is not None:
        return changed.series
    if changed.refused == "unknown":
        raise Refused(404, "no_such_video", f"you have no video {changed.video[:64]!r}")
    if changed.refused == "elsewhere":
        raise Refused(409, "in_other_series", f"{changed.video!r} is in another series")
    raise no_such_series()


ROUTES: list[Any] = [get_own_series, post_series, patch_series, delete_series, get_series]
