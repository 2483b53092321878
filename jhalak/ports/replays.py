"""The store of what `jhalak replay` said, kept so that replays can be laid beside each other."""

from __future__ import annotations

from typing import NamedTuple, Protocol


class KeptReplay(NamedTuple):
    """One report of evaluation/report.py."""

    num: int
    at_ms: int
    name: str
    """What whoever ran it calls it."""
    log: str
    """Kind of log: `kuairand`, `mind`, `jsonl` or `log`."""
    body: bytes
    """JSON."""


class ReplayStore(Protocol):
    """Hard."""

    def keep(self, name: str, log: str, body: bytes, now_ms: int) -> KeptReplay: ...

    def recent(self, limit: int) -> list[KeptReplay]:
        """Newest first."""
