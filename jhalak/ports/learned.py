"""Learned state on its way from the learner to every process that serves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """One version of what the learner knows. Arrays are read-only and never change."""

    version: int
    """Rises by at least one with each publication, over restarts too."""
    published_ms: int
    """Unix milliseconds of publication."""
    offsets: tuple[int, ...]
    """For each partition of the activity topic, the n up to which it was folded."""
    arrays: dict[str, NDArray[Any]]


class Learned(Protocol):
    """A place for the newest snapshot. One process publishes, many look."""

    def publish(self, snapshot: Snapshot) -> None:
        """Replace the newest snapshot; a reader sees the old one or the new one, whole."""

    def beat(self, now_ms: int) -> None:
        """Say that the learner is alive though there is nothing new to publish."""

    def newest(self, than: int = 0) -> Snapshot | None:
        """The newest snapshot if its version is greater than `than`, else None. Never blocks."""

    def alive_ms(self) -> int:
        """Unix milliseconds of the last `beat` or `publish`; 0 when there was none."""
