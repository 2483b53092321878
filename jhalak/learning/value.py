"""The value model's parts: what each named cause added to a slot's value.

A cause's contribution is what the value loses when the cause is removed: its features become those
of the usual candidate, its embedding that of an unknown item or creator, and the slot is predicted
anew. So it is true of any model, whatever its shape.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from jhalak.learning.features import FEATURES, F
from jhalak.learning.model import CREATOR_DIMS, ITEM_DIMS, H, Ids, Weights, predict
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
_TREND: Final = _NAMES.index("trending")
_PUBLISHER: Final = _NAMES.index("taste_publisher")


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


def removed(x: Floats, usual: Floats, ids: Ids) -> tuple[Floats, Ids]:
    """(features, ids) of k slots, and after them of the same slots with each part removed in turn:
    (1 + C) * k rows. `usual` float32[F] is the candidates' mean."""
    k = len(x)
    many = np.repeat(x[None], 1 + C, axis=0)
    np.copyto(many[1:], usual, where=_MEMBER[:, None, :])
    side = np.repeat(ids.side[None], 1 + C, axis=0)
    bias = np.repeat(ids.item_bias[None], 1 + C, axis=0)
    side[1 + _TREND, :, :ITEM_DIMS] = 0
    bias[1 + _TREND] = 0
    side[1 + _PUBLISHER, :, ITEM_DIMS : ITEM_DIMS + CREATOR_DIMS] = 0
    places = (np.tile(column, 1 + C) for column in (ids.topic, ids.language, ids.scene))
    rows = (1 + C) * k
    return many.reshape(rows, F), Ids(side.reshape(rows, -1), bias.reshape(rows, H), *places)


def contributions(
    weights: Weights, x: Floats, usual: Floats, ids: Ids, levelled: Floats, worth: Floats
) -> Floats:
    """float32[k, C]: what each part adds to the value of k slots with features x float32[k, F].

    `levelled` float32[H] are the predictions of the first of them as the value model read them:
    how much predictions were brought down is found from it. `worth` float32[H] are its weights.
    """
    k = len(x)
    p = predict(weights, *removed(x, usual, ids))
    value = value_of(p, odds_between(p[0], levelled), worth).reshape(1 + C, k)
    parts: Floats = (value[0] - value[1:]).T.astype(np.float32)
    return parts
