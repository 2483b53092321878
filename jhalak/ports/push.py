"""Web Push: where browsers asked to be woken, and what is due to be pushed."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from jhalak.ports.notifications import NoticeKind


class PushSubscription(NamedTuple):
    """One browser of an account."""

    id: str
    account: int
    endpoint: str
    """Address of its maker's push service; whoever knows it can wake the browser."""
    key: bytes
    """Its public key: 65 bytes, a point of P-256."""
    auth: bytes
    """16 bytes that it shares with us."""
    created_ms: int


class DuePush(NamedTuple):
    """A notification that was not pushed yet."""

    num: int
    account: int
    kind: NoticeKind
    at_ms: int
    """When it was told."""


class PushStore(Protocol):
    """Hard."""

    def subscribe(self, subscription: PushSubscription, most: int) -> PushSubscription | None:
        """In place of what its endpoint had. None where the account has `most` already."""

    def of(self, account: int) -> list[PushSubscription]:
        """Oldest first."""

    def end(self, account: int, subscription: str) -> bool:
        """False where the account has none of this id."""

    def due(self, now_ms: int, limit: int) -> list[DuePush]:
        """The longest due first."""

    def later(self, nums: list[int], at_ms: int) -> None:
        """To be pushed then; 0: never."""


class PushSigner(Protocol):
    """The key pair by which push services know this cell (VAPID, RFC 8292)."""

    @property
    def public(self) -> bytes:
        """65 bytes, a point of P-256."""

    def sign(self, message: bytes) -> bytes:
        """ES256: 64 bytes."""
