"""What counts say: smoothed rates of groups, and the item blocks that features begin with.

Rates are smoothed towards those of the wider group: an item's towards its topic's in its language,
a topic's towards everything's.
"""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from jhalak.learning.features import ITEM_BLOCK, ITEM_OWN, USUAL_RATE
from jhalak.learning.table import FAST_HALF_LIFE_S, HALF_LIFE_S, SLOW
from jhalak.schema.candidates import Floats

RATES: Final = ("tap", "long", "like", "hide", "complete")
"""Smoothed rates, in this order: taps of what was judged, the others of what was shown."""
R: Final = len(RATES)
USUAL: Final = {"tap": USUAL_RATE, "long": 0.05, "like": 0.01, "hide": 0.003, "complete": 0.05}
"""Rates of an empty cell."""
USUAL_RATES: Final = np.array(list(USUAL.values()), np.float64)
_HAPPENED: Final = np.array([2, 3, 4, 5, 6])
_OF: Final = np.array([1, 0, 0, 0, 1])
"""Columns of what happened and of what it is a share of, by rate."""
ALL_PRIOR: Final = 20.0
"""Impressions' worth of belief that the cell is usual."""
SCENE_PRIOR: Final = 20.0
TOPIC_PRIOR: Final = np.array([300.0, 300.0, 400.0, 400.0, 300.0])
ITEM_PRIOR: Final = np.array([15.0, 15.0, 50.0, 50.0, 15.0])
"""Impressions' worth of belief that an item is like others of its language and topic."""
FAST_PRIOR: Final = 10.0
CREATOR_PRIOR: Final = 15.0
ITEM_SCENE_PRIOR: Final = 10.0
LEAST, MOST = 0.0005, 0.97
"""Rates are kept inside, so that logits stay small."""


@njit(cache=True, nogil=True, inline="always")
def _smooth(happened, shown, prior, usual):  # type: ignore[no-untyped-def]
    rate = (max(happened, 0.0) + prior * usual) / (max(shown, 0.0) + prior)
    return min(max(rate, LEAST), MOST)


@njit(cache=True, nogil=True, inline="always")
def _logit(p):  # type: ignore[no-untyped-def]
    return math.log(p / (1.0 - p))


@njit(cache=True, nogil=True)
def group_rates(counts, last_ms, row, at_ms, usual, prior, out):  # type: ignore[no-untyped-def]
    """out[R]: smoothed rates of a group's row (-1: none yet), towards `usual` float64[R]."""
    keep = 0.0
    if row >= 0:
        keep = math.exp2(-max(at_ms - last_ms[row], 0) / 1000.0 / HALF_LIFE_S)
    for k in range(R):
        happened = counts[row, _HAPPENED[k]] * keep if row >= 0 else 0.0
        shown = counts[row, _OF[k]] * keep if row >= 0 else 0.0
        out[k] = _smooth(happened, shown, prior[k], usual[k])


@njit(cache=True, nogil=True)
def creator_rate(counts, last_ms, row, at_ms, prior):  # type: ignore[no-untyped-def]
    """Smoothed tap rate of the creators' row `row` (-1: unknown)."""
    if row < 0:
        return _smooth(0.0, 0.0, CREATOR_PRIOR, prior)
    keep = math.exp2(-max(at_ms - last_ms[row], 0) / 1000.0 / HALF_LIFE_S)
    return _smooth(counts[row, 2] * keep, counts[row, 1] * keep, CREATOR_PRIOR, prior)


@njit(cache=True, nogil=True)
def scene_lift(counts, last_ms, row, at_ms, item_tap):  # type: ignore[no-untyped-def]
    """How much likelier, in logits, an item is tapped in a scene than anywhere: `row` is that of
    (item, scene), -1 for none; `item_tap` the item's own logit."""
    if row < 0:
        return 0.0
    keep = math.exp2(-max(at_ms - last_ms[row], 0) / 1000.0 / HALF_LIFE_S)
    usual = 1.0 / (1.0 + math.exp(-item_tap))
    rate = _smooth(counts[row, 2] * keep, counts[row, 1] * keep, ITEM_SCENE_PRIOR, usual)
    return _logit(rate) - item_tap


@njit(cache=True, nogil=True)
def item_block(counts, last_ms, row, at_ms, usual, creator, out):  # type: ignore[no-untyped-def]
    """out[:ITEM_OWN] of the items' row `row` (-1: never shown); see `item_blocks`. `usual`
    float64[R] are the rates of its topic in its language, `creator` its creator's tap rate."""
    shown = 0.0
    judged = 0.0
    gap = 0.0
    if row >= 0:
        gap = max(at_ms - last_ms[row], 0) / 1000.0
        keep = math.exp2(-gap / HALF_LIFE_S)
        shown = max(counts[row, 0] * keep, 0.0)
        judged = max(counts[row, 1] * keep, 0.0)
    tap = usual[0]
    for k in range(R):
        rate = usual[k]
        if row >= 0:
            of = judged if _OF[k] == 1 else shown
            rate = _smooth(counts[row, _HAPPENED[k]] * keep, of, ITEM_PRIOR[k], usual[k])
        if k == 0:
            tap = rate
        out[k] = _logit(rate)
    recent = tap
    if row >= 0:
        fast = math.exp2(-gap / FAST_HALF_LIFE_S)
        recent = _smooth(counts[row, SLOW + 1] * fast, counts[row, SLOW] * fast, FAST_PRIOR, tap)
    out[5] = math.log1p(shown)
    out[6] = math.log1p(judged)
    out[7] = _logit(recent) - out[0]
    out[8] = _logit(creator)
    out[9] = _logit(usual[0])
    out[10] = _logit(usual[1])
    out[11] = shown < 0.5


@njit(cache=True, nogil=True)
def all_blocks(  # type: ignore[no-untyped-def]
    n, counts, last_ms, cell, creator, cell_rates, creator_counts, creator_ms, scene_row,
    scene_counts, scene_ms, at_ms, out,
):  # fmt: skip
    for row in range(n):
        usual = cell_rates[cell[row]]
        rate = creator_rate(creator_counts, creator_ms, creator[row], at_ms, usual[0])
        item_block(counts, last_ms, row, at_ms, usual, rate, out[row])
        for s in range(scene_row.shape[1]):
            out[row, ITEM_OWN + s] = scene_lift(
                scene_counts, scene_ms, scene_row[row, s], at_ms, out[row, 0]
            )


def item_blocks(counts: Floats, usual: NDArray[Any], creator_rates: NDArray[Any]) -> Floats:
    """float32[n, ITEM_BLOCK] from counts float32[n, K], the rates of each item's topic in its
    language float[n, R], and its creator's tap rate float[n]; nothing known of single scenes.

    The reference of the kernel `item_block`."""

    def logit(p: NDArray[Any]) -> NDArray[Any]:
        found: NDArray[Any] = np.log(p / (1 - p))
        return found

    shown, judged = np.maximum(counts[:, 0], 0), np.maximum(counts[:, 1], 0)
    of = np.where(_OF == 1, judged[:, None], shown[:, None])
    rates = (np.maximum(counts[:, _HAPPENED], 0) + ITEM_PRIOR * usual) / (of + ITEM_PRIOR)
    rates = np.clip(rates, LEAST, MOST)
    fast = (np.maximum(counts[:, SLOW + 1], 0) + FAST_PRIOR * rates[:, 0]) / (
        np.maximum(counts[:, SLOW], 0) + FAST_PRIOR
    )
    block = np.zeros((len(counts), ITEM_BLOCK), np.float32)
    block[:, :R] = logit(rates)
    block[:, 5], block[:, 6] = np.log1p(shown), np.log1p(judged)
    block[:, 7] = logit(np.clip(fast, LEAST, MOST)) - block[:, 0]
    block[:, 8] = logit(np.clip(creator_rates, LEAST, MOST))
    block[:, 9], block[:, 10] = logit(usual[:, 0]), logit(usual[:, 1])
    block[:, 11] = shown < 0.5
    return block
