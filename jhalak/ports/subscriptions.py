"""Subscriptions at WebSub hubs, and what hubs delivered and nobody has read yet."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from jhalak.schema.feed import Subscription


class SubscriptionStore(Protocol):
    """Hard."""

    def put(self, subscription: Subscription) -> None:
        """Write, over the feed's former one."""

    def find(self, token: str) -> Subscription | None: ...

    def all(self) -> list[Subscription]: ...

    def remove(self, feed: int) -> None: ...


class Delivery(NamedTuple):
    """One delivery as it came."""

    num: int
    feed: int
    at_ms: int
    type: str
    """Its content type."""
    body: bytes


class DeliveryStore(Protocol):
    """A queue. Hard: a hub is answered when its delivery is on disk."""

    def add(self, feed: int, content_type: str, body: bytes, now_ms: int) -> None: ...

    def waiting(self, feed: int) -> int: ...

    def next(self, after: int) -> Delivery | None:
        """The oldest one with a greater number."""

    def done(self, num: int) -> None: ...
