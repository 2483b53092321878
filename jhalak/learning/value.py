"""The value model's parts: what each named cause added to a slot's value.

A cause's contribution is what the value loses when the cause is removed: its features become those
of the usual candidate, its embedding that of an unknown item or creator, and the slot is predicted
anew. So it is true of any model, whatever its shape.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numba import njit

from jhalak.learning.features import FEATURES, F
from jhalak.learning.model import (
    CREATOR_DIMS,
    INPUTS,
    ITEM_DIMS,
    SURE,
    H,
    Ids,
    Weights,
    centred,
    inputs,
    predict,
)
from jhalak.schema.candidates import Floats

PARTS: Final[dict[str, tuple[str, ...]]] = {
    "taste_topic": (
        "taste_tap", "taste_long", "taste_like", "taste_shown", "taste_topic", "taste_share",
    ),
    "taste_publisher": ("taste_creator", "creator_long", "creator_seen"),
    "taste_like": ("like_long", "like_short", "like_seen", "again_tap", "again_long", "again"),
    "followed": ("followed",),
    "trending": (
        "item_tap", "item_long", "item_like", "item_hide", "item_complete", "item_shown",
        "item_judged", "trend", "creator_tap", "topic_tap", "topic_long", "unknown", "item_scene",
    ),
    "fresh": ("fresh", "age"),
    "other": (
        "bias", "length", "scene_tap", "scene_long", "scene_like", "viewer_tap", "viewer_long",
        "viewer_like", "viewer_shown", "viewer_judged", "hour_tap", "hour_long", "hour_shown",
        "here_tap", "here_long", "here_shown", "engaged", "taste_language", "hour_sin", "hour_cos",
        "metered",
    ),
}  # fmt: skip
"""Every feature belongs to one part; parts are what a reason can name."""
C: Final = len(PARTS)
_NAMES: Final = tuple(PARTS)
_MEMBER: Final = np.array([[name in names for name in FEATURES] for names in PARTS.values()])
"""bool[C, F]"""
TREND: Final = _NAMES.index("trending")
_PUBLISHER: Final = _NAMES.index("taste_publisher")
PART_OF: Final = np.full(INPUTS, -1, np.int8)
"""int8[INPUTS]: the part that each input of the network belongs to; -1: none."""
PART_OF[:F] = _MEMBER.argmax(axis=0)
PART_OF[F : F + ITEM_DIMS] = TREND
PART_OF[F + ITEM_DIMS : F + ITEM_DIMS + CREATOR_DIMS] = _PUBLISHER


def value_of(p: Floats, odds: Floats, worth: Floats) -> Floats:
    """float32[n]: the weighted sum of predictions p float32[n, H] whose odds were scaled by
    `odds` float32[H]; `worth` float32[H] are the value model's weights."""
    scaled: Floats = p * odds
    value: Floats = (scaled / (np.float32(1) - p + scaled)) @ worth
    return value


def odds_between(p: Floats, levelled: Floats) -> Floats:
    """float32[H]: the factor between the odds of a prediction float32[H] and what became of it."""
    odds: Floats = (levelled * (1 - p) / np.maximum(p * (1 - levelled), 1e-12)).astype(np.float32)
    return odds


def mean_of(x: Floats) -> Floats:
    """float32[F]: the usual candidate of x float32[n, F]."""
    usual = np.zeros(F, np.float32)
    mean_into(x, usual)
    return usual


@njit(cache=True, nogil=True, fastmath=True)
def mean_into(x, out):  # type: ignore[no-untyped-def]
    for i in range(len(x)):
        for f in range(len(out)):
            out[f] += x[i, f]
    for f in range(len(out)):
        out[f] /= len(x)


@njit(cache=True, nogil=True, fastmath=True)
def _value(hidden, linear, bias, B, b, C, odds, worth, p):  # type: ignore[no-untyped-def]
    """The value of one slot: `hidden` is the first layer before it is cut at 0, `linear` and `bias`
    float32[H] are what else the logits consist of. Fills p[H], with `odds` not yet applied."""
    second = b.copy()
    for k in range(len(hidden)):
        if hidden[k] > 0:
            for j in range(len(second)):
                second[j] += hidden[k] * B[k, j]
    for h in range(len(p)):
        p[h] = linear[h] + bias[h]
    for j in range(len(second)):
        if second[j] > 0:
            for h in range(len(p)):
                p[h] += second[j] * C[j, h]
    value = np.float32(0.0)
    for h in range(len(p)):
        p[h] = np.float32(1.0) / (np.float32(1.0) + math.exp(-min(max(p[h], -SURE), SURE)))
        scaled = p[h] * odds[h]
        value += worth[h] * scaled / (np.float32(1.0) - p[h] + scaled)
    return value


@njit(cache=True, nogil=True, fastmath=True)
def fall(  # type: ignore[no-untyped-def]
    inputs, mean, part_of, item_bias, calibration, scene, language, A, a, B, b, C, w, levelled,
    worth, out,
):  # fmt: skip
    """The kernel of `contributions`: what changes in the first layer when a part is removed is
    summed up once, the layers above are gone through anew."""
    width, heads, parts = len(a), w.shape[1], out.shape[1]
    odds, usual = np.ones(heads, np.float32), np.empty(len(mean), np.float32)
    for f in range(len(mean)):
        usual[f] = centred(mean[f], f)
    p, bias = np.empty(heads, np.float32), np.empty(heads, np.float32)
    hidden = np.empty((1 + parts, width), np.float32)
    linear = np.empty((1 + parts, heads), np.float32)
    for i in range(len(inputs)):
        hidden[:], linear[:] = 0, 0
        hidden[0] = a
        for f in range(inputs.shape[1]):
            z = inputs[i, f]
            for k in range(width):
                hidden[0, k] += z * A[f, k]
            part = part_of[f]
            if f < len(usual):
                for h in range(heads):
                    linear[0, h] += z * w[f, h]
            if part >= 0:
                less = usual[f] - z if f < len(usual) else -z
                for k in range(width):
                    hidden[1 + part, k] += less * A[f, k]
                if f < len(usual):
                    for h in range(heads):
                        linear[1 + part, h] += less * w[f, h]
        for c in range(1 + parts):
            known = np.float32(c != 1 + TREND)  # how the item does is known of its row as well
            for h in range(heads):
                bias[h] = known * item_bias[i, h] + calibration[scene[i], language[i], h]
            if c == 0:
                value = _value(hidden[0], linear[0], bias, B, b, C, odds, worth, p)
                if i == 0:
                    for h in range(heads):
                        below = max(p[h] * (np.float32(1.0) - levelled[h]), np.float32(1e-12))
                        odds[h] = levelled[h] * (np.float32(1.0) - p[h]) / below
                    value = _value(hidden[0], linear[0], bias, B, b, C, odds, worth, p)
                out[i, :] = value
                continue
            for k in range(width):
                hidden[c, k] += hidden[0, k]
            for h in range(heads):
                linear[c, h] += linear[0, h]
            out[i, c - 1] -= _value(hidden[c], linear[c], bias, B, b, C, odds, worth, p)


def contributions(
    weights: Weights, x: Floats, usual: Floats, ids: Ids, levelled: Floats, worth: Floats
) -> Floats:
    """float32[k, C]: what each part adds to the value of k slots with features x float32[k, F].

    `usual` float32[F] is the candidates' mean. `levelled` float32[H] are the predictions of the
    first slot as the value model read them: how much predictions were brought down is found from
    it. `worth` float32[H] are the value model's weights. `contributions_reference` predicts each
    slot anew, once for each part.
    """
    views, out = weights.views(), np.empty((len(x), C), np.float32)
    fall(
        inputs(views, x, ids), usual, PART_OF, ids.item_bias, weights.calibration, ids.scene,
        ids.language, views["A"], views["a"], views["B"], views["b"], views["C"], views["w"],
        levelled, worth, out,
    )  # fmt: skip
    return out


def removed(x: Floats, usual: Floats, ids: Ids) -> tuple[Floats, Ids]:
    """(features, ids) of k slots, and after them of the same slots with each part removed in turn:
    (1 + C) * k rows. `usual` float32[F] is the candidates' mean."""
    k = len(x)
    many = np.repeat(x[None], 1 + C, axis=0)
    np.copyto(many[1:], usual, where=_MEMBER[:, None, :])
    side = np.repeat(ids.side[None], 1 + C, axis=0)
    bias = np.repeat(ids.item_bias[None], 1 + C, axis=0)
    side[1 + TREND, :, :ITEM_DIMS] = 0
    bias[1 + TREND] = 0
    side[1 + _PUBLISHER, :, ITEM_DIMS : ITEM_DIMS + CREATOR_DIMS] = 0
    places = (np.tile(column, 1 + C) for column in (ids.topic, ids.language, ids.scene))
    rows = (1 + C) * k
    return many.reshape(rows, F), Ids(side.reshape(rows, -1), bias.reshape(rows, H), *places)


def contributions_reference(
    weights: Weights, x: Floats, usual: Floats, ids: Ids, levelled: Floats, worth: Floats
) -> Floats:
    """What `contributions` answers, by predicting each slot without each part."""
    k = len(x)
    p = predict(weights, *removed(x, usual, ids))
    value = value_of(p, odds_between(p[0], levelled), worth).reshape(1 + C, k)
    parts: Floats = (value[0] - value[1:]).T.astype(np.float32)
    return parts
