"""GET /v1/videos/{video}: what a player asks for when it shows a video, beyond what the feed says;
and /uses: what others made with it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any, Final

import msgspec
from litestar import get
from litestar.datastructures import CacheControlHeader
from litestar.params import Parameter, QueryParameter

from jhalak.api.collections.shapes import PartOut, part_of
from jhalak.api.raw import Refused
from jhalak.api.services import Services
from jhalak.catalogue.cards import use_fields, video_fields
from jhalak.people.comment_rules import Who, may_comment, rules_of, who_may
from jhalak.ports.shown_videos import Shown
from jhalak.ports.sounds import Sound, title_of
from jhalak.ports.viewers import Viewer
from jhalak.schema.item import ItemRecord
from jhalak.schema.video import USES, UseKind

PAGE: Final = 24
NO_STORE: Final = CacheControlHeader(no_store=True)
_LATEST: Final = 1 << 52

VideoId = Annotated[str, Parameter(max_length=64)]
KindQuery = Annotated[UseKind | None, QueryParameter(name="kind")]
BeforeQuery = Annotated[int, QueryParameter(name="before", ge=0, le=_LATEST)]


class PersonOut(msgspec.Struct):
    handle: str
    name: str
    verified: bool


class CountsOut(msgspec.Struct):
    """Exact."""

    likes: int
    saves: int
    comments: int
    """Those that a stranger reads, replies too."""
    shares: int
    """Viewers who shared it, each once."""


class StandingOut(msgspec.Struct):
    """How the viewer who asks stands to it."""

    likes: bool
    saves: bool
    follows: bool
    """Its creator."""
    mutes: bool


class OfOut(msgspec.Struct):
    """What it was made with. The names are those of then."""

    kind: UseKind
    video: str
    handle: str
    title: str
    live: bool
    """The viewer can see that video: lead there. Else only its name is told."""


class HeardOut(msgspec.Struct):
    """What is heard in it."""

    sound: str
    """GET /v1/sounds/{sound}."""
    title: str
    named: bool
    """Its owner named it: the title is theirs."""
    handle: str
    """Whose it is; "": nobody's any more."""


class VideoPlayOut(msgspec.Struct):
    """A video as the feed has it, without a slot, and what stands beside it."""

    slot: None
    why: str
    item: str
    title: str
    language: str
    topic: str
    creator: str | None
    duration_s: float | None
    poster: dict[str, Any]
    """As of VideoOut."""
    renditions: list[dict[str, Any]]
    """As of VideoOut."""
    at: str | None
    placeholder: str | None
    labels: list[str]
    of: OfOut | None
    person: PersonOut
    counts: CountsOut
    standing: StandingOut
    own: bool
    comments: Who
    """Who may comment."""
    may_comment: bool
    """Whether the viewer may, once they have an account."""
    sound: HeardOut | None
    """null: nothing is heard in it, or it was not listened to."""
    uses: list[UseKind]
    """What the viewer may make with it."""
    series: PartOut | None
    """Which part of which series it is."""


class UsesOut(msgspec.Struct):
    """Newest first."""

    items: list[VideoPlayOut]
    next: int | None
    """For `before`; null: that was all."""


@get("/v1/videos/{video_id:str}", tags=["videos"], cache_control=NO_STORE)
async def get_video(video_id: VideoId, viewer: Viewer, services: Services) -> VideoPlayOut:
    """A creator's video that the viewer may see: how it plays, its counts, what may be made with
    it. 404 for any other."""

    def read() -> VideoPlayOut:
        shown = services.shown.find(video_id, viewer.id)
        if shown is None:
            raise Refused(404, "no_such_video", "there is no such video that you may see")
        return play_outs(services, [shown], viewer.id)[0]

    return await asyncio.to_thread(read)


@get("/v1/videos/{video_id:str}/uses", tags=["videos"], cache_control=NO_STORE)
async def get_uses(
    video_id: VideoId, viewer: Viewer, services: Services, kind: KindQuery = None,
    before: BeforeQuery = _LATEST,
) -> UsesOut:  # fmt: skip
    """What others made with it: duets, stitches, or videos with its sound, 24 at a time. Also
    when the video itself is gone."""

    def read() -> UsesOut:
        found = services.shown.uses(video_id, kind, viewer.id, before, PAGE + 1)
        next_ = found[PAGE - 1].video.created_ms if len(found) > PAGE else None
        return UsesOut(play_outs(services, found[:PAGE], viewer.id), next_)

    return await asyncio.to_thread(read)


def play_outs(services: Services, found: Sequence[Shown], viewer: int) -> list[VideoPlayOut]:
    """In their order. Blocks."""
    records = services.items.by_num([one.video.num for one in found])
    originals = {one.video.details.of.video for one in found if one.video.details.of}
    live = {name for name in originals if services.shown.find(name, viewer) is not None}
    sounds = services.sounds.named([one.video.sound for one in found])
    return [
        _out(services, one, records[one.video.num], live, viewer, sounds.get(one.video.sound))
        for one in found
        if one.video.num in records
    ]


def _out(
    services: Services, shown: Shown, record: ItemRecord, live: set[str], viewer: int,
    sound: Sound | None,
) -> VideoPlayOut:  # fmt: skip
    said, owner = shown.video.details, shown.owner
    media = record.item.media
    fields: dict[str, Any] = video_fields(record) | {
        "slot": None, "why": "",
        "at": services.media_links.base(media, services.clock()) if media else None,
    }  # fmt: skip
    of = use_fields(said.of)
    who = who_may(said.comments, rules_of(owner.options))
    open_ = said.audience == "everyone" and not owner.private
    fields |= {
        "of": of and of | {"live": of["video"] in live},
        "person": PersonOut(owner.handle, owner.name or owner.handle, owner.verified_ms > 0),
        "counts": CountsOut(shown.likes, shown.saves, shown.comments, shown.shares),
        "standing": StandingOut(shown.liked, shown.saved, shown.follows, shown.muted),
        "own": shown.own, "comments": who,
        "may_comment": may_comment(who, own=shown.own, follows=shown.follows),
        "series": part_of(services, shown.video.id, viewer),
        "sound": sound and HeardOut(sound.id, title_of(sound), bool(sound.title), sound.handle),
        "uses": [
            kind for kind in USES
            if (may_use_sound(shown, sound) if kind == "sound"
                else shown.own or (open_ and getattr(said, kind)))
        ],
    }  # fmt: skip
    return msgspec.convert(msgspec.to_builtins(fields), VideoPlayOut)


def may_use_sound(shown: Shown, sound: Sound | None) -> bool:
    """May the viewer make a video to what is heard in it? Whose sound it is says so."""
    if sound is None:  # it was made before sounds were kept
        open_ = shown.video.details.audience == "everyone" and not shown.owner.private
        return shown.own or (open_ and shown.video.details.sound)
    return sound.open or (shown.own and sound.account == shown.owner.num and not sound.down)


ROUTES: list[Any] = [get_video, get_uses]
