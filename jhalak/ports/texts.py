"""The texts of entries, whole, for our own reader. The item store writes them with their items."""

from __future__ import annotations

from typing import Protocol

from jhalak.schema.picture import Block


class TextStore(Protocol):
    def get(self, num: int) -> tuple[Block, ...]:
        """The text of the item with this number; empty where its summary is all there is, and
        where it was recalled."""

    def forget_expired(self, before_ms: int, limit: int) -> int:
        """Remove texts of items that expired before; answers how many."""
