"""The index of embeddings: exact where it says so, near enough elsewhere, true while items come
and go."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jhalak.learning.vector_index import CHUNK, VectorIndex, build, nearest_reference
from jhalak.schema.item import EMBEDDING_SIZE

D = EMBEDDING_SIZE


def unit(x: np.ndarray) -> np.ndarray:
    return (x / np.linalg.norm(x, axis=1, keepdims=True)).astype(np.float32)


def without_clusters(count: int, seed: int) -> np.ndarray:
    """Nothing to hold on to: a Gaussian cloud whose spectrum decays as 1/sqrt(k)."""
    rng = np.random.default_rng(seed)
    return unit(rng.normal(size=(count, D)) * np.arange(1, D + 1) ** -0.5)


def with_topics(count: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(22, D))
    return unit(centres[rng.integers(0, 22, count)] + rng.normal(size=(count, D)))


class Columns:
    """Rows of a small catalogue, and their nearest by looking at all."""

    def __init__(self, rows: int, languages: int, seed: int) -> None:
        rng = np.random.default_rng(seed)
        self.live = rng.random(rows) < 0.7
        self.language = rng.integers(0, languages, rows).astype(np.int8)
        self.embedding = without_clusters(rows, seed)
        self.embedding[rng.random(rows) < 0.1] = 0
        self.mark = (rng.random(rows) < 0.2).astype(np.uint8)

    def put(self, index: VectorIndex, rows: list[int] | np.ndarray) -> None:
        index.put(np.array(rows, np.int32), self.live, self.language, self.embedding)

    def nearest(
        self, index: VectorIndex, vector: np.ndarray, wanted: int, tongue: int = 0
    ) -> np.ndarray:
        of, many = np.array([tongue]), np.array([[wanted]])
        return index.nearest(vector[None], of, many, self.live, self.mark)

    def exact(self, vector: np.ndarray, wanted: int, tongue: int = 0) -> np.ndarray:
        return nearest_reference(
            vector, wanted, self.live, self.language, self.embedding, self.mark, tongue
        )


@settings(max_examples=80, deadline=None, derandomize=True)
@given(
    seed=st.integers(0, 10_000),
    rows=st.sampled_from([1, 5, 60, 400]),
    wanted=st.sampled_from([1, 2, 30, 500]),
    data=st.data(),
)
def test_while_items_come_and_go_the_search_of_one_cell_is_exact(
    seed: int, rows: int, wanted: int, data: st.DataObject
) -> None:
    columns, index = Columns(rows, 3, seed), VectorIndex()
    rng = np.random.default_rng(seed)
    columns.put(index, np.arange(rows))
    for _ in range(data.draw(st.integers(0, 4))):
        changed = rng.integers(0, rows, rng.integers(1, rows + 1))
        columns.live[changed] = rng.random(len(changed)) < 0.6
        columns.language[changed] = rng.integers(0, 3, len(changed))
        columns.embedding[changed] = without_clusters(len(changed), int(rng.integers(1 << 30)))
        columns.put(index, changed)
    assert len(index) == (columns.live & columns.embedding.any(axis=1)).sum()
    vector = unit(rng.normal(size=(1, D)))[0]
    before = columns.mark.copy()
    for tongue in range(4):
        found = columns.nearest(index, vector, wanted, tongue)
        assert found.dtype == np.int32
        assert found.tolist() == columns.exact(vector, wanted, tongue).tolist()
    assert np.array_equal(columns.mark, before)


@pytest.mark.parametrize(("make", "least"), [(without_clusters, 0.9), (with_topics, 0.98)])
def test_of_the_true_nearest_hundred_nearly_all_are_found(make: object, least: float) -> None:
    count = 40_000
    embedding = make(count + 60, 1)  # type: ignore[operator]
    live, language = np.ones(count, bool), np.zeros(count, np.int8)
    mark = np.zeros(count, np.uint8)
    index = build(live, language, embedding[:count])
    hits = 0
    for vector in embedding[count:]:
        exact = np.argpartition(-(embedding[:count] @ vector), 100)[:100]
        found = index.nearest(vector[None], np.array([0]), np.array([[100]]), live, mark)
        hits += len(np.intersect1d(exact, found))
    assert hits / 6000 >= least


def test_an_index_that_was_built_is_the_one_that_grew() -> None:
    columns = Columns(9000, 2, 5)
    columns.language[:] = (np.arange(9000) % 20 == 0).astype(np.int8)  # 8,550 and 450
    built = build(columns.live, columns.language, columns.embedding)
    assert not built.stale
    vector = columns.embedding[np.flatnonzero(columns.live)[7]]
    first = columns.nearest(built, vector, 50)
    rows = np.arange(9000)
    columns.live[rows] ^= True
    columns.put(built, rows)
    columns.live[rows] ^= True
    columns.put(built, rows[::-1])
    assert columns.nearest(built, vector, 50).tolist() == first.tolist()
    assert built.stale
    assert columns.nearest(built, vector, 50, 1).tolist() == columns.exact(vector, 50, 1).tolist()


def test_several_vectors_and_languages_are_answered_in_turn_and_no_row_twice() -> None:
    columns, index = Columns(300, 2, 8), VectorIndex()
    columns.put(index, np.arange(300))
    vectors = unit(np.random.default_rng(1).normal(size=(2, D)))
    vectors[1] = vectors[0]
    wanted = np.array([[3, 4], [0, 5]])
    found = index.nearest(vectors, np.array([1, 0]), wanted, columns.live, columns.mark)
    seven, five = columns.exact(vectors[0], 7, 1), columns.exact(vectors[0], 5, 0)
    assert found.tolist() == [*seven, *five]


def test_what_is_no_longer_live_is_not_found_even_before_it_is_put_out() -> None:
    columns, index = Columns(50, 1, 9), VectorIndex()
    columns.put(index, np.arange(50))
    nearest = columns.exact(columns.embedding[3], 1)[0]
    columns.live[nearest] = False
    assert nearest not in columns.nearest(index, columns.embedding[3], 50)
    columns.put(index, [nearest])
    assert len(index) == (columns.live & columns.embedding.any(axis=1)).sum()


def test_places_of_what_left_are_used_again() -> None:
    columns, index = Columns(4 * CHUNK, 1, 10), VectorIndex()
    columns.live[:], columns.embedding[:] = True, without_clusters(4 * CHUNK, 10)
    columns.put(index, np.arange(4 * CHUNK))
    chunks = []
    for _ in range(20):
        columns.live[:] = False
        columns.put(index, np.arange(4 * CHUNK))
        assert len(index) == 0
        columns.live[:] = True
        columns.put(index, np.arange(4 * CHUNK))
        chunks.append(len(index._lists.after))
    assert len(set(chunks)) == 1


def test_an_empty_index_finds_nothing() -> None:
    columns, index = Columns(5, 1, 11), VectorIndex()
    assert columns.nearest(index, columns.embedding[0], 3).tolist() == []
    nothing = np.zeros(5, bool)
    assert len(build(nothing, columns.language, columns.embedding)) == 0
