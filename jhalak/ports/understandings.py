"""What was understood of each item, by what, and how sure it was."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from jhalak.schema.item import Item, ItemRecord


class Understanding(NamedTuple):
    """One thing that was understood of one item."""

    num: int
    """The item's."""
    what: str
    """language, topic, safety, lifetime, meaning, story..."""
    value: str
    confidence: float
    """In [0, 1]."""
    model: str
    """Name and version of what produced it."""
    at_ms: int


class Understood(NamedTuple):
    """What became of one item: its understandings, and the item as it is with them."""

    record: ItemRecord
    """As it was read."""
    item: Item
    embedding: bytes
    vector: bytes
    """float16[width] of the whole vector; empty where there is none."""
    found: tuple[Understanding, ...]


class UnderstandingStore(Protocol):
    """Understandings follow their items: an item whose source changed it is to be understood
    anew, and so is every item when the model changes."""

    def pending(self, model: str, now_ms: int, limit: int) -> list[ItemRecord]:
        """Live items that `model` has not understood as they are now, newest first."""

    def backlog(self, model: str, now_ms: int) -> int:
        """How many those are."""

    def put(
        self, model: str, done: Sequence[Understood], now_ms: int, *, whole: bool = True
    ) -> int:
        """Keep what was understood; answers how many items changed by it. Not `whole`: only a
        part was, so an item that waited goes on waiting.

        An item that its source changed meanwhile stays as it is. What a source says stays what
        the next ingest compares with, so that it finds an unchanged row unchanged.
        """

    def of(self, num: int) -> list[Understanding]:
        """Of one item, by what."""

    def live(self, after: int, now_ms: int, limit: int) -> list[ItemRecord]:
        """Live items with number > after, by number."""

    def vectors(self, nums: Sequence[int], model: str) -> dict[int, bytes]:
        """float16[width] of those that have one by this model."""
