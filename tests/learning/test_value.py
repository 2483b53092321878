"""What a part adds to a slot's value is what the value loses without it."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from jhalak.config.settings import ValueWeights
from jhalak.learning.features import CENTRE, FEATURES, SPREAD, F
from jhalak.learning.model import (
    CREATOR_DIMS,
    HEADS,
    ITEM_DIMS,
    ITEM_WIDTH,
    SIDE,
    H,
    Ids,
    Weights,
    predict,
    starting_weights,
)
from jhalak.learning.serving import CREATOR, ITEM
from jhalak.learning.value import (
    PARTS,
    C,
    contributions,
    contributions_reference,
    odds_between,
    removed,
    value_of,
)
from jhalak.pipeline.stage import SOURCES, Outcome, Selection
from jhalak.schema.reason import REASONS
from jhalak.schema.viewer_state import ViewerState
from jhalak.stages.explanation import decide
from jhalak.stages.prediction import FEATURES as FEATURE_COLUMN
from jhalak.stages.prediction import PREDICTIONS
from jhalak.stages.valuation import worth_of
from tests.worlds import candidates_of, make_items, query_of, world_of

WORTH = worth_of(ValueWeights())
NAMED = [name for name in PARTS if name != "other"]


def learned(seed: int) -> Weights:
    """Weights as learning may leave them: the network has a say of its own."""
    rng, weights = np.random.default_rng(seed), starting_weights()
    flat = weights.flat + rng.normal(0, 0.05, len(weights.flat)).astype(np.float32)
    calibration = rng.normal(0, 0.2, weights.calibration.shape).astype(np.float32)
    return weights._replace(flat=flat, calibration=calibration)


def slots(rng: np.random.Generator, k: int) -> tuple[np.ndarray, Ids]:
    """(features, ids) of k slots of items and creators that the model knows."""
    x = (CENTRE + SPREAD * rng.normal(size=(k, F))).astype(np.float32)
    x[:, FEATURES.index("bias")] = 1
    columns = [rng.integers(0, most, k) for most in (32, 13, 2)]
    side = rng.normal(0, 0.3, (k, SIDE)).astype(np.float32)
    return x, Ids(side, rng.normal(0, 0.3, (k, H)).astype(np.float32), *columns)


def without(x: np.ndarray, ids: Ids, part: str, usual: np.ndarray) -> tuple[np.ndarray, Ids]:
    """The same slots had they not had this part, written out."""
    x, side, bias = x.copy(), ids.side.copy(), ids.item_bias.copy()
    for name in PARTS[part]:
        x[:, FEATURES.index(name)] = usual[FEATURES.index(name)]
    if part == "trending":  # how the item does is known of its row as well
        side[:, :ITEM_DIMS] = 0
        bias[:] = 0
    if part == "taste_publisher":
        side[:, ITEM_DIMS : ITEM_DIMS + CREATOR_DIMS] = 0
    return x, ids._replace(side=side, item_bias=bias)


def levels(p: np.ndarray, odds: np.ndarray) -> np.ndarray:
    """Predictions brought to another level, as the scorer does."""
    return p * odds / (1 - p + p * odds)


def test_every_feature_belongs_to_one_part() -> None:
    members = [name for names in PARTS.values() for name in names]
    assert sorted(members) == sorted(FEATURES)
    assert set(NAMED) - {"taste_topic", "taste_publisher", "taste_like"} <= set(REASONS)
    assert set(NAMED) <= set(REASONS)


@pytest.mark.parametrize("seed", range(5))
def test_a_contribution_is_the_fall_in_value_when_the_slot_is_predicted_without_the_part(
    seed: int,
) -> None:
    rng, weights = np.random.default_rng(seed), learned(seed)
    x, ids = slots(rng, 12)
    usual = x.mean(axis=0)
    odds = rng.uniform(0.2, 1, H).astype(np.float32)
    p = predict(weights, x, ids)
    parts = contributions(weights, x, usual, ids, levels(p, odds)[0], WORTH)
    assert parts.shape == (12, C) and parts.dtype == np.float32
    expected = contributions_reference(weights, x, usual, ids, levels(p, odds)[0], WORTH)
    np.testing.assert_allclose(parts, expected, rtol=1e-3, atol=1e-5)
    value = levels(p, odds) @ WORTH
    for c, part in enumerate(PARTS):
        left = levels(predict(weights, *without(x, ids, part, usual)), odds) @ WORTH
        np.testing.assert_allclose(parts[:, c], value - left, rtol=2e-3, atol=2e-4, err_msg=part)


def test_a_slot_that_is_the_usual_candidate_of_no_known_item_has_no_contributions() -> None:
    x, ids = slots(np.random.default_rng(1), 1)
    ids = ids._replace(side=np.zeros_like(ids.side), item_bias=np.zeros_like(ids.item_bias))
    levelled = predict(learned(1), x, ids)[0]
    parts = contributions(learned(1), x, x[0], ids, levelled, WORTH)
    np.testing.assert_allclose(parts, 0, atol=1e-5)


def test_slots_come_first_and_then_themselves_without_each_part_in_turn() -> None:
    rng = np.random.default_rng(2)
    x, ids = slots(rng, 3)
    usual = np.full(F, 9, np.float32)
    many, of = removed(x, usual, ids)
    assert many.shape == ((1 + C) * 3, F)
    assert np.array_equal(many[:3], x) and np.array_equal(of.side[:3], ids.side)
    for c, part in enumerate(PARTS, 1):
        rows = slice(3 * c, 3 * c + 3)
        expected, known = without(x, ids, part, usual)
        assert np.array_equal(many[rows], expected)
        for name in Ids._fields:
            assert np.array_equal(getattr(of, name)[rows], getattr(known, name)), (part, name)


def test_how_far_predictions_were_brought_down_is_found_from_one_of_them() -> None:
    rng = np.random.default_rng(3)
    p = rng.uniform(0.001, 0.9, (20, H)).astype(np.float32)
    odds = rng.uniform(0.05, 2, H).astype(np.float32)
    found = odds_between(p[0], levels(p, odds)[0])
    np.testing.assert_allclose(found, odds, rtol=1e-3)
    np.testing.assert_allclose(value_of(p, found, WORTH), levels(p, odds) @ WORTH, rtol=1e-3)
    np.testing.assert_allclose(value_of(p, np.ones(H, np.float32), WORTH), p @ WORTH, rtol=1e-4)
    assert len(HEADS) == len(WORTH)


def test_without_the_named_cause_the_value_falls_more_than_without_any_other() -> None:
    """1,000 random slots, each removal predicted anew by hand: the sentence tells the truth."""
    world = world_of(*make_items({"sport": 20, "food": 20}))
    rng, query = np.random.default_rng(4), query_of(state=ViewerState(1))
    true = named = 0
    for round_ in range(40):
        weights = learned(round_)
        found = candidates_of(world)
        x, _ = slots(rng, len(found))
        items, creators = (
            rng.normal(0, 0.3, (len(found), width)).astype(np.float32)
            for width in (ITEM_WIDTH, CREATOR_DIMS)
        )
        world.serving = dataclasses.replace(
            world.serving, weights=weights, items=items, creators=creators
        )
        world.serving.at[found.rows, ITEM] = np.arange(len(found))
        world.serving.at[found.rows, CREATOR] = np.arange(len(found))
        catalogue, rows = world.catalogue, found.rows
        ids = world.serving.ids(rows, catalogue.topic, catalogue.language, 0)
        odds = rng.uniform(0.2, 1, H).astype(np.float32)
        found.columns[FEATURE_COLUMN] = x
        found.columns[PREDICTIONS] = levels(predict(weights, x, ids), odds)
        found.columns[SOURCES] = rng.integers(0, 2, len(found)).astype(np.uint16)
        index = rng.permutation(len(found))[:25]
        selection = Selection(index, np.ones(25, np.float32), np.zeros(25, np.bool_))
        _, reasons = decide(world, query, Outcome(found, selection), 0, ValueWeights())
        here = Ids(*(column[index] for column in ids))
        value, usual = levels(predict(weights, x[index], here), odds) @ WORTH, x.mean(axis=0)
        falls = {
            part: value
            - levels(predict(weights, *without(x[index], here, part, usual)), odds) @ WORTH
            for part in NAMED
        }
        for slot, reason in enumerate(reasons):
            most = max(NAMED, key=lambda part: falls[part][slot])
            said = REASONS[reason].replace("followed_topic", "followed")
            if said == "popular":  # no part decided, or the item does well and does not trend
                assert falls[most][slot] < 1e-4 or most == "trending"
            else:
                named += 1
                true += said == most
    assert named > 500
    assert true >= 0.95 * named
