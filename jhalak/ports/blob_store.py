"""The blob store: checkpoints, exports, pictures, videos."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol


class BlobStore(Protocol):
    """Bytes by path. A path is relative, `/`-separated, of letters, digits, `.`, `_`, `-`."""

    async def put(self, path: str, data: bytes) -> None:
        """Write whole or not at all; durable on return. Raises DiskFull or Unavailable."""

    async def get(self, path: str) -> bytes | None:
        """The bytes, or None where there are none."""

    async def delete(self, path: str) -> None:
        """Remove; no error where there is none."""

    async def list(self, prefix: str) -> list[str]:
        """Paths that begin with the folder `prefix`, sorted."""


class FileStore(BlobStore, Protocol):
    """The same store for what is too large for memory, or is written by whoever comes first."""

    async def put_new(self, path: str, data: bytes) -> bool:
        """As `put`, where there is none; False, and nothing is written, where there is one."""

    async def put_file(self, path: str, file: Path) -> None:
        """As `put`, the bytes of `file`, which stays as it is."""

    async def get_file(self, path: str, to: Path) -> bool:
        """Write the bytes to `to`, which is replaced; False, and nothing is written, where there
        are none."""

    async def address(self, path: str, seconds: int) -> Path | str | None:
        """Where others may read it: a file of this machine, or a URL that holds so long; None: only
        `get` helps. It is not looked whether it is there."""
