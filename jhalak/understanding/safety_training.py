"""Training the safety classifier on lines written for it."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from typing import Final

import numpy as np
from numpy.typing import NDArray

from jhalak.understanding.grams import GramRule, Rows, grams, inverse_frequency, normalised
from jhalak.understanding.linear import Linear, train
from jhalak.understanding.topic_training import ALONE_WEIGHT, beside
from jhalak.understanding.topic_training import written as headlines

RULE: Final = GramRule(2, 5, 16)
PRICE: Final = 0.05


def train_safety(catalogue: Sequence[str], encoder: str, vectors: NDArray[np.float32]) -> Linear:
    """`catalogue` are harmless texts in all languages; `vectors` float32[n, width] are of
    `written()` and then of the catalogue, centred and of length 1. About 5 s."""
    lines = [*written(), *(("clean", text) for text in catalogue)]
    labels = tuple(dict.fromkeys(label for label, _ in lines))
    found = np.array([labels.index(label) for label, _ in lines])
    counted = grams([line for _, line in lines], RULE)
    frequency = inverse_frequency(counted, RULE.bits)
    size = 1 << RULE.bits
    weights, bias = train(normalised(counted, frequency), found, size, len(labels), balanced=True)
    nothing = Rows(
        np.zeros(len(lines) + 1, np.int64), np.empty(0, np.int32), np.empty(0, np.float32)
    )
    meaning, _ = train(
        beside(nothing, vectors * ALONE_WEIGHT, 0), found, vectors.shape[1], len(labels),
        c=PRICE, balanced=True,
    )  # fmt: skip
    return Linear(
        "safety-1", RULE, labels, frequency, weights, bias, encoder, meaning * 2 * ALONE_WEIGHT
    )


def written() -> list[tuple[str, str]]:
    """(class, line): safety_en.txt, and as clean ones all headlines that are not of crime."""
    text = files("jhalak.understanding").joinpath("data", "safety_en.txt").read_text("utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    own = [(label, line) for label, _, line in (line.partition("\t") for line in lines)]
    return own + [("clean", line) for topic, line in headlines() if topic not in ("crime", "news")]
