"""The value model's parts: published weights, and what each named part of the model added."""

from __future__ import annotations

from typing import Final

import numpy as np

from jhalak.learning.features import FEATURES
from jhalak.schema.candidates import Floats

PARTS: Final[dict[str, tuple[str, ...]]] = {
    "taste_topic": ("taste_topic", "taste_share"),
    "taste_publisher": ("taste_creator",),
    "taste_like": ("like_long", "like_short"),
    "followed": ("followed",),
    "trending": ("item_tap", "item_shown", "item_long", "item_like", "item_hide", "trend"),
    "fresh": ("fresh", "age"),
    "other": (
        "bias", "creator_tap", "topic_tap", "taste_language", "viewer_rate", "video", "hour_sin",
        "hour_cos", "length", "unknown", "viewer_shown",
    ),
}  # fmt: skip
"""Every feature belongs to one part; parts are what a reason can name."""
C: Final = len(PARTS)

_MEMBER: Final[Floats] = np.array(
    [[1.0 if name in names else 0.0 for names in PARTS.values()] for name in FEATURES], np.float32
)
"""float32[F, C]"""


def contributions(weights: Floats, chosen: Floats, usual: Floats) -> Floats:
    """float32[k, C]: how much each part lifts a chosen item's tap logit above the usual
    candidate. `weights` float32[F] of the tap head, `chosen` float32[k, F], `usual` float32[F]
    the candidates' mean."""
    return (((chosen - usual) * weights) @ _MEMBER).astype(np.float32)
