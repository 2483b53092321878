"""The reasons a slot can have. Texts in stages/reasons.toml."""

from __future__ import annotations

from typing import Final

REASONS: Final = (
    "popular",
    "taste_topic",
    "taste_publisher",
    "taste_like",
    "followed",
    "followed_topic",
    "trending",
    "fresh",
    "explore",
    "repeat",
)
"""The order is stored in served records: append, never reorder."""

REASON_INDEX: Final = {name: index for index, name in enumerate(REASONS)}
