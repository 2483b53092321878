"""The profile store: what is derived about each viewer, so that a process need not fold
their whole log when it meets them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol


class ProfileStore(Protocol):
    """Values by viewer. A value is opaque bytes (sealed where keys exist)."""

    async def get(self, viewer: int) -> bytes | None:
        """The viewer's value, or None. Raises Unavailable."""

    async def get_many(self, viewers: Sequence[int]) -> dict[int, bytes]:
        """The values of those viewers that have one."""

    async def put_many(self, values: Mapping[int, bytes]) -> None:
        """Write all or none. Raises DiskFull or Unavailable."""

    async def delete(self, viewer: int) -> None:
        """Remove the value for good; no error when there is none."""

    async def count(self) -> int:
        """How many viewers have a value."""
