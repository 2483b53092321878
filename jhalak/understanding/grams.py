"""Texts as sparse rows of hashed character n-grams and words: what the linear models read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from jhalak.understanding.embedding import letter_kinds, prepare

# Numba's cache notices changes of this file only, so the kernel's constants stand here.
FIRST, LAST = 2, 3
"""Marks around a word: code points that no text holds."""
BREAK, SKIP = 0, 2
LONGEST_WORD: Final = 64
"""Letters of a word that are read; a longer run of letters is no word of ours."""

_U = np.uint64
_PRIME = _U(0x100000001B3)
_SEED, _WORD_SEED = _U(0xCBF29CE484222325), _U(0x9AE16A3B2F90404F)
_MIX_1, _MIX_2 = _U(0xBF58476D1CE4E5B9), _U(0x94D049BB133111EB)
_S27, _S30, _S31 = _U(27), _U(30), _U(31)
_FIRST, _LAST = _U(FIRST), _U(LAST)


class GramRule(NamedTuple):
    """Which n-grams are taken, and how many buckets they are hashed into."""

    shortest: int
    longest: int
    bits: int
    """2**bits buckets."""
    words: bool = False
    """Whole words too."""


class Rows(NamedTuple):
    """A sparse matrix by rows (CSR)."""

    starts: NDArray[np.int64]
    """int64[n + 1]"""
    buckets: NDArray[np.int32]
    """int32[starts[n]], ascending in each row."""
    values: NDArray[np.float32]
    """float32[starts[n]]: counts."""


def grams(texts: Sequence[str], rule: GramRule) -> Rows:
    """Counts of the n-grams of each text, marks around each word included.

    Cost: about 20 us a headline of 60 letters.
    """
    prepared = [prepare(text) for text in texts]
    lengths = np.fromiter(map(len, prepared), dtype=np.int64, count=len(prepared))
    joined = "".join(prepared).encode("utf-32-le", "surrogatepass")
    codes = np.frombuffer(joined, dtype=np.uint32)
    longest = int(lengths.max(initial=0))
    per_letter = rule.longest - rule.shortest + 2
    scratch = np.empty(per_letter * (2 * longest + 4), dtype=np.int32)
    room = per_letter * (2 * int(lengths.sum()) + 4 * len(prepared) + 4)
    starts = np.zeros(len(prepared) + 1, dtype=np.int64)
    buckets = np.empty(room, dtype=np.int32)
    values = np.empty(room, dtype=np.float32)
    _fill(
        codes, np.cumsum(lengths), letter_kinds(), rule.shortest, rule.longest,
        _U((1 << rule.bits) - 1), rule.words, scratch, starts, buckets, values,
    )  # fmt: skip
    return Rows(starts, buckets[: starts[-1]].copy(), values[: starts[-1]].copy())


def normalised(rows: Rows, weight: NDArray[np.float32] | None = None) -> Rows:
    """1 + log(count), times each bucket's weight (float32[2**bits]; None: 1), each row of length
    1."""
    values = rows.values.copy()
    if weight is None:
        weight = np.ones(0, dtype=np.float32)
    _normalise(rows.starts, rows.buckets, values, weight)
    return Rows(rows.starts, rows.buckets, values)


def inverse_frequency(rows: Rows, bits: int) -> NDArray[np.float32]:
    """float32[2**bits]: 1 + log((1 + n) / (1 + texts with the bucket)); 0 for a bucket never
    seen."""
    n = len(rows.starts) - 1
    seen = np.bincount(rows.buckets, minlength=1 << bits).astype(np.float64)
    weight = 1.0 + np.log((1.0 + n) / (1.0 + seen))
    return np.where(seen > 0, weight, 0.0).astype(np.float32)


@njit(cache=True, nogil=True)
def _bucket(value, mask):  # type: ignore[no-untyped-def]
    """splitmix64's finaliser, cut to the number of buckets."""
    value = (value ^ (value >> _S30)) * _MIX_1
    value = (value ^ (value >> _S27)) * _MIX_2
    return np.int32((value ^ (value >> _S31)) & mask)


@njit(cache=True, nogil=True)
def _of_word(word, size, shortest, longest, mask, words, found, count):  # type: ignore[no-untyped-def]
    """Append the buckets of one word (its marks included); answers the new count."""
    if words:
        whole = _WORD_SEED
        for i in range(1, size - 1):
            whole = (whole ^ word[i]) * _PRIME
        found[count] = _bucket(whole, mask)
        count += 1
    for start in range(size):
        gram = _SEED
        for end in range(start, min(start + longest, size)):
            gram = (gram ^ word[end]) * _PRIME
            if end - start + 1 >= shortest:
                found[count] = _bucket(gram, mask)
                count += 1
    return count


@njit(cache=True, nogil=True)
def _fill(codes, ends, kinds, shortest, longest, mask, words, found, starts, buckets, values):  # type: ignore[no-untyped-def]
    word = np.empty(LONGEST_WORD + 2, dtype=np.uint64)
    word[0] = _FIRST
    begin = 0
    total = 0
    for row in range(len(ends)):
        count = 0
        size = 1
        for i in range(begin, ends[row] + 1):
            kind = BREAK
            if i < ends[row]:
                kind = kinds[codes[i]] if codes[i] < 0x10000 else 1
            if kind == SKIP:
                continue
            if kind != BREAK:
                if size <= LONGEST_WORD:
                    word[size] = codes[i]
                    size += 1
            elif size > 1:
                word[size] = _LAST
                count = _of_word(word, size + 1, shortest, longest, mask, words, found, count)
                size = 1
        begin = ends[row]
        ordered = np.sort(found[:count])
        for i in range(count):
            if i > 0 and ordered[i] == ordered[i - 1]:
                values[total - 1] += 1.0
            else:
                buckets[total] = ordered[i]
                values[total] = 1.0
                total += 1
        starts[row + 1] = total


@njit(cache=True, nogil=True)
def _normalise(starts, buckets, values, weight):  # type: ignore[no-untyped-def]
    for row in range(len(starts) - 1):
        squares = 0.0
        for i in range(starts[row], starts[row + 1]):
            values[i] = 1.0 + np.log(values[i])
            if len(weight):
                values[i] *= weight[buckets[i]]
            squares += values[i] * values[i]
        if squares > 0.0:
            for i in range(starts[row], starts[row + 1]):
                values[i] /= np.sqrt(squares)
