"""Replay: a log's impressions, in time order, through the code that serves and learns.

For each request: the items' blocks from the counters, features from the viewer's state, the
predictions; then the outcomes are folded into counters and taste, and learned by the model a
minibatch at a time; then the next. Nothing looks ahead: a prediction depends on earlier requests
alone. The kernels are those of serving and of the learner: `features.fill`, `counters.item_block`,
`taste.look`, `taste.act`, `model.predict`, `OnlineModel.learn`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from time import process_time
from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from jhalak.config.settings import ModelSettings
from jhalak.evaluation.log import ACTIONS, Log
from jhalak.evaluation.metrics import SESSION_GAP_MS, sessions
from jhalak.evaluation.replay_world import World
from jhalak.learning import labels
from jhalak.learning.engagers import join, meet, taste_of, tell
from jhalak.learning.features import (
    HOUR_HALF_LIFE_S,
    ITEM_OWN,
    TASTE_HALF_LIFE_S,
    USUAL_RATE,
    F,
    fill,
    unit_of,
)
from jhalak.learning.model import H, OnlineModel, predict
from jhalak.learning.rates import R, creator_rate, group_rates, item_block, scene_lift
from jhalak.learning.table import FAST_HALF_LIFE_S, HALF_LIFE_S, bump
from jhalak.learning.taste import act, fade, look
from jhalak.schema.candidates import Floats
from jhalak.schema.viewer_state import ALL, CREATOR_0, HOUR, LANGUAGE_0, SHOWN, TOPIC_0


class Replayed(NamedTuple):
    """What was expected of each of n impressions before its outcome was known."""

    live: Floats
    """float32[n, H]: probabilities, from the viewer's state just before the impression"""
    frozen: Floats
    """float32[n, H]: the same from the viewer's state at the start of the session"""
    popularity: Floats
    """float32[n, H]: the item's smoothed rate of each action, the same for everybody"""
    features: Floats | None
    """float32[n, F] as of `live`, where they were asked for"""
    frozen_features: Floats | None
    cpu_s: float
    """CPU time of the loop: predict and learn, without reading the log"""


@njit(cache=True, nogil=True)
def _rates(tallies, all_row, scene_row, topic_row, at_ms, priors, everything, scene, topic):  # type: ignore[no-untyped-def]
    """Smoothed rates, float64[R] each: of everything, of the scene, of the topic."""
    usual, all_prior, scene_prior, topic_prior = priors
    group_rates(tallies.scene, tallies.scene_ms, all_row, at_ms, usual, all_prior, everything)
    group_rates(tallies.scene, tallies.scene_ms, scene_row, at_ms, everything, scene_prior, scene)
    group_rates(tallies.topic, tallies.topic_ms, topic_row, at_ms, everything, topic_prior, topic)


@njit(cache=True, nogil=True)
def _block(tallies, at, at_ms, topic_rates, out):  # type: ignore[no-untyped-def]
    """out[ITEM_BLOCK]: the item's block; item_scene of the scene at hand in its first place."""
    rate = creator_rate(tallies.creator, tallies.creator_ms, at[1], at_ms, topic_rates[0])
    item_block(tallies.item, tallies.item_ms, at[0], at_ms, topic_rates, rate, out)
    out[ITEM_OWN] = scene_lift(tallies.pair, tallies.pair_ms, at[4], at_ms, out[0])


@njit(cache=True, nogil=True)
def _count(tallies, at, kind, at_ms):  # type: ignore[no-untyped-def]
    """One event wherever it belongs; rows of -1 are left out."""
    if at[0] >= 0:
        bump(tallies.item, tallies.item_ms, at[0], kind, 1.0, at_ms, HALF_LIFE_S, FAST_HALF_LIFE_S)
    if at[1] >= 0:
        bump(
            tallies.creator, tallies.creator_ms, at[1], kind, 1.0, at_ms, HALF_LIFE_S,
            FAST_HALF_LIFE_S,
        )  # fmt: skip
    bump(tallies.topic, tallies.topic_ms, at[2], kind, 1.0, at_ms, HALF_LIFE_S, FAST_HALF_LIFE_S)
    if at[3] >= 0:
        bump(
            tallies.scene, tallies.scene_ms, at[3], kind, 1.0, at_ms, HALF_LIFE_S, FAST_HALF_LIFE_S
        )  # fmt: skip
    bump(tallies.scene, tallies.scene_ms, at[5], kind, 1.0, at_ms, HALF_LIFE_S, FAST_HALF_LIFE_S)
    if at[4] >= 0:
        bump(tallies.pair, tallies.pair_ms, at[4], kind, 1.0, at_ms, HALF_LIFE_S, FAST_HALF_LIFE_S)


@njit(cache=True, nogil=True)
def _features(  # type: ignore[no-untyped-def]
    viewers, v, at_ms, row, num, items, unit, blocks, places, told, rates, now_ms, hour, scene,
    none, out,
):  # fmt: skip
    slow, fast = 1.0, 1.0
    if at_ms > 0:
        gap_s = max(now_ms - at_ms, 0) / 1000.0
        slow = math.exp2(-gap_s / TASTE_HALF_LIFE_S)
        fast = math.exp2(-gap_s / HOUR_HALF_LIFE_S)
    fill(
        row, num, items.topic, items.language, items.creator, items.published_ms, items.lifetime_h,
        items.duration_s, items.sensitive, items.embedding, unit, blocks, places, ITEM_OWN,
        told.mean, told.unit, told.usual, 0, rates, viewers.counts[v], viewers.creators[v],
        viewers.vectors[v], viewers.items[v], viewers.items_done[v], none, none, slow, fast, now_ms,
        hour, scene, 0.0, False, out,
    )  # fmt: skip


@njit(cache=True, nogil=True)
def _copy(viewers, frozen, v):  # type: ignore[no-untyped-def]
    """The viewer's state as it is now, for the session that begins."""
    frozen.at_ms[v] = viewers.at_ms[v]
    frozen.counts[v] = viewers.counts[v]
    frozen.creators[v] = viewers.creators[v]
    frozen.vectors[v] = viewers.vectors[v]
    frozen.items[v] = viewers.items[v]
    frozen.items_done[v] = viewers.items_done[v]


@njit(cache=True, nogil=True)
def _fold(  # type: ignore[no-untyped-def]
    viewers, v, row, num, items, unit, at_ms, scene, judged, done, told, actions, tallies, at,
    counted,
):  # fmt: skip
    """One impression and what was done with it, into the viewer's taste and into the counters.

    `done` bool[A]; `told` the scale of what is learned of it; `actions` (weight, column, bit,
    counter's kind) of each action."""
    gap_ms = at_ms - viewers.at_ms[v]
    if gap_ms > 0:
        if viewers.at_ms[v] > 0:
            fade(viewers.counts[v], gap_ms / 1000.0)
        viewers.at_ms[v] = at_ms
    facts = items.topic[row], items.language[row], items.creator[row]
    embedding = items.embedding[row]
    if told:
        look(
            viewers.counts[v], viewers.creators[v], viewers.vectors[v], viewers.items[v],
            viewers.items_done[v], num[row], facts[0], facts[1], facts[2], scene, judged,
            embedding, unit,
        )  # fmt: skip
    if counted:
        _count(tallies, at, 0, at_ms)
        if judged:
            _count(tallies, at, 1, at_ms)
    for a in range(len(done)):
        if done[a]:
            column = int(actions[a, 1]) if told else -1
            act(
                viewers.counts[v], viewers.creators[v], viewers.vectors[v], viewers.interests[v],
                viewers.interest_weight[v], viewers.items[v], viewers.items_done[v], num[row],
                facts[0], facts[1], facts[2], scene, column, actions[a, 0], int(actions[a, 2]),
                embedding, unit,
            )  # fmt: skip
            if counted and actions[a, 3] >= 0:
                _count(tallies, at, int(actions[a, 3]), at_ms)


@njit(cache=True, nogil=True)
def _warm(past, now_ms, num, items, unit, viewers, tallies, actions):  # type: ignore[no-untyped-def]
    """Fold the histories that end before `now_ms` and were not folded yet."""
    while past.next[0] < len(past.order):
        v = past.order[past.next[0]]
        if past.last_ms[v] >= now_ms:
            return
        past.next[0] += 1
        for e in range(past.offsets[v], past.offsets[v + 1]):
            _fold(
                viewers, v, past.rows[e], num, items, unit, past.last_ms[v], -1, False,
                past.done[e], past.whole, actions, tallies, past.at[e], past.whole,
            )  # fmt: skip
        if not past.whole:
            _look_as_usual(viewers, v, past, items)
        viewers.counts[v, HOUR] = 0.0  # only the time of the last one is known


@njit(cache=True, nogil=True)
def _look_as_usual(viewers, v, past, items):  # type: ignore[no-untyped-def]
    """A history of taps alone does not say what was passed over. Without it a taste for everything
    would follow; so each tap stands for as many looks as it usually takes, spread over topics,
    languages and creators as the taps of all the histories so far are."""
    for e in range(past.offsets[v], past.offsets[v + 1]):
        row = past.rows[e]
        past.taps_topic[items.topic[row]] += 1.0
        past.taps_language[items.language[row]] += 1.0
        past.taps_creator[items.creator[row]] += 1.0
    looks = (past.offsets[v + 1] - past.offsets[v]) / USUAL_RATE
    total = past.taps_topic.sum()
    counts = viewers.counts[v]
    counts[ALL, SHOWN] += looks
    for t in range(len(past.taps_topic)):
        counts[TOPIC_0 + t, SHOWN] += looks * past.taps_topic[t] / total
    for k in range(len(past.taps_language)):
        counts[LANGUAGE_0 + k, SHOWN] += looks * past.taps_language[k] / total
    for j in range(len(viewers.creators[v])):
        c = viewers.creators[v, j]
        if c > 0:
            counts[CREATOR_0 + j, SHOWN] += looks * past.taps_creator[c] / total


_ENGAGED: Final = np.array([bool(labels.ENGAGED & 1 << head) for head in range(len(ACTIONS))])
"""bool[A]: actions that the learner takes for engagement."""


@njit(cache=True, nogil=True)
def _engaged(done):  # type: ignore[no-untyped-def]
    return (done & _ENGAGED).any()


@njit(cache=True, nogil=True)
def _run(  # type: ignore[no-untyped-def]
    start, end, viewer, rows, at_ms, hour, scene, request, session, done, at, num, items, unit,
    blocks, places, engagers, viewers, frozen, in_session, tallies, priors, actions, past, x,
    x_frozen, popular,
):  # fmt: skip
    """Impressions start:end, whole requests: features of all of a request, then its outcomes."""
    none = np.empty(0, np.int32)
    one = np.empty(1, np.int32)
    rates = np.empty((2, 3), np.float32)
    everything, here, topic = np.empty(R), np.empty(R), np.empty(R)
    i = start
    while i < end:
        _warm(past, at_ms[i], num, items, unit, viewers, tallies, actions)
        last = i
        while last < end and request[last] == request[i]:
            v, row, now = viewer[last], rows[last], at_ms[last]
            if in_session[v] != session[last]:
                in_session[v] = session[last]
                _copy(viewers, frozen, v)
            _rates(
                tallies, at[last, 5], at[last, 3], at[last, 2], now, priors, everything, here, topic
            )
            for k in range(3):
                rates[0, k] = here[k]
                rates[1, k] = everything[k]
            _block(tallies, at[last], now, topic, blocks[row])
            popular[last] = blocks[row, :R]
            one[0] = row
            _features(
                viewers, v, viewers.at_ms[v], one, num, items, unit, blocks, places,
                engagers.told, rates, now, hour[last], scene[last], none,
                x[last - start : last - start + 1],
            )  # fmt: skip
            _features(
                frozen, v, frozen.at_ms[v], one, num, items, unit, blocks, places,
                engagers.told, rates, now, hour[last], scene[last], none,
                x_frozen[last - start : last - start + 1],
            )  # fmt: skip
            last += 1
        # Requests are of one viewer each. Whoever engages with something does so by their taste as
        # it was when they were shown it.
        tasteful = taste_of(viewers.vectors[viewer[i], 0], engagers.taste)
        if tasteful:
            engagers.met[0] += 1
            meet(engagers.told.usual, engagers.met[0], engagers.taste)
        for j in range(i, last):
            _fold(
                viewers, viewer[j], rows[j], num, items, unit, at_ms[j], scene[j], True, done[j],
                True, actions, tallies, at[j], True,
            )  # fmt: skip
            if tasteful and _engaged(done[j]):
                row = rows[j]
                join(
                    engagers.total, engagers.weight, row, engagers.taste, engagers.told.usual
                )  # fmt: skip
                tell(
                    engagers.total, engagers.weight, row, engagers.told.mean, engagers.told.unit,
                    row,
                )  # fmt: skip
        i = last


def replay(
    log: Log,
    progress: Callable[[int], None] = lambda done: None,
    *,
    train_until_day: int | None = None,
    keep_features: bool = False,
    model: ModelSettings | None = None,
) -> Replayed:
    """Predict, then learn, each request of `log` in order; `progress` gets how many impressions
    are done. From the day `train_until_day` on (days since 1970) the model learns nothing more;
    counters and taste go on. About 25 us of CPU an impression."""
    shown, n = log.impressions, len(log.impressions.row)
    world, learner = World(log), OnlineModel(model)
    live, frozen = np.zeros((n, H), np.float32), np.zeros((n, H), np.float32)
    popular = np.zeros((n, R), np.float32)
    kept = [np.zeros((n if keep_features else 0, F), np.float32) for _ in range(2)]
    session = sessions(shown.viewer, shown.at_ms, SESSION_GAP_MS)
    cuts = batches(shown.request, learner.settings.batch)
    began = process_time()
    for start, end in pairwise(cuts):
        x, x_frozen = np.zeros((2, end - start, F), np.float32)
        _run(
            start, end, shown.viewer, shown.row, shown.at_ms, shown.hour, shown.scene,
            shown.request, session, shown.actions, world.at, log.numbers, log.items,
            unit_of(log.items), world.blocks, world.places, world.engagers, world.viewers,
            world.frozen, world.in_session, world.tallies, world.priors, world.actions, world.past,
            x, x_frozen, popular,
        )  # fmt: skip
        part = slice(start, end)
        about = world.about(part)
        ids = learner.ids(about)
        live[part] = predict(learner.weights, x, ids)
        frozen[part] = predict(learner.weights, x_frozen, ids)
        if keep_features:
            kept[0][part], kept[1][part] = x, x_frozen
        if train_until_day is None or shown.day[start] < train_until_day:
            learner.learn(x, about, world.label[part], int(shown.at_ms[end - 1]))
        progress(start)
    cpu_s = process_time() - began
    progress(n)
    popularity = 1 / (1 + np.exp(-popular[:, _OWN_RATE]))
    x_live, x_start = kept if keep_features else (None, None)
    return Replayed(live, frozen, popularity.astype(np.float32), x_live, x_start, cpu_s)


_OWN_RATE: Final = np.array([0, 1, 4, 2, 2, 2, 3, 3])
"""Columns of an item block: the smoothed rate (logit) that speaks for each head."""


def batches(request: NDArray[np.int64], size: int) -> list[int]:
    """Where minibatches begin and end: at least `size` impressions each, no request cut in two."""
    n = len(request)
    cuts = [0]
    for end in (np.flatnonzero(request[1:] != request[:-1]) + 1).tolist():
        if end - cuts[-1] >= size:
            cuts.append(end)
    if cuts[-1] < n:
        cuts.append(n)
    return cuts
