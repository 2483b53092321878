"""Small worlds of decisions whose true values are known."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from jhalak.evaluation.logged import Logged

REAL_OBD = Path(__file__).parents[3] / "shared" / "data" / "obd"


@dataclass(frozen=True)
class World:
    """Contexts that are equally likely, what each action earns in them, and two policies."""

    context: NDArray[np.float64]
    """float64[m, d]"""
    reward: NDArray[np.float64]
    """float64[m, K]: probability of a reward of 1"""
    logging: NDArray[np.float64]
    """float64[m, K]"""
    target: NDArray[np.float64]
    """float64[m, K]"""

    @property
    def truth(self) -> float:
        return float((self.target * self.reward).sum(axis=1).mean())

    def log(self, n: int, random: np.random.Generator) -> tuple[Logged, NDArray[np.int64]]:
        """n decisions, and the context of each."""
        at = random.integers(0, len(self.reward), n)
        drawn = (random.random((n, 1)) < self.logging[at].cumsum(axis=1)).argmax(axis=1)
        logged = Logged(
            action=drawn,
            reward=(random.random(n) < self.reward[at, drawn]).astype(np.float64),
            propensity=self.logging[at, drawn],
            target=self.target[at, drawn],
            context=self.context[at],
            unit=np.arange(n),
            policy=self.target[at],
        )
        return logged, at


def world(seed: int, rate: float, contexts: int = 30, actions: int = 6) -> World:
    """Rewards are about `rate` and linear in the context, differently for each action; the logging
    policy knows nothing of them, the target much."""
    random = np.random.default_rng(seed)
    context = random.standard_normal((contexts, 3))
    worth = context @ random.standard_normal((3, actions))
    worth /= np.abs(worth).max()
    return World(
        context,
        rate * (1 + 0.9 * worth),
        0.9 * softmax(0.7 * random.standard_normal(worth.shape)) + 0.1 / actions,
        softmax(3 * worth + 0.5 * random.standard_normal(worth.shape)),
    )


def softmax(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rows that add up to 1."""
    e: NDArray[np.float64] = np.exp(x)
    return e / e.sum(axis=1, keepdims=True)
