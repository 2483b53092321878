"""/v1/items, /v1/recalls, /v1/topics, /v1/keys: what is public, and the recall."""

from __future__ import annotations

import asyncio
import base64
import math
from typing import Annotated, Final

import msgspec
from litestar import delete, get
from litestar.params import Parameter
from litestar.response import Response

from jhalak.api.audience import sees_item, viewer_of
from jhalak.api.raw import AnyRequest, Refused, header, path_after
from jhalak.api.services import Services
from jhalak.catalogue.live import prepare
from jhalak.catalogue.topics import topics
from jhalak.feeds.edition import rfc3339
from jhalak.ports.errors import DiskFull
from jhalak.ports.operators import OperatorToken
from jhalak.schema.item import ItemRecord

RECALLED: Final = "recalled"
"""What its creator is told of a video that an operator recalled as an item."""
ItemId = Annotated[str, Parameter(max_length=512)]


class TrialOut(msgspec.Struct):
    """An item's first impressions (of a card: those of its story)."""

    shown: int
    of: int
    """What it may take of the budget for new items."""
    wait_h: float | None
    """Hours in which a new item of this creator has had them; null: nothing is looked at yet."""


class ItemOut(msgspec.Struct):
    """An item as published."""

    item: str
    kind: str
    status: str
    language: str
    topic: str
    title: str
    summary: str
    publisher: str | None
    url: str | None
    published: str
    expires: str
    trial: TrialOut | None = None
    """Null for what is not live."""


def _out(record: ItemRecord, trial: TrialOut | None = None) -> ItemOut:
    item = record.item
    return ItemOut(
        item.id, item.kind, record.status, item.language, item.topic, item.title, item.summary,
        item.publisher or None, item.url or None, rfc3339(item.published_ms),
        rfc3339(item.expires_ms), trial,
    )  # fmt: skip


def trial_of(services: Services, record: ItemRecord) -> TrialOut | None:
    """How an item's first impressions stand; in a thread."""
    catalogue = services.world.catalogue
    row = catalogue.find(record.num)
    if row < 0:
        return None
    of = services.settings.feed.trial_impressions
    shown = services.trial_waits.shown(int(catalogue.trial[row]))
    hours = services.trial_waits.now(services.clock()).of(record.creator).new_item_h
    known = round(hours, 1) if math.isfinite(hours) else None
    return TrialOut(int(min(shown, of)), int(of), known)


@get("/v1/items/{item_id:path}", tags=["items"])
async def get_item(item_id: ItemId, request: AnyRequest, services: Services) -> ItemOut:
    """One item. 410 when it was recalled. A viewer who says who they are is also told of what is
    for followers only, where they follow."""
    name = path_after(request.scope, 2)
    record = await asyncio.to_thread(services.items.get, name)
    if record is None or not await sees_item(services, viewer_of(request, services), record):
        raise Refused(404, "no_such_item", f"there is no item {name!r}")
    if record.status == "recalled":
        raise Refused(410, "recalled", "this item was recalled")
    return _out(record, await asyncio.to_thread(trial_of, services, record))


@delete("/v1/items/{item_id:path}", tags=["items"], status_code=200)
async def recall_item(
    item_id: ItemId,
    request: AnyRequest,
    operator: OperatorToken,
    services: Services,
    reason: Annotated[str, Parameter(max_length=500)] = "",
) -> ItemOut:
    """Recall: when this answers, no slate shows the item again, also after a crash."""
    name = path_after(request.scope, 2)
    return _out(await recall(services, name, f"operator:{operator.name}", reason))


async def recall(services: Services, name: str, by: str, reason: str) -> ItemRecord:
    """Take an item out for good, here at once and in the one sequence of changes. Raises Refused
    (404), DiskFull."""
    record = await recall_if_there(services, name, by, reason)
    if record is None:
        raise Refused(404, "no_such_item", f"there is no item {name!r}")
    return record


async def recall_if_there(services: Services, name: str, by: str, reason: str) -> ItemRecord | None:
    """The same; None where there is no such item. Raises DiskFull."""
    now_ms = services.clock()
    try:
        record = await asyncio.to_thread(services.items.recall, name, by, reason, now_ms)
    except DiskFull:
        # A takedown does not wait for room: there is a little kept for it.
        if not await asyncio.to_thread(services.give_up_reserve):
            raise
        record = await asyncio.to_thread(services.items.recall, name, by, reason, now_ms)
    if record is None:
        return None
    services.world.catalogue.commit([prepare(record)], services.clock())
    if record.item.media:  # a creator's video: its files go too
        video = await asyncio.to_thread(services.videos.find, name)
        if video is not None and video.state in ("draft", "live"):
            await services.refuse_video(video, RECALLED, by)
    return record


class Recall(msgspec.Struct):
    seq: int
    item: str
    at: str


class RecallsOut(msgspec.Struct):
    """In order; ask again with since=next."""

    recalls: list[Recall]
    next: int


@get("/v1/recalls", tags=["items"])
async def get_recalls(
    request: AnyRequest,
    services: Services,
    since: Annotated[int, Parameter(ge=0, le=2**62)] = 0,
    limit: Annotated[int, Parameter(ge=1, le=1000)] = 1000,
) -> Response[RecallsOut | None]:
    """Recalls with a sequence number greater than `since`. The ETag is `next`: a device that names
    it and misses nothing gets a 304."""
    # What this process recalled itself is in place before its turn in the sequence: a device that
    # went on from there would miss what came in between.
    catalogue = services.world.catalogue
    found = sorted(row for row in catalogue.recalls if since < row[0] <= catalogue.seq)[:limit]
    recalls = [Recall(seq, item, rfc3339(at_ms)) for seq, item, at_ms in found]
    after = recalls[-1].seq if recalls else since
    headers = {"etag": f'"{after}"', "cache-control": "no-cache"}
    if not recalls and header(request.scope, b"if-none-match") == headers["etag"]:
        return Response(None, status_code=304, headers=headers)
    return Response(RecallsOut(recalls, after), headers=headers)


class TopicOut(msgspec.Struct):
    id: str
    iab: str
    colour: str
    sensitive: bool
    names: dict[str, str]


class TopicsOut(msgspec.Struct):
    topics: list[TopicOut]


@get("/v1/topics", tags=["items"], cache=False)
async def get_topics() -> TopicsOut:
    """The topics, their colours, and their names in every language."""
    return TopicsOut([TopicOut(t.id, t.iab, t.colour, t.sensitive, t.names) for t in topics()])


class KeyOut(msgspec.Struct):
    id: str
    algorithm: str
    public_key: str
    """Base 64 of the 32 bytes."""


class KeysOut(msgspec.Struct):
    keys: list[KeyOut]


@get("/v1/keys", tags=["items"])
async def get_keys(services: Services) -> KeysOut:
    """The key that signs editions (header Jhalak-Signature)."""
    signer = services.signer
    return KeysOut([KeyOut(signer.id, "ed25519", base64.b64encode(signer.public).decode())])


ROUTES = [get_item, recall_item, get_recalls, get_topics, get_keys]
