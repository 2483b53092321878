"""Sounds: finding one, taking it down, bringing it back."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import msgspec
from litestar import get, post
from litestar.params import Parameter

from jhalak.api.console.access import Operator
from jhalak.api.raw import Refused
from jhalak.api.reports import CODES
from jhalak.api.services import Services
from jhalak.ports.sounds import Sound, title_of

Text = Annotated[str, Parameter(max_length=64)]
Why = Annotated[str, msgspec.Meta(min_length=3, max_length=500)]


class SoundTakedownIn(msgspec.Struct, forbid_unknown_fields=True):
    """Why a sound, and all videos with it, are taken down."""

    code: str
    """One of CODES (api/reports.py): creators are told."""
    why: Why
    """For the audit log."""


class RestoreIn(msgspec.Struct, forbid_unknown_fields=True):
    why: Why


@get("/sounds/{sound:str}")
async def get_sound(sound: Text, services: Services) -> dict[str, Any]:
    """One sound, by its id or by that of a video with it."""

    def read() -> dict[str, Any]:
        found = services.sounds.find(sound)
        video = None if found else services.videos.find(sound)
        found = services.sounds.find(video.sound) if video and video.sound else found
        if found is None:
            raise _nothing(sound)
        return _told(services, found)

    return await asyncio.to_thread(read)


@post("/sounds/{sound:str}/takedown", status_code=200)
async def post_takedown(
    sound: Text, data: SoundTakedownIn, operator: Operator, services: Services
) -> dict[str, Any]:
    """Take a sound down with all its videos, at once. Audited with the reason."""
    if data.code not in CODES:
        raise Refused(400, "bad_parameter", f"code is one of {', '.join(CODES)}")
    by = f"operator:{operator.name}"
    gone = await asyncio.to_thread(
        services.sounds_down.take_down, sound, data.code, by, data.why, services.clock()
    )
    if gone is None:
        raise _nothing(sound)
    return await asyncio.to_thread(_told, services, gone)


@post("/sounds/{sound:str}/restore", status_code=200)
async def post_restore(
    sound: Text, data: RestoreIn, operator: Operator, services: Services
) -> dict[str, Any]:
    """It stands again; the videos that were seen with it come back within seconds."""
    by = f"operator:{operator.name}"
    back = await asyncio.to_thread(
        services.sounds_down.restore, sound, by, data.why, services.clock()
    )
    if back is None:
        raise _nothing(sound)
    return await asyncio.to_thread(_told, services, back)


def _told(services: Services, sound: Sound) -> dict[str, Any]:
    return {
        "sound": sound.id, "title": title_of(sound), "handle": sound.handle, "video": sound.video,
        "duration_s": sound.duration_s, "videos": services.sounds.uses(sound.id),
        "open": sound.open, "down": sound.down, "created_ms": sound.created_ms,
    }  # fmt: skip


def _nothing(sound: str) -> Refused:
    return Refused(404, "no_such_sound", f"there is no sound {sound!r}")


ROUTES = [get_sound, post_takedown, post_restore]
