"""/v1/publisher/items: publishers send their items, change them, and take them back.

What is sent is checked for its shape, queued on disk, and answered; the worker that follows feeds
makes items of it, within a second. So nothing here reads a text.
"""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Final, Literal

import msgspec
from litestar import delete, get, post, put
from litestar.params import Parameter

from jhalak.api.items import recall_if_there
from jhalak.api.raw import AnyRequest, Refused, path_after
from jhalak.api.services import Services
from jhalak.ingest.document import PUSHED_TYPE
from jhalak.ingest.intake import key_of, own_id
from jhalak.ports.publishers import PublisherKey
from jhalak.schema.feed import PUSHED, Feed

MOST: Final = 100
"""Items of one request."""
WAITING: Final = 64
"""Requests of one publisher that may wait for the worker."""

ItemName = Annotated[str, Parameter(max_length=600)]
Short = Annotated[str, msgspec.Meta(max_length=300)]
Address = Annotated[str, msgspec.Meta(max_length=2048)]


class RenditionIn(msgspec.Struct, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One playable form of a video."""

    src: Address
    height: int
    bitrate: int = 0
    type: Short = "video/mp4"


class ContentIn(msgspec.Struct, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """An item without its id."""

    title: Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]
    summary: Annotated[str, msgspec.Meta(max_length=20_000)] = ""
    content: Annotated[str, msgspec.Meta(max_length=200_000)] = ""
    """The entry whole, HTML or text, for our own reader."""
    url: Address = ""
    image: Address = ""
    image_alt: Short = ""
    language: Short = ""
    """One of our languages; told from the text where it is not given."""
    topic: list[Short] = []
    """Topics or labels; the first that we know counts."""
    kind: Literal["card", "video"] = "card"
    duration: float = 0.0
    renditions: list[RenditionIn] = []
    story: Short = ""
    published: Short = ""
    expires: Short = ""
    sensitive: bool = False


class ItemIn(ContentIn, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """An item."""

    id: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    """The publisher's own."""


class BatchIn(msgspec.Struct, forbid_unknown_fields=True):
    """Items to make or change."""

    items: Annotated[list[ItemIn], msgspec.Meta(min_length=1, max_length=MOST)]


class Taken(msgspec.Struct):
    id: str
    item: str
    """The id under which feeds, recalls and `/v1/items` know it."""


class TakenOut(msgspec.Struct):
    """On disk; items within a second."""

    items: list[Taken]


class StateOut(msgspec.Struct):
    """What became of an item."""

    id: str
    item: str
    status: Literal["live", "recalled", "rejected", "waiting"]
    reason: str = ""
    """Why it was rejected."""


@post("/v1/publisher/items", tags=["publishers"], status_code=202)
async def post_items(data: BatchIn, publisher: PublisherKey, services: Services) -> TakenOut:
    """Make or change items. Sent again, it changes nothing."""
    named = [_named(item.id) for item in data.items]
    items = [
        msgspec.to_builtins(msgspec.structs.replace(item, id=name))
        for item, name in zip(data.items, named, strict=True)
    ]
    feed = await _queue(services, publisher, {"items": items})
    return TakenOut([Taken(name, own_id(feed.url, name)) for name in named])


@put("/v1/publisher/items/{item_id:path}", tags=["publishers"], status_code=202)
async def put_item(
    data: ContentIn, item_id: ItemName, request: AnyRequest, publisher: PublisherKey,
    services: Services,
) -> Taken:  # fmt: skip
    """Make or change one item."""
    name = _named(path_after(request.scope, 3))
    item = {**msgspec.to_builtins(data), "id": name}
    feed = await _queue(services, publisher, {"items": [item]})
    return Taken(name, own_id(feed.url, name))


@get("/v1/publisher/items/{item_id:path}", tags=["publishers"])
async def get_item_state(
    item_id: ItemName, request: AnyRequest, publisher: PublisherKey, services: Services
) -> StateOut:
    """What became of an item."""
    name = _named(path_after(request.scope, 3))
    return await asyncio.to_thread(_state, services, publisher, name)


@delete("/v1/publisher/items/{item_id:path}", tags=["publishers"], status_code=200)
async def withdraw_item(
    item_id: ItemName, request: AnyRequest, publisher: PublisherKey, services: Services
) -> StateOut:
    """Take an item back, for good: when this answers no slate shows it again."""
    name = _named(path_after(request.scope, 3))
    source = await asyncio.to_thread(_source, services, publisher)
    item = own_id(source.url, name)
    by = f"publisher:{publisher.name}"[:200]
    record = await recall_if_there(services, item, by, "withdrawn by its publisher")
    # What is still queued becomes an item first: the withdrawal waits behind it.
    await _queue(services, publisher, {"withdrawn": [name]})
    return StateOut(name, item, "waiting" if record is None else "recalled")


def _named(text: str) -> str:
    """An id as it is kept. Raises Refused (400)."""
    name = " ".join(text.split())
    if not 0 < len(name) <= 200 or not name.isprintable():
        raise Refused(400, "bad_parameter", "an item's id has 1 to 200 printable characters")
    return name


async def _queue(services: Services, publisher: PublisherKey, sent: dict[str, Any]) -> Feed:
    """Write it for the worker. Raises Refused (503) where too much waits already."""

    def write() -> Feed:
        feed = _source(services, publisher)
        if services.deliveries.waiting(feed.num) >= WAITING:
            again = [(b"retry-after", b"5")]
            raise Refused(503, "unavailable", "too much of yours waits; send it again", again)
        body = msgspec.json.encode(sent)
        services.deliveries.add(feed.num, PUSHED_TYPE, body, services.clock())
        return feed

    return await asyncio.to_thread(write)


def _source(services: Services, publisher: PublisherKey) -> Feed:
    """The publisher as a source, beside the feeds."""
    url = f"{PUSHED}{publisher.name}"
    found = services.feeds.find(url)
    return found or services.feeds.add(
        url, services.clock(), tier=publisher.tier, publisher=publisher.name
    )[0]  # fmt: skip


def _state(services: Services, publisher: PublisherKey, name: str) -> StateOut:
    feed = _source(services, publisher)
    item = own_id(feed.url, name)
    record = services.items.get(item)
    row = services.entries.known(feed.num, [key_of(name)]).get(key_of(name))
    if record is not None:
        return StateOut(name, item, record.status, row.reason if row else "")
    if row is not None and row.reason:
        return StateOut(name, item, "rejected", row.reason)
    if services.deliveries.waiting(feed.num):
        return StateOut(name, item, "waiting")
    raise Refused(404, "no_such_item", f"you sent no item {name!r}")


ROUTES = [post_items, put_item, get_item_state, withdraw_item]
