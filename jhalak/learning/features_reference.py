"""The slow reference of `features.features`: the docs table written out, a candidate at a time.

Everything is worked out in float64, by name, and anew for each candidate. Tests compare it with
the kernel.
"""

from __future__ import annotations

import math
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from jhalak.learning.engagers import TASTE_PRIOR, TASTE_UNIT, Engagers
from jhalak.learning.features import (
    AGAIN_PRIOR,
    CREATOR_PRIOR,
    ENGAGED_PRIOR,
    FEATURES,
    HERE_PRIOR,
    HOUR_PRIOR,
    ITEM_OWN,
    LANGUAGE_PRIOR,
    LIKE_PRIOR,
    TOPIC_LIKE_PRIOR,
    TOPIC_PRIOR,
    USUAL_PRIOR,
    USUAL_RATE,
    VECTOR_PRIOR,
    VIEWER_PRIOR,
    Context,
    F,
    ItemColumns,
    fades,
    unit_of,
)
from jhalak.schema.candidates import Floats, Rows
from jhalak.schema.viewer_state import (
    ALL,
    CREATOR_0,
    ENGAGED,
    HOUR,
    JUDGED,
    LANGUAGE_0,
    LIKE,
    LONG,
    LONGED,
    SCENE_0,
    SHOWN,
    TAP,
    TAPPED,
    TOPIC_0,
    TOPICS_MAX,
    UNJUDGED,
    ViewerState,
)

_OWN: Final = FEATURES[1 : 1 + ITEM_OWN]
_OF: Final = {TAP: JUDGED, LONG: SHOWN, LIKE: SHOWN, ENGAGED: SHOWN}
"""What an action's count is a share of."""
Said = dict[str, float]
"""Features by name; those left out are 0."""


def _logit(p: float) -> float:
    return math.log(p / (1 - p))


def _rate(happened: float, shown: float, usual: float, prior: float) -> float:
    """A share of what was shown, which a prior of `usual` holds back."""
    rate = (max(happened, 0.0) + prior * usual) / (max(shown, 0.0) + prior)
    return min(max(rate, 0.0005), 0.97)


class _Viewer(NamedTuple):
    """Counts float64[PLACES, ENGAGED + 1] as of now, and the rates that follow from all of them,
    towards which those of a place are smoothed."""

    counts: NDArray[np.float64]
    usual: dict[int, float]

    def lift(self, place: int, action: int, prior: float) -> float:
        row, usual = self.counts[place], self.usual[action]
        return _logit(_rate(row[action], row[_OF[action]], usual, prior)) - _logit(usual)

    def shown(self, place: int, column: int = SHOWN) -> float:
        return math.log1p(max(self.counts[place, column], 0.0))


def _viewer(state: ViewerState, at: Context) -> _Viewer:
    fade, hour_fade = fades(state, at.now_ms)
    counts = state.counts.astype(np.float64) * fade
    counts[HOUR] = state.counts[HOUR].astype(np.float64) * hour_fade
    expected = {
        TAP: (float(at.rates[0, 0]), VIEWER_PRIOR),
        LONG: (float(at.rates[1, 1]), VIEWER_PRIOR),
        LIKE: (float(at.rates[1, 2]), LIKE_PRIOR),
        ENGAGED: (USUAL_RATE, USUAL_PRIOR),
    }
    return _Viewer(
        counts,
        {
            action: _rate(counts[ALL, action], counts[ALL, _OF[action]], usual, prior)
            for action, (usual, prior) in expected.items()
        },
    )


def _of_viewer(viewer: _Viewer, at: Context) -> Said:
    """What is the same for all candidates."""
    (tap, long, like), everything = at.rates.astype(np.float64)
    here = SCENE_0 + at.scene
    return {
        "bias": 1.0,
        "scene_tap": _logit(tap) - _logit(everything[0]),
        "scene_long": _logit(long) - _logit(everything[1]),
        "scene_like": _logit(like) - _logit(everything[2]),
        "viewer_tap": _logit(viewer.usual[TAP]) - _logit(tap),
        "viewer_long": _logit(viewer.usual[LONG]) - _logit(everything[1]),
        "viewer_like": _logit(viewer.usual[LIKE]) - _logit(everything[2]),
        "viewer_shown": viewer.shown(ALL),
        "viewer_judged": viewer.shown(ALL, JUDGED),
        "hour_tap": viewer.lift(HOUR, TAP, HOUR_PRIOR),
        "hour_long": viewer.lift(HOUR, LONG, HOUR_PRIOR),
        "hour_shown": viewer.shown(HOUR),
        "here_tap": viewer.lift(here, TAP, HERE_PRIOR),
        "here_long": viewer.lift(here, LONG, HERE_PRIOR),
        "here_shown": viewer.shown(here),
        "hour_sin": math.sin(at.hour * math.pi / 12),
        "hour_cos": math.cos(at.hour * math.pi / 12),
        "metered": float(at.metered),
    }


def _of_item(items: ItemColumns, block: Floats, row: int, at: Context) -> Said:
    age_h = max(at.now_ms - int(items.published_ms[row]), 0) / 3_600_000
    lifetime_h = max(float(items.lifetime_h[row]), 1.0)
    return {
        **dict(zip(_OWN, block[row, :ITEM_OWN].tolist(), strict=True)),
        "item_scene": float(block[row, ITEM_OWN + at.scene]),
        "fresh": 0.5 ** (3 * age_h / lifetime_h),
        "age": math.log1p(age_h),
        "length": math.log1p(float(items.duration_s[row])),
    }


def _of_topic(viewer: _Viewer, topic: int) -> Said:
    place = TOPIC_0 + topic
    engaged = np.maximum(viewer.counts[TOPIC_0 : TOPIC_0 + TOPICS_MAX, ENGAGED], 0)
    return {
        "taste_tap": viewer.lift(place, TAP, TOPIC_PRIOR),
        "taste_long": viewer.lift(place, LONG, TOPIC_PRIOR),
        "taste_like": viewer.lift(place, LIKE, TOPIC_LIKE_PRIOR),
        "taste_shown": viewer.shown(place),
        "taste_topic": viewer.lift(place, ENGAGED, ENGAGED_PRIOR),
        "taste_share": float(engaged[topic] / (engaged.sum() + 2)),
    }


def _of_creator(viewer: _Viewer, state: ViewerState, creator: int) -> Said:
    found = np.flatnonzero(state.creators == creator)
    if creator <= 0 or not len(found):
        return {}
    place = CREATOR_0 + int(found[0])
    return {
        "taste_creator": viewer.lift(place, ENGAGED, ENGAGED_PRIOR),
        "creator_long": viewer.lift(place, LONG, CREATOR_PRIOR),
        "creator_seen": viewer.shown(place),
    }


def _of_looks(viewer: _Viewer, state: ViewerState, number: int) -> Said:
    """What the viewer did when they looked at this very item."""
    done = state.items_done[state.items == number]
    if not len(done):
        return {}
    asked = np.count_nonzero((done & UNJUDGED) == 0)
    tapped, longed = np.count_nonzero(done & TAPPED), np.count_nonzero(done & LONGED)
    tap, long = viewer.usual[TAP], viewer.usual[LONG]
    return {
        "again_tap": _logit(_rate(float(tapped), float(asked), tap, AGAIN_PRIOR)) - _logit(tap),
        "again_long": _logit(_rate(float(longed), len(done), long, AGAIN_PRIOR)) - _logit(long),
        "again": math.log1p(len(done)),
    }


def _of_embedding(state: ViewerState, embedding: NDArray[Any], unit: float) -> Said:
    names = ("like_long", "like_short", "like_seen")
    vectors = state.vectors.astype(np.float64)
    return {
        name: float(vector @ embedding * unit / (np.linalg.norm(vector) + VECTOR_PRIOR))
        for name, vector in zip(names, vectors, strict=True)
    }


def _of_engagers(state: ViewerState, engagers: Engagers | None, row: int) -> Said:
    vector = state.vectors[0].astype(np.float64)
    length = np.linalg.norm(vector)
    if engagers is None or not length:
        return {}
    taste = np.rint(vector / (length + TASTE_PRIOR) / TASTE_UNIT) * TASTE_UNIT
    mean = engagers.mean[row].astype(np.float64) * float(engagers.unit[row])
    return {"like_engagers": float((taste - engagers.usual) @ mean)}


def features_reference(
    rows: Rows,
    num: NDArray[np.int64],
    items: ItemColumns,
    block: Floats,
    state: ViewerState | None,
    at: Context,
    engagers: Engagers | None = None,
) -> Floats:
    """float32[n, F]: what `features.features` answers, slowly."""
    state = state or ViewerState(0)
    viewer = _viewer(state, at)
    out = np.zeros((len(rows), F), np.float32)
    for i, row in enumerate(rows.tolist()):
        topic, creator = int(items.topic[row]), int(items.creator[row])
        inferred = not (at.locked and items.sensitive[row])
        said = {**_of_viewer(viewer, at), **_of_item(items, block, row, at)}
        if inferred:
            said |= _of_topic(viewer, topic)
            said |= _of_creator(viewer, state, creator)
            said |= _of_looks(viewer, state, int(num[row]))
            said |= _of_embedding(state, items.embedding[row], unit_of(items))
            said |= _of_engagers(state, engagers, row)
        said["engaged"] = math.log1p(float(np.linalg.norm(state.vectors[0])))
        language = LANGUAGE_0 + int(items.language[row])
        said["taste_language"] = viewer.lift(language, ENGAGED, LANGUAGE_PRIOR)
        followed = inferred and creator > 0 and creator in state.followed_creators
        said["followed"] = float(followed or topic in state.followed_topics)
        for name, value in said.items():
            out[i, FEATURES.index(name)] = value
    return out
