"""What is engaged with together: the kernel against its reference."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from jhalak.learning.serving import NEAR
from jhalak.stages.together import together, together_reference
from tests.worlds import often

ROWS, PLACES = 40, 6


@given(
    seed=st.integers(0, 10_000),
    items=st.lists(st.integers(0, 60), max_size=12),
    languages=st.lists(st.integers(0, 3), min_size=1, max_size=4, unique=True),
    quota=st.integers(0, 12),
)
@often(150)
def test_the_kernel_finds_what_the_reference_finds(
    seed: int, items: list[int], languages: list[int], quota: int
) -> None:
    rng = np.random.default_rng(seed)
    row_of = np.full(50, -1, np.int32)
    row_of[rng.permutation(50)[:ROWS]] = np.arange(ROWS)
    at = np.zeros((ROWS - 3, 4), np.int32)
    at[:, NEAR] = rng.integers(0, ROWS, ROWS - 3)
    neighbours = np.full((ROWS, PLACES), -1, np.int32)
    strength = np.zeros((ROWS, PLACES), np.float32)
    for row in range(1, ROWS):
        n = rng.integers(0, PLACES + 1)
        neighbours[row, :n] = rng.choice(ROWS, n, replace=False)
        strength[row, :n] = np.sort(rng.random(n) + 0.01)[::-1]
    live = rng.random(ROWS) < 0.8
    mark = (rng.random(ROWS) < 0.2).astype(np.uint8)
    given = (
        np.array(items, np.int64), row_of, at, neighbours, strength,
        rng.integers(0, 4, ROWS).astype(np.int8), live, np.array(languages),
        np.full(len(languages), quota), mark,
    )  # fmt: skip
    before = mark.copy()
    assert together(*given).tolist() == together_reference(*given).tolist()
    assert np.array_equal(mark, before)
