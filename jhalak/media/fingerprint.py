"""Is it the same sound? Comparing fingerprints that ffmpeg's chromaprint muxer makes.

A fingerprint is uint32[n], little endian: one item for each ITEM_S, which says how the twelve
pitches of the scale change over 2.6 s (chromaprint's second algorithm). Coding, loudness and noise
change some bits of an item; another pitch changes it altogether.

Two are laid side by side where most of their items have the same MARK bits. What they share are the
stretches of STRETCH items in which fewer than NEAR of the bits differ, so that silence or speech
before and after takes nothing away. docs/sounds.md has the measurements behind the numbers.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

ITEM_S: Final = 4096 / 3 / 11025
"""Seconds from one item to the next."""
STRETCH: Final = 20
"""Items that are compared at a time: 5 s are looked at by them."""
NEAR: Final = 0.18
"""Share of bits that differ, below which a stretch is the same sound. Of 45 pairs of real clips, in
all ways of laying them, the nearest stretches differed by 0.206; of 88 copies, recoded, cut, louder
or with noise, the best stretch by 0.173 at most."""
MARK: Final = np.uint32(0xF6FCCD8C)
"""The 20 bits that such copies change least. Two of five items of a copy have all of them alike,
and at least two items in 81 of the 88 copies; of another sound one in 19,000."""
VARIED: Final = 8
"""Different items that a stretch has at least: a steady tone or hum tells nothing apart."""
PLACES: Final = 8
"""Ways of laying side by side that are tried, those of most equal items first."""

Items = NDArray[np.uint32]


class Shared(NamedTuple):
    """What two sounds have in common."""

    seconds: float
    share: float
    """Of the first one, 0 to 1."""


NOTHING: Final = Shared(0.0, 0.0)


def items_of(fingerprint: bytes) -> Items:
    """uint32[n]."""
    return np.frombuffer(fingerprint, "<u4")


def marks_of(fingerprint: bytes) -> list[int]:
    """What a sound is looked up by: its different items' MARK bits. None of a sound that is
    too short or too steady to be told again."""
    if not _tells(items_of(fingerprint)):
        return []
    found: list[int] = np.unique(items_of(fingerprint) & MARK).tolist()
    return found


def shared(one: bytes, other: bytes) -> Shared:
    """How much of `one` is heard in `other`, at whatever time. 1 ms for two of three minutes."""
    first, second = items_of(one), items_of(other)
    if not (_tells(first) and _tells(second)):
        return NOTHING
    best = max(
        (_same(first, second, shift) for shift in _shifts(first, second)),
        key=lambda same: int(same.sum()), default=np.zeros(len(first), np.bool_),
    )  # fmt: skip
    heard = int(best.sum())
    return Shared(heard * ITEM_S, heard / len(first))


def _tells(items: Items) -> bool:
    return len(items) >= STRETCH and len(np.unique(items)) >= VARIED


def _shifts(first: Items, second: Items) -> list[int]:
    """How much later an item of `first` comes in `second`, by where equal items lie."""
    order = np.argsort(second & MARK, kind="stable")
    held, sought = (second & MARK)[order], first & MARK
    low, high = np.searchsorted(held, sought), np.searchsorted(held, sought, "right")
    # What is heard over and over says nothing of when.
    few = np.flatnonzero((high > low) & (high - low <= PLACES))
    found: list[int] = []
    for at in few.tolist():
        found += (order[low[at] : high[at]] - at).tolist()
    shifts, votes = np.unique(found, return_counts=True)
    best: list[int] = shifts[np.argsort(-votes, kind="stable")][:PLACES].astype(int).tolist()
    return best


def _same(first: Items, second: Items, shift: int) -> NDArray[np.bool_]:
    """bool[len(first)]: which items lie in a stretch that is the same, `second` laid so."""
    same = np.zeros(len(first), np.bool_)
    begin, end = max(0, -shift), min(len(first), len(second) - shift)
    if end - begin < STRETCH:
        return same
    mine = first[begin:end]
    bits = np.bitwise_count(mine ^ second[begin + shift : end + shift]).astype(np.int64)
    summed = np.concatenate([[0], np.cumsum(bits)])
    near = np.flatnonzero(summed[STRETCH:] - summed[:-STRETCH] < 32 * NEAR * STRETCH)
    for at in near.tolist():
        if len(np.unique(mine[at : at + STRETCH])) >= VARIED:
            same[begin + at : begin + at + STRETCH] = True
    return same
