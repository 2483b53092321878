"""The consent store: what each viewer allowed, for which purpose, in which words."""

from __future__ import annotations

from typing import NamedTuple, Protocol


class Consent(NamedTuple):
    purpose: str
    """A key of residency.consent.PURPOSES."""
    granted: bool
    notice: str
    """Version of the text that the viewer saw."""
    at_ms: int


class ConsentStore(Protocol):
    """Hard. A ledger: each decision is a row of its own."""

    def put(self, viewer: int, consent: Consent) -> None: ...

    def current(self, viewer: int) -> list[Consent]:
        """The newest decision for each purpose, by purpose."""

    def history(self, viewer: int) -> list[Consent]:
        """All decisions, oldest first."""
