"""The blob store: checkpoints, exports, pictures, videos."""

from __future__ import annotations

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
