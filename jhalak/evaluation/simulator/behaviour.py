"""What a viewer does with a slot that they look at.

How often what follows a tap is set to KuaiRand's shares: of what was clicked 70 % was viewed for
long, 3 % liked, 0.3 % followed; 0.2 % shared. Hides are more frequent than there (0.07 %): on a
lock screen nobody asked for the card.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

READ_S: Final = 3.0
"""Least dwell on what was tapped."""
GLANCE_S: Final = 1.2
"""Mean dwell on what was not."""
LIKE, FOLLOW, SHARE = 0.06, 0.01, 0.004
"""Of what was tapped; the first two times its probability of a tap."""
HIDE: Final = 0.006
"""Of what was not tapped, times the square of (1 - its probability of a tap)."""
REPORT_BAD, REPORT = 0.03, 0.0001


class Reaction(NamedTuple):
    """What was done with one slot."""

    tapped: bool
    dwell_ms: int
    play_ms: int
    """Videos: how long it was played; 0 for a card."""
    completed: bool
    liked: bool
    shared: bool
    followed: bool
    hidden: bool
    reported: bool


def react(
    rng: np.random.Generator, p: float, attention: float, duration_s: float, bad: bool
) -> Reaction:
    """`p`: probability of a tap at full attention; `duration_s` 0: a card."""
    u = rng.random(6)
    tapped = bool(u[0] < attention * p)
    if tapped:
        seconds = READ_S + rng.exponential(6.0 * (0.5 + p))
        played = rng.exponential(22.0 * (0.5 + p))
    else:
        seconds = rng.exponential(GLANCE_S)
        played = rng.exponential(2.0 * GLANCE_S)
    played = min(played, duration_s)
    return Reaction(
        tapped=tapped,
        dwell_ms=round(1000 * (played if duration_s else seconds)),
        play_ms=round(1000 * played),
        completed=bool(duration_s and played >= duration_s),
        liked=bool(tapped and u[1] < LIKE * p),
        shared=bool(tapped and u[2] < SHARE),
        followed=bool(tapped and u[3] < FOLLOW * p),
        hidden=bool(not tapped and u[4] < HIDE * (1 - p) ** 2),
        reported=bool(u[5] < (REPORT_BAD if bad else REPORT)),
    )
