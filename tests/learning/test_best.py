"""Choosing and sorting keys, against NumPy."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from jhalak.learning.best import keep_greatest, sort_down

KEYS = st.lists(st.integers(-(2**62), 2**62), min_size=1, max_size=300, unique=True)


@given(keys=KEYS, data=st.data())
@settings(max_examples=200, deadline=None, derandomize=True)
def test_the_greatest_are_kept_and_the_least_of_them_stands_last(
    keys: list[int], data: st.DataObject
) -> None:
    n = data.draw(st.integers(1, len(keys)))
    wanted = data.draw(st.integers(1, n))
    array = np.array(keys, np.int64)
    expected = np.sort(array[:n])[::-1][:wanted]
    rest = array[n:].copy()
    keep_greatest(array, n, wanted)
    assert np.sort(array[:wanted])[::-1].tolist() == expected.tolist()
    assert array[wanted - 1] == expected[-1]
    assert array[n:].tolist() == rest.tolist()


@given(keys=KEYS, data=st.data())
@settings(max_examples=100, deadline=None, derandomize=True)
def test_sorting_puts_the_greatest_first(keys: list[int], data: st.DataObject) -> None:
    n = data.draw(st.integers(0, len(keys)))
    array = np.array(keys, np.int64)
    expected = [*np.sort(array[:n])[::-1], *array[n:]]
    sort_down(array, n)
    assert array.tolist() == expected
