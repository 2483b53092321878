"""The audit store: who did what to whose data, and when."""

from __future__ import annotations

from typing import NamedTuple, Protocol


class AuditRecord(NamedTuple):
    n: int
    at_ms: int
    actor: str
    """`operator:NAME`, `viewer` or `system`."""
    action: str
    """Verb and noun, such as `recall item`."""
    subject: str
    """What it was done to; never personal data in clear."""
    detail: str


class AuditStore(Protocol):
    """Hard. Append only."""

    def append(self, actor: str, action: str, subject: str, detail: str, now_ms: int) -> int:
        """Answers the record's number."""

    def read(self, after: int, limit: int) -> list[AuditRecord]: ...
