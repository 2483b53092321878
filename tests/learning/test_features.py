"""The features' kernel says what its NumPy reference says, and what the docs table says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import jhalak.learning.features as module
from jhalak.learning.features import (
    FEATURES,
    ITEM_BLOCK,
    F,
    ItemColumns,
    features,
    features_reference,
)
from jhalak.learning.value import PARTS
from jhalak.schema.item import EMBEDDING_SIZE
from jhalak.schema.languages import LANGUAGES
from jhalak.schema.viewer_state import TOPICS_MAX, ViewerState

NOW_MS = 1_790_000_000_000
HOUR_MS = 3_600_000
ROWS = 40


def world(seed: int) -> tuple[ItemColumns, np.ndarray]:
    """(columns, blocks) of items of every kind: unknown creators, no embedding, in the future."""
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
        embedding=embedding,
    )
    return columns, rng.normal(size=(ROWS, ITEM_BLOCK)).astype(np.float32)


def viewer(seed: int, scale: float) -> ViewerState:
    """Somebody who did much (scale 50), little, nothing (0), or regrets (negative counts)."""
    rng = np.random.default_rng(seed)
    state = ViewerState(1, at_ms=int(NOW_MS - rng.integers(0, 40 * 24 * HOUR_MS)))
    state.shown[:] = rng.exponential(scale, TOPICS_MAX) if scale else 0
    state.engaged[:] = state.shown * rng.uniform(-0.5, 1.5, TOPICS_MAX)
    state.language_shown[:] = rng.exponential(scale, len(LANGUAGES)) if scale else 0
    state.language_engaged[:] = state.language_shown * rng.uniform(-0.5, 1.5, len(LANGUAGES))
    known = rng.integers(0, 10)
    state.creators[:known] = rng.permutation(11)[:known] + 1
    state.creator_shown[:known] = rng.exponential(max(scale, 0.1), known)
    state.creator_engaged[:known] = state.creator_shown[:known] * rng.uniform(-1, 2, known)
    if scale and rng.random() < 0.8:
        state.vectors[:] = rng.normal(0, scale, state.vectors.shape)
    state.followed_creators = set(rng.integers(0, 12, 3).tolist())
    state.followed_topics = set(rng.integers(0, TOPICS_MAX, 2).tolist())
    return state


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    scale=st.sampled_from([0.0, 0.2, 3.0, 50.0]),
    rows=st.lists(st.integers(0, ROWS - 1), max_size=60),
    ahead_ms=st.integers(-3 * HOUR_MS, 60 * 24 * HOUR_MS),
    hour=st.floats(0, 23.99),
    video=st.booleans(),
    locked=st.booleans(),
)
@example(seed=0, scale=0.0, rows=[], ahead_ms=0, hour=0.0, video=False, locked=True)
@example(seed=1, scale=50.0, rows=[3, 3, 3], ahead_ms=0, hour=12.0, video=True, locked=False)
def test_the_kernel_equals_its_reference(
    seed: int, scale: float, rows: list[int], ahead_ms: int, hour: float, video: bool, locked: bool
) -> None:
    items, block = world(seed)
    given = (np.array(rows, np.int32), items, block, viewer(seed + 1, scale), NOW_MS + ahead_ms)
    fast = features(*given, hour, video=video, locked=locked)
    slow = features_reference(*given, hour, video=video, locked=locked)
    assert fast.shape == (len(rows), F)
    assert fast.dtype == np.float32
    assert np.isfinite(fast).all()
    np.testing.assert_allclose(fast, slow, rtol=2e-4, atol=2e-4)


def test_a_viewer_of_whom_nothing_is_known_is_like_no_viewer() -> None:
    items, block = world(3)
    rows = np.arange(ROWS, dtype=np.int32)
    nobody = features(rows, items, block, None, NOW_MS, 9.0, video=False, locked=False)
    new = features(rows, items, block, ViewerState(9), NOW_MS, 9.0, video=False, locked=False)
    assert np.array_equal(nobody, new)
    for name in ("taste_topic", "taste_share", "taste_creator", "like_long", "followed"):
        assert not nobody[:, FEATURES.index(name)].any(), name


def test_the_answer_for_a_row_does_not_depend_on_the_other_rows() -> None:
    items, block = world(4)
    state = viewer(5, 3.0)
    rows = np.arange(ROWS, dtype=np.int32)
    together = features(rows, items, block, state, NOW_MS, 1.0, video=True, locked=True)
    for row in (0, 7, ROWS - 1):
        one = np.array([row], np.int32)
        alone = features(one, items, block, state, NOW_MS, 1.0, video=True, locked=True)
        assert np.array_equal(alone[0], together[row])


def test_on_a_locked_screen_a_sensitive_item_does_not_follow_from_taste_unless_chosen() -> None:
    items, block = world(6)
    items = items._replace(sensitive=np.ones(ROWS, bool))
    state = viewer(7, 20.0)
    state.followed_topics = {int(items.topic[0])}
    rows = np.arange(ROWS, dtype=np.int32)
    x = features(rows, items, block, state, NOW_MS, 1.0, video=False, locked=True)
    for name in ("taste_topic", "taste_share", "taste_creator", "like_long", "like_short"):
        assert not x[:, FEATURES.index(name)].any(), name
    assert x[0, FEATURES.index("followed")] == 1


def test_an_items_freshness_halves_with_each_third_of_its_lifetime() -> None:
    items, block = world(8)
    items = items._replace(
        published_ms=np.full(ROWS, NOW_MS), lifetime_h=np.full(ROWS, 24, np.float32)
    )
    rows = np.zeros(1, np.int32)
    at = {
        hours: features(
            rows, items, block, None, NOW_MS + hours * HOUR_MS, 0.0, video=False, locked=False
        )[0, FEATURES.index("fresh")]
        for hours in (0, 8, 16)
    }
    assert [at[0], at[8], at[16]] == pytest.approx([1, 0.5, 0.25])


def test_every_feature_is_in_the_table_and_in_one_part() -> None:
    lines = [line.split("|") for line in (module.__doc__ or "").splitlines() if line[:1] == "|"]
    table: dict[str, str] = {}
    for _, index, name, *_ in lines[2:]:
        numbers = index.strip().split(", ")
        suffixes = ["_sin", "_cos"] if len(numbers) == 2 else [""]
        for number, suffix in zip(numbers, suffixes, strict=True):
            table[number] = name.strip() + suffix
    assert table == {str(i): name for i, name in enumerate(FEATURES)}
    parts = [name for names in PARTS.values() for name in names]
    assert sorted(parts) == sorted(FEATURES)
