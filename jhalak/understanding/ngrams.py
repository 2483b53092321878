"""The hashed n-gram embedding in plain Python: what the kernel in embedding.py must equal."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from jhalak.schema.item import EMBEDDING_SIZE
from jhalak.understanding.embedding import (
    BREAK,
    FIRST,
    GRAM_SEED,
    GRAM_WEIGHT,
    LAST,
    LONGEST,
    NORM,
    PRIME,
    SHORTEST,
    SKIP,
    WORD_SEED,
)

_MASK: Final = 0xFFFFFFFFFFFFFFFF


def embed_one(prepared: str, kinds: NDArray[np.uint8]) -> NDArray[np.int8]:
    """int8[EMBEDDING_SIZE] of a text from `embedding.prepare`.

    A text without words lies on the first axis, so that every row has a length.
    """
    counts: dict[int, int] = {}
    for word in _words(prepared, kinds):
        for feature in _features(word):
            counts[feature] = counts.get(feature, 0) + 1
    total = [0.0] * EMBEDDING_SIZE
    for feature in sorted(counts):
        weight = math.sqrt(counts[feature])
        if feature & 1:
            weight *= GRAM_WEIGHT
        if feature & 2:
            weight = -weight
        total[feature >> 58] += weight
    squares = 0.0
    for value in total:
        squares += value * value
    if squares == 0.0:
        return np.array([NORM] + [0.0] * (EMBEDDING_SIZE - 1), dtype=np.int8)
    scale = NORM / math.sqrt(squares)
    return np.array([round(value * scale) for value in total], dtype=np.int8)


def _words(text: str, kinds: NDArray[np.uint8]) -> list[list[int]]:
    words: list[list[int]] = [[]]
    for code in map(ord, text):
        kind = kinds[code] if code < 0x10000 else 1
        if kind == BREAK:
            words.append([])
        elif kind != SKIP:
            words[-1].append(code)
    return [word for word in words if word]


def _features(word: Sequence[int]) -> list[int]:
    """Hashes of the word (lowest bit 0) and of its n-grams (lowest bit 1)."""
    features = [_mixed(_fnv(WORD_SEED, word)) & ~1]
    marked = [FIRST, *word, LAST]
    for start in range(len(marked)):
        for end in range(start + SHORTEST, min(start + LONGEST, len(marked)) + 1):
            features.append(_mixed(_fnv(GRAM_SEED, marked[start:end])) | 1)
    return features


def _fnv(seed: int, codes: Sequence[int]) -> int:
    """FNV-1a over code points instead of bytes."""
    value = seed
    for code in codes:
        value = ((value ^ code) * PRIME) & _MASK
    return value


def _mixed(value: int) -> int:
    """splitmix64's finaliser."""
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & _MASK
    return value ^ (value >> 31)
