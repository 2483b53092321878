"""/media and /v1/reader: files of pictures, and entries whole."""

from __future__ import annotations

import asyncio
import re
from typing import Annotated, Final

import msgspec
from litestar import get
from litestar.params import Parameter
from litestar.response import Response

from jhalak.api.audience import sees_item, viewer_of
from jhalak.api.raw import AnyRequest, Refused, path_after
from jhalak.api.services import Services
from jhalak.catalogue.more import same_story
from jhalak.schema.languages import RIGHT_TO_LEFT
from jhalak.schema.picture import FOLDER, Block

_NAME: Final = re.compile(r"[0-9a-f]{32}-\d{3,4}\.webp")
_FILE_HEADERS: Final = {
    "cache-control": "public, max-age=31536000, immutable",
    "content-security-policy": "default-src 'none'; sandbox",
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "same-origin",
}
AGAIN_S: Final = 2
MORE: Final = 4
"""Other items of the story that a reader is told."""


@get("/media/{name:str}", tags=["items"], media_type="image/webp")
async def get_media(
    name: Annotated[str, Parameter(max_length=100)], services: Services
) -> Response[bytes]:
    """A picture's file. Its name tells its content, so it may be kept for ever. A large one is
    made when it is first asked for: 503 until then."""
    found = await asyncio.to_thread(services.media.find, name) if _NAME.fullmatch(name) else None
    if found is None:
        raise Refused(404, "no_such_file", "no item that may be shown has this file")
    if not found.made:
        await asyncio.to_thread(services.media.want, name, services.clock())
    data = await services.blobs.get(f"{FOLDER}/{name}") if found.made else None
    if data is None:
        again = [(b"retry-after", str(AGAIN_S).encode())]
        raise Refused(503, "being_made", "it is being made; ask again", again)
    etag = {"etag": f'"{name.partition(".")[0]}"'}
    return Response(data, media_type="image/webp", headers=_FILE_HEADERS | etag)


class BlockOut(msgspec.Struct):
    kind: str
    """p, h (a heading), li (of a list), quote."""
    text: str


class MoreOut(msgspec.Struct):
    """Another item of the same story."""

    item: str
    title: str
    topic: str
    publisher: str | None


class ReaderOut(msgspec.Struct):
    """An entry whole, as plain text in blocks."""

    item: str
    title: str
    language: str
    direction: str
    publisher: str | None
    url: str | None
    blocks: list[BlockOut]
    more: list[MoreOut]
    """Others on the same story, newest first, one a publisher."""


def _more(services: Services, num: int) -> list[MoreOut]:
    catalogue = services.world.catalogue
    row = catalogue.find(num)
    rows = same_story(catalogue, row, MORE).tolist() if row >= 0 else []
    items = [catalogue.record(one).item for one in rows]
    return [MoreOut(one.id, one.title, one.topic, one.publisher or None) for one in items]


@get("/v1/reader/{item_id:path}", tags=["items"])
async def get_reader(
    item_id: Annotated[str, Parameter(max_length=512)], request: AnyRequest, services: Services
) -> ReaderOut:
    """The text of a live item, for our own reader. 410 when it was recalled."""
    name = path_after(request.scope, 2)
    record = await asyncio.to_thread(services.items.get, name)
    if record is None or not await sees_item(services, viewer_of(request, services), record):
        raise Refused(404, "no_such_item", f"there is no item {name!r}")
    if record.status == "recalled":
        raise Refused(410, "recalled", "this item was recalled")
    if record.item.expires_ms <= services.clock():
        raise Refused(404, "expired", "this item is shown no more")
    item = record.item
    text = await asyncio.to_thread(services.texts.get, record.num)
    blocks = text or tuple(Block("p", line) for line in item.summary.splitlines() if line)
    return ReaderOut(
        item.id, item.title, item.language, "rtl" if item.language in RIGHT_TO_LEFT else "ltr",
        item.publisher or None, item.url or None,
        [BlockOut(block.kind, block.text) for block in blocks], _more(services, record.num),
    )  # fmt: skip


ROUTES = [get_media, get_reader]
