"""GET and HEAD /video/SET/SIGNED/NAME: the files of creators' videos, whole or in byte ranges.

The signature is checked without I/O. Whether the video may be seen is asked at most once a second
for each set, so what was taken down is gone within a second. Files of this machine are sent by
Starlette's FileResponse; a bucket's are fetched there, by a redirect.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from email.utils import formatdate
from pathlib import Path
from typing import Any, Final

from litestar import route
from litestar.handlers import HTTPRouteHandler
from litestar.types import ASGIApp, HTTPScope, Receive, Scope, Send
from starlette.responses import FileResponse

from jhalak.api.raw import AnyRequest, Refused, header, respond
from jhalak.api.services import Services
from jhalak.feeds.media_link import BUCKET_MS
from jhalak.schema.video import FOLDER, HLS_TYPE

ROUTE: Final = "/video/{set:str}/{signed:str}/{name:str}"
ASK_AGAIN_MS: Final = 900
"""So long an answer holds to whether a video may be seen."""
HELD: Final = 20_000
"""So many answers are held."""
SIGNED_S: Final = 600
"""So long a bucket's own address holds."""
_SET: Final = re.compile(r"[0-9a-f]{32}", re.ASCII)
_NAME: Final = re.compile(
    r"(?:\d{2,4}(?:\.av1)?\.(?:mp4|m4s|m3u8)|(?:master|first)\.m3u8|(?:poster|strip)\.webp"
    r"|sound\.m4a)",
    re.ASCII,
)
_RANGE: Final = re.compile(r"bytes=(?:\d{1,12}-\d{0,12}|-\d{1,12})", re.ASCII)
_TYPES: Final = {
    "mp4": "video/mp4", "m4s": "video/mp4", "m3u8": HLS_TYPE, "webp": "image/webp",
    "m4a": "audio/mp4",
}  # fmt: skip
_ALWAYS: Final = {
    "content-security-policy": "default-src 'none'; sandbox",
    "x-content-type-options": "nosniff",
}
_NO_FILE: Final = ("no_such_file", "no video that may be seen has this file")


class VideoFiles:
    """Answers for the files of videos that may be seen."""

    def __init__(self, services: Services) -> None:
        self._s = services
        self._asked: dict[str, tuple[int, asyncio.Task[bool]]] = {}
        # A page of ours may only load what is from elsewhere where that says so.
        foreign = bool(services.settings.media.origin)
        self._headers = {
            "cache-control": f"public, max-age={BUCKET_MS // 1000}, immutable",
            "cross-origin-resource-policy": "cross-origin" if foreign else "same-origin",
            **({"access-control-allow-origin": "*"} if foreign else {}),
        }

    async def get(self, scope: HTTPScope) -> ASGIApp:
        """A file of a video that may be seen. Raises Refused (404, also for a wrong or old
        signature), PortError."""
        set_, signed, name = (str(scope["path_params"][key]) for key in ("set", "signed", "name"))
        s = self._s
        if not _SET.fullmatch(set_) or not s.media_links.is_good(set_, signed, s.clock()):
            raise Refused(404, *_NO_FILE)
        if not await self._shows(set_):
            raise Refused(404, *_NO_FILE)
        s.count("GET /video")
        return await file_answer(s, set_, name, self._headers, scope)

    async def _shows(self, set_: str) -> bool:
        """Raises PortError."""
        now_ms = self._s.clock()
        at_ms, task = self._asked.get(set_, (0, None))
        if task is None or now_ms - at_ms >= ASK_AGAIN_MS:
            if len(self._asked) >= HELD:
                self._asked.clear()
            task = asyncio.create_task(asyncio.to_thread(self._s.videos.shows, set_))
            self._asked[set_] = (now_ms, task)
        # One who goes away ends no other's question.
        return await asyncio.shield(task)


async def file_answer(
    services: Services, set_: str, name: str, headers: Mapping[str, str], scope: HTTPScope
) -> ASGIApp:
    """The file `video/SET/NAME`, or the byte range of it that `scope` asks for. Whether the one
    who asks may see it is the caller's to know. Raises Refused (404), PortError."""
    if not _SET.fullmatch(set_) or not _NAME.fullmatch(name):
        raise Refused(404, *_NO_FILE)
    kind = _TYPES[name.rpartition(".")[2]]
    etag = f'"{set_}-{name}"'
    told = {**_ALWAYS, **headers, "etag": etag}
    if etag in (header(scope, b"if-none-match") or "").split(", "):
        return _plain(304, b"", kind, told)
    path = f"{FOLDER}/{set_}/{name}"
    address = await services.blobs.address(path, SIGNED_S)
    if isinstance(address, Path):
        return await _from_disk(address, kind, told, scope)
    if address is None or kind == HLS_TYPE:
        # What a playlist names is relative to where it was read: that must be here.
        data = await services.blobs.get(path)
        if data is None:
            raise Refused(404, *_NO_FILE)
        return _plain(200, data, kind, told)
    # The address ends before the link does: a redirect is kept for less long.
    told |= {"location": address, "cache-control": f"private, max-age={SIGNED_S // 2}"}
    return _plain(302, b"", kind, told)


def _plain(status: int, body: bytes, kind: str, headers: dict[str, str]) -> ASGIApp:
    told = [(name.encode(), value.encode()) for name, value in headers.items()]

    async def send_plain(scope: Scope, receive: Receive, send: Send) -> None:
        if status == 304:  # without a length: it would be that of the file
            await send({"type": "http.response.start", "status": 304, "headers": told})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        else:
            await respond(send, status, body, [*told, (b"content-type", kind.encode())])

    return send_plain


async def _from_disk(path: Path, kind: str, headers: dict[str, str], scope: HTTPScope) -> ASGIApp:
    try:
        seen = await asyncio.to_thread(path.stat)
    except (FileNotFoundError, NotADirectoryError):
        raise Refused(404, *_NO_FILE) from None
    # The same on each machine, as the name is: not the time at which it was written here.
    told = headers | {"last-modified": formatdate(0, usegmt=True)}
    response: Any = FileResponse(path, headers=told, media_type=kind, stat_result=seen)

    async def send_file(_: Scope, receive: Receive, send: Send) -> None:
        await response(_with_one_range(scope), receive, send)

    return send_file


def _with_one_range(scope: HTTPScope) -> HTTPScope:
    """The request without a Range that names more than one range or none: it is answered whole
    then, as RFC 9110 (14.2) allows."""
    wanted = header(scope, b"range")
    if wanted is None or _RANGE.fullmatch(wanted):
        return scope
    kept: Any = {**scope, "headers": [one for one in scope["headers"] if one[0] != b"range"]}
    found: HTTPScope = kept
    return found


def video_file_route(services: Services) -> HTTPRouteHandler:
    """The OpenAPI document is written by hand: the framework cannot tell what is answered."""
    files = VideoFiles(services)

    @route(ROUTE, http_method=["GET", "HEAD"], include_in_schema=False)
    async def get_file(request: AnyRequest) -> ASGIApp:
        return await files.get(request.scope)

    return get_file
