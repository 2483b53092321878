"""From an upload's parts to a video's files in the blob store: one pass of a video at a time."""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from subprocess import Popen
from typing import Final

from jhalak.media.passes import FIRST_MASTER, Passed, Wishes, first_pass, rest_pass
from jhalak.media.sandbox import PROGRESS, Broke, Sandbox
from jhalak.media.stills import Frames
from jhalak.ports.blob_store import FileStore
from jhalak.ports.uploads import UploadStore
from jhalak.schema.video import FOLDER, UPLOADS, Media, Video

RECIPE: Final = "2"
"""Changes with what is made of a source, so that a name always means the same bytes."""
_LOCK: Final = "lock"
_TAIL: Final = 400
"""Bytes of the newest report of a child."""


class Gone(Exception):
    """There is no source: the video was removed meanwhile."""


def set_of(video: Video) -> str:
    """Name of the files that are made of a video: by its content and the recipe. By its id too:
    two who upload the same have files of their own, and one taken down harms no other."""
    named = f"{RECIPE}\0{video.id}\0".encode() + video.content
    return hashlib.blake2b(named, digest_size=16).hexdigest()


class VideoPasses:
    """Runs the passes in a folder of this process."""

    def __init__(
        self, sandbox: Sandbox, uploads: UploadStore, blobs: FileStore, folder: Path,
        wishes: Wishes = Wishes(),
    ) -> None:  # fmt: skip
        """`folder`: for working folders; what killed processes left there is removed. `wishes`:
        what the operator wants of each video."""
        self._wishes = wishes
        self._sandbox = replace(sandbox, began=self._began)
        self._uploads, self._blobs = uploads, blobs
        self._child: Popen[bytes] | None = None
        self._ended = self._closed = False
        self._working: Path | None = None
        self._seconds = 0.0
        folder.mkdir(parents=True, exist_ok=True)
        _sweep(folder)
        self._folder = folder

    def end(self, *, for_good: bool = False) -> None:
        """Kill what runs now; the pass raises Broke. Later ones run, unless it is `for_good`."""
        self._ended, self._closed = True, self._closed or for_good
        if self._child is not None and self._child.returncode is None:
            with suppress(ProcessLookupError):
                self._child.kill()

    def progress(self) -> float:
        """Of the running pass, 0 to 0.9: by what the child says of itself."""
        if self._working is None or not self._seconds:
            return 0.0
        try:
            with (self._working / PROGRESS).open("rb") as file:
                file.seek(max(0, file.seek(0, 2) - _TAIL))
                said = file.read().decode(errors="replace").splitlines()
        except OSError:
            return 0.0
        times = [line.partition("=")[2] for line in said if line.startswith("out_time_us=")]
        done_s = int(times[-1]) / 1e6 if times and times[-1].isdecimal() else 0.0
        return min(0.9, done_s / self._seconds)

    async def first(self, video: Video) -> tuple[Media, Frames]:
        """Raises Refused, Broke, Gone, PortError."""
        said, set_ = video.details, set_of(video)
        wishes = replace(self._wishes, cover_s=said.cover_s, ai=said.ai)
        passed = await self._pass(
            video,
            lambda source, at: first_pass(self._sandbox, source, at, set_, wishes, self._lasts),
        )
        assert passed.frames is not None
        return passed.media, passed.frames

    async def rest(self, video: Video, media: Media) -> Media:
        """Raises Refused, Broke, Gone, PortError."""
        first = await self._blobs.get(f"{FOLDER}/{media.set}/{FIRST_MASTER}")
        if first is None:
            raise Gone
        self._seconds = media.duration_s
        passed = await self._pass(
            video,
            lambda source, at: rest_pass(
                self._sandbox, source, at, media, first.decode(), self._wishes
            ),
        )
        return passed.media

    async def forget(self, media: Media) -> None:
        """Delete the files of a video that is gone."""
        for path in await self._blobs.list(f"{FOLDER}/{media.set}"):
            await self._blobs.delete(path)

    async def _pass(self, video: Video, make: Callable[[Path, Path], Passed]) -> Passed:
        with _working_folder(self._folder) as working:
            self._working, self._ended = working, self._closed
            try:
                source = working / "source"
                await self._join(video, source)
                passed = await asyncio.to_thread(make, source, working)
                for path in passed.paths:
                    await self._blobs.put_file(f"{FOLDER}/{passed.media.set}/{path.name}", path)
            finally:
                self._working, self._child, self._seconds = None, None, 0.0
        return passed

    async def _join(self, video: Video, source: Path) -> None:
        """The parts, one after another; they are what was uploaded, byte by byte."""
        upload = await asyncio.to_thread(self._uploads.find, video.upload)
        if upload is None:
            raise Gone
        digest = hashlib.sha256()
        with source.open("wb") as file:
            for n in range(upload.parts):
                part = await self._blobs.get(f"{UPLOADS}/{upload.id}/{n}")
                if part is None:
                    raise Gone
                await asyncio.to_thread(_append, file.write, digest.update, part)
        if digest.digest() != video.content:
            raise Broke("what was uploaded does not come back the same")

    def _lasts(self, duration_s: float) -> None:
        self._seconds = duration_s

    def _began(self, child: Popen[bytes]) -> None:
        self._child = child
        if self._ended:
            child.kill()


def _append(
    write: Callable[[bytes], object], update: Callable[[bytes], object], part: bytes
) -> None:
    write(part)
    update(part)


@contextmanager
def _working_folder(folder: Path) -> Iterator[Path]:
    """Held by a lock that ends with this process."""
    with _alone(folder):
        working = Path(tempfile.mkdtemp(prefix="job-", dir=folder))
        lock = (working / _LOCK).open("wb")
        fcntl.flock(lock, fcntl.LOCK_EX)
    try:
        yield working
    finally:
        shutil.rmtree(working, ignore_errors=True)
        lock.close()


def _sweep(folder: Path) -> None:
    """Remove the working folders of processes that are no more."""
    with _alone(folder):
        for left in folder.glob("job-*"):
            with suppress(OSError), (left / _LOCK).open("ab") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(left, ignore_errors=True)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """While a working folder is made and not locked yet, nobody sweeps."""
    with (folder / _LOCK).open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
