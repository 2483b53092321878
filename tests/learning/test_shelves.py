"""What trends, on shelves: the greatest first."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jhalak.learning.serving import shelve
from jhalak.schema.languages import LANGUAGES
from jhalak.schema.pool import by_language_and_topic
from jhalak.schema.viewer_state import TOPICS_MAX


@given(
    st.lists(
        st.tuples(
            st.booleans(), st.floats(-1, 4, width=32), st.integers(0, len(LANGUAGES) - 1),
            st.integers(0, TOPICS_MAX - 1),
        ),
        max_size=60,
    )
)  # fmt: skip
def test_rows_that_trend_stand_by_language_and_topic_the_greatest_first(
    items: list[tuple[bool, float, int, int]],
) -> None:
    n = len(items)
    row = np.random.default_rng(n).permutation(n).astype(np.int32)
    language, topic = np.zeros(n, np.int8), np.zeros(n, np.int8)
    for i, (_, _, tongue, about) in enumerate(items):
        language[row[i]], topic[row[i]] = tongue, about
    rows = np.array([row[i] if items[i][0] else -1 for i in range(n)], np.int32)
    trend = np.array([item[1] for item in items], np.float32)

    best, by_topic = shelve(rows, trend, language, topic)

    there = [i for i in range(n) if rows[i] >= 0 and trend[i] > 0]
    order = sorted(there, key=lambda i: (language[rows[i]], -trend[i], i))
    expected = np.array([rows[i] for i in order], np.int32)
    assert best.rows.tolist() == expected.tolist()
    assert best.offsets.tolist() == [
        int(np.count_nonzero(language[expected] < tongue)) for tongue in range(len(LANGUAGES) + 1)
    ]
    reference = by_language_and_topic(expected, language[expected], topic[expected])
    assert by_topic.rows.tolist() == reference.rows.tolist()
    assert by_topic.offsets.tolist() == reference.offsets.tolist()
    assert best.rows.dtype == by_topic.rows.dtype == np.int32


@pytest.mark.parametrize("language", [0, len(LANGUAGES) - 1])
def test_a_language_has_its_rows_on_its_own_shelves(language: int) -> None:
    rows = np.arange(3, dtype=np.int32)
    tongue, topic = np.full(3, language, np.int8), np.array([2, 0, 2], np.int8)
    best, by_topic = shelve(rows, np.array([1, 3, 2], np.float32), tongue, topic)
    assert best.of(language).tolist() == [1, 2, 0]
    assert by_topic.of(language).tolist() == [1, 2, 0]
    assert not len(best.of(1 + language % 2))
