"""What an operator may say about the sources of an ingest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class IngestOptions:
    """Options of `jhalak ingest`."""

    columns: Mapping[str, str] = field(default_factory=dict)
    """Field to column, from `--map` (columns.parse_map)."""
    language: str = ""
    """Of rows that name none; one of LANGUAGES."""
    publisher: str = ""
    """Of rows that name none."""
    reviewed: bool = False
    """Somebody looked at what these sources send: its pictures may be shown while locked."""
