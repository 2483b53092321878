"""Scoring in one go says what features, ids, prediction and levelling say one after the other."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jhalak.catalogue.columns import facts_of, packed_of
from jhalak.config.settings import ModelSettings
from jhalak.learning.features import Context, features
from jhalak.learning.model import CREATOR_DIMS, ITEM_WIDTH, H, predict, starting_weights
from jhalak.learning.scoring import Scorer, level
from jhalak.learning.serving import Serving, nothing_learned
from jhalak.stages.prediction import HIGHEST_LEVEL, levelled
from tests.learning.test_features import NOW_MS, NUM, RATES_HERE, ROWS, engagers, viewer, world

SCORER = Scorer()


def learned(seed: int, hidden: tuple[int, int]) -> tuple[Serving, np.ndarray, np.ndarray]:
    """(serving, facts, embedding) of items of every kind, of some of which nothing is known."""
    rng = np.random.default_rng(seed)
    columns, block = world(seed, small=True)
    facts, packed = facts_of(ROWS), packed_of(ROWS)
    for name in ("topic", "language", "creator", "published_ms", "lifetime_h", "duration_s"):
        facts[name] = getattr(columns, name)
    facts["sensitive"], facts["num"], packed[:] = columns.sensitive, NUM, columns.embedding
    serving = nothing_learned(ROWS)
    serving.blocks, serving.at[:, 0] = block, rng.permutation(ROWS)
    serving.items = rng.normal(size=(9, ITEM_WIDTH)).astype(np.float32)
    serving.creators = rng.normal(size=(5, CREATOR_DIMS)).astype(np.float32)
    serving.items[0] = serving.creators[0] = 0
    serving.at[:, 1], serving.at[:, 2] = rng.integers(0, 9, ROWS), rng.integers(0, 5, ROWS)
    serving.engagers, serving.at[:, 4] = engagers(seed), rng.permutation(ROWS)
    weights = starting_weights(ModelSettings(hidden=hidden))
    weights.flat[:] += rng.normal(0, 0.3, len(weights.flat))
    weights.calibration[:] = rng.normal(0, 1, weights.calibration.shape)
    serving.weights = weights
    return serving, facts, packed


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    seed=st.integers(0, 10_000),
    scale=st.sampled_from([0.0, 3.0, 50.0]),
    rows=st.lists(st.integers(0, ROWS - 1), max_size=60),
    scene=st.integers(0, 1),
    known=st.booleans(),
    hidden=st.sampled_from([(32, 16), (6, 5)]),
)
def test_scoring_at_once_equals_scoring_step_by_step(
    seed: int, scale: float, rows: list[int], scene: int, known: bool, hidden: tuple[int, int]
) -> None:
    serving, facts, packed = learned(seed, hidden)
    columns, _ = world(seed, small=True)
    here, state = np.array(rows, np.int32), viewer(seed + 1, scale) if known else None
    at = Context(NOW_MS, 9.0, scene, RATES_HERE, metered=seed % 2 == 0, locked=scene == 0)
    x, p = SCORER.score(here, facts, packed, serving, state, at)
    _, brought_down = SCORER.score(here, facts, packed, serving, state, at, HIGHEST_LEVEL)
    usual = features(here, NUM, columns, serving.blocks, state, at, serving.at, serving.engagers)
    ids = serving.ids(here, columns.topic, columns.language, scene)
    expected = predict(serving.weights, usual, ids)
    np.testing.assert_allclose(x, usual, rtol=5e-7, atol=1e-7)  # compiled apart: the last bit
    np.testing.assert_allclose(p, expected, rtol=2e-4, atol=1e-7)
    np.testing.assert_allclose(brought_down, levelled(expected), rtol=4e-4, atol=1e-7)


def test_what_was_scored_stays_when_the_next_slate_is_scored() -> None:
    serving, facts, packed = learned(1, (32, 16))
    at = Context(NOW_MS, 9.0, 1, RATES_HERE)
    every = np.arange(ROWS, dtype=np.int32)
    x, p = SCORER.score(every, facts, packed, serving, viewer(2, 3.0), at)
    before = x.copy(), p.copy()
    SCORER.score(every[::-1].copy(), facts, packed, serving, None, at)
    np.testing.assert_array_equal(x, before[0])
    np.testing.assert_array_equal(p, before[1])


def test_new_weights_are_used_at_once() -> None:
    serving, facts, packed = learned(3, (32, 16))
    at, every = Context(NOW_MS, 9.0, 1, RATES_HERE), np.arange(ROWS, dtype=np.int32)
    _, before = SCORER.score(every, facts, packed, serving, None, at)
    serving.weights = serving.weights._replace(flat=serving.weights.flat * np.float32(0.5))
    _, after = SCORER.score(every, facts, packed, serving, None, at)
    assert (before != after).any(axis=0).all()


@pytest.mark.parametrize("most", [0.05, 0.9])
def test_a_heads_odds_are_brought_down_by_one_factor_where_their_mean_is_above(most: float) -> None:
    p = np.random.default_rng(4).uniform(0.001, 0.999, (50, H)).astype(np.float32)
    p[:, 0] *= 0.01
    mean = p.astype(np.float64).mean(axis=0)
    scale = np.where(mean > most, most * (1 - mean) / ((1 - most) * mean), 1.0)
    odds = p * scale / (1 - p.astype(np.float64))
    level(p, np.float32(most))
    np.testing.assert_allclose(p, odds / (1 + odds), rtol=1e-4)
