"""The online model: one logistic head an action, over the shared features, learned by Adagrad.

Position is a bias of the shown slot, not of the item: it has weights of its own that serving
leaves out (every candidate is scored as if shown first).
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from jhalak.learning.features import FEATURES, F
from jhalak.schema.candidates import Floats

HEADS: Final = ("tap", "long", "like", "hide")
"""What is predicted: tap or click; long view or dwell; like, save or share; hide or report."""
H: Final = len(HEADS)
POSITIONS: Final = 48
LEARNING_RATE: Final = 0.05
PULL: Final = 1e-5
"""L2 pull towards the starting weights, a step."""
WARM: Final = 2.0
"""Initial sum of squared gradients: how firmly the starting weights are held."""

_START: Final[dict[str, dict[str, float]]] = {
    "tap": {
        "bias": -1.2, "item_tap": 0.25, "topic_tap": 0.1, "creator_tap": 0.05, "trend": 0.25,
        "item_hide": -0.1, "fresh": 0.5, "taste_topic": 0.9, "taste_share": 1.6,
        "taste_creator": 0.4, "taste_language": 0.4, "like_long": 0.5, "like_short": 0.6,
        "viewer_rate": 0.8, "followed": 0.8,
    },
    "long": {
        "bias": -1.3, "item_long": 0.6, "topic_tap": 0.1, "fresh": 0.2, "taste_topic": 0.6,
        "taste_share": 1.0, "taste_creator": 0.3, "taste_language": 0.3, "like_long": 0.4,
        "like_short": 0.4, "viewer_rate": 0.6, "followed": 0.5,
    },
    "like": {
        "bias": -1.5, "item_like": 0.7, "taste_topic": 0.5, "taste_share": 0.8,
        "taste_creator": 0.4, "viewer_rate": 0.4, "followed": 0.8,
    },
    "hide": {"bias": -1.5, "item_hide": 0.7, "taste_topic": -0.5, "followed": -0.5},
}  # fmt: skip
"""Where learning starts: what the features mean, so that an empty cell ranks sensibly."""


def starting_weights() -> Floats:
    """float32[H, F]"""
    weights = np.zeros((H, F), np.float32)
    for head, by_name in _START.items():
        for name, weight in by_name.items():
            weights[HEADS.index(head), FEATURES.index(name)] = weight
    return weights


def predict(weights: Floats, x: Floats) -> Floats:
    """float32[n, H]: probability of each action for x float32[n, F], as if shown first."""
    answer: Floats = 1.0 / (1.0 + np.exp(-(x @ weights.T)))
    return answer


@njit(cache=True, nogil=True)
def _learn(weights, start, squares, position, position_squares, x, slot, label, rate, pull):  # type: ignore[no-untyped-def]
    loss = 0.0
    for i in range(len(x)):
        p = min(slot[i], position.shape[1] - 1)
        for h in range(len(weights)):
            y = label[i, h]
            if y < 0:
                continue
            z = position[h, p]
            for f in range(x.shape[1]):
                z += weights[h, f] * x[i, f]
            guess = 1.0 / (1.0 + math.exp(-min(max(z, -30.0), 30.0)))
            error = guess - y
            loss -= math.log(max(guess if y > 0.5 else 1.0 - guess, 1e-7))
            for f in range(x.shape[1]):
                g = error * x[i, f] + pull * (weights[h, f] - start[h, f])
                squares[h, f] += g * g
                weights[h, f] -= rate * g / math.sqrt(squares[h, f])
            position_squares[h, p] += error * error
            position[h, p] -= rate * error / math.sqrt(position_squares[h, p])
    return loss


class OnlineModel:
    """Weights and what Adagrad remembers about them, in plain arrays."""

    ARRAYS: Final = ("weights", "squares", "position", "position_squares")

    def __init__(self) -> None:
        self.start = starting_weights()
        self.weights = self.start.copy()
        self.squares = np.full((H, F), WARM, np.float32)
        self.position = np.zeros((H, POSITIONS), np.float32)
        self.position_squares = np.full((H, POSITIONS), WARM, np.float32)
        self.examples = 0

    def learn(self, x: Floats, slot: NDArray[np.int64], label: Floats) -> float:
        """One pass over x float32[n, F], shown at `slot` int64[n]; `label` float32[n, H] is 1, 0,
        or -1 for not known. Answers the summed log-loss before each step."""
        self.examples += len(x)
        loss: float = _learn(
            self.weights, self.start, self.squares, self.position, self.position_squares,
            x, slot, label, LEARNING_RATE, PULL,
        )  # fmt: skip
        return loss
