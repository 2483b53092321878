"""Reasons of reports, and by when each is decided."""

from __future__ import annotations

from typing import Final

from jhalak.config.people import RuleSettings

CODES: Final = (
    "spam", "violence", "sexual", "hate", "false", "illegal", "child_safety", "copyright", "other",
    "harassment", "impersonation", "self_harm", "privacy",
)  # fmt: skip
"""Reason codes of a report; the order is stored in logs: new ones come last."""
SEVERE: Final = ("child_safety", "sexual", "self_harm")
"""Somebody may be in danger: decided first."""
ILLEGAL: Final = ("illegal",)
AT_ONCE: Final = ("child_safety",)
"""One strike of these suspends."""
HOUR_MS: Final = 3_600_000
DAY_MS: Final = 24 * HOUR_MS


def due_ms(reason: str, now_ms: int, rules: RuleSettings) -> int:
    """When a report that comes now is to be decided at the latest."""
    hours = rules.decide_h
    if reason in ILLEGAL:
        hours = min(hours, rules.illegal_h)
    if reason in SEVERE:
        hours = min(hours, rules.severe_h)
    return now_ms + round(hours * HOUR_MS)
