"""The one definition of features, used by serving, by replay and (as served) by the learner.

A candidate's feature vector is float32[F]: what is known about the item (the item block, made by
the learner from its counters), what the viewer's state says about it, and the context. A rate's
logit is smoothed: with little behind it, it is near that of the wider group. "Lift" is a logit
minus that of the wider group. Centre and spread are what the model's network subtracts and divides
by: fixed, so that a weight keeps its meaning.

| index | name | unit | centre | spread | meaning |
|---|---|---|---|---|---|
| 0 | bias | 1 | 0 | 1 | always 1 |
| 1 | item_tap | logit | -0.5 | 0.5 | tap rate of the item |
| 2 | item_long | logit | -0.8 | 0.8 | its rate of long views |
| 3 | item_like | logit | -4.3 | 0.85 | its rate of likes, saves and shares |
| 4 | item_hide | logit | -6 | 0.5 | its rate of hides and reports |
| 5 | item_complete | logit | -2 | 0.7 | its rate of completions |
| 6 | item_shown | log(1+n) | 4.5 | 1.4 | its decayed impressions |
| 7 | item_judged | log(1+n) | 2.5 | 1.4 | those of which is known whether they were tapped |
| 8 | trend | logit | 0 | 0.2 | tap rate of the last hours, lift over item_tap |
| 9 | creator_tap | logit | -0.5 | 0.5 | tap rate of its creator |
| 10 | topic_tap | logit | -0.5 | 0.3 | tap rate of its topic in its language |
| 11 | topic_long | logit | -0.8 | 0.4 | rate of long views of its topic in its language |
| 12 | unknown | 0/1 | 0 | 0.3 | the item has no counts yet |
| 13 | item_scene | logit | 0 | 0.25 | tap rate of the item in this scene, lift over item_tap |
| 14 | fresh | 0..1 | 0.4 | 0.2 | halves with each third of the item's lifetime |
| 15 | age | log(1+h) | 4.5 | 1 | hours since publication |
| 16 | length | log(1+s) | 4 | 1.2 | duration |
| 17 | scene_tap | logit | 0 | 0.8 | tap rate in this scene, lift over everything |
| 18 | scene_long | logit | -0.2 | 0.85 | the same of long views |
| 19 | scene_like | logit | -0.2 | 0.55 | the same of likes |
| 20 | viewer_tap | logit | 0 | 0.5 | the viewer's tap rate, lift over the scene |
| 21 | viewer_long | logit | -0.2 | 0.85 | the viewer's rate of long views, lift over everything |
| 22 | viewer_like | logit | -0.7 | 0.95 | the same of likes |
| 23 | viewer_shown | log(1+n) | 3.4 | 0.7 | what the viewer was shown, decayed |
| 24 | viewer_judged | log(1+n) | 1 | 0.8 | that of which is known whether it was tapped |
| 25 | hour_tap | logit | 0 | 0.26 | the viewer's tap rate of the last hour, lift over viewer_tap |
| 26 | hour_long | logit | 0 | 0.28 | the same of long views |
| 27 | hour_shown | log(1+n) | 0.2 | 0.3 | what the viewer was shown in the last hour |
| 28 | here_tap | logit | 0 | 0.5 | the viewer's tap rate in this scene, lift over theirs |
| 29 | here_long | logit | -0.1 | 0.6 | the same of long views |
| 30 | here_shown | log(1+n) | 0.7 | 0.7 | what the viewer was shown in this scene |
| 31 | taste_tap | logit | 0 | 0.2 | the viewer's tap rate for the topic, lift over theirs |
| 32 | taste_long | logit | 0 | 0.5 | the same of long views |
| 33 | taste_like | logit | -0.2 | 0.33 | the same of likes |
| 34 | taste_shown | log(1+n) | 1.1 | 0.85 | what the viewer was shown of the topic |
| 35 | taste_topic | logit | 0 | 0.5 | engagement (regret counts against) with the topic, lift |
| 36 | taste_share | 0..1 | 0.1 | 0.12 | the topic's share of what the viewer engaged with |
| 37 | taste_creator | logit | 0 | 0.1 | engagement with the creator, lift |
| 38 | creator_long | logit | 0 | 0.1 | the viewer's rate of long views of the creator, lift |
| 39 | creator_seen | log(1+n) | 0 | 0.1 | what the viewer was shown of the creator |
| 40 | again_tap | logit | 0 | 0.1 | taps of this very item by the viewer, lift |
| 41 | again_long | logit | 0 | 0.12 | long views of it by the viewer, lift |
| 42 | again | log(1+n) | 0 | 0.1 | how often the viewer looked at it lately |
| 43 | like_long | cosine | 0.5 | 0.26 | embedding against the viewer's long-term vector |
| 44 | like_short | cosine | 0.5 | 0.24 | embedding against the viewer's short-term vector |
| 45 | like_seen | cosine | 0.6 | 0.24 | embedding against what the viewer looked at |
| 46 | engaged | log(1+n) | 2 | 0.7 | length of the long-term vector |
| 47 | taste_language | logit | 0 | 0.3 | engagement with the language, lift |
| 48 | followed | 0/1 | 0 | 0.3 | the viewer follows the creator or chose the topic |
| 49, 50 | hour | sin, cos | 0 | 1 | local hour of day |
| 51 | metered | 0/1 | 0 | 0.5 | the device saves data |
| 52 | like_engagers | product | 0 | 0.1 | taste against that of who engaged with the item |
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from jhalak.learning.engagers import TASTE_UNIT, Engagers, no_engagers, taste_of
from jhalak.schema.candidates import Floats, Rows
from jhalak.schema.slate import SURFACES
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
    UNJUDGED,
    ViewerState,
)

_TABLE: Final = [
    [cell.strip() for cell in line.split("|")[1:-1]]
    for line in (__doc__ or "").splitlines()
    if line.startswith("| ") and line[2].isdigit()
]
FEATURES: Final[tuple[str, ...]] = tuple(
    f"{name}{suffix}"
    for index, name, *_ in _TABLE
    for suffix in (("_sin", "_cos") if "," in index else ("",))
)
F: Final = len(FEATURES)
CENTRE: Final[Floats] = np.array(
    [row[3] for row in _TABLE for _ in row[0].split(",")], np.float64
).astype(np.float32)
"""float32[F]"""
SPREAD: Final[Floats] = np.array(
    [row[4] for row in _TABLE for _ in row[0].split(",")], np.float64
).astype(np.float32)
"""float32[F]"""

ALIKE: Final = slice(17, 31)
"""Features of the viewer and the place alone: the same for all candidates of a slate."""
ITEM_OWN: Final = 12
"""Columns of an item block that stand for features 1 to 12."""
ITEM_BLOCK: Final = ITEM_OWN + len(SURFACES)
"""Width of the item block: those, then item_scene of each surface."""
UNKNOWN: Final = 11
"""Column of the item block: 1 where nothing is known."""

USUAL_RATE: Final = 0.08
"""A viewer of whom nothing is known engages with this share of what is shown."""
TASTE_HALF_LIFE_S: Final = 14 * 86_400.0
HOUR_HALF_LIFE_S: Final = 3_600.0
VIEWER_PRIOR: Final = 5.0
LIKE_PRIOR: Final = 15.0
"""Impressions' worth of belief that a viewer is like others."""
HOUR_PRIOR: Final = 2.0
HERE_PRIOR: Final = 2.0
TOPIC_PRIOR: Final = 3.0
"""Impressions' worth of belief that a viewer's rate for a topic is their usual rate."""
TOPIC_LIKE_PRIOR: Final = 10.0
ENGAGED_PRIOR: Final = 4.0
CREATOR_PRIOR: Final = 3.0
LANGUAGE_PRIOR: Final = 10.0
AGAIN_PRIOR: Final = 1.0
USUAL_PRIOR: Final = 12.0
VECTOR_PRIOR: Final = 1.0
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


@njit(cache=True, nogil=True, inline="always")
def _logit(p: float) -> float:
    return math.log(p / (1.0 - p))


@njit(cache=True, nogil=True, inline="always")
def _rate(happened: float, shown: float, usual: float, prior: float) -> float:
    rate = (max(happened, 0.0) + prior * usual) / (max(shown, 0.0) + prior)
    return min(max(rate, 0.0005), 0.97)


@njit(cache=True, nogil=True)
def _place(row, fade, tap, long, like, usual, out):  # type: ignore[no-untyped-def]
    """What a row of a viewer's counts says as lifts over the viewer's own rates: out[6] is tap,
    long, like, log(1 + shown), engagement, and engagement that is not regret."""
    shown = row[SHOWN] * fade
    out[0] = _logit(_rate(row[TAP] * fade, row[JUDGED] * fade, tap, TOPIC_PRIOR)) - _logit(tap)
    out[1] = _logit(_rate(row[LONG] * fade, shown, long, TOPIC_PRIOR)) - _logit(long)
    out[2] = _logit(_rate(row[LIKE] * fade, shown, like, TOPIC_LIKE_PRIOR)) - _logit(like)
    out[3] = math.log1p(max(shown, 0.0))
    out[4] = _logit(_rate(row[ENGAGED] * fade, shown, usual, ENGAGED_PRIOR)) - _logit(usual)
    out[5] = max(row[ENGAGED] * fade, 0.0)


@njit(cache=True, nogil=True)
def _engagement(row, fade, usual, prior):  # type: ignore[no-untyped-def]
    """A row's engagement as a lift over the viewer's."""
    rate = _rate(row[ENGAGED] * fade, row[SHOWN] * fade, usual, prior)
    return _logit(rate) - _logit(usual)


@njit(cache=True, nogil=True)
def _creator(row, fade, usual, long, long_logit, out):  # type: ignore[no-untyped-def]
    """What the row of a creator says: out[3] is engagement and long views as lifts over the
    viewer's, and log(1 + shown)."""
    out[0] = _engagement(row, fade, usual, ENGAGED_PRIOR)
    out[1] = _logit(_rate(row[LONG] * fade, row[SHOWN] * fade, long, CREATOR_PRIOR)) - long_logit
    out[2] = math.log1p(max(row[SHOWN] * fade, 0.0))


@njit(cache=True, nogil=True, fastmath=True, inline="always")
def _bring_near(  # type: ignore[no-untyped-def]
    rows, num, topic, language, creator, published_ms, lifetime_h, duration_s, sensitive, embedding,
    block, at,
):  # fmt: skip
    """Read one number of each row of each column; answers their sum.

    Candidates lie anywhere in a large catalogue. In these short loops the processor asks for many
    of them at once; in the long one below it would wait for each column of each row in turn. A
    third of the kernel's time, where the columns are not in its caches.
    """
    total = 0.0
    for i in range(len(rows)):
        total += block[at[rows[i], 0], 0] + block[at[rows[i], 0], ITEM_BLOCK - 1]
    for i in range(len(rows)):
        total += embedding[rows[i], 0]
    for i in range(len(rows)):
        total += num[rows[i]] + published_ms[rows[i]]
    for i in range(len(rows)):
        total += topic[rows[i]] + language[rows[i]] + sensitive[rows[i]]
    for i in range(len(rows)):
        total += creator[rows[i]] + lifetime_h[rows[i]] + duration_s[rows[i]]
    return total


@njit(cache=True, nogil=True, fastmath=True)
def _like_engagers(  # type: ignore[no-untyped-def]
    rows, sensitive, at, column, mean, unit, usual, vector, locked, out
):
    """x[52] of each. In a loop of its own the compiler does eight numbers at once, and memory is
    asked for many candidates together."""
    taste, own = np.empty(len(vector), np.int16), np.empty(len(vector), np.float32)
    if not taste_of(vector, taste):
        return
    for d in range(len(own)):
        own[d] = np.float32(taste[d] * TASTE_UNIT) - usual[d]
    for i in range(len(rows)):
        if locked and sensitive[rows[i]]:
            continue
        by, dot = at[rows[i], column], np.float32(0.0)
        for d in range(len(own)):
            dot += np.float32(mean[by, d]) * own[d]
        out[i, 52] = dot * unit[by]


@njit(cache=True, nogil=True, fastmath=True)
def fill(  # type: ignore[no-untyped-def]
    rows, num, topic, language, creator, published_ms, lifetime_h, duration_s, sensitive,
    embedding, unit, block, at, scene_column, engaged_mean, engaged_unit, usual_taste,
    engagers_column, rates, counts, creators, vectors, items, items_done, followed_creators,
    followed_topics, fade, hour_fade, now_ms, hour, scene, metered, locked, out,
):  # fmt: skip
    """The kernel of `features`. at[row, 0] says which row of `block` is that of a row, and
    at[row, engagers_column] which of the engagers'. `rates` float32[2, 3]: tap, long and like in
    this scene and over all; `fade`, `hour_fade` what is left of the state's slow and fast counts by
    now."""
    size = embedding.shape[1]
    viewer, recent, here = counts[ALL], counts[HOUR], counts[SCENE_0 + scene]
    shown, judged = viewer[SHOWN] * fade, viewer[JUDGED] * fade
    tap = _rate(viewer[TAP] * fade, judged, rates[0, 0], VIEWER_PRIOR)
    long = _rate(viewer[LONG] * fade, shown, rates[1, 1], VIEWER_PRIOR)
    like = _rate(viewer[LIKE] * fade, shown, rates[1, 2], LIKE_PRIOR)
    tap_logit, long_logit = _logit(tap), _logit(long)
    # What depends on the viewer alone is worked out once, not for each candidate; what depends on a
    # topic, language or creator when the first candidate of it comes.
    own = np.empty(14, np.float32)
    for k in range(3):
        own[k] = _logit(rates[0, k]) - _logit(rates[1, k])
    own[3] = tap_logit - _logit(rates[0, 0])
    own[4] = long_logit - _logit(rates[1, 1])
    own[5] = _logit(like) - _logit(rates[1, 2])
    own[6] = math.log1p(max(shown, 0.0))
    own[7] = math.log1p(max(judged, 0.0))
    lately = recent[SHOWN] * hour_fade
    of = recent[JUDGED] * hour_fade
    own[8] = _logit(_rate(recent[TAP] * hour_fade, of, tap, HOUR_PRIOR)) - tap_logit
    own[9] = _logit(_rate(recent[LONG] * hour_fade, lately, long, HOUR_PRIOR)) - long_logit
    own[10] = math.log1p(max(lately, 0.0))
    own[11] = _logit(_rate(here[TAP] * fade, here[JUDGED] * fade, tap, HERE_PRIOR)) - tap_logit
    own[12] = _logit(_rate(here[LONG] * fade, here[SHOWN] * fade, long, HERE_PRIOR)) - long_logit
    own[13] = math.log1p(max(here[SHOWN] * fade, 0.0))
    usual = _rate(viewer[ENGAGED] * fade, shown, USUAL_RATE, USUAL_PRIOR)
    topics = LANGUAGE_0 - TOPIC_0
    by_topic = np.zeros((topics, 6), np.float32)
    known_topic = np.zeros(topics, np.bool_)
    positive = 0.0
    for t in range(topics):
        positive += max(counts[TOPIC_0 + t, ENGAGED], np.float32(0.0))
    positive *= fade
    by_language = np.zeros(CREATOR_0 - LANGUAGE_0, np.float32)
    known_language = np.zeros(len(by_language), np.bool_)
    by_creator = np.zeros((len(creators), 3), np.float32)
    known_creator = np.zeros(len(creators), np.bool_)
    scale = np.zeros(3, np.float32)
    has_vectors = 0
    for v in range(3):
        total = np.float32(0.0)
        for d in range(size):
            total += vectors[v, d] * vectors[v, d]
        if total > 0.0:
            has_vectors += 1
        scale[v] = unit / (math.sqrt(total) + VECTOR_PRIOR)
        if v == 0:
            engaged = math.log1p(math.sqrt(total))
    hour_sin = math.sin(hour * math.pi / 12.0)
    hour_cos = math.cos(hour * math.pi / 12.0)
    near = _bring_near(
        rows, num, topic, language, creator, published_ms, lifetime_h, duration_s, sensitive,
        embedding, block, at,
    )  # fmt: skip
    if near == 0.12345:  # never: it is read for the reading
        return
    for i in range(len(rows)):
        row_ = rows[i]
        x = out[i]
        x[0] = 1.0
        own_block = block[at[row_, 0]]
        for j in range(12):
            x[1 + j] = own_block[j]
        x[13] = own_block[scene_column]
        age_h = max(now_ms - published_ms[row_], 0) / 3_600_000.0
        x[14] = math.exp2(-3.0 * age_h / max(lifetime_h[row_], 1.0))
        x[15] = math.log(1.0 + age_h)  # log1p takes twice as long, and differs near 0 alone
        x[16] = math.log1p(duration_s[row_])
        for j in range(14):  # written out: of a length that is not known the whole loop is slower
            x[17 + j] = own[j]
        t = topic[row_]
        # Shown while locked, a sensitive topic must not follow from an inferred taste.
        if not (locked and sensitive[row_]):
            if not known_topic[t]:
                known_topic[t] = True
                _place(counts[TOPIC_0 + t], fade, tap, long, like, usual, by_topic[t])
            for j in range(5):
                x[31 + j] = by_topic[t, j]
            x[36] = by_topic[t, 5] / (positive + 2.0)
            c = creator[row_]
            if c > 0:
                for j in range(len(creators)):
                    if creators[j] == c:
                        if not known_creator[j]:
                            known_creator[j] = True
                            _creator(
                                counts[CREATOR_0 + j], fade, usual, long, long_logit, by_creator[j]
                            )
                        x[37], x[38], x[39] = by_creator[j, 0], by_creator[j, 1], by_creator[j, 2]
                        break
                for j in range(len(followed_creators)):
                    if followed_creators[j] == c:
                        x[48] = 1.0
            again = 0.0
            n = num[row_]
            for j in range(len(items)):
                again += items[j] == n
            if again > 0.0:
                asked, tapped, longed = 0.0, 0.0, 0.0
                for j in range(len(items)):
                    if items[j] == n:
                        if not items_done[j] & UNJUDGED:
                            asked += 1.0
                        if items_done[j] & TAPPED:
                            tapped += 1.0
                        if items_done[j] & LONGED:
                            longed += 1.0
                x[40] = _logit(_rate(tapped, asked, tap, AGAIN_PRIOR)) - tap_logit
                x[41] = _logit(_rate(longed, again, long, AGAIN_PRIOR)) - long_logit
                x[42] = math.log1p(again)
            if has_vectors:
                for v in range(3):
                    dot = np.float32(0.0)
                    for d in range(size):
                        dot += np.float32(embedding[row_, d]) * vectors[v, d]
                    x[43 + v] = dot * scale[v]
        x[46] = engaged
        for j in range(len(followed_topics)):
            if followed_topics[j] == t:
                x[48] = 1.0
        spoken = language[row_]
        if not known_language[spoken]:
            known_language[spoken] = True
            by_language[spoken] = _engagement(
                counts[LANGUAGE_0 + spoken], fade, usual, LANGUAGE_PRIOR
            )
        x[47] = by_language[spoken]
        x[49] = hour_sin
        x[50] = hour_cos
        x[51] = metered
    _like_engagers(
        rows, sensitive, at, engagers_column, engaged_mean, engaged_unit, usual_taste, vectors[0],
        locked, out,
    )  # fmt: skip


def unit_of(items: ItemColumns) -> float:
    """What an embedding's numbers are measured in."""
    return 1 / 127 if items.embedding.dtype == np.int8 else 1.0


_NOBODY: Final = ViewerState(0)
_NONE: Final = np.empty(0, np.int32)


class Context(NamedTuple):
    """Where and when a slate is asked for."""

    now_ms: int
    hour: float
    """Local hour of day."""
    scene: int
    """Index into SURFACES; of a log that is replayed, its scene."""
    rates: Floats
    """float32[2, 3]: smoothed rates of tap, long view and like in this scene and over all."""
    metered: bool = False
    locked: bool = False


def followed_of(state: ViewerState) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """The creators and topics that the viewer follows, as kernels take them."""
    creators, topics = state.followed_creators, state.followed_topics
    return (
        np.fromiter(creators, np.int32, len(creators)) if creators else _NONE,
        np.fromiter(topics, np.int32, len(topics)) if topics else _NONE,
    )


def fades(state: ViewerState, now_ms: int) -> tuple[float, float]:
    """What is left, by `now_ms`, of the state's slow and fast counts."""
    gap_s = max(now_ms - state.at_ms, 0) / 1000.0 if state.at_ms else 0.0
    return math.exp2(-gap_s / TASTE_HALF_LIFE_S), 2.0 ** (-gap_s / HOUR_HALF_LIFE_S)


def features(
    rows: Rows,
    num: NDArray[np.int64],
    items: ItemColumns,
    block: Floats,
    state: ViewerState | None,
    at: Context,
    block_at: NDArray[np.int32] | None = None,
    engagers: Engagers | None = None,
) -> Floats:
    """float32[n, F] for `rows` int32[n]. `num` int64 is a column over the catalogue's rows as
    `items` are. `block` float32[m, ITEM_BLOCK]: that of a row is block[block_at[row, 0]], and its
    engagers are those at block_at[row, -1]; without `block_at`, both are at `row`.

    O(n x (EMBEDDING_SIZE + CREATORS_MAX + ITEMS_MAX)).
    """
    viewer = state or _NOBODY
    out = np.zeros((len(rows), F), np.float32)
    fade, hour_fade = fades(viewer, at.now_ms)
    if block_at is None:
        block_at = np.arange(len(block), dtype=np.int32).reshape(-1, 1)
    by = engagers or no_engagers(int(block_at[:, -1].max(initial=0)) + 1)
    fill(
        rows, num, *items, unit_of(items), block, block_at, ITEM_OWN + at.scene, *by,
        block_at.shape[1] - 1, at.rates,
        viewer.counts, viewer.creators, viewer.vectors, viewer.items, viewer.items_done,
        *followed_of(viewer), fade, hour_fade, at.now_ms, at.hour, at.scene, float(at.metered),
        at.locked, out,
    )  # fmt: skip
    return out
