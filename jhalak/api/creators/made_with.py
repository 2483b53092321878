"""Duets, stitches and sounds: the video that an upload was made with, and whether it may be.

The mixing is done on the creator's phone; we keep the reference, the rights, and the attribution.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final, get_args

import msgspec

from jhalak.api.raw import Refused
from jhalak.api.services import Services
from jhalak.api.videos.one import may_use_sound
from jhalak.ingest.clean import clean_title, headline
from jhalak.ports.creators import Creator
from jhalak.ports.shown_videos import Shown
from jhalak.schema.video import Details, Use, UseKind

ID: Final = 64
"""Letters of a video's id, at most."""
_WHAT: Final = {
    "duet": "make a duet with it", "stitch": "go on after a piece of it", "sound": "use its sound",
}  # fmt: skip


async def with_reference(
    services: Services, creator: Creator, said: Mapping[str, str], details: Details
) -> Details:
    """The details with what `of_kind` and `of_video` name. Raises Refused (400, 403, 404)."""
    kind, video = said.get("of_kind", ""), said.get("of_video", "")
    if not kind and not video:
        return details
    if kind not in get_args(UseKind) or not 0 < len(video) <= ID:
        known = ", ".join(get_args(UseKind))
        raise Refused(
            400, "bad_details", f"of_kind is one of {known}, and of_video the id of a video"
        )
    used: UseKind = kind  # type: ignore[assignment]
    use = await asyncio.to_thread(_use, services, creator, used, video)
    return msgspec.structs.replace(details, of=use)


def _use(services: Services, creator: Creator, kind: UseKind, video: str) -> Use:
    shown = _seen(services, creator, video)
    if kind == "sound":
        shown, allowed = _sound(services, creator, shown)
    else:
        said = shown.video.details
        open_ = said.audience == "everyone" and not shown.owner.private
        allowed = shown.own or (open_ and getattr(said, kind))
    if not allowed:
        raise Refused(403, "use_not_allowed", f"its creator does not let others {_WHAT[kind]}")
    media = shown.video.media
    if kind == "sound" and not (media is not None and media.sound):
        raise Refused(409, "no_sound", "there is no sound in that video")
    title, _ = headline(clean_title(shown.video.details.caption))
    return Use(kind=kind, video=shown.video.id, handle=shown.owner.handle, title=title)


def _sound(services: Services, creator: Creator, shown: Shown) -> tuple[Shown, bool]:
    """The video that brought the sound, where it can be seen, and whether it may be used."""
    sound = services.sounds.find(shown.video.sound)
    of = shown.video.details.of
    brought = sound.video if sound else ""
    if not sound and of is not None and of.kind in ("sound", "duet"):
        shown = _seen(services, creator, of.video)  # whose sound it really is
    allowed = may_use_sound(shown, sound)
    return (services.shown.find(brought, creator.viewer) if brought else None) or shown, allowed


def _seen(services: Services, creator: Creator, video: str) -> Shown:
    shown = services.shown.find(video, creator.viewer)
    if shown is None:
        raise Refused(404, "no_such_video", "there is no such video that you may see")
    return shown
