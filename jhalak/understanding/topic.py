"""The topic of a text, where its source's label does not say it.

Words and n-grams decide at once; when the text's vector is at hand, both together. The model that
ships learned from text that Jhalak owns; `jhalak train topics` makes a better one of an
operator's own labelled headlines.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from jhalak.understanding.linear import Linear, confidence, load

FILE: Final = "topics.npz"
"""Name of an operator's own model in the data folder's `models`."""

GENERAL: Final = "general"
"""The topic of a text of which nothing is known; as in catalogue/topics.py."""

SURE: Final = 0.3
"""With less confidence the topic stays `general`, or what the label said."""


@lru_cache(maxsize=4)
def model_at(path: Path | None) -> Linear:
    """The operator's own model, or the one that ships. Raises linear.BadModel."""
    if path is not None and path.exists():
        return load(path.read_bytes())
    return load(files("jhalak.understanding").joinpath("models", FILE).read_bytes())


def topics_of(
    model: Linear, texts: Sequence[str], vectors: NDArray[np.float32] | None = None
) -> list[tuple[str, float]]:
    """Topic and confidence of each text; `general` where it is not sure. 30 us a text."""
    return of_scores(model, model.of_texts(texts, vectors)) if texts else []


def of_scores(model: Linear, scores: NDArray[np.float32]) -> list[tuple[str, float]]:
    """The same of scores float32[n, labels]."""
    shares = confidence(scores)
    best = shares.argmax(axis=1)
    return [
        (model.labels[index] if share >= SURE else GENERAL, float(share))
        for index, share in zip(best, shares.max(axis=1), strict=True)
    ]
