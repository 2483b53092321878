"""The online model: finds what decides, keeps what it does not learn, forgets position."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jhalak.learning import model as module
from jhalak.learning.features import FEATURES, F
from jhalak.learning.model import HEADS, POSITIONS, H, OnlineModel, predict, starting_weights


def learn_by_the_formula(model: OnlineModel, x, slot, label) -> float:
    """One Adagrad step after the other, as the textbook writes it, in float64."""
    weights, squares = model.weights.astype(float), model.squares.astype(float)
    position, p_squares = model.position.astype(float), model.position_squares.astype(float)
    loss = 0.0
    for row, p, labels in zip(x.astype(float), slot, label, strict=True):
        p = min(p, POSITIONS - 1)
        for h in range(H):
            if labels[h] < 0:
                continue
            guess = 1 / (1 + np.exp(-np.clip(weights[h] @ row + position[h, p], -30, 30)))
            loss -= np.log(max(guess if labels[h] else 1 - guess, 1e-7))
            gradient = (guess - labels[h]) * row + module.PULL * (weights[h] - model.start[h])
            squares[h] += gradient**2
            weights[h] -= module.LEARNING_RATE * gradient / np.sqrt(squares[h])
            p_squares[h, p] += (guess - labels[h]) ** 2
            position[h, p] -= module.LEARNING_RATE * (guess - labels[h]) / np.sqrt(p_squares[h, p])
    model.weights, model.squares = weights.astype(np.float32), squares.astype(np.float32)
    model.position = position.astype(np.float32)
    model.position_squares = p_squares.astype(np.float32)
    return loss


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 20))
def test_the_kernel_equals_the_formula(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, F)).astype(np.float32)
    slot = rng.integers(0, 2 * POSITIONS, n)
    label = rng.integers(-1, 2, (n, H)).astype(np.float32)
    fast, slow = OnlineModel(), OnlineModel()
    assert fast.learn(x, slot, label) == pytest.approx(
        learn_by_the_formula(slow, x, slot, label), rel=1e-3, abs=1e-4
    )
    for name in OnlineModel.ARRAYS:
        np.testing.assert_allclose(
            getattr(fast, name), getattr(slow, name), rtol=1e-3, atol=1e-4, err_msg=name
        )


def test_it_finds_the_feature_that_decides() -> None:
    rng = np.random.default_rng(1)
    model = OnlineModel()
    x = rng.normal(size=(4000, F)).astype(np.float32)
    x[:, 0] = 1
    decides = FEATURES.index("length")
    label = np.full((4000, H), -1, np.float32)
    label[:, 0] = x[:, decides] > 0
    model.learn(x, np.zeros(4000, np.int64), label)
    p = predict(model.weights, x)[:, 0]
    assert p[label[:, 0] > 0].mean() > p[label[:, 0] == 0].mean() + 0.4


def test_a_label_that_is_not_known_teaches_nothing() -> None:
    model = OnlineModel()
    x = np.ones((3, F), np.float32)
    assert model.learn(x, np.zeros(3, np.int64), np.full((3, H), -1, np.float32)) == 0
    assert np.array_equal(model.weights, starting_weights())
    label = np.full((3, H), -1, np.float32)
    label[:, HEADS.index("like")] = 1
    model.learn(x, np.zeros(3, np.int64), label)
    changed = (model.weights != starting_weights()).any(axis=1)
    assert [HEADS[h] for h in np.flatnonzero(changed)] == ["like"]


def test_what_the_slot_explains_is_not_put_down_to_the_item() -> None:
    """First slots are tapped, later ones are not, whatever they show: position takes the blame."""
    rng = np.random.default_rng(2)
    model = OnlineModel()
    slot = rng.integers(0, 2, 6000)
    x = rng.normal(size=(6000, F)).astype(np.float32)
    label = np.full((6000, H), -1, np.float32)
    label[:, 0] = slot == 0
    model.learn(x, slot, label)
    tap = HEADS.index("tap")
    assert model.position[tap, 0] > model.position[tap, 1] + 2
    assert np.abs(model.weights[tap, 1:]).max() < 0.5


def test_predictions_are_probabilities_for_each_head() -> None:
    x = np.random.default_rng(3).normal(size=(50, F)).astype(np.float32)
    p = predict(starting_weights(), x)
    assert p.shape == (50, H)
    assert ((p > 0) & (p < 1)).all()


def test_learning_in_two_goes_is_learning_in_one() -> None:
    rng = np.random.default_rng(4)
    x = rng.normal(size=(20, F)).astype(np.float32)
    slot = rng.integers(0, 9, 20)
    label = rng.integers(-1, 2, (20, H)).astype(np.float32)
    whole, parts = OnlineModel(), OnlineModel()
    whole.learn(x, slot, label)
    parts.learn(x[:7], slot[:7], label[:7])
    parts.learn(x[7:], slot[7:], label[7:])
    assert whole.examples == parts.examples == 20
    for name in OnlineModel.ARRAYS:
        assert np.array_equal(getattr(whole, name), getattr(parts, name))
