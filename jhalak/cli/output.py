"""What commands print."""

from __future__ import annotations

from typing import Any

import msgspec


def last_line(data: dict[str, Any], *, wanted: bool) -> None:
    """With --json: one JSON object on the last line of standard output."""
    if wanted:
        print(msgspec.json.encode(data).decode(), flush=True)
