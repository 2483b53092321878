"""A source that has arrived: its parts lie in the blob store, and it becomes a video."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import AsyncIterator, Callable
from typing import NamedTuple

from jhalak.media.container import HEAD, Refused, first_bytes
from jhalak.ports.blob_store import FileStore
from jhalak.ports.errors import Unavailable
from jhalak.ports.uploads import Upload, UploadStore
from jhalak.ports.videos import VideoStore
from jhalak.schema.video import UPLOADS, Video


class Stores(NamedTuple):
    """Where sources lie and what is known of them."""

    uploads: UploadStore
    videos: VideoStore
    blobs: FileStore
    clock: Callable[[], int]


async def arrived(stores: Stores, upload: Upload, handle: str) -> Video:
    """The video that a whole upload becomes or became; one of the same content that its account
    has already: then this upload's parts go. Reads the source once: 2 s for 500 MB.

    Raises Refused where the first bytes tell that it is no video: then it is dropped.
    """
    if upload.video:
        known = await asyncio.to_thread(stores.videos.find, upload.video)
        if known is not None:
            return known
    digest, head = hashlib.sha256(), b""
    async for part in parts_of(stores.blobs, upload):
        head += part[: HEAD - len(head)]
        await asyncio.to_thread(digest.update, part)
    await check(stores, upload, head)
    now_ms = stores.clock()
    video = Video(
        id=secrets.token_urlsafe(16), account=upload.account, handle=handle, upload=upload.id,
        content=digest.digest(), details=upload.details, created_ms=now_ms,
    )  # fmt: skip
    became = await asyncio.to_thread(stores.videos.begin, video, now_ms)
    if became.upload != upload.id:
        await clear(stores.blobs, upload.id)
    return became


async def check(stores: Stores, upload: Upload, head: bytes) -> None:
    """Raises Refused where these first bytes are of no video, having dropped it."""
    try:
        first_bytes(head)
    except Refused:
        await drop(stores, upload.id)
        raise


async def parts_of(blobs: FileStore, upload: Upload) -> AsyncIterator[bytes]:
    """The source, part by part. Raises Unavailable where one is gone."""
    for n in range(upload.parts):
        part = await blobs.get(f"{UPLOADS}/{upload.id}/{n}")
        if part is None:
            raise Unavailable(f"part {n} of the upload {upload.id} is gone")
        yield part


async def drop(stores: Stores, upload_id: str) -> None:
    """Forget an upload. Its row goes last: until then the sweep finds what is left of it."""
    await clear(stores.blobs, upload_id)
    await asyncio.to_thread(stores.uploads.drop, upload_id)
    # What a request that was under way at that moment wrote.
    await clear(stores.blobs, upload_id)


async def clear(blobs: FileStore, upload_id: str) -> None:
    """Delete all its parts."""
    for path in await blobs.list(f"{UPLOADS}/{upload_id}"):
        await blobs.delete(path)
