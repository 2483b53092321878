"""BlobStore on obstore: a folder, S3 and others, chosen by URL."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, MemoryStore, from_url

from jhalak.embedded.files import make_folder, sync_folder
from jhalak.embedded.sqlite import port_error
from jhalak.ports.errors import Unavailable

_PART: Final = re.compile(r"[A-Za-z0-9._-]+\Z")


class BadPath(ValueError):
    """A blob's path is relative, `/`-separated, of letters, digits, `.`, `_` and `-`."""


class BlobStoreOnObstore:
    """Blobs at `url`: `file:///FOLDER`, `memory:///`, `s3://BUCKET/PREFIX`..."""

    def __init__(self, url: str) -> None:
        """Raises Unavailable for a URL that no store is known for."""
        self._folder: Path | None = None
        try:
            if url.startswith("file:"):
                self._folder = Path(unquote(urlsplit(url).path))
                make_folder(self._folder)
                self._store: Any = LocalStore(str(self._folder), automatic_cleanup=False)
            elif url.startswith("memory:"):
                self._store = MemoryStore()
            else:
                self._store = from_url(url)
        except (BaseError, ValueError, OSError) as error:
            raise Unavailable(f"blob_url {url.split('?')[0]!r}: {error}") from error

    async def put(self, path: str, data: bytes) -> None:
        _check(path)
        try:
            await obstore.put_async(self._store, path, data)
            if self._folder is not None:
                self._sync(self._folder / path)
        except (BaseError, OSError) as error:
            raise port_error(error, path) from error

    async def get(self, path: str) -> bytes | None:
        _check(path)
        try:
            answer = await obstore.get_async(self._store, path)
            return bytes(await answer.bytes_async())
        except FileNotFoundError:
            return None
        except (BaseError, OSError) as error:
            raise port_error(error, path) from error

    async def delete(self, path: str) -> None:
        _check(path)
        try:
            await obstore.delete_async(self._store, path)
            if self._folder is not None and (self._folder / path).parent.is_dir():
                sync_folder((self._folder / path).parent)
        except FileNotFoundError:
            return
        except (BaseError, OSError) as error:
            raise port_error(error, path) from error

    async def list(self, prefix: str) -> list[str]:
        _check(prefix)
        found: list[str] = []
        try:
            async for page in obstore.list(self._store, prefix):
                found += [entry["path"] for entry in page]
        except FileNotFoundError:
            return []
        except (BaseError, OSError) as error:
            raise port_error(error, prefix) from error
        # A put under way has a name with `#`; it is no blob yet.
        return sorted(path for path in found if "#" not in path)

    @staticmethod
    def _sync(file: Path) -> None:
        """The local store leaves writing back to the system: do it here."""
        descriptor = os.open(file, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        sync_folder(file.parent)


def _check(path: str) -> None:
    if not all(_PART.match(part) and part not in (".", "..") for part in path.split("/")):
        raise BadPath(f"{path!r} is no path of a blob")
