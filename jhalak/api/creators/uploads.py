"""/v1/uploads: our server of the open tus 1.0 protocol.

What was counted is on disk, part by part, so any process takes the next request; what came over a
line that broke is kept too.
"""

from __future__ import annotations

import re
from typing import Any, Final

from litestar import asgi
from litestar.types import Receive, Scope, Send

from jhalak.api.creators import tus
from jhalak.api.creators.access import creator_of
from jhalak.api.creators.body import Body, Turns
from jhalak.api.creators.details import details_of
from jhalak.api.creators.form import form_route
from jhalak.api.creators.intake import Intake
from jhalak.api.creators.made_with import with_reference
from jhalak.api.raw import JSON, Headers, Refused, header, respond
from jhalak.api.services import Services
from jhalak.ports.creators import Creator
from jhalak.ports.uploads import Upload

PATH: Final = "/v1/uploads"
_ID: Final = re.compile(r"[A-Za-z0-9_-]{22}")
_NO_STORE: Final = (b"cache-control", b"no-store")


class UploadRoutes:
    """The uploads and each of them, for one process."""

    def __init__(self, services: Services, intake: Intake) -> None:
        self._services, self._intake, self._turns = services, intake, Turns()

    def handler(self) -> Any:
        """For the framework; a mount, as its routes with parameters know no HEAD."""
        return asgi(PATH, is_mount=True, copy_scope=False)(self.handle)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Any request."""
        body = Body(receive)
        try:
            status, headers = await self._answer(scope, body)
            await respond(send, status, b"", [tus.RESUMABLE, _NO_STORE, *headers])
        except Refused as error:
            await body.drain()
            told = b"" if scope.get("method") == "HEAD" else error.body()
            fixed = [JSON, tus.RESUMABLE, _NO_STORE]
            await respond(send, error.status, told, [*fixed, *error.headers])

    async def _answer(self, scope: Scope, body: Body) -> tuple[int, Headers]:
        below = scope["path"].removeprefix(PATH)
        if below and below[0] != "/":  # the framework's mounts begin anywhere
            raise Refused(404, "not_found", "there is nothing here")
        upload_id = below.strip("/")
        method = tus.method_of(scope)
        if method == "OPTIONS":
            return 204, tus.abilities(self._services.settings.media.most_bytes)
        known = ("HEAD", "PATCH", "DELETE") if upload_id else ("POST",)
        if method not in known:
            allow = [(b"allow", ", ".join(known).encode())]
            raise Refused(405, "method_not_allowed", f"this takes {known[0]}", allow)
        creator = await creator_of(scope, self._services)
        tus.check_version(scope)
        if method == "POST":
            return await self._create(scope, creator)
        if not _ID.fullmatch(upload_id):
            raise Refused(404, "no_such_upload", "there is no such upload")
        if method == "PATCH":
            return await self._patch(scope, body, upload_id, creator)
        async with self._turns.take(upload_id):
            upload = await self._intake.find(upload_id, creator)
            if method == "DELETE":
                await self._intake.end(upload)
                return 204, []
            length = (b"upload-length", str(upload.length).encode())
            return 200, [length, *await self._where(upload, creator)]

    async def _create(self, scope: Scope, creator: Creator) -> tuple[int, Headers]:
        length = tus.size_of(scope, b"upload-length")
        said = tus.metadata_of(scope)
        details = await with_reference(
            self._services, creator, said, details_of(said, self._services.clock())
        )
        upload = await self._intake.begin(creator, length, details)
        location = (b"location", f"{PATH}/{upload.id}".encode())
        return 201, [location, tus.expires(upload.until_ms)]

    async def _patch(
        self, scope: Scope, body: Body, upload_id: str, creator: Creator
    ) -> tuple[int, Headers]:
        if (header(scope, b"content-type") or "").partition(";")[0].strip() != tus.BODY:
            raise Refused(415, "wrong_type", f"send Content-Type: {tus.BODY}")
        offset = tus.size_of(scope, b"upload-offset")
        checksum = tus.checksum_of(scope)
        async with self._turns.take(upload_id) as gone:
            upload = await self._intake.find(upload_id, creator)
            if offset != upload.received:
                said = f"the next byte is {upload.received:,}, and yours begin at {offset:,}"
                raise Refused(409, "wrong_offset", said)
            body.limit = upload.length - upload.received
            if header(scope, b"content-length") is not None:
                body.fits(tus.size_of(scope, b"content-length"))
            pieces = body.checked(gone, checksum) if checksum else body.pieces(gone)
            async for piece in pieces:
                upload = await self._intake.keep(upload, piece)
            return 204, await self._where(upload, creator)

    async def _where(self, upload: Upload, creator: Creator) -> Headers:
        """How much is on disk, and what a whole one became."""
        offset = (b"upload-offset", str(upload.received).encode())
        if upload.received < upload.length:
            return [offset, tus.expires(upload.until_ms)]
        video = await self._intake.finish(upload, creator)
        return [offset, (b"jhalak-video", video.id.encode())]


def upload_routes(services: Services) -> list[Any]:
    """Both ways to send a video."""
    intake = Intake(services)
    return [UploadRoutes(services, intake).handler(), form_route(services, intake)]
