"""The viewer store: people on devices, their preferences, and the epoch of their tokens."""

from __future__ import annotations

from typing import Literal, Protocol

import msgspec

AgeBand = Literal["under13", "13-17", "18-24", "25-34", "35-49", "50+"]


class Viewer(msgspec.Struct, frozen=True, kw_only=True):
    """A person on a device; anonymous until they sign in."""

    id: int
    created_ms: int
    languages: tuple[str, ...]
    """Codes of LANGUAGES that the viewer chose, in their order; at least one."""
    age_band: AgeBand | None = None
    """None: unknown. Only a band that is known to be under 18 keeps sensitive topics away."""
    profiled: bool = True
    """False: feeds read no profile."""
    data_budget_bytes: int = 5_000_000
    """Lock screen, bytes a day."""
    epoch: int = 0
    """Tokens of earlier epochs are revoked."""
    version: int = 0
    """Rises with every change."""


class ViewerStore(Protocol):
    """Hard: a call that returned is on disk."""

    def create(self, viewer: Viewer) -> None:
        """Raises Conflict when the id is taken."""

    def get(self, viewer: int) -> Viewer | None:
        """None for one that never was or was erased."""

    def update(self, viewer: Viewer) -> Viewer:
        """Replace; answers the stored viewer, with the next version. Raises Conflict when
        `viewer.version` is not the stored one, or the viewer is gone."""

    def erase(self, viewer: int, now_ms: int) -> bool:
        """Remove every row about the viewer (relations and consents too) and keep only the
        revocation of their tokens; False when there was nobody."""

    def revoked(self, after: int) -> list[tuple[int, int, int]]:
        """(sequence, viewer, least valid epoch) of revocations with sequence > after, in order."""
