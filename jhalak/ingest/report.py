"""What an ingest says of itself while it runs and at its end."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Final, NamedTuple

MAX_REJECTIONS: Final = 10_000
"""Rejections that are kept with line and reason; beyond, they are counted only."""


class Rejection(NamedTuple):
    """One row, or one unreadable source, that was not taken."""

    source: str
    line: int
    """Where the record starts, from 1; the entry's number in feeds; 0 for a source as a whole."""
    reason: str


class SkippedFile(NamedTuple):
    """A file of a folder that was not looked into."""

    source: str
    reason: str


class Progress(NamedTuple):
    """How far it is."""

    source: str
    rows: int
    bytes_done: int
    bytes_total: int


@dataclass(slots=True)
class Summary:
    """The end of an ingest: new + updated + unchanged + duplicate + rejected == rows."""

    rows: int = 0
    """Rows read, and sources that could not be read at all."""
    new: int = 0
    updated: int = 0
    unchanged: int = 0
    duplicate: int = 0
    """Rows with the id, or the title, language and publisher, of an earlier row of this run."""
    rejected: int = 0
    rejections: list[Rejection] = field(default_factory=list)
    """The first MAX_REJECTIONS of them."""
    reasons: Counter[str] = field(default_factory=Counter)
    """Rejected rows by reason."""
    dropped: Counter[str] = field(default_factory=Counter)
    """Parts of taken rows that were left out, by reason."""
    languages: Counter[str] = field(default_factory=Counter)
    """Taken rows (new, updated, unchanged) by language."""
    skipped: list[SkippedFile] = field(default_factory=list)

    def reject(self, source: str, line: int, reason: str) -> None:
        self.rows += 1
        self.rejected += 1
        # Reasons hold words of the rows; a hostile file must not fill the memory with them.
        known = reason in self.reasons or len(self.reasons) < 1000
        self.reasons[reason if known else "other"] += 1
        if len(self.rejections) < MAX_REJECTIONS:
            self.rejections.append(Rejection(source, line, reason))

    def adds_up(self) -> bool:
        return self.rows == (
            self.new + self.updated + self.unchanged + self.duplicate + self.rejected
        )

    def counts(self) -> dict[str, int]:
        """For `--json`."""
        names = ("rows", "new", "updated", "unchanged", "duplicate", "rejected")
        return {name: getattr(self, name) for name in names}
