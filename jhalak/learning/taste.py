"""A viewer's taste: a fold over what they were shown and what they did with it."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from jhalak.learning.features import TASTE_HALF_LIFE_S
from jhalak.schema.viewer_state import ViewerState

WEIGHT: Final = {
    "impression": 0.0,
    "tap": 1.0,
    "long": 0.7,
    "complete": 0.5,
    "share": 1.5,
    "likes": 1.5,
    "saves": 1.5,
    "follows": 1.0,
    "hides": -3.0,
    "blocks": -3.0,
    "report": -4.0,
}
"""How much each action adds to engagement with the item's topic, creator and language."""

LONG_DWELL_MS: Final = 5_000
"""A card looked at for longer was read."""
LONG_PLAY_MS: Final = 10_000
"""A video played for longer was watched, unless it is shorter and was watched to its end."""
SHORT_HALF_LIFE: Final = 6.0
"""The short-term vector halves with each so many engagements."""
LONG_HALF_LIFE: Final = 60.0


def fade_to(state: ViewerState, at_ms: int) -> None:
    """Move the state's decayed counts on to `at_ms`. Time never runs backwards."""
    gap_ms = at_ms - state.at_ms
    if gap_ms <= 0:
        return
    if state.at_ms:
        keep = np.float32(2.0 ** (-gap_ms / 1000.0 / TASTE_HALF_LIFE_S))
        for counts in (
            state.shown, state.engaged, state.language_shown, state.language_engaged,
            state.creator_shown, state.creator_engaged,
        ):  # fmt: skip
            counts *= keep
    state.at_ms = at_ms


@njit(cache=True)
def creator_place(creators, shown, engaged, creator):  # type: ignore[no-untyped-def]
    """Index of the creator, taking the place of the least engaged with when there is none free."""
    worst = 0
    for j in range(len(creators)):
        if creators[j] == creator:
            return j
        if creators[j] == 0:
            creators[j] = creator
            return j
        mine = (abs(engaged[j]), shown[j])
        if mine < (abs(engaged[worst]), shown[worst]):
            worst = j
    creators[worst] = creator
    shown[worst] = 0.0
    engaged[worst] = 0.0
    return worst


def count_shown(state: ViewerState, topic: int, language: int, creator: int) -> None:
    """One impression."""
    state.shown[topic] += 1
    state.language_shown[language] += 1
    if creator > 0:
        at = creator_place(state.creators, state.creator_shown, state.creator_engaged, creator)
        state.creator_shown[at] += 1


def count_engaged(
    state: ViewerState,
    weight: float,
    topic: int,
    language: int,
    creator: int,
    embedding: NDArray[np.float32] | None,
) -> None:
    """One action, of WEIGHT `weight` (negative: regret; taking one back: minus its weight)."""
    state.engaged[topic] += weight
    state.language_engaged[language] += weight
    if creator > 0:
        at = creator_place(state.creators, state.creator_shown, state.creator_engaged, creator)
        state.creator_engaged[at] += weight
    if embedding is not None:
        lean(state, weight, embedding)


def lean(state: ViewerState, weight: float, embedding: NDArray[np.float32]) -> None:
    """Move the viewer's vectors towards an embedding, or away from it (negative weight)."""
    for row, half_life in enumerate((LONG_HALF_LIFE, SHORT_HALF_LIFE)):
        vector = state.vectors[row]
        if weight > 0:
            vector *= math.pow(2.0, -1.0 / half_life)
        vector += np.float32(weight) * embedding


def forget(state: ViewerState, topic: int) -> None:
    """The viewer removed an interest (topic index), or all of them (-1)."""
    if topic >= 0:
        state.engaged[topic] = min(float(state.engaged[topic]), 0.0)
    else:
        for counts in (
            state.shown, state.engaged, state.language_shown, state.language_engaged,
            state.creators, state.creator_shown, state.creator_engaged,
        ):  # fmt: skip
            counts[:] = 0
    # What was engaged with is mixed in the vectors; they cannot be taken apart by topic.
    state.vectors[:] = 0


def interests(state: ViewerState) -> list[tuple[int, float]]:
    """(topic index, share of what the viewer engaged with), greatest first; shares add up to 1."""
    positive = np.maximum(state.engaged, 0.0)
    total = float(positive.sum())
    if total < 1e-6:
        return []
    order = np.argsort(-positive, kind="stable")
    return [(int(t), float(positive[t] / total)) for t in order if positive[t] / total > 0.005]
