"""The item store: every item ever taken in, and the one sequence of their changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple, Protocol

from jhalak.schema.item import Item, ItemRecord
from jhalak.schema.picture import Block
from jhalak.schema.stored import StoredItem

Change = Literal["new", "updated", "unchanged"]


class Draft(NamedTuple):
    """An item on its way into the store."""

    item: Item
    """`published_ms` 0: the store keeps what it has, or takes `now_ms` for a new item;
    `expires_ms` 0: the former plus `lifetime_ms`."""
    embedding: bytes
    lifetime_ms: int
    text: tuple[Block, ...] | None = None
    """The entry whole, where it says more than the summary; None: the store keeps what it has."""
    withheld: bool = False
    """Of a new item: nobody sees it before its video is live (VideoStore.change). One that is there
    stays as it is."""


class ItemChanges(Protocol):
    """What followers of the catalogue read; a reader never sees number n + 1 before n."""

    def changes(self, after: int, limit: int) -> list[ItemRecord]:
        """Records with seq > after, by seq: each item's newest state once."""

    def stored(self, after: int, limit: int) -> list[StoredItem]:
        """The same, still encoded."""

    def newest(self) -> int:
        """Sequence number of the newest change; 0: there was none."""

    def living(self, after: int, up_to: int, limit: int, now_ms: int) -> list[StoredItem]:
        """As `stored`, of those with seq <= up_to that had not expired or were recalled."""

    def creators(self, after: int, limit: int) -> list[tuple[int, str]]:
        """(number, name) of creators with number > after, by number."""


class ItemStore(ItemChanges, Protocol):
    """Hard: a call that returned is on disk. Each change gets the next sequence number in the
    same transaction."""

    def put(self, drafts: Sequence[Draft], now_ms: int) -> list[Change]:
        """Insert or update by item id, all in one transaction; says what became of each.

        Unchanged means that nothing of the content differs: then nothing is written. A recalled
        item stays recalled, and counts as unchanged. Raises DiskFull or Unavailable.
        """

    def get(self, item_id: str) -> ItemRecord | None: ...

    def recall(self, item_id: str, by: str, reason: str, now_ms: int) -> ItemRecord | None:
        """Take an item out for good; idempotent; writes the audit record in the same
        transaction. None where there is no such item."""

    def by_num(self, nums: Sequence[int]) -> dict[int, ItemRecord]: ...
