"""How long is long? What a video's length explains of its watch time, taken out.

A long video is watched for more seconds than a short one by anybody. So a play counts as a long
view when it is among the longest LONG_SHARE of plays of videos about as long: the threshold of each
range of durations is a quantile that follows the plays (duration-based quantiles: Zhan et al. 2022,
"Deconfounding Duration Bias in Watch-time Prediction", section 4; the follower of a quantile:
Robbins and Monro 1951, in proportion to the threshold).
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

EDGES_S: Final = (8.0, 16.0, 32.0, 64.0, 128.0, 256.0)
"""Where one range of durations ends and the next begins, seconds."""
START_S: Final = (5.0, 9.0, 10.0, 10.0, 10.0, 10.0, 10.0)
LONG_SHARE: Final = 0.4
STEP: Final = 0.02
LEAST_S, MOST_S = 1.0, 600.0


class WatchTime:
    """Thresholds of a long view, seconds, by range of durations."""

    def __init__(self) -> None:
        self.threshold_s = np.array(START_S)

    @staticmethod
    def range_of(duration_s: float) -> int:
        """Which range; a video of unknown length (0) is taken for one of 32 to 64 s."""
        if duration_s <= 0:
            return 3
        return sum(duration_s > edge for edge in EDGES_S)

    def is_long(self, watched_s: float, duration_s: float) -> bool:
        """Is a play a long view? Watched to its end, a video always is. The threshold follows."""
        at = self.range_of(duration_s)
        limit_s = float(self.threshold_s[at])
        long = watched_s >= limit_s or (duration_s > 0 and watched_s >= duration_s)
        moved = limit_s * math.exp(STEP * ((watched_s >= limit_s) - LONG_SHARE))
        self.threshold_s[at] = min(max(moved, LEAST_S), MOST_S)
        return long
