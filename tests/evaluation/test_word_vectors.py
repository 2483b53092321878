"""Embeddings of texts from which words stand together."""

from __future__ import annotations

import numpy as np

from jhalak.evaluation.word_vectors import word_vectors
from jhalak.schema.item import EMBEDDING_SIZE


def test_texts_of_one_theme_lie_nearer_than_those_of_two() -> None:
    rng = np.random.default_rng(1)
    words = np.array([[f"{theme}{n}" for n in range(40)] for theme in ("sport", "food", "art")])
    theme = np.repeat([0, 1, 2], 60)
    found = word_vectors([" ".join(rng.choice(words[t], 6, replace=False)) for t in theme])
    assert found.shape == (180, EMBEDDING_SIZE) and found.dtype == np.float32
    near, same = found @ found.T, theme[:, None] == theme
    assert near[same & ~np.eye(180, dtype=bool)].mean() > near[~same].mean() + 0.03


def test_a_text_without_words_of_others_has_no_direction() -> None:
    found = word_vectors(["rain in Pune", "Rain in Kochi", "", "unheard", "Sun over Pune"])
    length = np.linalg.norm(found, axis=1)
    assert (length[[2, 3]] == 0).all()
    assert np.allclose(length[[0, 1]], 1, atol=1e-5)


def test_no_texts_have_no_vectors() -> None:
    assert word_vectors([]).shape == (0, EMBEDDING_SIZE)
    assert (word_vectors(["one", "two"]) == 0).all()
