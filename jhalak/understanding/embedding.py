"""Embeddings without a model: hashed words and character n-grams of a text.

Nearness is nearness of wording: headlines that share words, names or stems lie close, in any
script, without a dictionary or a download. A better embedder takes its place behind the port.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import ClassVar, Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from jhalak.schema.item import EMBEDDING_SIZE

# Numba's cache notices changes of this file only, so the kernel's constants stand here.
SHORTEST: Final = 3
LONGEST: Final = 5
"""Lengths of n-grams in code points, the marks around a word included."""

GRAM_WEIGHT: Final = 0.7
"""A word counts 1, each of its n-grams this. With 0.7 the ten nearest of 6,000 English headlines
share the label of 34 % (33 % with 0.35, 31 % with 0.15, 9 % by chance)."""

NORM: Final = 127.0
FIRST, LAST = 2, 3
"""Marks around a word: code points that no text holds."""
BREAK, SKIP = 0, 2
"""Kinds of code points, see letter_kinds; 1 belongs to a word."""

PRIME: Final = 0x100000001B3
WORD_SEED: Final = 0xCBF29CE484222325
GRAM_SEED: Final = 0x9AE16A3B2F90404F

_U = np.uint64
_PRIME = _U(PRIME)
_MIX_1, _MIX_2 = _U(0xBF58476D1CE4E5B9), _U(0x94D049BB133111EB)
_S27, _S30, _S31, _S58 = _U(27), _U(30), _U(31), _U(58)
_GRAM_BIT, _SIGN_BIT = _U(1), _U(2)
_WORD_START, _GRAM_START = _U(WORD_SEED), _U(GRAM_SEED)
_FIRST, _LAST = _U(FIRST), _U(LAST)


class HashedNgrams:
    """Embedder: words and 3- to 5-grams of code points, hashed with signs into 64 dimensions.

    A feature that a text repeats counts by the square root of its count, so that function words
    and refrains do not drown the rest. Cost: about 8 us a headline of 60 letters.
    `ngrams.embed_one` is the same in plain Python.
    """

    model: ClassVar[str] = "hashed-ngrams-1"

    def embed(self, texts: Sequence[str]) -> NDArray[np.int8]:
        """int8[len(texts), EMBEDDING_SIZE], each row of length near 127."""
        prepared = [prepare(text) for text in texts]
        lengths = np.fromiter(map(len, prepared), dtype=np.int64, count=len(prepared))
        ends = np.cumsum(lengths)
        joined = "".join(prepared).encode("utf-32-le", "surrogatepass")
        codes = np.frombuffer(joined, dtype=np.uint32)
        out = np.zeros((len(prepared), EMBEDDING_SIZE), dtype=np.int8)
        longest = int(lengths.max(initial=0))
        # Room for each start's grams, its word, and the two marks that each word adds.
        scratch = np.empty((LONGEST - SHORTEST + 2) * (2 * longest + 4), dtype=np.uint64)
        _embed_all(codes, ends, letter_kinds(), scratch, out)
        return out


def prepare(text: str) -> str:
    """The text as it is hashed: compatibility forms and case folded."""
    return unicodedata.normalize("NFKC", text.casefold())


@lru_cache(maxsize=1)
def letter_kinds() -> NDArray[np.uint8]:
    """uint8[65536]: what each code point does: 0 breaks words, 1 belongs to one, 2 is skipped.

    Letters, marks and digits make words; joiners are skipped, because sources disagree on them.
    Code points beyond the first plane belong to words.
    """
    kinds = np.zeros(0x10000, dtype=np.uint8)
    for code in range(0x10000):
        if unicodedata.category(chr(code))[0] in "LMN":
            kinds[code] = 1
    kinds[[0x200B, 0x200C, 0x200D, 0xFEFF, 0x00AD]] = SKIP
    return kinds


@njit(cache=True)
def _mixed(value):  # type: ignore[no-untyped-def]
    """splitmix64's finaliser: every bit of the answer depends on every bit of `value`."""
    value = (value ^ (value >> _S30)) * _MIX_1
    value = (value ^ (value >> _S27)) * _MIX_2
    return value ^ (value >> _S31)


@njit(cache=True)
def _word_features(word, size, features, count):  # type: ignore[no-untyped-def]
    """Append the hashes of one word and its n-grams; the lowest bit says which it is."""
    whole = _WORD_START
    for i in range(1, size - 1):
        whole = (whole ^ word[i]) * _PRIME
    features[count] = _mixed(whole) & ~_GRAM_BIT
    count += 1
    for start in range(size):
        gram = _GRAM_START
        for end in range(start, min(start + LONGEST, size)):
            gram = (gram ^ word[end]) * _PRIME
            if end - start + 1 >= SHORTEST:
                features[count] = _mixed(gram) | _GRAM_BIT
                count += 1
    return count


@njit(cache=True)
def _features_of(codes, begin, end, kinds, word, features):  # type: ignore[no-untyped-def]
    """Fill `features` for one text; answers how many."""
    count = 0
    size = 1
    word[0] = _FIRST
    for i in range(begin, end + 1):
        kind = BREAK
        if i < end:
            kind = kinds[codes[i]] if codes[i] < 0x10000 else 1
        if kind == SKIP:
            continue
        if kind != BREAK:
            word[size] = codes[i]
            size += 1
        elif size > 1:
            word[size] = _LAST
            count = _word_features(word, size + 1, features, count)
            size = 1
    return count


@njit(cache=True)
def _embed_all(codes, ends, kinds, features, out):  # type: ignore[no-untyped-def]
    """Fill out int8[n, 64] for n texts that end at `ends` in `codes`."""
    word = np.empty(len(features) + 2, dtype=np.uint64)
    total = np.empty(out.shape[1], dtype=np.float64)
    begin = 0
    for row in range(len(ends)):
        count = _features_of(codes, begin, ends[row], kinds, word, features)
        begin = ends[row]
        total[:] = 0.0
        found = np.sort(features[:count])
        i = 0
        while i < count:
            run = i
            while run < count and found[run] == found[i]:
                run += 1
            weight = np.sqrt(float(run - i))
            if found[i] & _GRAM_BIT:
                weight *= GRAM_WEIGHT
            if found[i] & _SIGN_BIT:
                weight = -weight
            total[found[i] >> _S58] += weight
            i = run
        squares = 0.0
        for value in total:
            squares += value * value
        if squares == 0.0:
            out[row, 0] = NORM
            continue
        scale = NORM / np.sqrt(squares)
        for column in range(out.shape[1]):
            out[row, column] = np.int8(np.rint(total[column] * scale))
