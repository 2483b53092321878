"""What a reader yields: a row as its source gave it, or why there is none."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

MAX_LINE: Final = 1 << 20
"""Bytes of a line, a field or a record; a longer one is rejected unread."""

MAX_DOCUMENT: Final = 32 << 20
"""Bytes of a document that has to be read whole: an XML feed, a JSON Feed, a JSON array."""


class Row(NamedTuple):
    """One entry of a source."""

    line: int
    """The line at which it starts, from 1; in a feed or an array the entry's number."""
    fields: dict[str, Any]
    """Names of columns.FIELDS to values as decoded, not yet cleaned."""


class Bad(NamedTuple):
    """One entry, or a whole source, that cannot be read."""

    line: int
    reason: str


Entry = Row | Bad
