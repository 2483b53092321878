"""The keys of one purpose: what is signed now, and what is still accepted."""

from __future__ import annotations

from typing import Protocol


class Keys(Protocol):
    """MAC keys of 32 bytes, each with an id of 1 to 255."""

    def current(self) -> tuple[int, bytes]:
        """(id, key) to make new MACs with."""

    def by_id(self, number: int) -> bytes | None:
        """The key, if MACs made with it are still accepted."""


class DatedKeys(Protocol):
    """MAC keys of 32 bytes of which each time has its own, the same for all processes."""

    def as_of(self, at_ms: int) -> bytes:
        """The key of that time. No other process's rotation changes it."""


class Signer(Protocol):
    """An Ed25519 key pair."""

    @property
    def id(self) -> str: ...

    @property
    def public(self) -> bytes:
        """32 bytes."""

    def sign(self, message: bytes) -> bytes:
        """64 bytes."""
