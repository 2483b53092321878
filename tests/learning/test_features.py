"""The features' kernel says what its slow reference says, and what the docs table says."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import jhalak.learning.features as module
from jhalak.learning.engagers import Engagers, no_engagers
from jhalak.learning.features import (
    CENTRE,
    FEATURES,
    ITEM_BLOCK,
    ITEM_OWN,
    SPREAD,
    UNKNOWN,
    Context,
    F,
    ItemColumns,
    features,
)
from jhalak.learning.features_reference import features_reference
from jhalak.learning.rates import RATES
from jhalak.schema.item import EMBEDDING_SIZE
from jhalak.schema.languages import LANGUAGES
from jhalak.schema.slate import SURFACES
from jhalak.schema.viewer_state import (
    ALL,
    ENGAGED,
    HOUR,
    ITEMS_MAX,
    JUDGED,
    LIKE,
    LONG,
    LONGED,
    PLACES,
    SHOWN,
    TAP,
    TAPPED,
    TOPIC_0,
    TOPICS_MAX,
    UNJUDGED,
    ViewerState,
)

NOW_MS = 1_790_000_000_000
HOUR_MS = 3_600_000
ROWS = 40
RATES_HERE = np.array([[0.12, 0.3, 0.02], [0.08, 0.2, 0.01]], np.float32)
HERE = Context(NOW_MS, 9.0, 0, RATES_HERE)
ALL_ROWS = np.arange(ROWS, dtype=np.int32)
NUM = np.arange(ROWS, dtype=np.int64) + 100
TASTE = (
    "taste_tap", "taste_long", "taste_like", "taste_shown", "taste_topic", "taste_share",
    "taste_creator", "creator_long", "creator_seen", "again_tap", "again_long", "again",
    "like_long", "like_short", "like_seen", "like_engagers",
)  # fmt: skip
"""What was inferred from what a viewer did."""


def column(x: np.ndarray, name: str) -> np.ndarray:
    return x[:, FEATURES.index(name)]


def world(seed: int, small: bool = False) -> tuple[ItemColumns, np.ndarray]:
    """(columns, blocks) of items of every kind: unknown creators, no embedding, in the future;
    `small`: embeddings as the catalogue holds them, a byte a number."""
    rng = np.random.default_rng(seed)
    embedding = rng.normal(size=(ROWS, EMBEDDING_SIZE)).astype(np.float32)
    embedding /= np.linalg.norm(embedding, axis=1, keepdims=True)
    embedding[rng.random(ROWS) < 0.2] = 0
    columns = ItemColumns(
        topic=rng.integers(0, TOPICS_MAX, ROWS).astype(np.int8),
        language=rng.integers(0, len(LANGUAGES), ROWS).astype(np.int8),
        creator=rng.integers(0, 12, ROWS).astype(np.int32),
        published_ms=NOW_MS - rng.integers(-5 * HOUR_MS, 900 * HOUR_MS, ROWS),
        lifetime_h=rng.choice([0.0, 0.5, 24.0, 720.0], ROWS).astype(np.float32),
        duration_s=rng.choice([0.0, 8.0, 600.0], ROWS).astype(np.float32),
        sensitive=rng.random(ROWS) < 0.3,
        embedding=np.rint(embedding * 127).astype(np.int8) if small else embedding,
    )
    return columns, rng.normal(size=(ROWS, ITEM_BLOCK)).astype(np.float32)


def viewer(seed: int, scale: float) -> ViewerState:
    """Somebody who did much (scale 50), little, nothing (0), or regrets (negative counts)."""
    rng = np.random.default_rng(seed)
    state = ViewerState(1, at_ms=int(NOW_MS - rng.integers(0, 40 * 24 * HOUR_MS)))
    shown = rng.exponential(scale, PLACES) if scale else np.zeros(PLACES)
    shown[rng.random(PLACES) < 0.2] = 0
    state.counts[:, SHOWN] = shown
    state.counts[:, JUDGED] = shown * rng.random(PLACES)
    state.counts[:, TAP] = state.counts[:, JUDGED] * rng.uniform(-0.2, 1.2, PLACES)
    state.counts[:, LONG] = shown * rng.uniform(-0.2, 1.2, PLACES)
    state.counts[:, LIKE] = shown * rng.uniform(-0.1, 0.3, PLACES)
    state.counts[:, ENGAGED] = shown * rng.uniform(-0.5, 1.5, PLACES)
    known = rng.integers(0, 10)
    state.creators[:known] = rng.permutation(11)[:known] + 1
    if scale and rng.random() < 0.8:
        state.vectors[:] = rng.normal(0, scale, state.vectors.shape)
        looked = rng.integers(0, ITEMS_MAX)
        state.items[:looked] = rng.choice(NUM[:20], looked)
        bits = [0, TAPPED, LONGED, TAPPED | LONGED, UNJUDGED, UNJUDGED | LONGED]
        state.items_done[:looked] = rng.choice(bits, looked)
    state.followed_creators = set(rng.integers(0, 12, 3).tolist())
    state.followed_topics = set(rng.integers(0, TOPICS_MAX, 2).tolist())
    return state


def engagers(seed: int) -> Engagers:
    """Of the items: of some nobody is known."""
    rng, known = np.random.default_rng(seed), no_engagers(ROWS)
    known.mean[:] = rng.integers(-127, 128, known.mean.shape)
    known.unit[:] = rng.uniform(0, 0.4, ROWS) / 127 * (rng.random(ROWS) < 0.7)
    known.usual[:] = rng.normal(0, 0.05, EMBEDDING_SIZE)
    return known


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    seed=st.integers(0, 10_000),
    scale=st.sampled_from([0.0, 0.2, 3.0, 50.0]),
    rows=st.lists(st.integers(0, ROWS - 1), max_size=60),
    ahead_ms=st.integers(-3 * HOUR_MS, 60 * 24 * HOUR_MS),
    hour=st.floats(0, 23.99),
    scene=st.integers(0, len(SURFACES) - 1),
    flags=st.tuples(st.booleans(), st.booleans(), st.booleans()),
)
@example(
    seed=0, scale=0.0, rows=[], ahead_ms=0, hour=0.0, scene=0, flags=(True, False, False)
)  # fmt: skip
@example(
    seed=1, scale=50.0, rows=[3, 3, 3], ahead_ms=0, hour=12.0, scene=1, flags=(False, True, True)
)  # fmt: skip
def test_the_kernel_equals_its_reference(
    seed: int, scale: float, rows: list[int], ahead_ms: int, hour: float, scene: int,
    flags: tuple[bool, bool, bool],
) -> None:  # fmt: skip
    small, metered, locked = flags
    items, block = world(seed, small)
    rates = np.random.default_rng(seed).uniform(0.001, 0.9, (2, 3)).astype(np.float32)
    at = Context(NOW_MS + ahead_ms, hour, scene, rates, metered, locked)
    given = (np.array(rows, np.int32), NUM, items, block, viewer(seed + 1, scale), at)
    by = engagers(seed) if seed % 4 else None
    fast, slow = features(*given, engagers=by), features_reference(*given, by)
    assert fast.shape == (len(rows), F)
    assert fast.dtype == np.float32
    assert np.isfinite(fast).all()
    for f, name in enumerate(FEATURES):
        np.testing.assert_allclose(fast[:, f], slow[:, f], rtol=5e-4, atol=5e-4, err_msg=name)


def test_a_viewer_of_whom_nothing_is_known_is_like_no_viewer() -> None:
    items, block = world(3)
    by = engagers(3)
    nobody = features(ALL_ROWS, NUM, items, block, None, HERE, engagers=by)
    new = features(ALL_ROWS, NUM, items, block, ViewerState(9), HERE, engagers=by)
    assert np.array_equal(nobody, new)
    for name in (*TASTE, "viewer_shown", "hour_tap", "here_long", "taste_language", "followed"):
        np.testing.assert_allclose(column(nobody, name), 0, atol=1e-6, err_msg=name)


def test_the_answer_for_a_row_does_not_depend_on_the_other_rows() -> None:
    items, block = world(4)
    state, at, by = viewer(5, 3.0), HERE._replace(locked=True), engagers(4)
    together = features(ALL_ROWS, NUM, items, block, state, at, engagers=by)
    for row in (0, 7, ROWS - 1):
        one = np.array([row], np.int32)
        alone = features(one, NUM, items, block, state, at, engagers=by)
        assert np.array_equal(alone[0], together[row])


def test_on_a_locked_screen_a_sensitive_item_does_not_follow_from_taste_unless_chosen() -> None:
    items, block = world(6)
    items = items._replace(sensitive=np.ones(ROWS, bool))
    state = viewer(7, 20.0)
    state.followed_creators = set(range(12))
    state.followed_topics = {int(items.topic[0])}
    at, by = HERE._replace(locked=True), engagers(6)
    x = features(ALL_ROWS, NUM, items, block, state, at, engagers=by)
    for name in TASTE:
        assert not column(x, name).any(), name
    chosen = items.topic == items.topic[0]
    assert np.array_equal(column(x, "followed"), chosen)
    open_ = features(ALL_ROWS, NUM, items, block, state, HERE, engagers=by)
    assert all(column(open_, name).any() for name in TASTE)


def test_an_items_freshness_halves_with_each_third_of_its_lifetime() -> None:
    items, block = world(8)
    items = items._replace(
        published_ms=np.full(ROWS, NOW_MS), lifetime_h=np.full(ROWS, 24, np.float32)
    )
    ages = [HERE._replace(now_ms=NOW_MS + hours * HOUR_MS) for hours in (0, 8, 16)]
    fresh = [column(features(ALL_ROWS[:1], NUM, items, block, None, at), "fresh") for at in ages]
    assert [float(value[0]) for value in fresh] == pytest.approx([1, 0.5, 0.25])


def test_what_was_done_in_the_last_hour_fades_within_hours_and_taste_within_weeks() -> None:
    items, block = world(9)
    state = ViewerState(1, at_ms=NOW_MS)
    for place in (ALL, HOUR, TOPIC_0 + int(items.topic[0])):
        state.counts[place, [SHOWN, JUDGED, TAP]] = 20
    hour_tap, taste_shown = np.array([
        (column(x, "hour_shown")[0], column(x, "taste_shown")[0])
        for x in (
            features(ALL_ROWS[:1], NUM, items, block, state, HERE._replace(now_ms=NOW_MS + gap_ms))
            for gap_ms in (0, 6 * HOUR_MS, 14 * 24 * HOUR_MS)
        )
    ]).T  # fmt: skip
    assert np.expm1(hour_tap) == pytest.approx([20, 20 / 2**6, 0], abs=1e-3)
    assert np.expm1(taste_shown) == pytest.approx([20, 20 * 2 ** (-6 / 336), 10], rel=1e-3)


def test_taps_are_a_share_of_what_was_judged_alone() -> None:
    """An imported history does not say what was tapped: it must not read as dislike."""
    items, block = world(10)
    state = ViewerState(1, at_ms=NOW_MS)
    topic = TOPIC_0 + int(items.topic[0])
    state.counts[[ALL, topic], SHOWN] = 50
    state.counts[[ALL, topic], LONG] = 25
    x = features(ALL_ROWS[:1], NUM, items, block, state, HERE)
    for name in ("viewer_tap", "taste_tap", "hour_tap", "here_tap"):
        assert column(x, name)[0] == pytest.approx(0, abs=1e-6), name
    assert column(x, "viewer_long")[0] > 1


def test_the_docs_table_numbers_every_feature_once_and_says_how_it_is_centred() -> None:
    rows = [
        [cell.strip() for cell in line.split("|")[1:-1]]
        for line in (module.__doc__ or "").splitlines()
        if re.match(r"\| \d", line)
    ]
    table: dict[int, tuple[str, float, float]] = {}
    for index, name, unit, centre, spread, meaning in rows:
        numbers = [int(number) for number in index.split(", ")]
        suffixes = ["_sin", "_cos"] if len(numbers) == 2 else [""]
        for number, suffix in zip(numbers, suffixes, strict=True):
            assert number not in table and unit and meaning
            table[number] = (name + suffix, float(centre), float(spread))
    assert list(table) == list(range(F))
    assert tuple(name for name, _, _ in table.values()) == FEATURES
    assert len(set(FEATURES)) == F == len(CENTRE) == len(SPREAD)
    assert CENTRE.tolist() == pytest.approx([centre for _, centre, _ in table.values()])
    assert SPREAD.tolist() == pytest.approx([spread for _, _, spread in table.values()])
    assert (SPREAD > 0).all()


def test_the_item_block_is_in_the_order_of_the_features_it_stands_for() -> None:
    assert list(FEATURES[1:6]) == [f"item_{rate}" for rate in RATES]
    assert FEATURES[1 + UNKNOWN] == "unknown"
    items, block = world(11)
    for scene in range(len(SURFACES)):
        x = features(ALL_ROWS, NUM, items, block, None, HERE._replace(scene=scene))
        assert np.array_equal(x[:, 1 : 1 + ITEM_OWN], block[:, :ITEM_OWN])
        assert np.array_equal(column(x, "item_scene"), block[:, ITEM_OWN + scene])
