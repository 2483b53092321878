"""Cells: the k-means kernel says what its reference says, and cells are worth looking into."""

from __future__ import annotations

import numpy as np

from jhalak.learning import cells
from jhalak.learning.cells import FEW, cells_for, nearest_cell, train, train_reference
from jhalak.schema.item import EMBEDDING_SIZE


def codes(count: int, seed: int, centres: int = 40) -> np.ndarray:
    rng = np.random.default_rng(seed)
    middle = rng.normal(size=(centres, EMBEDDING_SIZE))
    x = middle[rng.integers(0, centres, count)] + 0.5 * rng.normal(size=(count, EMBEDDING_SIZE))
    return np.rint(127 * x / np.linalg.norm(x, axis=1, keepdims=True)).astype(np.int8)


def test_training_gives_what_its_reference_gives() -> None:
    given = codes(FEW + 500, 1)
    fast, slow = train(given), train_reference(given)
    assert fast.shape == (cells_for(len(given)), EMBEDDING_SIZE)
    np.testing.assert_allclose(fast, slow, atol=1e-4)
    assert np.array_equal(fast, train(given)), "the same vectors give the same cells"


def test_few_vectors_have_one_cell() -> None:
    assert cells_for(0) == cells_for(FEW - 1) == 1
    assert train(codes(10, 1)).shape == (1, EMBEDDING_SIZE)
    assert cells_for(100_000) == 253


def test_the_nearest_cell_is_the_first_of_the_greatest_products() -> None:
    centroids = np.eye(EMBEDDING_SIZE, dtype=np.float32)
    code = np.zeros(EMBEDDING_SIZE, np.int8)
    code[[3, 5]] = 100
    assert nearest_cell(code, centroids, 0, EMBEDDING_SIZE) == 3
    assert nearest_cell(code, centroids, 4, EMBEDDING_SIZE) == 5


def test_vectors_of_one_kind_share_few_cells() -> None:
    given = codes(FEW, 2, centres=10)
    rng = np.random.default_rng(2)
    rng.normal(size=(10, EMBEDDING_SIZE))
    kind = rng.integers(0, 10, FEW)
    centroids = train(given)
    of = np.array([nearest_cell(code, centroids, 0, len(centroids)) for code in given])
    for k in range(10):
        assert len(np.unique(of[kind == k])) < len(centroids) / 3


def test_copies_of_one_vector_leave_cells_empty_and_finite() -> None:
    assert np.isfinite(train(np.tile(codes(1, 3), (FEW, 1)))).all()
    assert np.isfinite(train(np.zeros((FEW, EMBEDDING_SIZE), np.int8))).all()
    assert cells.STEPS > 0
