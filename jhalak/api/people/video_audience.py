"""PUT /v1/creators/me/videos/{video}/audience: who may see a video of one's own."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Final

import msgspec
from litestar import put
from litestar.params import Parameter

from jhalak.api.creators.videos import own_video
from jhalak.api.raw import Refused
from jhalak.api.services import Services
from jhalak.ports.creators import Creator
from jhalak.schema.video import Audience
from jhalak.trust.edits import Edit

VideoId = Annotated[str, Parameter(max_length=64)]


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
    video = await own_video(services, creator, video_id)
    if video.state == "removed":
        raise Refused(404, "no_such_video", "you have no such video")
    await asyncio.to_thread(services.edit_video, video_id, Edit(audience=data.audience))
    return AudienceOut(video_id, data.audience)


ROUTES: Final[list[Any]] = [put_audience]
