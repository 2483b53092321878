"""Settings of what is between people: pushes, and what follows from reports."""

from __future__ import annotations

import msgspec


class PushSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Web Push: notifications that reach a browser that is closed."""

    on: bool = False
    """Whether this cell pushes. What it sends goes to the services of browsers' makers, outside
    the cell: it says a kind and a number, encrypted for the browser."""
    contact: str = ""
    """Where the push services may reach you, such as mailto:ops@cell.example; they ask for it."""
    keep_h: float = 24.0
    """A push service keeps a message so long for a phone that is off; what is older is not sent."""


class RuleSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Reports, strikes and appeals: deadlines and what follows from what."""

    decide_h: float = 168.0
    """A report is decided within so long."""
    illegal_h: float = 36.0
    """One that says that something is illegal."""
    severe_h: float = 24.0
    """One about a child's safety, or a sexual picture."""
    due_soon_h: float = 12.0
    """A case that is due within so long stands out."""
    reports_a_day: int = 30
    """Reports of one viewer in 24 hours."""
    strike_days: float = 90.0
    """A strike counts for so long."""
    pause_strikes: int = 2
    """With so many that count, an account may not upload or comment for a while."""
    pause_days: float = 7.0
    """For so long from the newest of them."""
    suspend_strikes: int = 3
    """With so many it is suspended."""
    appeal_days: float = 30.0
    """A decision can be appealed for so long."""
