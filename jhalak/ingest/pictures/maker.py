"""Makes pictures in a process of its own, which it starts, bounds, and replaces when it fails."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
from typing import Final

import msgspec

from jhalak.ingest.pictures.header import NoPicture, header_of
from jhalak.ingest.pictures.wire import LENGTH, Answer, Job, Made
from jhalak.schema.picture import Picture

WAIT_S: Final = 30.0
"""For one picture, on a machine that is busy; the process itself ends after 10 s of CPU."""
_encoder = msgspec.msgpack.Encoder()


class Maker:
    """One process, one picture at a time; callers queue."""

    def __init__(self, wait_s: float = WAIT_S) -> None:
        self._wait_s = wait_s
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()

    async def make(self, data: bytes, src: str) -> Made:
        """The picture and its files. Raises NoPicture."""
        header_of(data)  # most of what is none needs no process to tell
        answer = await self._ask(Job(data, src))
        if answer.made is None:
            raise NoPicture(answer.reason)
        return answer.made

    async def large(self, data: bytes, picture: Picture) -> bytes:
        """The large file of a picture made before. Raises NoPicture."""
        answer = await self._ask(Job(data, picture.src, picture.digest, picture.crop))
        if answer.kind != "large":
            raise NoPicture(answer.reason)
        return answer.large

    async def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    async def _ask(self, job: Job) -> Answer:
        async with self._turn:
            try:
                body = await asyncio.wait_for(self._exchange(_encoder.encode(job)), self._wait_s)
            except TimeoutError:
                await self.close()
                raise NoPicture("takes too long to decode") from None
            except (asyncio.IncompleteReadError, ConnectionError):
                await self.close()
                raise NoPicture("its decoder crashed, or took too much time") from None
            except BaseException:
                await self.close()  # the next must not read this one's answer
                raise
        return msgspec.msgpack.decode(body, type=Answer)

    async def _exchange(self, job: bytes) -> bytes:
        process = self._process or await self._start()
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(LENGTH.pack(len(job)) + job)
        await process.stdin.drain()
        head = await process.stdout.readexactly(LENGTH.size)
        return await process.stdout.readexactly(*LENGTH.unpack(head))

    async def _start(self) -> asyncio.subprocess.Process:
        # Nothing of our environment: no address of a database, no key.
        environment = {"OPENBLAS_NUM_THREADS": "1", "PATH": os.defpath, "LANG": "C.UTF-8"}
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-m", "jhalak.ingest.pictures.child",
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env=environment, start_new_session=True, limit=1 << 20,
        )  # fmt: skip
        return self._process
