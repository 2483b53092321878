"""PUT /v1/creators/me/videos/{video}/audience: who may see a video of one's own."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Final

import msgspec
from litestar import put
from litestar.params import Parameter

from jhalak.api.raw import Refused
from jhalak.api.services import Services
from jhalak.ports.creators import Creator
from jhalak.schema.video import Audience, Video, VideoState

VideoId = Annotated[str, Parameter(max_length=64)]
_KEPT: Final[tuple[VideoState, ...]] = ("waiting", "held", "live", "refused")


class AudienceIn(msgspec.Struct, forbid_unknown_fields=True):
    audience: Audience


class AudienceOut(msgspec.Struct):
    """As it is from now on."""

    video: str
    audience: Audience


@put("/v1/creators/me/videos/{video_id:str}/audience", tags=["creators"], status_code=200)
async def put_audience(
    data: AudienceIn, video_id: VideoId, creator: Creator, services: Services
) -> AudienceOut:
    """For everyone, or for followers only; feeds obey within a second. What a private account
    publishes is for followers only, whatever is said here."""
    await asyncio.to_thread(_change, services, creator, video_id, data.audience)
    return AudienceOut(video_id, data.audience)


def _change(services: Services, creator: Creator, video_id: str, audience: Audience) -> Video:
    video = services.videos.find(video_id)
    if video is None or video.account != creator.num or video.state == "removed":
        raise Refused(404, "no_such_video", "you have no such video")
    details = msgspec.structs.replace(video.details, audience=audience)
    changed = services.videos.change(video_id, _KEPT, services.clock(), details=details)
    if changed is None:
        raise Refused(404, "no_such_video", "you have no such video")
    # Also where it said so before: whoever was killed between the two asks again.
    services.republish(changed)
    return changed


ROUTES: Final[list[Any]] = [put_audience]
