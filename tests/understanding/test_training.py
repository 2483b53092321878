"""Training on owned text: on the lines that lie with the package."""

from __future__ import annotations

import numpy as np
import pytest

from jhalak.understanding import language_training, safety_training
from jhalak.understanding.grams import grams, normalised
from jhalak.understanding.linear import Linear
from jhalak.understanding.words import CLASSES

TEXTS = {
    "en": ["The river is long and slow"], "id": ["Sungai itu panjang dan lambat"],
    "hi": ["नदी लंबी और धीमी है"], "mr": ["नदी लांब आणि संथ आहे"],
    "bn": ["নদীটি দীর্ঘ এবং ধীর"], "ur": ["دریا لمبا اور آہستہ ہے"],
}  # fmt: skip


def told(model: Linear, text: str) -> str:
    scores = model.scores(normalised(grams([text.lower()], model.rule)))
    return model.labels[int(scores[0].argmax())]


def test_languages_are_learned_from_few_texts_and_the_written_lines(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for much in ("WINDOWS", "FILLED", "UNFILLED"):
        monkeypatch.setattr(language_training, much, 2)
    models = language_training.train_languages(TEXTS)
    assert set(models) == set(language_training.NAMES)
    assert told(models["Latn"], "mere liye gaana bajao") == "hi-Latn"
    assert told(models["Latn"], "play some music for me") == "en"
    assert told(models["Deva"], "काठमाडौंमा वर्षा भइरहेको छ") == "ne"


def test_safety_is_learned_from_words_and_from_meaning() -> None:
    lines = safety_training.written()
    random = np.random.default_rng(0)
    labels = ("clean", *CLASSES)
    vectors = np.stack([np.eye(8)[labels.index(label)] for label, _ in lines])
    vectors = (vectors + 0.01 * random.normal(size=vectors.shape)).astype(np.float32)
    model = safety_training.train_safety([], "toy", vectors)
    assert set(model.labels) == set(labels)
    said = model.of_texts([line for _, line in lines], vectors).argmax(axis=1)
    right = [model.labels[at] == label for at, (label, _) in zip(said, lines, strict=True)]
    assert np.mean(right) > 0.95
