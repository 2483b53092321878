"""Linear classifiers over sparse rows: training, prediction, and the file they are kept in.

One against the rest, L2-regularised squared hinge loss, by dual coordinate descent (Hsieh et al.,
ICML 2008): what LIBLINEAR and scikit-learn's LinearSVC do.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from jhalak.understanding.grams import GramRule, Rows, grams, normalised

ROUNDS: Final = 60
"""At most so many passes over the rows; with TF-IDF rows the weights stand still after 20."""

SHARP: Final = 2.5
"""Turns differences of scores into odds."""


class BadModel(Exception):
    """The file holds no model that this version can read."""


@dataclass(frozen=True, slots=True)
class Linear:
    """Weights of a trained classifier."""

    name: str
    """Name and version: what is stored with each answer."""
    rule: GramRule
    labels: tuple[str, ...]
    frequency: NDArray[np.float32]
    """float32[2**bits]: inverse document frequency; of length 0: none."""
    weights: NDArray[np.float32]
    """float32[2**bits, labels]"""
    bias: NDArray[np.float32]
    """float32[labels]"""
    encoder: str = ""
    """Model of the vectors that `meaning` reads; "": it reads none."""
    meaning: NDArray[np.float32] | None = None
    """float32[width, labels]: weights of a text's centred vector of length 1."""

    def scores(self, rows: Rows) -> NDArray[np.float32]:
        """float32[n, labels] of rows that `grams.normalised` made."""
        out = np.empty((len(rows.starts) - 1, len(self.labels)), dtype=np.float32)
        _scores(rows.starts, rows.buckets, rows.values, self.weights, self.bias, out)
        return out

    def of_texts(
        self, texts: Sequence[str], vectors: NDArray[np.float32] | None = None
    ) -> NDArray[np.float32]:
        """float32[n, labels], with what the texts mean, where their vectors are at hand."""
        found = self.scores(normalised(grams(texts, self.rule), self.frequency))
        if vectors is not None and self.meaning is not None:
            found += vectors @ self.meaning
        return found


def train(
    rows: Rows, labels: NDArray[np.int64], size: int, classes: int, *, c: float = 1.0,
    seed: int = 0, balanced: bool = False,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:  # fmt: skip
    """Weights float32[size, classes] and bias float32[classes] for `labels` int64[n] in
    0..classes-1, -1 for a row that belongs to none.

    `c` is the price of an error, `balanced` makes each class cost the same. Cost: about 1 s for
    3,000 headlines and 10 classes.
    """
    random = np.random.default_rng(seed)
    order = random.permuted(np.tile(np.arange(len(labels)), (ROUNDS, 1)), axis=1)
    weights = np.zeros((size, classes), dtype=np.float32)
    bias = np.zeros(classes, dtype=np.float32)
    for index in range(classes):
        sign = np.where(labels == index, 1.0, -1.0)
        price = np.full(len(labels), c)
        if balanced:
            positive = max(float((sign > 0).sum()), 1.0)
            price = np.where(sign > 0, c * len(sign) / (2 * positive), price)
            price = np.where(sign < 0, c * len(sign) / (2 * max(len(sign) - positive, 1.0)), price)
        one = np.zeros(size + 1)
        _descend(rows.starts, rows.buckets, rows.values, sign, price, order, one)
        weights[:, index] = one[:-1]
        bias[index] = one[-1]
    return weights, bias


def dump(model: Linear) -> bytes:
    """The model as a compressed .npz with weights in 8 bits, only buckets that say something."""
    scale = np.maximum(np.abs(model.weights).max(axis=0), 1e-9) / 127.0
    small = np.rint(model.weights / scale).astype(np.int8)
    used = np.flatnonzero(small.any(axis=1)).astype(np.uint32)
    file = io.BytesIO()
    np.savez_compressed(
        file, name=model.name, labels=np.array(model.labels), bias=model.bias,
        scale=scale.astype(np.float32), used=used, weights=small[used],
        rule=np.array([*model.rule[:3], int(model.rule.words)]),
        frequency=model.frequency[used].astype(np.float16) if len(model.frequency) else [],
        encoder=model.encoder,
        meaning=[] if model.meaning is None else model.meaning.astype(np.float16),
    )  # fmt: skip
    return file.getvalue()


def load(data: bytes) -> Linear:
    """The model that `dump` wrote. Raises BadModel."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            shortest, longest, bits, words = (int(value) for value in file["rule"])
            labels = tuple(str(label) for label in file["labels"])
            weights = np.zeros((1 << bits, len(labels)), dtype=np.float32)
            weights[file["used"]] = file["weights"].astype(np.float32) * file["scale"]
            frequency = np.zeros(1 << bits if len(file["frequency"]) else 0, dtype=np.float32)
            if len(frequency):
                frequency[file["used"]] = file["frequency"]
            meaning = (
                file["meaning"].astype(np.float32) if "meaning" in file else np.empty(0, np.float32)
            )
            return Linear(
                str(file["name"]), GramRule(shortest, longest, bits, bool(words)), labels,
                frequency, weights, file["bias"].astype(np.float32),
                str(file["encoder"]) if meaning.size else "", meaning if meaning.size else None,
            )  # fmt: skip
    except (ValueError, KeyError, OSError, EOFError, IndexError, zipfile.BadZipFile) as error:
        raise BadModel(f"not a model of ours: {error}") from None


def confidence(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """float32[n, labels]: scores as shares of 1, steep enough that 0.5 is right half the time."""
    odds = np.exp(SHARP * (scores - scores.max(axis=1, keepdims=True)))
    shares: NDArray[np.float32] = odds / odds.sum(axis=1, keepdims=True)
    return shares


@njit(cache=True, nogil=True)
def _scores(starts, buckets, values, weights, bias, out):  # type: ignore[no-untyped-def]
    for row in range(out.shape[0]):
        for label in range(out.shape[1]):
            out[row, label] = bias[label]
        for i in range(starts[row], starts[row + 1]):
            for label in range(out.shape[1]):
                out[row, label] += values[i] * weights[buckets[i], label]


@njit(cache=True, nogil=True)
def _descend(starts, buckets, values, sign, price, order, weights):  # type: ignore[no-untyped-def]
    """Dual coordinate descent for one class; the last weight is the bias."""
    n = len(sign)
    alpha = np.zeros(n)
    square = np.empty(n)
    for row in range(n):
        total = 1.0
        for i in range(starts[row], starts[row + 1]):
            total += values[i] * values[i]
        square[row] = total
    last = len(weights) - 1
    for turn in range(order.shape[0]):
        worst = 0.0
        for row in order[turn]:
            margin = weights[last]
            for i in range(starts[row], starts[row + 1]):
                margin += weights[buckets[i]] * values[i]
            diagonal = 0.5 / price[row]
            gradient = sign[row] * margin - 1.0 + alpha[row] * diagonal
            if alpha[row] == 0.0 and gradient >= 0.0:
                continue
            worst = max(worst, abs(gradient))
            old = alpha[row]
            alpha[row] = max(old - gradient / (square[row] + diagonal), 0.0)
            step = (alpha[row] - old) * sign[row]
            weights[last] += step
            for i in range(starts[row], starts[row + 1]):
                weights[buckets[i]] += step * values[i]
        if worst < 0.01:
            return
