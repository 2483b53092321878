"""A viewer's taste: a fold over what they were shown and what they did with it.

The kernels take plain arrays (schema.viewer_state.ViewerState's), so that serving, which holds one
viewer's, and replay, which holds thousands', fold with the same code.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from jhalak.learning.features import HOUR_HALF_LIFE_S, TASTE_HALF_LIFE_S
from jhalak.learning.interests import lean_interests
from jhalak.schema.viewer_state import (
    ALL,
    COMPLETED,
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

WEIGHT: Final = {
    "impression": 0.0,
    "tap": 1.0,
    "long": 0.7,
    "complete": 0.5,
    "share": 1.5,
    "likes": 1.5,
    "saves": 1.5,
    "follows": 1.0,
    "hides": -3.0,
    "blocks": -3.0,
    "mutes": -3.0,
    "barred": 0.0,
    "report": -4.0,
}
"""How much each action adds to engagement with the item's topic, creator and language."""
COLUMN: Final = {"tap": TAP, "long": LONG, "share": LIKE, "likes": LIKE, "saves": LIKE}
"""The column of `counts` in which an action is counted; others add to engagement alone."""
DONE: Final = {"tap": TAPPED, "long": LONGED, "complete": COMPLETED}
"""The bit of `items_done` of an action."""

LONG_DWELL_MS: Final = 5_000
"""A card looked at for longer was read."""
LONG_PLAY_MS: Final = 10_000
"""A video played for longer was watched, unless it is shorter and was watched to its end. The
learner's label asks more of longer videos (learning.watch), by what all viewers' plays have been: a
viewer's taste must follow from their own records alone, on any machine and at any time."""
SHORT_HALF_LIFE: Final = 6.0
"""The short-term vector halves with each so many engagements."""
LONG_HALF_LIFE: Final = 45.0
SEEN_HALF_LIFE: Final = 35.0
"""The vector of what was looked at halves with each so many looks."""
USUAL_LOOKS: Final = 4.0
"""Looks' worth of belief that a viewer likes a topic as they like the others."""
OLD_LOOKS: Final = 2.0
"""Looks' worth of what was known of a topic before the looks that are remembered one by one."""
LEAST_ENGAGED: Final = 0.005
"""Share of all engagement below which a topic is no interest."""
_SHORT_KEEP: Final = np.float32(math.exp2(-1.0 / SHORT_HALF_LIFE))
_LONG_KEEP: Final = np.float32(math.exp2(-1.0 / LONG_HALF_LIFE))
_SEEN_KEEP: Final = np.float32(math.exp2(-1.0 / SEEN_HALF_LIFE))


@njit(cache=True, nogil=True)
def fade(counts, gap_s):  # type: ignore[no-untyped-def]
    """Let `gap_s` seconds pass over a viewer's counts."""
    slow = np.float32(math.exp2(-gap_s / TASTE_HALF_LIFE_S))
    fast = np.float32(math.exp2(-gap_s / HOUR_HALF_LIFE_S))
    for place in range(len(counts)):
        keep = fast if place == HOUR else slow
        for k in range(counts.shape[1]):
            counts[place, k] *= keep


@njit(cache=True, nogil=True)
def creator_place(creators, counts, creator):  # type: ignore[no-untyped-def]
    """Row of `counts` of the creator, taking the place of the least engaged with when there is
    none free; -1 for an unknown creator."""
    if creator <= 0:
        return -1
    worst = 0
    for j in range(len(creators)):
        if creators[j] == creator:
            return CREATOR_0 + j
        if creators[j] == 0:
            creators[j] = creator
            return CREATOR_0 + j
        mine = (abs(counts[CREATOR_0 + j, ENGAGED]), counts[CREATOR_0 + j, SHOWN])
        least = (abs(counts[CREATOR_0 + worst, ENGAGED]), counts[CREATOR_0 + worst, SHOWN])
        if mine < least:
            worst = j
    creators[worst] = creator
    counts[CREATOR_0 + worst] = 0.0
    return CREATOR_0 + worst


@njit(cache=True, nogil=True)
def add(counts, topic, language, creator_row, scene, column, amount):  # type: ignore[no-untyped-def]
    """Add to one column wherever the event belongs."""
    counts[ALL, column] += amount
    counts[HOUR, column] += amount
    counts[TOPIC_0 + topic, column] += amount
    counts[LANGUAGE_0 + language, column] += amount
    if creator_row >= 0:
        counts[creator_row, column] += amount
    if scene >= 0:
        counts[SCENE_0 + scene, column] += amount


@njit(cache=True, nogil=True)
def look(  # type: ignore[no-untyped-def]
    counts, creators, vectors, items, items_done, item, topic, language, creator, scene, judged,
    embedding, unit,
):  # fmt: skip
    """One impression. `embedding` in units of `unit`; of length 0 where there is none."""
    row = creator_place(creators, counts, creator)
    add(counts, topic, language, row, scene, SHOWN, 1.0)
    if judged:
        add(counts, topic, language, row, scene, JUDGED, 1.0)
    for j in range(1, len(items)):
        items[j - 1] = items[j]
        items_done[j - 1] = items_done[j]
    items[-1] = item
    items_done[-1] = 0 if judged else UNJUDGED
    for d in range(len(embedding)):
        vectors[2, d] = vectors[2, d] * _SEEN_KEEP + np.float32(embedding[d] * unit)


@njit(cache=True, nogil=True)
def mark(items, items_done, item, bit):  # type: ignore[no-untyped-def]
    """Note what was done with the item when it was looked at last."""
    for j in range(len(items) - 1, -1, -1):
        if items[j] == item:
            items_done[j] |= bit
            break


@njit(cache=True, nogil=True)
def act(  # type: ignore[no-untyped-def]
    counts, creators, vectors, interests, interest_weight, items, items_done, item, topic,
    language, creator, scene, column, weight, bit, embedding, unit,
):  # fmt: skip
    """One action of WEIGHT `weight`, counted in `column` (-1: none) and marked by `bit`."""
    row = creator_place(creators, counts, creator)
    if column >= 0:
        add(counts, topic, language, row, scene, column, 1.0)
    add(counts, topic, language, row, scene, ENGAGED, weight)
    if bit:
        mark(items, items_done, item, bit)
    if len(embedding):
        lean(vectors, interests, interest_weight, weight, embedding, unit)


@njit(cache=True, nogil=True)
def lean(vectors, interests, interest_weight, weight, embedding, unit):  # type: ignore[no-untyped-def]
    """Move the viewer's vectors towards an embedding, or away from it (negative weight)."""
    long, short = np.float32(1.0), np.float32(1.0)
    if weight > 0:
        long, short = _LONG_KEEP, _SHORT_KEEP
    for d in range(len(embedding)):
        step = np.float32(weight * embedding[d] * unit)
        vectors[0, d] = vectors[0, d] * long + step
        vectors[1, d] = vectors[1, d] * short + step
    lean_interests(interests, interest_weight, embedding, unit, weight)


def fade_to(state: ViewerState, at_ms: int) -> None:
    """Move the state's decayed counts on to `at_ms`. Time never runs backwards."""
    gap_ms = at_ms - state.at_ms
    if gap_ms <= 0:
        return
    if state.at_ms:
        fade(state.counts, gap_ms / 1000.0)
    state.at_ms = at_ms


def count_engaged(
    state: ViewerState,
    weight: float,
    column: int,
    facts: tuple[int, int, int, int],
    embedding: NDArray[np.float32] | None,
) -> None:
    """One action of WEIGHT `weight` counted in `column` (-1: none). `facts` are topic, language,
    creator and scene (-1: not known)."""
    _engage(state, 1.0, weight, column, facts, embedding)


def take_back(
    state: ViewerState,
    weight: float,
    column: int,
    facts: tuple[int, int, int, int],
    embedding: NDArray[np.float32] | None,
) -> None:
    """Undo `count_engaged`."""
    _engage(state, -1.0, weight, column, facts, embedding)


def _engage(
    state: ViewerState,
    sign: float,
    weight: float,
    column: int,
    facts: tuple[int, int, int, int],
    embedding: NDArray[np.float32] | None,
) -> None:
    topic, language, creator, scene = facts
    row = creator_place(state.creators, state.counts, creator)
    if column >= 0:
        add(state.counts, topic, language, row, scene, column, sign)
    add(state.counts, topic, language, row, scene, ENGAGED, sign * weight)
    if embedding is not None:
        lean(
            state.vectors, state.interests, state.interest_weight, sign * weight, embedding, 1.0
        )  # fmt: skip


def forget(state: ViewerState, topic: int) -> None:
    """The viewer removed an interest (topic index), or all of them (-1)."""
    if topic >= 0:
        row = state.counts[TOPIC_0 + topic]
        row[[TAP, LONG, LIKE]] = 0.0
        row[ENGAGED] = min(float(row[ENGAGED]), 0.0)
    else:
        state.counts[:] = 0
        state.creators[:] = 0
    # What was engaged with is mixed in the vectors; they cannot be taken apart by topic.
    for array in (
        state.vectors, state.interests, state.interest_weight, state.items, state.items_done,
    ):  # fmt: skip
        array[:] = 0


def interests(state: ViewerState, looked: NDArray[np.int64]) -> list[tuple[int, float]]:
    """(topic index, share), greatest first, of what the viewer likes; shares add up to 1.

    What counts is how many looks at a topic they engaged with: how much of it they saw was the
    feed's choice, and whether a tap was followed by a like is chance more than taste. `looked`
    int64[ITEMS_MAX] are the topics of `state.items` (-1: not known): what happened before those
    weighs no more than OLD_LOOKS, so that a new interest shows within 20 engagements, which in the
    counts of weeks would take hundreds. Only topics count with which they engaged more than they
    regretted.
    """
    engaged = np.maximum(state.engaged, 0.0)
    known = (state.items > 0) & (looked >= 0)
    done = (state.items_done[known] & ~np.uint8(UNJUDGED)) > 0
    seen_now = np.bincount(looked[known], minlength=TOPICS_MAX)
    done_now = np.bincount(looked[known], done, TOPICS_MAX)
    looks = engaged_looks(state)
    seen_old = np.maximum(state.shown - seen_now, 0.0)
    done_old = np.maximum(looks - done_now, 0.0)
    weight = OLD_LOOKS / np.maximum(seen_old, OLD_LOOKS)
    usual = (looks.sum() + 1.0) / (state.shown.sum() + 8.0)
    rate = (done_now + weight * done_old + USUAL_LOOKS * usual) / (
        seen_now + weight * seen_old + USUAL_LOOKS
    )
    rate[engaged < LEAST_ENGAGED * engaged.sum()] = 0.0
    total = float(rate.sum())
    if engaged.sum() < 1e-6 or total <= 0.0:
        return []
    order = np.argsort(-rate, kind="stable")
    return [(int(t), float(rate[t] / total)) for t in order if rate[t] > 0.0]


def engaged_looks(state: ViewerState) -> NDArray[np.float32]:
    """float32[TOPICS_MAX]: about how many looks at each topic the viewer engaged with, decayed:
    tapped, viewed for long or liked; half of the engagement where there were none of these (watched
    to the end, followed), and never more than it."""
    of_topic, engaged = state.counts[TOPIC_0:LANGUAGE_0], np.maximum(state.engaged, 0.0)
    did = of_topic[:, [TAP, LONG, LIKE]].max(axis=1)
    return np.minimum(np.where(did > 0.0, did, 0.5 * engaged), engaged)
