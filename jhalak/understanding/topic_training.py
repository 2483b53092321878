"""Training topic models: the one that ships, and an operator's own."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from typing import Final

import numpy as np
from numpy.typing import NDArray

from jhalak.understanding.grams import GramRule, Rows, grams, inverse_frequency, normalised
from jhalak.understanding.linear import Linear, train

RULE: Final = GramRule(2, 5, 18)
MEANING_WEIGHT: Final = 0.7
"""Length of a vector beside n-grams of length 1. Of 0.5 to 2 the best on Telugu and Malayalam."""
ALONE_PRICE: Final = 0.01
ALONE_WEIGHT: Final = 3.0
"""Price of an error and length of a vector where vectors are learned from alone: few lines in one
language must serve 13."""

Floats = NDArray[np.float32]


def train_own(
    name: str, texts: Sequence[str], labels: Sequence[str], encoder: str = "",
    vectors: Floats | None = None,
) -> Linear:  # fmt: skip
    """A model of labelled texts, with vectors float32[n, width] (centred, of length 1) where there
    are any: one classifier over both. Cost: about 5 s for 3,000 headlines of 10 topics."""
    names = sorted(set(labels))
    found = np.array([names.index(label) for label in labels])
    counted = grams(texts, RULE)
    frequency = inverse_frequency(counted, RULE.bits)
    rows = normalised(counted, frequency)
    size = 1 << RULE.bits
    if vectors is None:
        weights, bias = train(rows, found, size, len(names))
        return Linear(name, RULE, tuple(names), frequency, weights, bias)
    joined = beside(rows, vectors * MEANING_WEIGHT, size)
    weights, bias = train(joined, found, size + vectors.shape[1], len(names))
    meaning = weights[size:] * MEANING_WEIGHT
    return Linear(name, RULE, tuple(names), frequency, weights[:size], bias, encoder, meaning)


def train_shipped(
    texts: Sequence[str], labels: Sequence[str], encoder: str, vectors: Floats
) -> Linear:
    """The model that ships. `texts` and `labels` are the starter catalogue's and the topic table's;
    `vectors` are of `written()`, in its order.

    Words are learned from catalogue, written headlines and the words of the topic table in 13
    languages; meaning from written headlines alone, because trivia are told in another tone than
    news (with them sib200 falls from 74 % to 64 % right).
    """
    lines = written()
    own = train_own(
        "topics-1",
        [*texts, *(line for _, line in lines)],
        [*labels, *(topic for topic, _ in lines)],
    )
    nothing = Rows(
        np.zeros(len(lines) + 1, np.int64), np.empty(0, np.int32), np.empty(0, np.float32)
    )
    found = np.array([own.labels.index(topic) for topic, _ in lines])
    meaning, bias = train(
        beside(nothing, vectors * ALONE_WEIGHT, 0), found, vectors.shape[1], len(own.labels),
        c=ALONE_PRICE, balanced=True,
    )  # fmt: skip
    return Linear(
        own.name, own.rule, own.labels, own.frequency, own.weights, own.bias + bias, encoder,
        meaning * 2 * ALONE_WEIGHT,
    )  # fmt: skip


def beside(rows: Rows, vectors: Floats, size: int) -> Rows:
    """The rows with each text's vector in further buckets from `size` on."""
    width = vectors.shape[1]
    lengths = np.diff(rows.starts) + width
    starts = np.zeros(len(rows.starts), dtype=np.int64)
    np.cumsum(lengths, out=starts[1:])
    buckets = np.empty(starts[-1], dtype=np.int32)
    values = np.empty(starts[-1], dtype=np.float32)
    more = size + np.arange(width, dtype=np.int32)
    for row, vector in enumerate(vectors):
        begin, end = rows.starts[row], rows.starts[row + 1]
        at = starts[row]
        middle, last = at + end - begin, starts[row + 1]
        buckets[at:middle], buckets[middle:last] = rows.buckets[begin:end], more
        values[at:middle], values[middle:last] = rows.values[begin:end], vector
    return Rows(starts, buckets, values)


def written() -> list[tuple[str, str]]:
    """(topic, headline) of the lines that were written for this."""
    text = files("jhalak.understanding").joinpath("data", "topics_en.txt").read_text("utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(topic, line) for topic, _, line in (line.partition("\t") for line in lines)]
