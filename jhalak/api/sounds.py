"""/v1/sounds: what is heard in creators' videos, the videos that have it, and what rises."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal

import msgspec
import numpy as np
from litestar import get, patch
from litestar.datastructures import CacheControlHeader
from litestar.params import Parameter, QueryParameter

from jhalak.api.raw import Refused
from jhalak.api.search import is_adult, query_of
from jhalak.api.services import Services
from jhalak.api.videos.one import PAGE, UsesOut, play_outs
from jhalak.ingest.clean import visible
from jhalak.ports.creators import Creator
from jhalak.ports.shown_videos import Shown
from jhalak.ports.sounds import TITLE, Sound, title_of
from jhalak.ports.viewers import Viewer
from jhalak.schema.languages import LANGUAGES
from jhalak.schema.query import Query
from jhalak.schema.video import SOUND
from jhalak.trust.edits import Edit, NotSo

NO_STORE: Final = CacheControlHeader(no_store=True)
RISING: Final = 12
OWN: Final = 200
_LATEST: Final = 1 << 52

SoundId = Annotated[str, Parameter(max_length=64)]
BeforeQuery = Annotated[int, QueryParameter(name="before", ge=0, le=_LATEST)]
RisingQuery = Annotated[Literal["", "true"], QueryParameter(name="rising")]


class SoundOut(msgspec.Struct):
    """A sound, as one viewer sees it."""

    sound: str
    title: str
    """As its owner named it, else `original sound – @handle`."""
    named: bool
    """Its owner named it: the title is theirs."""
    handle: str | None
    """Whose it is, by the name of then; null: nobody's any more."""
    duration_s: float
    videos: int
    """Live videos with it that everyone may see."""
    may_use: bool
    """The viewer may make a video to it: `of_kind` `sound`, `of_video` as in `video`."""
    own: bool
    video: str | None
    """The video that brought it, where the viewer may see that; else a newer one with it."""
    file: str | None
    """It alone (M4A), as it is heard in that video; null: no file of it is there."""


class SoundsOut(msgspec.Struct):
    """Best first."""

    sounds: list[SoundOut]


class OwnSoundOut(msgspec.Struct):
    """One of a creator's own sounds."""

    sound: str
    title: str
    """"": it is not named."""
    video: str
    """The video that brought it."""
    duration_s: float
    videos: int
    open: bool
    """Others may use it."""
    down: str
    """The code for which it was taken down; "": it stands. Who says that this is wrong appeals
    about the video that brought it."""
    created_ms: int


class OwnSoundsOut(msgspec.Struct):
    """Newest first."""

    sounds: list[OwnSoundOut]


class SoundIn(msgspec.Struct, forbid_unknown_fields=True):
    """What is given changes; the rest stays."""

    title: Annotated[str, msgspec.Meta(max_length=TITLE)] | None = None
    """"": it has no name of its own."""
    open: bool | None = None
    """Whether others may use it; what was made to it stays."""


@get("/v1/sounds", tags=["sounds"], cache_control=NO_STORE)
async def get_sounds(viewer: Viewer, services: Services, rising: RisingQuery = "true") -> SoundsOut:
    """Sounds that rise in the viewer's languages: used by more creators than is usual there."""
    query, world = await query_of(services, viewer), services.world
    names = list(
        dict.fromkeys(
            name
            for language in query.languages
            for name in world.rising_sounds.get(language, ())
            if services.finder.count(query, services.finder.of_sound(name), safe=_safe(viewer))
        )
    )[:RISING]

    def read() -> list[SoundOut]:
        known = services.sounds.named(names)
        found = ((known[name], _seen(services, viewer, query, name)) for name in names
                 if name in known)  # fmt: skip
        return [_out(services, viewer, sound, seen) for sound, seen in found if seen]

    return SoundsOut(await asyncio.to_thread(read))


@get("/v1/sounds/{sound_id:str}", tags=["sounds"], cache_control=NO_STORE)
async def get_sound(sound_id: SoundId, viewer: Viewer, services: Services) -> SoundOut:
    """One sound. 404 where the viewer may see no video with it."""
    query = await _query(services, viewer)

    def read() -> SoundOut:
        sound = services.sounds.find(sound_id)
        seen = _seen(services, viewer, query, sound_id) if sound and not sound.down else []
        if sound is None or not seen:
            raise _nothing()
        return _out(services, viewer, sound, seen)

    return await asyncio.to_thread(read)


@get("/v1/sounds/{sound_id:str}/videos", tags=["sounds"], cache_control=NO_STORE)
async def get_sound_videos(
    sound_id: SoundId, viewer: Viewer, services: Services, before: BeforeQuery = _LATEST
) -> UsesOut:
    """The videos with it that the viewer may see, newest first, 24 at a time (of which what is not
    for them is left out)."""
    query = await _query(services, viewer)

    def read() -> UsesOut:
        sound = services.sounds.find(sound_id)
        if sound is None or sound.down:
            raise _nothing()
        found = services.shown.with_sound(sound_id, viewer.id, before, PAGE + 1)
        next_ = found[PAGE - 1].video.created_ms if len(found) > PAGE else None
        kept = _allowed(services, viewer, query, found[:PAGE])
        return UsesOut(play_outs(services, kept, viewer.id), next_)

    return await asyncio.to_thread(read)


@patch("/v1/sounds/{sound_id:str}", tags=["sounds"])
async def patch_sound(
    data: SoundIn, sound_id: SoundId, creator: Creator, services: Services
) -> OwnSoundOut:
    """Its owner names it, and says whether others may use it. 404: it is not one's own; 409: the
    video that brought it is gone, or refused."""
    if data.title is None and data.open is None:
        raise Refused(400, "bad_body", "say what is to change")
    return await asyncio.to_thread(_change, services, creator, sound_id, data)


@get("/v1/creators/me/sounds", tags=["sounds"], cache_control=NO_STORE)
async def get_own_sounds(creator: Creator, services: Services) -> OwnSoundsOut:
    """One's own sounds, the newest 200."""

    def read() -> OwnSoundsOut:
        return OwnSoundsOut(
            [_own(services, one) for one in services.sounds.of_account(creator.num, OWN)]
        )

    return await asyncio.to_thread(read)


def _change(services: Services, creator: Creator, sound_id: str, data: SoundIn) -> OwnSoundOut:
    sound = services.sounds.find(sound_id)
    if sound is None or sound.account != creator.num:
        raise Refused(404, "no_such_sound", "you have no such sound")
    if data.open is not None:
        try:
            services.edit_video(sound.video, Edit(sound=data.open))
        except NotSo as problem:
            raise Refused(409, problem.code, "the video that brought it is not there") from None
    title = sound.title if data.title is None else " ".join(visible(data.title).split())
    # Also where the name stays: what may be used is found, and the index looks again.
    changed = services.sounds.rename(sound_id, title)
    return _own(services, changed or sound)


def _out(services: Services, viewer: Viewer, sound: Sound, seen: Sequence[Shown]) -> SoundOut:
    brought = services.shown.find(sound.video, viewer.id) if sound.video else None
    shown = brought or seen[0]
    own = bool(brought and brought.own)
    return SoundOut(
        sound=sound.id, title=title_of(sound), named=bool(sound.title),
        handle=sound.handle or None, duration_s=sound.duration_s,
        videos=services.sounds.uses(sound.id), may_use=own or sound.open, own=own,
        video=shown.video.id, file=_file(services, shown),
    )  # fmt: skip


def _own(services: Services, sound: Sound) -> OwnSoundOut:
    return OwnSoundOut(
        sound.id, sound.title, sound.video, sound.duration_s, services.sounds.uses(sound.id),
        sound.open, sound.down, sound.created_ms,
    )  # fmt: skip


def _file(services: Services, shown: Shown) -> str | None:
    media = shown.video.media
    if media is None or all(file.name != SOUND for file in media.files):
        return None
    return f"{services.media_links.base(media.set, services.clock())}{SOUND}"


def _seen(services: Services, viewer: Viewer, query: Query, sound: str) -> list[Shown]:
    """The newest videos with it that may be seen."""
    found = services.shown.with_sound(sound, viewer.id, _LATEST, PAGE)
    return _allowed(services, viewer, query, found)


def _allowed(
    services: Services, viewer: Viewer, query: Query, found: Sequence[Shown]
) -> list[Shown]:
    """As any feed decides, by age and by what the viewer hid; one's own always."""
    row_of = services.world.catalogue.find
    rows = np.array([row_of(one.video.num) for one in found], np.int32)
    keep = rows >= 0
    keep[keep] = services.finder.allowed(query, rows[keep], safe=_safe(viewer))
    return [one for one, good in zip(found, keep.tolist(), strict=True) if good or one.own]


async def _query(services: Services, viewer: Viewer) -> Query:
    """In any language: who opens a sound wants to hear it."""
    query = await query_of(services, viewer)
    query.languages = tuple(range(len(LANGUAGES)))
    return query


def _safe(viewer: Viewer) -> bool:
    return not is_adult(viewer)


def _nothing() -> Refused:
    return Refused(404, "no_such_sound", "there is no such sound that you may hear")


ROUTES: Final[list[Any]] = [
    get_sounds, get_sound, get_sound_videos, patch_sound, get_own_sounds,
]  # fmt: skip
