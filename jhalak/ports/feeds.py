"""The feed store: what is followed, how that goes, and which entry became which item."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple, Protocol

from jhalak.schema.feed import Feed, FeedState, FeedStatus, Tier


class FeedStore(Protocol):
    """Hard. An operator's wishes and what following has shown are written apart, so that
    neither undoes the other."""

    def add(
        self, url: str, now_ms: int, *, tier: Tier = "unreviewed", language: str = "",
        publisher: str = "",
    ) -> tuple[Feed, bool]:  # fmt: skip
        """The feed of this address, to be polled at once, and whether this call added it. One
        that is there stays as it is. An address that begins with PUSHED is not polled."""

    def find(self, which: str | int) -> Feed | None:
        """By address or number."""

    def all(self, due_ms: int | None = None) -> list[Feed]:
        """By number; with `due_ms` only those followed that are to be polled by then."""

    def save(self, feed: Feed, state: FeedState, next_ms: int) -> bool:
        """What a poll or delivery has shown. False, and nothing is written, where the feed was
        removed or moved meanwhile."""

    def change(
        self, num: int, now_ms: int, *, status: FeedStatus | None = None, tier: Tier | None = None,
        url: str | None = None,
    ) -> None:  # fmt: skip
        """An operator's wish. A feed that is followed again is polled at `now_ms`, and so is one
        at another `url`: its entries and deliveries stay, its subscription ends, and so does what
        following has shown of the old address. Raises Conflict where another feed lies there."""

    def remove(self, num: int) -> None:
        """With its entries, subscription and deliveries; its cards stay."""


class EntryRow(NamedTuple):
    """One entry of a feed."""

    key: bytes
    """16 bytes of its id in the feed."""
    item: str
    """The item it became; "" where it became none."""
    mark: bytes
    """Of its content: an entry with the same mark is as it was."""
    at_ms: int
    """When it was last seen, to the day."""
    owned: bool = True
    """False: the item came from elsewhere, and this entry must not change it."""
    reason: str = ""
    """Why it became none."""


class EntryStore(Protocol):
    """Derived: without it entries are read again."""

    def known(self, feed: int, keys: Collection[bytes]) -> dict[bytes, EntryRow]: ...

    def owners(self, of: Collection[str]) -> Mapping[str, int]:
        """Item to the feed that owns it; without those that none owns."""

    def keep(self, feed: int, rows: Sequence[EntryRow]) -> None:
        """Write, over what is there."""

    def forget(self, before_ms: int) -> int:
        """Entries last seen before whose item, if any, expired before too: as long as a card is
        shown its source can change and withdraw it. Answers how many."""
