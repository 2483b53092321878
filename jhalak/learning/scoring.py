"""All candidates of a slate scored at once: features, what is known of their items, the network.

`features`, `Serving.ids` and `model.predict` say one after the other what is meant, and are what
learning and replay call. Here each step of theirs is part of a kernel, and what lies between them
stays where the next one finds it: calling twenty functions on some hundred rows costs as much as
what they do. The matrix products are BLAS's, three instead of four: what the network's first layer
and its linear part read is the same. What of it is the same for all candidates goes through the
first product once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from jhalak.learning.features import ALIKE, ITEM_OWN, Context, F, fades, fill, followed_of
from jhalak.learning.model import (
    CREATOR_DIMS,
    GROUP_DIMS,
    GROUPS,
    INPUTS,
    ITEM_DIMS,
    SIDE,
    SURE,
    H,
    Weights,
    centred,
)
from jhalak.learning.serving import CREATOR, ENGAGERS, ITEM, Serving
from jhalak.schema.candidates import Floats, Rows
from jhalak.schema.viewer_state import SCENES, TOPICS_MAX, ViewerState

_NOBODY: Final = ViewerState(0)
_UNIT: Final = 1 / 127
"""Of the catalogue's embeddings."""
UNLEVELLED: Final = 2.0
"""No mean probability is above it."""
_BEFORE, _AFTER = ALIKE.start, ALIKE.stop
_OF_SCENE: Final = INPUTS - GROUP_DIMS
_SAME: Final = np.r_[0, ALIKE, _OF_SCENE:INPUTS]
"""Inputs that are the same for all candidates of a slate: the one that is always 1, what is of the
viewer and the place alone, the scene's embedding."""
_DIFFER: Final = np.r_[1:_BEFORE, _AFTER:_OF_SCENE]
_NEXT: Final = _BEFORE - 1 + F - _AFTER
"""Of _DIFFER, the place after the features."""


class Scorer:
    """Scores candidates of one catalogue. Holds what lies between the steps: one slate at a time,
    by one thread."""

    def __init__(self) -> None:
        self._room(512, (32, 16))
        self._split: tuple[Weights, Floats, Floats] | None = None

    def _room(self, n: int, hidden: tuple[int, int]) -> None:
        one, two = hidden
        self._n, self._hidden = n, hidden
        self._inputs = np.empty((n, len(_DIFFER)), np.float32)
        self._base = np.empty(one + H, np.float32)
        self._bias = np.empty((n, H), np.float32)
        self._joined = np.empty((n, one + H), np.float32)
        self._first = np.empty((n, one), np.float32)
        self._second = np.empty((n, two), np.float32)

    def _parted(self, serving: Serving) -> tuple[Floats, Floats]:
        """The rows of `Serving.joined` that read what candidates differ in, and the others."""
        if self._split is None or self._split[0] is not serving.weights:
            joined = serving.joined()
            self._split = serving.weights, joined[_DIFFER], joined[_SAME]
        return self._split[1:]

    def score(
        self, rows: Rows, facts: NDArray[np.void], embedding: NDArray[np.int8], serving: Serving,
        state: ViewerState | None, at: Context, highest: float = UNLEVELLED,
    ) -> tuple[Floats, Floats]:  # fmt: skip
        """(features float32[n, F], probabilities float32[n, H] as if shown first) of `rows`
        int32[n] of the catalogue's columns `facts` (catalogue.columns.FACTS) and `embedding`
        int8[rows, EMBEDDING_SIZE]. A head whose mean is above `highest` is brought down to it
        (stages.prediction)."""
        n, weights = len(rows), serving.weights
        if n > self._n or weights.hidden != self._hidden:
            self._room(max(n, self._n), weights.hidden)
        viewer = state or _NOBODY
        views, (differ, same) = weights.views(), self._parted(serving)
        x, p = np.zeros((n, F), np.float32), np.empty((n, H), np.float32)
        if not n:
            return x, p
        fade, hour_fade = fades(viewer, at.now_ms)
        inputs, base, bias = self._inputs[:n], self._base, self._bias[:n]
        _lay(
            rows, facts, embedding, serving.blocks, serving.items, serving.creators, serving.at,
            views["groups"], weights.calibration, *serving.engagers, at.rates, viewer.counts,
            viewer.creators, viewer.vectors, viewer.items, viewer.items_done, *followed_of(viewer),
            fade, hour_fade, at.now_ms, at.hour, at.scene, float(at.metered), at.locked, same, x,
            inputs, base, bias,
        )  # fmt: skip
        both = self._joined[:n]
        through(inputs, differ, base, views, both, self._first[:n], self._second[:n], p)
        _finish(p, both, bias, np.float32(highest))
        return x, p


def through(
    inputs: Floats, joined: Floats, base: Floats, views: Mapping[str, Floats], both: Floats,
    first: Floats, second: Floats, p: Floats,
) -> None:  # fmt: skip
    """Take inputs float32[n, INPUTS] through the layers: fills both[n, one + H] (`Serving.joined`:
    the first layer, and the linear part), the layers first[n, one] and second[n, two], and p[n, H],
    the logits without the linear part and the biases. `base` float32[one + H] is what inputs that
    are not among these add to `both`."""
    np.matmul(inputs, joined, out=both)
    _cut(both, base, first)
    np.matmul(first, views["B"], out=second)
    _raise(second, views["b"])
    np.matmul(second, views["C"], out=p)


@njit(cache=True, nogil=True, fastmath=True)
def _bring_near(rows, at, items, creators):  # type: ignore[no-untyped-def]
    """As in learning.features: ask memory for all at once."""
    total = np.float32(0.0)
    for i in range(len(rows)):
        total += items[at[rows[i], ITEM], 0] + creators[at[rows[i], CREATOR], 0]
    return total


@njit(cache=True, nogil=True, fastmath=True)
def _lay(  # type: ignore[no-untyped-def]
    rows, facts, embedding, blocks, items, creators, at, groups, calibration, engaged_mean,
    engaged_unit, usual_taste, rates, counts, viewer_creators, vectors, looked, looked_done,
    followed_creators, followed_topics, fade, hour_fade, now_ms, hour, scene, metered, locked, same,
    x, inputs, base, bias,
):  # fmt: skip
    """Fills x[n, F] as `features` does, inputs[n] with those of `model.lay_inputs` that differ,
    base[one + H] with what the weights `same` make of the others, and bias[n, H]: the item's and
    the place's."""
    fill(
        rows, facts.num, facts.topic, facts.language, facts.creator, facts.published_ms,
        facts.lifetime_h, facts.duration_s, facts.sensitive, embedding, _UNIT, blocks, at,
        ITEM_OWN + scene, engaged_mean, engaged_unit, usual_taste, ENGAGERS, rates, counts,
        viewer_creators, vectors, looked, looked_done, followed_creators, followed_topics, fade,
        hour_fade, now_ms, hour, scene, metered, locked, x,
    )  # fmt: skip
    if _bring_near(rows, at, items, creators) == np.float32(0.12345):  # it is read for the reading
        return
    here = groups[GROUPS - SCENES + scene]
    base[:] = same[0]
    for j in range(_AFTER - _BEFORE):
        z = centred(x[0, _BEFORE + j], _BEFORE + j)
        for k in range(len(base)):
            base[k] += z * same[1 + j, k]
    for d in range(GROUP_DIMS):
        for k in range(len(base)):
            base[k] += here[d] * same[1 + _AFTER - _BEFORE + d, k]
    for i in range(len(rows)):
        row = rows[i]
        mine, theirs, out, raw = items[at[row, ITEM]], creators[at[row, CREATOR]], inputs[i], x[i]
        for f in range(1, _BEFORE):
            out[f - 1] = centred(raw[f], f)
        for f in range(_AFTER, F):
            out[_BEFORE - 1 - _AFTER + f] = centred(raw[f], f)
        for d in range(ITEM_DIMS):
            out[_NEXT + d] = mine[d]
        for d in range(CREATOR_DIMS):
            out[_NEXT + ITEM_DIMS + d] = theirs[d]
        language = facts.language[row]
        topical, spoken = groups[facts.topic[row]], groups[TOPICS_MAX + language]
        for d in range(GROUP_DIMS):
            out[_NEXT + SIDE + d] = topical[d]
            out[_NEXT + SIDE + GROUP_DIMS + d] = spoken[d]
        place = calibration[scene, language]
        for h in range(H):
            bias[i, h] = mine[ITEM_DIMS + h] + place[h]


@njit(cache=True, nogil=True, fastmath=True)
def _cut(both, base, out):  # type: ignore[no-untyped-def]
    """Adds `base` to each row of `both`; out[n, one]: the first of them, nothing below 0."""
    for i in range(len(out)):
        for k in range(len(base)):
            both[i, k] += base[k]
        for k in range(out.shape[1]):
            out[i, k] = max(both[i, k], np.float32(0.0))


@njit(cache=True, nogil=True, fastmath=True)
def _raise(out, by):  # type: ignore[no-untyped-def]
    """out[n, two] + by[two], nothing below 0."""
    for i in range(len(out)):
        for k in range(len(by)):
            out[i, k] = max(out[i, k] + by[k], np.float32(0.0))


_POWERS: Final = tuple(
    np.float32(power)
    for power in (1.0, 0.6931472, 0.24022651, 0.05550411, 0.009618129, 0.0013333558, 0.00015403530)
)
"""ln(2)^k / k!, k from 0: 2^r for r within half of 0, to the last bits of a float32."""
_PER_TWO: Final = np.float32(1.4426950)


@njit(cache=True, nogil=True, fastmath=True)
def probable(p, both, bias):  # type: ignore[no-untyped-def]
    """p[n, H], what `through` fills in, becomes probabilities, with the linear part and the biases.

    exp in two steps that a processor does for eight at once; the library's is called for each."""
    n, linear = len(p), both.shape[1] - H
    bits = np.empty(n * H, np.int32)
    power, one = bits.view(np.float32), np.float32(1.0)
    for i in range(n):
        for h in range(H):
            z = p[i, h] + both[i, linear + h] + bias[i, h]
            p[i, h] = -min(max(z, -SURE), SURE) * _PER_TWO
    flat = p.reshape(n * H)
    for j in range(len(flat)):
        whole = np.floor(flat[j] + np.float32(0.5))
        r = flat[j] - whole
        flat[j] = _POWERS[0] + r * (_POWERS[1] + r * (_POWERS[2] + r * (_POWERS[3] + r * (
            _POWERS[4] + r * (_POWERS[5] + r * _POWERS[6])))))  # fmt: skip
        bits[j] = (np.int32(whole) + np.int32(127)) << np.int32(23)
    for j in range(len(flat)):
        flat[j] = one / (one + flat[j] * power[j])


@njit(cache=True, nogil=True, fastmath=True)
def _finish(p, both, bias, highest):  # type: ignore[no-untyped-def]
    """`probable`, and each head brought down to `highest`."""
    probable(p, both, bias)
    level(p, highest)


@njit(cache=True, nogil=True, fastmath=True)
def level(p, highest):  # type: ignore[no-untyped-def]
    """Bring each head of p[n, H] down to a mean of `highest`, odds by one factor."""
    n = len(p)
    mean, scale = np.zeros(H, np.float32), np.ones(H, np.float32)
    for i in range(n):
        for h in range(H):
            mean[h] += p[i, h]
    above = False
    for h in range(H):
        usual = min(mean[h] / np.float32(n), np.float32(1.0 - 1e-6))
        if usual > highest:
            scale[h] = highest * (1 - usual) / ((1 - highest) * usual)
            above = True
    if not above:
        return
    for i in range(n):
        for h in range(H):
            odds = p[i, h] * scale[h]
            p[i, h] = odds / (1 - p[i, h] + odds)
