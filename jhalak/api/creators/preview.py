"""Files of one's own video before anybody else can see them."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Final

from litestar import get
from litestar.params import Parameter
from litestar.types import ASGIApp

from jhalak.api.creators.access import creator_of_media
from jhalak.api.raw import AnyRequest, Refused
from jhalak.api.services import Services
from jhalak.api.video_files import file_answer
from jhalak.schema.video import POSTER, Video, VideoFile

SIDE: Final = 540
"""A preview is the largest rung up to this short side, else the smallest."""
_PASSED: Final = ("draft", "live")
_HEADERS: Final = {"cache-control": "no-store", "cross-origin-resource-policy": "same-origin"}
VideoId = Annotated[str, Parameter(max_length=64)]
Name = Annotated[str, Parameter(max_length=64)]


def preview_of(video: Video) -> tuple[str | None, str | None]:
    """Addresses of its poster and of a film, while it has passed."""
    if video.media is None or video.state not in _PASSED:
        return None, None
    base = f"/v1/creators/me/videos/{video.id}/files/"
    films = [one for one in video.media.files if one.type == "video/mp4" and one.height]
    films.sort(key=_side)
    small = [one for one in films if _side(one) <= SIDE]
    film = small[-1] if small else next(iter(films), None)
    poster = any(one.name == POSTER for one in video.media.files)
    return f"{base}{POSTER}" if poster else None, f"{base}{film.name}" if film else None


def _side(file: VideoFile) -> int:
    return min(file.width or file.height, file.height)


@get("/v1/creators/me/videos/{video_id:str}/files/{name:str}", tags=["creators"])
async def get_own_file(
    request: AnyRequest, video_id: VideoId, name: Name, services: Services
) -> ASGIApp:
    """A file of one's own video that has passed, live or not, whole or in byte ranges."""
    creator = await creator_of_media(request.scope, services)
    video = await asyncio.to_thread(services.videos.find, video_id)
    own = video is not None and video.account == creator.num and video.state in _PASSED
    media = video.media if video is not None and own else None
    if media is None or name not in {one.name for one in media.files}:
        raise Refused(404, "no_such_file", "you have no video with such a file")
    return await file_answer(services, media.set, name, _HEADERS, request.scope)


ROUTES: list[Any] = [get_own_file]
