"""The publisher store: who may send items, and the keys by which they are known (as hashes)."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from jhalak.schema.feed import Tier


class PublisherKey(NamedTuple):
    id: int
    name: str
    """On the publisher's cards; keys of one name share one set of items."""
    tier: Tier
    created_ms: int
    revoked_ms: int
    """0: valid."""


class PublisherStore(Protocol):
    """Hard."""

    def add(self, name: str, key_hash: bytes, tier: Tier, now_ms: int) -> PublisherKey: ...

    def find(self, key_hash: bytes) -> PublisherKey | None:
        """The valid key with this hash, or None."""

    def revoke(self, key_id: int, now_ms: int) -> bool:
        """False where there is no such key or it was revoked before."""

    def all(self) -> list[PublisherKey]: ...
