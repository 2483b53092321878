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
    of = shown.video.details.of
    if kind == "sound" and of is not None and of.kind in ("sound", "duet"):
        shown = _seen(services, creator, of.video)  # whose sound it really is
    said, media = shown.video.details, shown.video.media
    open_ = said.audience == "everyone" and not shown.owner.private
    if not shown.own and not (open_ and getattr(said, kind)):
        raise Refused(403, "use_not_allowed", f"its creator does not let others {_WHAT[kind]}")
    if kind == "sound" and not (media is not None and media.sound):
        raise Refused(409, "no_sound", "there is no sound in that video")
    title, _ = headline(clean_title(said.caption))
    return Use(kind=kind, video=shown.video.id, handle=shown.owner.handle, title=title)


def _seen(services: Services, creator: Creator, video: str) -> Shown:
    shown = services.shown.find(video, creator.viewer)
    if shown is None:
        raise Refused(404, "no_such_video", "there is no such video that you may see")
    return shown
