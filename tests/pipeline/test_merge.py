"""Merging what sources found."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from jhalak.pipeline.merge import Merger, merge_reference
from tests.worlds import often

ROWS = st.lists(st.integers(0, 60), unique=True, max_size=30).map(lambda r: np.array(r, np.int32))
_MERGER = Merger()


@given(found=st.lists(ROWS, max_size=16), limit=st.integers(1, 50))
@often()
def test_the_kernel_answers_what_the_reference_answers(found: list[np.ndarray], limit: int) -> None:
    rows, bits = _MERGER.merge(found, limit)
    wanted_rows, wanted_bits = merge_reference(found, limit)
    assert rows.tolist() == wanted_rows.tolist()
    assert bits.tolist() == wanted_bits.tolist()


def test_each_row_comes_once_with_the_sources_that_found_it() -> None:
    found = [np.array([5, 3], np.int32), np.array([3, 9], np.int32)]
    rows, bits = Merger().merge(found, 10)
    assert rows.tolist() == [5, 3, 9]
    assert bits.tolist() == [0b01, 0b11, 0b10]


def test_rows_beyond_the_limit_are_left_out_but_their_sources_still_count() -> None:
    found = [np.array([1, 2], np.int32), np.array([7, 2], np.int32)]
    rows, bits = Merger().merge(found, 2)
    assert rows.tolist() == [1, 2]
    assert bits.tolist() == [0b01, 0b11]


def test_rows_greater_than_any_before_are_merged() -> None:
    merger = Merger()
    merger.merge([np.array([1], np.int32)], 5)
    rows, _ = merger.merge([np.array([100_000, 1], np.int32)], 5)
    assert rows.tolist() == [100_000, 1]


def test_nothing_found_is_nothing() -> None:
    rows, bits = Merger().merge([], 5)
    assert len(rows) == len(bits) == 0
