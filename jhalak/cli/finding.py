"""What `jhalak doctor` finds."""

from __future__ import annotations

from typing import Literal, NamedTuple

State = Literal["ok", "look", "bad"]


class Finding(NamedTuple):
    """One thing that was looked at."""

    what: str
    state: State
    says: str
    do: str = ""
    """What to do about it."""
