"""A query: one request for a slate."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jhalak.schema.slate import WORSE, Level
from jhalak.schema.viewer_state import ViewerState


@dataclass(slots=True, eq=False)
class Query:
    """One request for a slate: who, where, when, and what hydrators found out about it."""

    viewer: int
    surface: int
    """Index into SURFACES."""
    now_ms: int
    languages: tuple[int, ...]
    """Language indexes that the viewer chose."""
    slots: int
    profiled: bool = True
    minor: bool = False
    have: int = 0
    """The slate that the device holds, 0 for none."""
    channel: str = ""
    """The channel whose feed it is; "": the feed of all."""
    metered: bool = False
    """The device asks to save data."""
    hour: float = 0.0
    """Local hour of day, 0 <= hour < 24."""
    rng: Random = field(default_factory=Random)
    state: ViewerState | None = None
    """Written by the query hydrator `Profile`; None: nothing is known about the viewer."""
    learned: Any = None
    """Written by the query hydrator `LearnedState`: learning.serving.Serving, or None."""
    seen: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    """Written by the query hydrator `Seen`: numbers of items that may not be shown again yet."""
    shares: NDArray[np.float32] | None = None
    """Written by the query hydrator `LanguageShares`: float32[len(languages)], each language's
    share of the candidates; None: equal shares."""
    spoken: tuple[NDArray[np.int64], NDArray[np.float32]] | None = None
    """Written by the first source that asks: languages and their shares, as kernels take them."""
    level: Level = Level.full
    arms: tuple[tuple[str, str], ...] = ()
    """(experiment, arm) of every experiment that this query is exposed to; they explain the next
    four fields."""
    values: Any = None
    """config.settings.ValueWeights instead of the cell's; None: the cell's."""
    exploration: float | None = None
    """Share of slots that try what is not known yet; None: the cell's."""
    topic_fade: float | None = None
    """What a candidate is worth of its value once its topic has a slot; None: the feed's."""
    creator_fade: float | None = None
    """The same for its creator."""
    beside: bool = False
    """Others may be served beside it, step by step (pipeline/side_by_side.py)."""
    reach: float = 1.0
    """Which share of the usual candidates is looked for: less while many wait."""

    def some(self, usual: int) -> int:
        """How many to look for where `usual` many are looked for when nobody waits."""
        return math.ceil(usual * self.reach)

    def lower(self, level: Level) -> None:
        """The answer is at best `level`; the worst one that is said stays."""
        if WORSE.index(level) > WORSE.index(self.level):
            self.level = level
