"""What a feed answers: surfaces, levels, slots and the slate that holds them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

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
    narrow = 6
    """Ranked as ever, but all that is left is one creator's: it follows itself."""


WORSE: Final = (
    Level.full, Level.narrow, Level.unpersonalised, Level.cached, Level.popular, Level.static,
    Level.exhausted,
)  # fmt: skip
"""From the best to the worst; their numbers are stored, and so stay as they are."""
RANKED: Final = frozenset((Level.full, Level.narrow, Level.unpersonalised, Level.cached))
"""Levels at which a model decided."""


@dataclass(frozen=True, slots=True, eq=False)
class Slate:
    """Ordered items returned together: k slots, each an entry of every array."""

    id: int
    viewer: int
    surface: int
    """Index into SURFACES."""
    at_ms: int
    level: Level
    model: int
    """Version of the learned snapshot that scored; 0 is none."""
    profiled: bool
    rows: NDArray[np.int32]
    """Rows in the live catalogue, valid for this answer only."""
    items: NDArray[np.int64]
    """The items' numbers."""
    propensity: NDArray[np.float32]
    """Probability that the policy put this item here, given the slots before it."""
    reason: NDArray[np.uint8]
    """Index into schema.reason.REASONS: what decided."""
    features: NDArray[np.float16]
    """float16[k, F] as scored, or of length 0."""
    contributions: NDArray[np.float32]
    """float32[k, C]: what each named part added, or of length 0."""
    ref: NDArray[np.uint8]
    """1 where the device holds the card already, from the edition it named in `have`."""
    valid_until_ms: int = 0
    """0 for a surface without editions."""
    arms: tuple[tuple[str, str], ...] = ()
    """(experiment, arm) of every experiment that it was exposed to."""
    taste: bytes = b""
    """As schema.activity.Served has it."""

    def __len__(self) -> int:
        return len(self.rows)

    def first(self, k: int) -> Slate:
        """The slate as if it had had k slots."""
        return replace(
            self,
            rows=self.rows[:k],
            items=self.items[:k],
            propensity=self.propensity[:k],
            reason=self.reason[:k],
            features=self.features[:k],
            contributions=self.contributions[:k],
            ref=self.ref[:k],
        )
