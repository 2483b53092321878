"""Bodies of uploads as they come in: in pieces that are kept whatever happens after them."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final
from weakref import WeakValueDictionary

from litestar.types import Receive

from jhalak.api.creators.tus import Checksum
from jhalak.api.raw import Refused

PART: Final = 8 << 20
"""Bytes of a piece, at most: what lies in memory of one upload."""
PATIENCE_S: Final = 60.0
"""A line over which nothing comes for so long is broken."""


class Turns:
    """One request at a time writes an upload. Who comes later goes on, and who was there ends with
    what it has: its line is broken, though nobody told us."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._gone: dict[str, asyncio.Future[None]] = {}

    @asynccontextmanager
    async def take(self, upload: str) -> AsyncIterator[asyncio.Future[None]]:
        """Gives what is done when this request is to end."""
        lock = self._locks.setdefault(upload, asyncio.Lock())
        before = self._gone.get(upload)
        if before is not None and not before.done():
            before.set_result(None)
        async with lock:
            gone = self._gone[upload] = asyncio.get_running_loop().create_future()
            try:
                yield gone
            finally:
                del self._gone[upload]


class Body:
    """A request's body of at most `limit` bytes."""

    def __init__(self, receive: Receive, limit: int = PART) -> None:
        self._receive = receive
        self.limit = limit
        self.broken = False
        """It ended before its end: what came is all there is."""
        self._ended = False

    def fits(self, declared: int) -> None:
        """Raises Refused (413) before a byte is read."""
        if declared > self.limit:
            raise _too_much()

    async def pieces(self, gone: asyncio.Future[None]) -> AsyncIterator[bytes]:
        """At most PART bytes each. Raises Refused (413) for more than `limit` in all."""
        held, left = bytearray(), self.limit
        while not self._ended:
            chunk = await self._next(gone)
            left -= len(chunk)
            if left < 0:
                raise _too_much()
            held += chunk
            while len(held) >= PART:
                yield bytes(held[:PART])
                del held[:PART]
        if held:
            yield bytes(held)

    async def checked(self, gone: asyncio.Future[None], sum_: Checksum) -> AsyncIterator[bytes]:
        """The same, when all is there and is what the checksum says; nothing of a broken one.
        Raises Refused (460)."""
        digest = sum_.begin()
        with tempfile.SpooledTemporaryFile(PART) as spool:
            async for piece in self.pieces(gone):
                await asyncio.to_thread(digest.update, piece)
                await asyncio.to_thread(spool.write, piece)
            if self.broken:
                return
            if digest.digest() != sum_.digest:
                raise Refused(460, "wrong_checksum", "the bytes are not those of Upload-Checksum")
            spool.seek(0)
            while piece := await asyncio.to_thread(spool.read, PART):
                yield piece

    async def drain(self) -> None:
        """Throw away what is still coming, PART bytes at most: who is still sending when the line
        is shut does not read our answer."""
        left, never = PART, asyncio.get_running_loop().create_future()
        while not self._ended and left > 0:
            left -= len(await self._next(never))

    async def _next(self, gone: asyncio.Future[None]) -> bytes:
        coming = asyncio.ensure_future(self._receive())
        done, _ = await asyncio.wait(
            (coming, gone), timeout=PATIENCE_S, return_when=asyncio.FIRST_COMPLETED
        )
        if coming not in done:
            coming.cancel()
            self._ended = self.broken = True
            return b""
        message: Any = coming.result()
        if message["type"] == "http.disconnect":
            self._ended = self.broken = True
            return b""
        self._ended = not message.get("more_body", False)
        chunk: bytes = message.get("body", b"")
        return chunk


def _too_much() -> Refused:
    return Refused(413, "too_large", "more bytes came than Upload-Length says")
