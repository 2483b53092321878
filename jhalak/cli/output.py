"""What commands print."""

from __future__ import annotations

import sys
from collections.abc import Sized
from typing import Any

import msgspec


def say_if_none(found: Sized, none: str) -> None:
    """An empty list is told as one, beside what a program reads: silence looks like a failure."""
    if not found:
        print(none, file=sys.stderr)


def last_line(data: dict[str, Any], *, wanted: bool) -> None:
    """With --json: one JSON object on the last line of standard output."""
    if wanted:
        print(msgspec.json.encode(data).decode(), flush=True)
