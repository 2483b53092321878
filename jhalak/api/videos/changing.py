"""PATCH /v1/creators/me/videos/{video}: what a creator says anew of a video."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Final

import msgspec
from litestar import patch
from litestar.params import Parameter

from jhalak.api.creators.videos import VideoOut, own_video, video_out
from jhalak.api.raw import Refused
from jhalak.api.services import Services
from jhalak.ports.creators import Creator
from jhalak.schema.video import Audience, CommentsBy, VideoState

VideoId = Annotated[str, Parameter(max_length=64)]
_KEPT: Final[tuple[VideoState, ...]] = ("waiting", "held", "live", "refused")


class ChangesIn(msgspec.Struct, forbid_unknown_fields=True):
    """What is given changes; the rest stays."""

    audience: Audience | None = None
    comments: CommentsBy | None = None
    """"": as for all of one's videos."""
    duet: bool | None = None
    stitch: bool | None = None
    sound: bool | None = None
    """A right that is taken back stops new ones; those that are there stay."""


@patch("/v1/creators/me/videos/{video_id:str}", tags=["creators"])
async def patch_video(
    data: ChangesIn, video_id: VideoId, creator: Creator, services: Services
) -> VideoOut:
    """Change who may see it, who may comment, and what others may make with it."""
    said = {
        name: value for name, value in msgspec.structs.asdict(data).items() if value is not None
    }
    if not said:
        raise Refused(400, "bad_body", "say what is to change")
    await own_video(services, creator, video_id)

    def write() -> VideoOut:
        known = services.videos.find(video_id)
        changed = None
        if known is not None:
            details = msgspec.structs.replace(known.details, **said)
            changed = services.videos.change(video_id, _KEPT, services.clock(), details=details)
        if changed is None:
            raise Refused(409, "removed", "this video was removed")
        # Also where it said so before: whoever was killed between the two asks again.
        services.republish(changed)
        return video_out(services, changed, services.clock())

    return await asyncio.to_thread(write)


ROUTES: list[Any] = [patch_video]
