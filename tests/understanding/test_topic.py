"""Topics told from texts, and what texts mean."""

from __future__ import annotations

import numpy as np
import pytest

from jhalak.catalogue import topics as table
from jhalak.catalogue.topics import topic_by_id
from jhalak.understanding import meaning
from jhalak.understanding.grams import GramRule, grams
from jhalak.understanding.linear import dump, load
from jhalak.understanding.topic import GENERAL, model_at, topics_of
from jhalak.understanding.topic_training import beside, train_own, written

RANDOM = np.random.default_rng(0)
TEXTS = ["rain in town", "heavy rain", "rains again", "cup final", "cup won", "the cup"] * 3
LABELS = ["weather"] * 3 + ["sport"] * 3


def unit(rows: np.ndarray) -> np.ndarray:
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def test_every_label_of_the_model_that_ships_is_a_topic() -> None:
    model = model_at(None)
    assert set(model.labels) <= set(topic_by_id())
    assert model.encoder == meaning.shipped().encoder
    assert {topic for topic, _ in written()} <= set(topic_by_id())


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("Kohli hits a century as India win the cricket match", "sport"),
        ("Heavy rain and orange alert: weather forecast", "weather"),
        ("மழை வானிலை அறிக்கை", "weather"),
    ],
)
def test_words_tell_a_topic(text: str, topic: str) -> None:
    assert topics_of(model_at(None), [text])[0][0] == topic


def test_a_text_that_says_nothing_stays_general() -> None:
    assert table.GENERAL == GENERAL
    assert topics_of(model_at(None), ["zzz qqq"])[0][0] == GENERAL
    assert topics_of(model_at(None), []) == []


def test_an_operator_s_own_model_learns_words_and_meaning() -> None:
    vectors = unit(RANDOM.normal(size=(len(TEXTS), 8)))
    labels = LABELS * 3
    model = load(dump(train_own("own-1", TEXTS, labels, "toy", vectors)))
    assert model.encoder == "toy"
    assert model.meaning is not None and model.meaning.shape == (8, 2)
    said = [topic for topic, _ in topics_of(model, TEXTS, vectors)]
    assert said == labels
    assert [topic for topic, _ in topics_of(train_own("w", TEXTS, labels), TEXTS)] == labels


def test_a_vector_stands_beside_its_row() -> None:
    rows = grams(["ab", ""], GramRule(1, 2, 8))
    joined = beside(rows, np.array([[1, 2], [3, 4]], np.float32), 256)
    assert joined.buckets[joined.starts[1] - 2 : joined.starts[1]].tolist() == [256, 257]
    assert joined.values[-2:].tolist() == [3, 4]


def test_what_is_left_without_the_language_is_compared() -> None:
    """Two languages lie far apart; the same thing lies near once each one's centre is off."""
    things = RANDOM.normal(size=(80, 96))
    shift = {"en": 5 * RANDOM.normal(size=96), "ta": 5 * RANDOM.normal(size=96)}
    rows = {code: unit(things + by) for code, by in shift.items()}
    fitted = meaning.load(meaning.dump(meaning.fit("toy", rows)))
    centred = {code: fitted.centred(rows[code], [code] * 80) for code in rows}
    small = {code: fitted.embeddings(centred[code]).astype(float) for code in rows}
    assert small["en"].shape == (80, 64)
    assert np.abs(np.linalg.norm(small["en"], axis=1) - 127).max() < 5
    assert ((small["ta"] @ small["en"].T).argmax(axis=1) == np.arange(80)).mean() > 0.95
    assert fitted.model == "toy-64-1"


def test_an_unknown_language_has_no_centre() -> None:
    fitted = meaning.shipped()
    vector = unit(RANDOM.normal(size=(1, 384)))
    np.testing.assert_allclose(fitted.centred(vector, ["xx"]), vector, rtol=1e-5)


def test_where_a_cell_s_items_lie_is_taken_off_once_it_is_known() -> None:
    drift = meaning.Drift()
    rows = unit(RANDOM.normal(size=(400, 32)) + 2.0)
    np.testing.assert_allclose(drift.off(rows[:9], ["hi"] * 9), rows[:9], atol=1e-6)
    drift.off(rows, ["hi"] * 400)
    left = drift.off(rows, ["hi"] * 400)
    assert np.linalg.norm(left.mean(axis=0)) < 0.1 < np.linalg.norm(rows.mean(axis=0))
    np.testing.assert_allclose(drift.off(rows[:3], ["ta"] * 3), rows[:3], atol=1e-6)
    assert drift.off(rows[:0], []).shape == (0, 32)
