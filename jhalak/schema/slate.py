"""What a feed answers: surfaces, levels, slots and the slate that holds them."""

from __future__ import annotations

from enum import IntEnum
from typing import Final, Literal

import msgspec

Surface = Literal["lockscreen", "video"]
SURFACES: Final[tuple[Surface, ...]] = ("lockscreen", "video")
"""The order is stored in slot tokens and logs: append, never reorder."""


class Level(IntEnum):
    """How good an answer is; the worst thing that happened to it decides."""

    full = 0
    unpersonalised = 1
    """No profile was read: the viewer wants it so, or the profile store failed."""
    cached = 2
    """Ranked with learned state that is no longer being refreshed."""
    popular = 3
    """Not ranked by the model: popular and new in these languages."""
    static = 4
    """The pipeline failed: a safe slate made beforehand."""
    exhausted = 5
    """Everything was seen: the longest-ago seen come back."""


class Slot(msgspec.Struct, frozen=True):
    """One place in a slate."""

    row: int
    """Row in the live catalogue, valid for this answer only."""
    item: int
    """The item's number."""
    position: int
    """0-based."""
    propensity: float
    """Probability that the policy put this item here, given the slots before it."""
    reason: int
    """Index into schema.reason.REASONS: the contribution that decided."""
    ref: bool = False
    """The device holds this card already (from the edition it named in `have`)."""
