"""Reading documents in a process of its own, with a bound on its time and memory.

A megabyte that was made to harm can keep a parser of XML for minutes. Then only that process ends,
and only that document fails. `python -m jhalak.workers.reading` is the process.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import os
import resource
import struct
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, BinaryIO, Final

import msgspec

from jhalak.ingest.document import Document, read_document
from jhalak.ingest.rows import Bad, Entry, Row

Read = Callable[[bytes, str, str], Awaitable[Document]]
"""(data, content type, address) to what was read."""

SECONDS: Final = 30.0
"""For one document: eight times what 10,000 entries take."""
GROWTH: Final = 256 << 20
"""Bytes by which the process may grow; beyond half of that it ends after its answer."""
SMALL: Final = 1 << 20
"""Bytes below which a document is small."""

_REQUEST: Final = struct.Struct("<I")
_ANSWER: Final = struct.Struct("<I?")
"""Length, and whether it was the process's last one."""
_encode: Final = msgspec.msgpack.Encoder(enc_hook=str).encode


class ReadingProcess:
    """A `Read` that starts its process when it is first needed, and again when it ended. One
    document at a time; for one event loop."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()

    async def __call__(self, data: bytes, content_type: str, url: str) -> Document:
        async with self._turn:
            try:
                async with asyncio.timeout(self._seconds):
                    return await self._read(_encode((content_type, url, data)))
            except TimeoutError:
                problem = f"reading it takes longer than {self._seconds:g} s"
            except (asyncio.IncompleteReadError, ConnectionError):
                problem = f"reading it takes more than {GROWTH >> 20} MiB, or breaks the parser"
            except asyncio.CancelledError:
                await self._end()
                raise
            await self._end()
            return Document(problem=problem)

    async def _read(self, request: bytes) -> Document:
        if self._process is None or self._process.returncode is not None:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "jhalak.workers.reading", stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE, preexec_fn=os.setpgrp,
            )  # fmt: skip
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None and stdout is not None
        stdin.write(_REQUEST.pack(len(request)) + request)
        await stdin.drain()
        length, is_last = _ANSWER.unpack(await stdout.readexactly(_ANSWER.size))
        document = unpacked(await stdout.readexactly(length))
        if is_last:
            await self._end()
        return document

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    async def close(self) -> None:
        async with self._turn:
            await self._end()


class Reading:
    """A `Read` of two processes, so that a small document never waits for a large one."""

    def __init__(self) -> None:
        self._small, self._large = ReadingProcess(), ReadingProcess()

    async def __call__(self, data: bytes, content_type: str, url: str) -> Document:
        process = self._small if len(data) < SMALL else self._large
        return await process(data, content_type, url)

    async def close(self) -> None:
        await self._small.close()
        await self._large.close()


def packed(document: Document) -> bytes:
    """A document as bytes: entries as (line, fields) or (line, reason)."""
    plain: dict[str, Any] = {
        field.name: getattr(document, field.name) for field in dataclasses.fields(document)
    }
    plain["entries"] = [(one.line, one[1]) for one in document.entries]
    try:
        return _encode(plain)
    except UnicodeEncodeError:
        return _encode(_storable(plain))


def unpacked(data: bytes) -> Document:
    plain = msgspec.msgpack.decode(data)
    entries: list[Entry] = [
        Row(line, what) if isinstance(what, dict) else Bad(line, what)
        for line, what in plain.pop("entries")
    ]
    return Document(entries=entries, **plain)


def _storable(value: Any) -> Any:
    """With `?` for lone surrogates, which no encoding can spell."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_storable(key): _storable(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_storable(inner) for inner in value]
    return value


def _pages() -> int:
    """Bytes of addresses that this process holds; 0 where the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
    except OSError:
        return 0
    return pages * resource.getpagesize()


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """The process: read what comes until the other end closes."""
    read_document(b"<rss version='2.0'><channel><item/></channel></rss>", "", "")  # imports
    began = _pages()
    if began:
        resource.setrlimit(resource.RLIMIT_AS, (began + GROWTH, began + GROWTH))
    while len(head := requests.read(_REQUEST.size)) == _REQUEST.size:
        content_type, url, data = msgspec.msgpack.decode(requests.read(*_REQUEST.unpack(head)))
        answer = packed(read_document(data, content_type, url))
        is_last = _pages() - began > GROWTH // 2
        answers.write(_ANSWER.pack(len(answer), is_last) + answer)
        answers.flush()
        if is_last:
            return


if __name__ == "__main__":
    with contextlib.suppress(MemoryError, KeyboardInterrupt, BrokenPipeError):
        serve(sys.stdin.buffer, sys.stdout.buffer)
