"""POST /v1/videos: a small file and what is said of it, as one form."""

from __future__ import annotations

import asyncio
from tempfile import SpooledTemporaryFile
from typing import Any, Final

from litestar import post
from multipart import MultipartError, MultipartSegment, PushMultipartParser

from jhalak.api.creators.access import signed_in
from jhalak.api.creators.body import PART
from jhalak.api.creators.details import details_of
from jhalak.api.creators.intake import Intake
from jhalak.api.creators.made_with import with_reference
from jhalak.api.creators.videos import VideoOut, video_out
from jhalak.api.raw import AnyRequest, Refused
from jhalak.api.services import Services
from jhalak.ports.creators import Creator

FIELDS: Final = 65_536
"""Bytes of a form beside its file."""
PARTS: Final = 64
"""Fields of a form, at most."""
FILE: Final = "file"


def form_route(services: Services, intake: Intake) -> Any:
    """The route."""
    most = services.settings.media.multipart_bytes

    @post(
        "/v1/videos", tags=["creators"], status_code=201, request_max_body_size=most + FIELDS,
        guards=[signed_in],
    )  # fmt: skip
    async def post_video(request: AnyRequest, creator: Creator) -> VideoOut:
        """Send a small video whole: the fields `file`, `language`, `ai`, `sensitive`, `rights`, and
        if you like `caption`, `topic`, `cover_s`, `audience`, `comments`, `duet`, `stitch`,
        `sound`, `publish`, `of_kind` with `of_video`. Larger ones go to /v1/uploads (tus)."""
        with SpooledTemporaryFile(PART) as file:
            said = await read_form(request, file)
            details = details_of(said, services.clock())
            details = await with_reference(services, creator, said, details)
            length = file.tell()
            if length > most:
                raise Refused(413, "too_large", f"a form's file may have {most:,} bytes: use tus")
            upload = await intake.begin(creator, length, details)
            file.seek(0)
            while piece := await asyncio.to_thread(file.read, PART):
                upload = await intake.keep(upload, piece)
        video = await intake.finish(upload, creator)
        return await asyncio.to_thread(video_out, services, video, services.clock())

    return post_video


async def read_form(request: AnyRequest, file: SpooledTemporaryFile[bytes]) -> dict[str, str]:
    """The fields of a form; what its field `file` holds goes into `file`. Raises Refused (400,
    413)."""
    form = _Form(file)
    try:
        boundary = request.content_type[1].get("boundary", "")
        with PushMultipartParser(boundary, max_segment_count=PARTS) as parser:
            async for chunk in request.stream():
                for part in parser.parse(chunk) if chunk else ():
                    await form.take(part)
        return form.said()
    except (MultipartError, UnicodeDecodeError):
        raise Refused(400, "bad_body", "this is no form, or not in UTF-8") from None


class _Form:
    """A form as it comes in. A part may say that it is in another encoding than UTF-8: that is not
    looked at, since some cost the square of a text's length to read."""

    def __init__(self, file: SpooledTemporaryFile[bytes]) -> None:
        self._file, self._left = file, FIELDS
        self._texts: dict[str, bytearray] = {}
        self._files: set[str] = set()
        self._name = ""

    async def take(self, part: MultipartSegment | bytes | bytearray | None) -> None:
        """The beginning of a field, a piece of it, or its end. Raises Refused (400, 413)."""
        if isinstance(part, MultipartSegment):
            self._begin(part.name or "", is_file=bool(part.filename))
        elif part and self._name in self._texts:
            self._left -= len(part)
            if self._left < 0:
                raise Refused(413, "too_large", f"a form's texts may have {FIELDS:,} bytes")
            self._texts[self._name] += part
        elif part and self._name == FILE:
            await asyncio.to_thread(self._file.write, part)

    def _begin(self, name: str, *, is_file: bool) -> None:
        if name in self._texts or name in self._files:
            raise Refused(400, "bad_body", f"the form has the field {name[:40]!r} twice")
        self._name = name
        if is_file:
            self._files.add(name)
        else:
            self._texts[name] = bytearray()

    def said(self) -> dict[str, str]:
        """Its texts. Raises Refused (400) without a file, UnicodeDecodeError."""
        if FILE not in self._files:
            raise Refused(400, "no_file", "the form has no field `file` with a file in it")
        return {name: text.decode() for name, text in self._texts.items()}
