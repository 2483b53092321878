"""The one definition of features, used by serving, by replay and (as served) by the learner.

A candidate's feature vector is float32[F]: what is known about the item (the item block, made by
the learner from its counters), what the viewer's state says about it (crosses), and the context.

| index | name | unit | meaning |
|---|---|---|---|
| 0 | bias | 1 | always 1 |
| 1 | item_tap | logit | smoothed tap rate of the item |
| 2 | item_shown | log(1+n) | decayed impressions of the item |
| 3 | item_long | logit | smoothed rate of long views |
| 4 | item_like | logit | smoothed rate of likes |
| 5 | item_hide | logit | smoothed rate of hides and reports |
| 6 | creator_tap | logit | smoothed tap rate of its creator |
| 7 | topic_tap | logit | smoothed tap rate of its language and topic |
| 8 | trend | logit | tap rate of the last hours minus item_tap |
| 9 | fresh | 0..1 | halves with each third of the item's lifetime |
| 10 | age | log(1+h) | hours since publication |
| 11 | taste_topic | logit | viewer's rate for the topic minus the viewer's rate |
| 12 | taste_share | 0..1 | the topic's share of what the viewer engaged with |
| 13 | taste_creator | logit | viewer's rate for the creator minus the viewer's rate |
| 14 | taste_language | logit | viewer's rate for the language minus the viewer's rate |
| 15 | like_long | cosine | embedding against the viewer's long-term vector |
| 16 | like_short | cosine | embedding against the viewer's short-term vector |
| 17 | viewer_rate | logit | the viewer's rate minus the usual one |
| 18 | followed | 0/1 | the viewer follows the creator or chose the topic |
| 19 | video | 0/1 | surface is the video feed |
| 20, 21 | hour | sin, cos | local hour of day |
| 22 | length | log(1+s) | duration in seconds |
| 23 | unknown | 0/1 | the item has no counts yet |
| 24 | viewer_shown | log(1+n) | how much the viewer was shown, decayed: how firm their rates are |
"""

from __future__ import annotations

import math
from typing import Any, Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from jhalak.schema.candidates import Floats, Rows
from jhalak.schema.viewer_state import ViewerState

FEATURES: Final = (
    "bias", "item_tap", "item_shown", "item_long", "item_like", "item_hide", "creator_tap",
    "topic_tap", "trend", "fresh", "age", "taste_topic", "taste_share", "taste_creator",
    "taste_language", "like_long", "like_short", "viewer_rate", "followed", "video",
    "hour_sin", "hour_cos", "length", "unknown", "viewer_shown",
)  # fmt: skip
F: Final = len(FEATURES)
ITEM_BLOCK: Final = 9
"""Width of the item block: item_tap .. trend (features 1 to 8) and unknown."""

USUAL_RATE: Final = 0.08
"""A viewer of whom nothing is known engages with this share of what is shown."""
TASTE_HALF_LIFE_S: Final = 14 * 86_400.0
TOPIC_PRIOR: Final = 4.0
"""Impressions' worth of belief that a viewer's rate for a topic is their usual rate."""
CREATOR_PRIOR: Final = 6.0
VIEWER_PRIOR: Final = 12.0
VECTOR_PRIOR: Final = 1.5
"""Shrinks cosines while a viewer has engaged with little: in units of one engagement."""


class ItemColumns(NamedTuple):
    """Columns over the catalogue's rows that features read."""

    topic: NDArray[np.int8]
    language: NDArray[np.int8]
    creator: NDArray[np.int32]
    published_ms: NDArray[np.int64]
    lifetime_h: NDArray[np.float32]
    duration_s: NDArray[np.float32]
    sensitive: NDArray[np.bool_]
    embedding: NDArray[np.float32] | NDArray[np.int8]
    """float32[rows, EMBEDDING_SIZE], unit length or zero; or int8, in units of 1/127"""


@njit(cache=True, inline="always")
def _logit(p: float) -> float:
    return math.log(p / (1.0 - p))


@njit(cache=True, inline="always")
def _rate(engaged: float, shown: float, usual: float, prior: float) -> float:
    rate = (max(engaged, 0.0) + prior * usual) / (max(shown, 0.0) + prior)
    return min(max(rate, 0.002), 0.95)


@njit(cache=True, fastmath={"contract", "reassoc"})
def _fill(  # type: ignore[no-untyped-def]
    rows, topic, language, creator, published_ms, lifetime_h, duration_s, sensitive, embedding,
    unit, block, shown, engaged, language_shown, language_engaged, creators, creator_shown,
    creator_engaged, vectors, followed_creators, followed_topics, fade, now_ms, hour, video,
    locked, out,
):  # fmt: skip
    size = embedding.shape[1]
    total_shown = 0.0
    total_engaged = 0.0
    positive = 0.0
    for t in range(len(shown)):
        total_shown += shown[t] * fade
        total_engaged += engaged[t] * fade
        positive += max(engaged[t], 0.0) * fade
    usual = _rate(total_engaged, total_shown, USUAL_RATE, VIEWER_PRIOR)
    usual_logit = _logit(usual)
    viewer_shown = math.log1p(max(total_shown, 0.0))
    # What depends on the viewer alone is worked out once, not for each candidate.
    by_topic = np.empty((len(shown), 2), np.float32)
    for t in range(len(shown)):
        by_topic[t, 0] = (
            _logit(_rate(engaged[t] * fade, shown[t] * fade, usual, TOPIC_PRIOR)) - usual_logit
        )
        by_topic[t, 1] = max(engaged[t], 0.0) * fade / (positive + 2.0)
    by_language = np.empty(len(language_shown), np.float32)
    for x in range(len(language_shown)):
        by_language[x] = (
            _logit(_rate(language_engaged[x] * fade, language_shown[x] * fade, usual, 10.0))
            - usual_logit
        )
    known = 0
    by_creator = np.empty(len(creators), np.float32)
    for j in range(len(creators)):
        if creators[j] > 0:
            known = j + 1
            by_creator[j] = (
                _logit(
                    _rate(creator_engaged[j] * fade, creator_shown[j] * fade, usual, CREATOR_PRIOR)
                )
                - usual_logit
            )
    long_sum = np.float32(0.0)
    short_sum = np.float32(0.0)
    for d in range(size):
        long_sum += vectors[0, d] * vectors[0, d]
        short_sum += vectors[1, d] * vectors[1, d]
    long_scale = np.float32(unit / (math.sqrt(long_sum) + VECTOR_PRIOR))
    short_scale = np.float32(unit / (math.sqrt(short_sum) + VECTOR_PRIOR))
    has_vectors = long_sum > 0.0
    hour_sin = math.sin(hour * math.pi / 12.0)
    hour_cos = math.cos(hour * math.pi / 12.0)
    for i in range(len(rows)):
        row = rows[i]
        out[i, 0] = 1.0
        for j in range(8):
            out[i, 1 + j] = block[row, j]
        age_h = max(now_ms - published_ms[row], 0) / 3_600_000.0
        out[i, 9] = math.exp2(-3.0 * age_h / max(lifetime_h[row], 1.0))
        out[i, 10] = math.log1p(age_h)
        t = topic[row]
        # Shown while locked, a sensitive topic must not follow from an inferred taste.
        if not (locked and sensitive[row]):
            out[i, 11] = by_topic[t, 0]
            out[i, 12] = by_topic[t, 1]
            c = creator[row]
            if c > 0:
                for j in range(known):
                    if creators[j] == c:
                        out[i, 13] = by_creator[j]
                        break
                for j in range(len(followed_creators)):
                    if followed_creators[j] == c:
                        out[i, 18] = 1.0
            if has_vectors:
                long = np.float32(0.0)
                short = np.float32(0.0)
                for d in range(size):
                    e = np.float32(embedding[row, d])
                    long += e * vectors[0, d]
                    short += e * vectors[1, d]
                out[i, 15] = long * long_scale
                out[i, 16] = short * short_scale
        for j in range(len(followed_topics)):
            if followed_topics[j] == t:
                out[i, 18] = 1.0
        out[i, 14] = by_language[language[row]]
        out[i, 17] = usual_logit - _logit(USUAL_RATE)
        out[i, 19] = video
        out[i, 20] = hour_sin
        out[i, 21] = hour_cos
        out[i, 22] = math.log1p(duration_s[row])
        out[i, 23] = block[row, 8]
        out[i, 24] = viewer_shown


def _unit(items: ItemColumns) -> float:
    """What an embedding's numbers are measured in."""
    return 1 / 127 if items.embedding.dtype == np.int8 else 1.0


_NOBODY: Final = ViewerState(0)
_NONE: Final = np.empty(0, np.int32)


def features(
    rows: Rows,
    items: ItemColumns,
    block: Floats,
    state: ViewerState | None,
    now_ms: int,
    hour: float,
    *,
    video: bool,
    locked: bool,
) -> Floats:
    """float32[n, F] for `rows` int32[n]. `block` is float32[catalogue rows, ITEM_BLOCK].

    O(n x (EMBEDDING_SIZE + CREATORS_MAX)).
    """
    viewer = state or _NOBODY
    out = np.zeros((len(rows), F), np.float32)
    fade = 2.0 ** (-max(now_ms - viewer.at_ms, 0) / 1000.0 / TASTE_HALF_LIFE_S)
    creators = viewer.followed_creators
    topics = viewer.followed_topics
    _fill(
        rows, *items, _unit(items), block, viewer.shown, viewer.engaged, viewer.language_shown,
        viewer.language_engaged, viewer.creators, viewer.creator_shown, viewer.creator_engaged,
        viewer.vectors, np.fromiter(creators, np.int32, len(creators)) if creators else _NONE,
        np.fromiter(topics, np.int32, len(topics)) if topics else _NONE,
        fade, now_ms, hour, float(video), locked, out,
    )  # fmt: skip
    return out


def features_reference(
    rows: Rows,
    items: ItemColumns,
    block: Floats,
    state: ViewerState | None,
    now_ms: int,
    hour: float,
    *,
    video: bool,
    locked: bool,
) -> Floats:
    """What `features` answers, in NumPy, one column at a time."""
    v = state or _NOBODY
    fade = 2.0 ** (-max(now_ms - v.at_ms, 0) / 1000.0 / TASTE_HALF_LIFE_S)

    def rate(engaged: Any, shown: Any, usual: float, prior: float) -> Any:
        raw = (np.maximum(engaged, 0) + prior * usual) / (np.maximum(shown, 0) + prior)
        return np.clip(np.float64(raw), 0.002, 0.95)

    def logit(p: Any) -> Any:
        return np.log(p / (1 - p))

    out = np.zeros((len(rows), F), np.float32)
    topic, language, creator = items.topic[rows], items.language[rows], items.creator[rows]
    usual = float(rate(fade * v.engaged.sum(), fade * v.shown.sum(), USUAL_RATE, VIEWER_PRIOR))
    heard = ~(items.sensitive[rows] & locked)
    age_h = np.maximum(now_ms - items.published_ms[rows], 0) / 3_600_000.0
    out[:, 0] = 1
    out[:, 1:9] = block[rows, :8]
    out[:, 9] = 2.0 ** (-3.0 * age_h / np.maximum(items.lifetime_h[rows], 1))
    out[:, 10] = np.log1p(age_h)
    by_topic = logit(rate(fade * v.engaged, fade * v.shown, usual, TOPIC_PRIOR)) - logit(usual)
    out[:, 11] = heard * by_topic[topic]
    positive = np.maximum(v.engaged, 0) * fade
    out[:, 12] = heard * positive[topic] / (positive.sum() + 2.0)
    by_creator = logit(rate(fade * v.creator_engaged, fade * v.creator_shown, usual, CREATOR_PRIOR))
    known = {c: by_creator[j] for j, c in reversed(list(enumerate(v.creators.tolist()))) if c > 0}
    out[:, 13] = heard * [known.get(c, logit(usual)) - logit(usual) for c in creator.tolist()]
    by_language = logit(rate(fade * v.language_engaged, fade * v.language_shown, usual, 10.0))
    out[:, 14] = by_language[language] - logit(usual)
    for j in (0, 1):
        norm = np.linalg.norm(v.vectors[j]) + VECTOR_PRIOR
        out[:, 15 + j] = heard * (items.embedding[rows] @ v.vectors[j]) * _unit(items) / norm
    out[:, 17] = logit(usual) - logit(USUAL_RATE)
    follows = heard & np.isin(creator, list(v.followed_creators)) & (creator > 0)
    out[:, 18] = follows | np.isin(topic, list(v.followed_topics))
    out[:, 19] = video
    out[:, 20] = np.sin(hour * np.pi / 12)
    out[:, 21] = np.cos(hour * np.pi / 12)
    out[:, 22] = np.log1p(items.duration_s[rows])
    out[:, 23] = block[rows, 8]
    out[:, 24] = np.log1p(max(fade * float(v.shown.sum()), 0.0))
    return out
