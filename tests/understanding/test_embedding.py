"""The hashed n-gram embedder and its slow reference."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from jhalak.schema.item import EMBEDDING_SIZE
from jhalak.understanding.embedding import HashedNgrams, letter_kinds, prepare
from jhalak.understanding.ngrams import embed_one

HEADLINES = [
    "India beat Australia in the cricket final",
    "Australia lose the cricket final to India",
    "Share prices fall as banks report losses",
    "दिल्ली में आज तेज़ बारिश",
    "दिल्ली में तेज़ बारिश से सड़कें डूबीं",
]
EMBEDDER = HashedNgrams()


def cosine(rows: np.ndarray) -> np.ndarray:
    unit = rows.astype(np.float64)
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    return unit @ unit.T


@given(
    st.lists(
        st.one_of(st.text(max_size=60), st.sampled_from(HEADLINES), st.just("na " * 40)),
        max_size=6,
    )
)
@settings(max_examples=200, deadline=None)
def test_the_kernel_equals_the_reference(texts: list[str]) -> None:
    rows = EMBEDDER.embed(texts)
    assert rows.shape == (len(texts), EMBEDDING_SIZE)
    assert rows.dtype == np.int8
    for row, text in zip(rows, texts, strict=True):
        np.testing.assert_array_equal(row, embed_one(prepare(text), letter_kinds()))


@given(st.lists(st.text(max_size=40), min_size=1, max_size=8))
@settings(max_examples=100, deadline=None)
def test_rows_are_about_127_long(texts: list[str]) -> None:
    lengths = np.linalg.norm(EMBEDDER.embed(texts).astype(np.float64), axis=1)
    assert np.all(np.abs(lengths - 127) < 5)


def test_a_text_embeds_the_same_alone_and_among_others() -> None:
    together = EMBEDDER.embed(HEADLINES)
    for row, text in zip(together, HEADLINES, strict=True):
        np.testing.assert_array_equal(EMBEDDER.embed([text])[0], row)


def test_headlines_that_share_words_lie_closer() -> None:
    near = cosine(EMBEDDER.embed(HEADLINES))
    assert near[0, 1] > near[0, 2]
    assert near[3, 4] > near[3, 0]
    assert near[0, 1] > 0.5


def test_case_joiners_and_compatibility_forms_do_not_matter() -> None:
    rows = EMBEDDER.embed(["Ｃricket CUP", "cricket cup", "cricket\u200d cup"])
    np.testing.assert_array_equal(rows[0], rows[1])
    np.testing.assert_array_equal(rows[1], rows[2])


def test_nothing_embeds_to_nothing_and_no_word_to_the_first_axis() -> None:
    assert EMBEDDER.embed([]).shape == (0, EMBEDDING_SIZE)
    rows = EMBEDDER.embed(["", "!!!"])
    assert rows[:, 0].tolist() == [127, 127]
    assert not rows[:, 1:].any()
