"""Sparse rows of n-grams, and the classifier that is trained on them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jhalak.understanding.grams import GramRule, grams, inverse_frequency, normalised
from jhalak.understanding.linear import BadModel, Linear, dump, load, train

RULE = GramRule(1, 3, 12, words=True)
FRUIT = ["apple pie", "ripe apples", "an apple a day", "apple trees"]
RAIN = ["rain today", "heavy rain", "rain and wind", "it rains"]


def made() -> Linear:
    rows = grams(FRUIT + RAIN, RULE)
    frequency = inverse_frequency(rows, RULE.bits)
    labels = np.array([0] * len(FRUIT) + [1] * len(RAIN))
    weights, bias = train(normalised(rows, frequency), labels, 1 << RULE.bits, 2)
    return Linear("fruit-1", RULE, ("fruit", "rain"), frequency, weights, bias)


def say(model: Linear, texts: list[str]) -> list[str]:
    scores = model.scores(normalised(grams(texts, model.rule), model.frequency))
    return [model.labels[index] for index in scores.argmax(axis=1)]


@given(st.lists(st.text(max_size=90), max_size=5))
@settings(max_examples=100, deadline=None)
def test_every_row_counts_as_many_grams_as_its_words_have(texts: list[str]) -> None:
    rows = grams(texts, RULE)
    assert len(rows.starts) == len(texts) + 1
    assert rows.starts[-1] == len(rows.buckets) == len(rows.values)
    assert (rows.values >= 1).all()
    for begin, end in zip(rows.starts, rows.starts[1:], strict=False):
        assert (np.diff(rows.buckets[begin:end]) > 0).all()


def test_a_word_has_its_grams_its_marks_and_itself() -> None:
    # ^ab$: 4 + 3 + 2 grams of 1 to 3 letters, and the word.
    assert grams(["ab"], GramRule(1, 3, 20, words=True)).values.sum() == 10
    assert grams(["ab ab"], GramRule(1, 3, 20)).values.tolist().count(2.0) == 9


def test_a_row_is_one_long_unless_it_is_empty() -> None:
    rows = normalised(grams(["rain", ""], RULE))
    assert np.linalg.norm(rows.values) == pytest.approx(1.0)
    assert rows.starts.tolist()[1] == rows.starts.tolist()[2]


def test_the_classifier_tells_what_it_was_taught() -> None:
    model = made()
    assert say(model, FRUIT + RAIN) == ["fruit"] * 4 + ["rain"] * 4
    assert say(model, ["apples", "raining"]) == ["fruit", "rain"]


def test_training_is_the_same_twice() -> None:
    np.testing.assert_array_equal(made().weights, made().weights)


def test_a_model_says_the_same_after_it_was_kept() -> None:
    model = made()
    again = load(dump(model))
    assert (again.name, again.labels, again.rule) == (model.name, model.labels, model.rule)
    assert say(again, ["apples", "raining"]) == ["fruit", "rain"]


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"no model at all"])
def test_a_damaged_model_is_refused(data: bytes) -> None:
    with pytest.raises(BadModel, match="not a model of ours"):
        load(data)
