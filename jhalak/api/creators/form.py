"""POST /v1/videos: a small file and what is said of it, as one form."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Final

from litestar import post
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import Body

from jhalak.api.creators.access import signed_in
from jhalak.api.creators.body import PART
from jhalak.api.creators.details import details_of
from jhalak.api.creators.intake import Intake
from jhalak.api.creators.made_with import with_reference
from jhalak.api.creators.videos import VideoOut, video_out
from jhalak.api.raw import Refused
from jhalak.api.services import Services
from jhalak.ports.creators import Creator

FIELDS: Final = 65_536
"""Bytes of a form beside its file."""

Form = Annotated[dict[str, Any], Body(media_type=RequestEncodingType.MULTI_PART)]


def form_route(services: Services, intake: Intake) -> Any:
    """The route."""
    most = services.settings.media.multipart_bytes

    @post(
        "/v1/videos", tags=["creators"], status_code=201, request_max_body_size=most + FIELDS,
        guards=[signed_in],
    )  # fmt: skip
    async def post_video(data: Form, creator: Creator) -> VideoOut:
        """Send a small video whole: the fields `file`, `language`, `ai`, `sensitive`, `rights`, and
        if you like `caption`, `topic`, `cover_s`, `audience`, `comments`, `duet`, `stitch`,
        `sound`, `publish`, `of_kind` with `of_video`. Larger ones go to /v1/uploads (tus)."""
        file = data.get("file")
        if not isinstance(file, UploadFile):
            raise Refused(400, "no_file", "the form has no field `file` with a file in it")
        said = {key: text for key, text in data.items() if isinstance(text, str)}
        details = await with_reference(services, creator, said, details_of(said, services.clock()))
        length = file.file.seek(0, 2)
        if length > most:
            raise Refused(413, "too_large", f"a form's file may have {most:,} bytes: use tus")
        upload = await intake.begin(creator, length, details)
        await file.seek(0)
        while piece := await file.read(PART):
            upload = await intake.keep(upload, piece)
        video = await intake.finish(upload, creator)
        return await asyncio.to_thread(video_out, services, video, services.clock())

    return post_video
