"""The store of channels: those that an operator made or changed, beside those that ship."""

from __future__ import annotations

from typing import Protocol

from jhalak.schema.channel import Channel


class ChannelStore(Protocol):
    """Hard; each change is audited in its transaction."""

    def put(self, channel: Channel, by: str, why: str, now_ms: int) -> None:
        """Make or change one; `by`: `operator:NAME`."""

    def forget(self, channel_id: str, by: str, why: str, now_ms: int) -> bool:
        """One that ships is as it ships again; one of the cell's own is gone. False where there is
        nothing to forget."""

    def all(self) -> tuple[int, list[Channel]]:
        """(version, in the order in which they were made); the version rises with each change."""
