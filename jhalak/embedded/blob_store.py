"""The blob store through obstore: a folder, a bucket, or memory, by URL."""

from __future__ import annotations

import asyncio
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import obstore
from obstore import exceptions
from obstore.store import LocalStore, MemoryStore, from_url

from jhalak.embedded.files import make_folder, sync_folder
from jhalak.ports.errors import DiskFull, Unavailable

_PATH: Final = re.compile(r"[A-Za-z0-9._-]+(?:/[A-Za-z0-9._-]+)*")
_INCOMING: Final = ".incoming"
_STALE_S: Final = 86_400
_CHUNK: Final = 4 << 20
_NO_SPACE: Final = ("(os error 28)", "(os error 122)")  # ENOSPC, EDQUOT as Rust writes them
_MISSING: Final = (exceptions.NotFoundError, FileNotFoundError)


class BlobStoreOnObstore:
    """FileStore at `url`: `file:///folder`, `s3://bucket/prefix`, `memory:///`.

    obstore's folders are atomic but not durable (it renames without fsync), so in a folder a
    blob is written aside, synced, given its name, and the name is synced. Paths that the port
    does not allow raise ValueError.
    """

    def __init__(self, url: str, **options: Any) -> None:
        """`options` go to obstore, such as an endpoint or credentials of a bucket.

        Raises Unavailable when `url` cannot be opened.
        """
        self._root: Path | None = None
        self._url = url
        with _translated(url):
            if url.startswith("file:"):
                options = {"mkdir": True, **options}
            self._store = from_url(url, **options)
            if isinstance(self._store, LocalStore):
                self._root = Path(str(self._store.prefix)).absolute()
                make_folder(self._root)
                _sweep(self._root / _INCOMING)

    async def put(self, path: str, data: bytes) -> None:
        """As the port says."""
        _check(path)
        with _translated(path):
            if self._root is None:
                await obstore.put_async(self._store, path, data)
            else:
                await self._put_in_folder(self._root, path, data)

    async def get(self, path: str) -> bytes | None:
        """As the port says. Raises Unavailable."""
        _check(path)
        with _translated(path):
            try:
                found = await obstore.get_async(self._store, path)
                return bytes(await found.bytes_async())
            except _MISSING:
                return None

    async def delete(self, path: str) -> None:
        """As the port says; durable. Raises Unavailable."""
        _check(path)
        with _translated(path):
            with suppress(*_MISSING):
                await obstore.delete_async(self._store, path)
            if self._root is not None:
                with suppress(FileNotFoundError):
                    await asyncio.to_thread(sync_folder, (self._root / path).parent)

    async def list(self, prefix: str) -> list[str]:
        """As the port says; "" lists everything. Raises Unavailable."""
        if prefix:
            _check(prefix)
        found = []
        with _translated(prefix):
            async for page in obstore.list(self._store, prefix or None):
                found += [meta["path"] for meta in page]
        folder = f"{prefix}/" if prefix else ""
        return sorted(
            path
            for path in found
            if path.startswith(folder) and not path.startswith(f"{_INCOMING}/")
        )

    async def put_new(self, path: str, data: bytes) -> bool:
        """As the port says; a bucket must know conditional writes (S3's `If-None-Match`)."""
        _check(path)
        with _translated(path):
            try:
                if self._root is None:
                    await obstore.put_async(self._store, path, data, mode="create")
                else:
                    await self._put_in_folder(self._root, path, data, overwrite=False)
            except exceptions.AlreadyExistsError:
                return False
        return True

    async def put_file(self, path: str, file: Path) -> None:
        """As the port says; into a bucket in parts. Raises DiskFull or Unavailable."""
        _check(path)
        with _translated(path):
            if self._root is None:
                await obstore.put_async(self._store, path, file)
            else:
                await self._put_in_folder(self._root, path, file)

    async def get_file(self, path: str, to: Path) -> bool:
        """As the port says. Raises DiskFull or Unavailable."""
        _check(path)
        with _translated(path):
            try:
                found = await obstore.get_async(self._store, path)
            except _MISSING:
                return False
            with to.open("wb") as file:
                async for chunk in found.stream(_CHUNK):
                    await asyncio.to_thread(file.write, chunk)
        return True

    async def address(self, path: str, seconds: int) -> Path | str | None:
        """As the port says: a presigned URL of a bucket. Raises Unavailable."""
        _check(path)
        if self._root is not None:
            return self._root / path
        if isinstance(self._store, MemoryStore):
            return None
        with _translated(path):
            # Only the kinds of buckets that can sign are left; the others raise here.
            store: Any = self._store
            return await obstore.sign_async(store, "GET", path, timedelta(seconds=seconds))

    async def _put_in_folder(
        self, root: Path, path: str, data: bytes | Path, *, overwrite: bool = True
    ) -> None:
        aside = f"{_INCOMING}/{secrets.token_hex(12)}"
        try:
            parts = isinstance(data, Path)  # so that no large file comes into memory
            await obstore.put_async(self._store, aside, data, use_multipart=parts)
            await asyncio.to_thread(_sync_file, root / aside)
            await obstore.rename_async(self._store, aside, path, overwrite=overwrite)
            await asyncio.to_thread(_sync_folders, root, (root / path).parent)
        except BaseException:
            (root / aside).unlink(missing_ok=True)
            raise


def _check(path: str) -> None:
    if not _PATH.fullmatch(path) or len(path) > 1000:
        raise ValueError(f"{path!r} is no path of a blob: letters, digits, '.', '_', '-', '/'")
    parts = path.split("/")
    if any(not part.strip(".") or len(part) > 200 for part in parts) or parts[0] == _INCOMING:
        raise ValueError(f"{path!r} is no path of a blob")


@contextmanager
def _translated(path: str) -> Iterator[None]:
    try:
        yield
    except (exceptions.BaseError, OSError) as error:
        text = str(error)
        if any(mark in text for mark in _NO_SPACE) or getattr(error, "errno", 0) in (28, 122):
            raise DiskFull(f"{path}: no space left") from error
        raise Unavailable(f"{path}: {text.splitlines()[0] if text else error!r}") from error


def _sync_file(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync_folders(root: Path, folder: Path) -> None:
    """Make the names from `folder` up to `root` durable: any of them may be new."""
    while True:
        sync_folder(folder)
        if folder == root:
            return
        folder = folder.parent


def _sweep(incoming: Path) -> None:
    """Remove what killed processes left, older than a day by the file system's own clock."""
    make_folder(incoming)
    os.utime(incoming)
    now_s = incoming.stat().st_mtime
    for left in incoming.iterdir():
        with suppress(FileNotFoundError):
            if now_s - left.stat().st_mtime > _STALE_S:
                left.unlink()
