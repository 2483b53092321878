"""What the nearest of a cell's own items are told to be counts beside what a text says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jhalak.understanding.linear import confidence
from jhalak.understanding.meaning import ENOUGH, REMEMBERED
from jhalak.understanding.nearby import NEAREST, Nearby

WIDTH = 16


def places(n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Texts about three things, and which: vectors float32[n, WIDTH] about three points."""
    rng = np.random.default_rng(seed)
    about = rng.integers(0, 3, n)
    rows = np.eye(3, WIDTH)[about] + 0.15 * rng.normal(size=(n, WIDTH))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32), about


def guesses(about: np.ndarray, seed: int = 1) -> np.ndarray:
    """Scores of a model that is right more often than not."""
    rng = np.random.default_rng(seed)
    return (0.5 * np.eye(3)[about] + 0.5 * rng.normal(size=(len(about), 3))).astype(np.float32)


def test_texts_are_told_better_by_what_is_near_them() -> None:
    rows, about = places(900)
    scores, nearby = guesses(about), Nearby()
    nearby.beside(rows, ["en"] * 900, scores)
    both = nearby.beside(rows, ["en"] * 900, scores)
    alone, together = (np.mean(s.argmax(axis=1) == about) for s in (scores, both))
    assert together > alone + 0.1
    # How sure it says to be is about how often it is right.
    assert confidence(both).max(axis=1).mean() < together + 0.1


def test_a_language_of_few_items_stays_as_it_is() -> None:
    rows, about = places(ENOUGH - 1)
    scores, nearby = guesses(about), Nearby()
    codes = ["en"] * len(rows)
    assert np.array_equal(nearby.beside(rows, codes, scores), scores)
    assert np.array_equal(nearby.beside(rows[:1], ["hi"], scores[:1]), scores[:1])
    nearby.beside(rows[:1], ["en"], scores[:1])
    assert not np.array_equal(nearby.beside(rows, codes, scores), scores)


def test_a_text_does_not_bear_itself_out() -> None:
    rows, about = places(ENOUGH)
    scores, nearby = guesses(about), Nearby()
    nearby.beside(rows, ["en"] * ENOUGH, scores)
    one = np.zeros((1, WIDTH), np.float32)
    one[0, 8] = 1
    said = np.array([[9.0, 0, 0]], np.float32)
    first = nearby.beside(one, ["en"], said)
    for _ in range(2 * NEAREST):
        assert np.allclose(nearby.beside(one, ["en"], said), first)


def test_rows_of_several_languages_keep_their_order() -> None:
    rows, about = places(2 * ENOUGH)
    scores, nearby = guesses(about), Nearby()
    codes = ["en", "hi"] * ENOUGH
    nearby.beside(rows, codes, scores)
    both = nearby.beside(rows, codes, scores)
    apart = Nearby()
    apart.beside(rows[::2], ["en"] * ENOUGH, scores[::2])
    assert np.array_equal(both[::2], apart.beside(rows[::2], ["en"] * ENOUGH, scores[::2]))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 700), max_size=9))
def test_whatever_comes_scores_stay_finite_and_memory_bounded(sizes: list[int]) -> None:
    nearby = Nearby()
    for n in sizes:
        rows, about = places(n)
        both = nearby.beside(rows, ["en"] * n, guesses(about))
        assert both.shape == (n, 3) and np.isfinite(both).all()
    for items in nearby._of.values():
        assert len(items._rows) == REMEMBERED


def test_nothing_is_nothing() -> None:
    none = np.zeros((0, 3), np.float32)
    assert Nearby().beside(np.zeros((0, WIDTH), np.float32), [], none).shape == (0, 3)


@pytest.mark.parametrize("n", [REMEMBERED + 5, 2 * REMEMBERED])
def test_only_the_newest_are_remembered(n: int) -> None:
    rows, about = places(n)
    nearby = Nearby()
    for at in range(0, n, 500):
        part = slice(at, min(at + 500, n))
        nearby.beside(rows[part], ["en"] * len(rows[part]), guesses(about[part]))
    newest = {row.tobytes() for row in rows[n - REMEMBERED :]}
    assert {row.tobytes() for row in nearby._of["en"]._rows} == newest
