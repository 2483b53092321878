"""The value model's parts: what each named cause added to a slot's value.

A cause's contribution is what the value loses when the cause is removed: its features become those
of the usual candidate, its embedding that of an unknown item or creator, and the slot is predicted
anew. So it is true of any model, whatever its shape.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit

from jhalak.learning.features import FEATURES, F
from jhalak.learning.model import (
    CREATOR_DIMS,
    INPUTS,
    ITEM_DIMS,
    H,
    Ids,
    Weights,
    centred,
    inputs,
    predict,
)
from jhalak.learning.scoring import probable, through
from jhalak.learning.serving import joined
from jhalak.schema.candidates import Floats

PARTS: Final[dict[str, tuple[str, ...]]] = {
    "taste_topic": (
        "taste_tap", "taste_long", "taste_like", "taste_shown", "taste_topic", "taste_share",
    ),
    "taste_publisher": ("taste_creator", "creator_long", "creator_seen"),
    "taste_like": (
        "like_long", "like_short", "like_seen", "again_tap", "again_long", "again", "like_engagers",
    ),
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
def take_away(  # type: ignore[no-untyped-def]
    inputs, item_bias, scene, language, calibration, mean, part_of, many, bias
):  # fmt: skip
    """For each of inputs[k, INPUTS] fills many[1 + C, INPUTS] and bias[1 + C, H]: the slot, and
    after it the slot without each part. `mean` float32[F] is the usual candidate."""
    removed = np.zeros(inputs.shape[1], np.float32)
    for f in range(len(mean)):
        removed[f] = centred(mean[f], f)
    versions, heads = len(many) // len(inputs), bias.shape[1]
    for i in range(len(inputs)):
        place = calibration[scene[i], language[i]]
        for c in range(versions):
            at = i * versions + c
            known = np.float32(c != 1 + TREND)  # how the item does is known of its row as well
            for h in range(heads):
                bias[at, h] = known * item_bias[i, h] + place[h]
            for f in range(inputs.shape[1]):
                many[at, f] = removed[f] if part_of[f] + 1 == c else inputs[i, f]
            if c == 0:
                many[at, :] = inputs[i]


@njit(cache=True, nogil=True, fastmath=True)
def lost(p, levelled, worth, out):  # type: ignore[no-untyped-def]
    """Fills out[k, C] with what the value of each slot loses without each part; p[k * (1 + C), H]
    are the probabilities of what `take_away` fills in."""
    versions, heads = 1 + out.shape[1], p.shape[1]
    odds = np.empty(heads, np.float32)
    for h in range(heads):
        below = max(p[0, h] * (np.float32(1.0) - levelled[h]), np.float32(1e-12))
        odds[h] = levelled[h] * (np.float32(1.0) - p[0, h]) / below
    for i in range(len(out)):
        whole = np.float32(0.0)
        for c in range(versions):
            at, value = i * versions + c, np.float32(0.0)
            for h in range(heads):
                scaled = p[at, h] * odds[h]
                value += worth[h] * scaled / (np.float32(1.0) - p[at, h] + scaled)
            if c == 0:
                whole = value
            else:
                out[i, c - 1] = whole - value


def layers(weights: Weights, joined: Floats, many: Floats) -> tuple[Floats, Floats]:
    """(p float32[n, H], both float32[n, one + H]): `scoring.through` for `many`."""
    n, (one, two) = len(many), weights.hidden
    both, first = np.empty((n, one + H), np.float32), np.empty((n, one), np.float32)
    second, p = np.empty((n, two), np.float32), np.empty((n, H), np.float32)
    through(many, joined, np.zeros(one + H, np.float32), weights.views(), both, first, second, p)
    return p, both


def contributions(
    weights: Weights, x: Floats, usual: Floats, ids: Ids, levelled: Floats, worth: Floats
) -> Floats:
    """float32[k, C]: what each part adds to the value of k slots with features x float32[k, F].

    `usual` float32[F] is the candidates' mean. `levelled` float32[H] are the predictions of the
    first slot as the value model read them: how much predictions were brought down is found from
    it. `worth` float32[H] are the value model's weights. `contributions_reference` predicts each
    slot anew, once for each part.
    """
    k = len(x)
    many, bias = np.empty((k * (1 + C), INPUTS), np.float32), np.empty((k * (1 + C), H), np.float32)
    take_away(
        inputs(weights.views(), x, ids), ids.item_bias, ids.scene, ids.language,
        weights.calibration, usual, PART_OF, many, bias,
    )  # fmt: skip
    p, both = layers(weights, joined(weights), many)
    out = np.empty((k, C), np.float32)
    probable(p, both, bias)
    lost(p, levelled, worth, out)
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
