"""Examples on their way to the model: gathered until there are enough for a minibatch.

A minibatch is cut by how many examples came, which the log decides alone; what waits is part of
the checkpoint. So a fold that is resumed learns the same minibatches as one that never stopped.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from jhalak.learning.features import F
from jhalak.learning.model import About, H, OnlineModel
from jhalak.schema.candidates import Floats
from jhalak.schema.slate import SURFACES

ABOUT: Final = len(About._fields)

Foretold = Callable[[NDArray[np.int64], NDArray[np.int64], Floats, Floats], None]
"""Told of each minibatch: scenes, languages, what was expected before it was learned, labels."""


@njit(cache=True)
def _teach(scene, label, taught):  # type: ignore[no-untyped-def]
    """Count n examples in taught[scene, label, yes]; a label of -1 is not known."""
    for i in range(len(scene)):
        for h in range(label.shape[1]):
            if label[i, h] >= 0:
                taught[scene[i], h, np.int64(label[i, h])] += 1


class Examples:
    """At most a minibatch of examples, learned when it is full."""

    def __init__(self, model: OnlineModel, foretold: Foretold = lambda *_: None) -> None:
        self._model, size = model, model.settings.batch
        self._foretold = foretold
        self.waiting = 0
        self.taught = np.zeros((len(SURFACES), H, 2), np.int64)
        """Examples that the weights have seen, by surface, label, and whether it was a yes."""
        self._x: Floats = np.zeros((size, F), np.float32)
        self._about: list[tuple[int, ...]] = []
        self._label: Floats = np.zeros((size, H), np.float32)

    def add(
        self, x: NDArray[np.float16], about: tuple[int, ...], label: Floats, at_ms: int
    ) -> None:
        """One example: features float16[F] as served, what it is of in the order of About, and
        label float32[H] (1, 0, or -1 for not known)."""
        self._x[self.waiting], self._label[self.waiting] = x, label
        self._about.append(about)
        self.waiting += 1
        if self.waiting == len(self._x):
            batch = About(*np.array(self._about, np.int64).T.copy())
            self._about.clear()
            self._model.learn(self._x, batch, self._label, at_ms)
            self._foretold(batch.scene, batch.language, self._model.expected, self._label)
            _teach(batch.scene, self._label, self.taught)
            self.waiting = 0

    def dump(self) -> dict[str, Any]:
        n = self.waiting
        return {
            "x": self._x[:n].tobytes(), "about": np.array(self._about, np.int64).tobytes(),
            "label": self._label[:n].tobytes(), "n": n, "taught": self.taught.tobytes(),
        }  # fmt: skip

    def load(self, data: dict[str, Any]) -> None:
        """Raises ValueError where more wait than a minibatch holds: it was larger once."""
        n = data["n"]
        if n >= len(self._x):
            raise ValueError("more examples wait than a minibatch holds")
        self.waiting = n
        self.taught = np.frombuffer(data["taught"], np.int64).reshape(self.taught.shape).copy()
        self._x[:n] = np.frombuffer(data["x"], np.float32).reshape(n, F)
        about = np.frombuffer(data["about"], np.int64).reshape(n, ABOUT)
        self._about = [tuple(row) for row in about.tolist()]
        self._label[:n] = np.frombuffer(data["label"], np.float32).reshape(n, H)
