"""Rows of ids: who gets one, who loses it, and that no two ids share one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jhalak.learning.embeddings import FIRM, GATE, RATE, Embeddings

MEETINGS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 50)), max_size=120)
"""(id, minute)"""


def met(ids, times: int = GATE, at_ms: int = 1, width: int = 3) -> Embeddings:
    table = Embeddings(width, seed=7)
    for _ in range(times):
        table.meet(np.array(ids), at_ms)
    return table


def test_an_id_gets_a_row_with_its_last_meeting_at_the_gate_and_none_before() -> None:
    table = Embeddings(3, seed=7)
    answers = [int(table.meet(np.array([42]), 1)[0]) for _ in range(GATE + 1)]
    assert answers == [-1] * (GATE - 1) + [0, 0]
    assert table.rows(np.array([42, 43])).tolist() == [0, -1]
    assert not table.gather(np.array([-1])).any()
    assert table.gather(np.array([0])).any()


def test_zero_stands_for_no_id_however_often_it_comes() -> None:
    table = met([0, 0, 5])
    assert len(table) == 1 and not table.waiting
    assert table.meet(np.array([0, 5]), 1).tolist() == [-1, 0]


@settings(max_examples=60, deadline=None, derandomize=True)
@given(MEETINGS)
def test_each_id_has_a_row_of_its_own_from_its_last_meeting_at_the_gate_on(meetings) -> None:
    table, times = Embeddings(2, seed=1), dict.fromkeys(range(10), 0)
    for key, minute in sorted(meetings, key=lambda meeting: meeting[1]):
        times[key] += 1
        row = int(table.meet(np.array([key]), minute)[0])
        assert (row >= 0) == (key > 0 and times[key] >= GATE)
    known = sorted(key for key in times if key > 0 and times[key] >= GATE)
    rows = table.rows(np.array(known, np.int64))
    assert sorted(rows.tolist()) == list(range(len(known)))
    assert sorted(table.arrays()[0].tolist()) == known


def test_what_is_learned_of_one_id_does_not_touch_another() -> None:
    """Also not of ids that a table of hashed rows would throw together."""
    ids = [1, 1 + 2**20, 1 + 2**32, 1 + 2**40, 2**62]
    table = met(ids)
    rows = table.rows(np.array(ids))
    assert len(set(rows.tolist())) == len(ids)
    before = table.gather(rows)
    table.learn(rows[[2, 2]], np.ones((2, 3), np.float32))
    moved = (table.gather(rows) != before).any(axis=1)
    assert moved.tolist() == [False, False, True, False, False]


def test_learning_is_adagrad_for_each_example_in_turn() -> None:
    rng = np.random.default_rng(3)
    table = met([1, 2, 3])
    values, squares = table.arrays()[1].astype(float), np.full((3, 3), FIRM)
    rows, gradient = rng.integers(-1, 3, 30), rng.normal(size=(30, 3)).astype(np.float32)
    table.learn(rows, gradient)
    for row, g in zip(rows, gradient.astype(float), strict=True):
        if row >= 0:
            squares[row] += g**2
            values[row] -= RATE * g / np.sqrt(squares[row])
    np.testing.assert_allclose(table.arrays()[1], values, rtol=1e-4, atol=1e-6)


def test_expiry_takes_the_rows_of_ids_not_met_lately_and_leaves_the_others_as_they_were() -> None:
    table = met([1, 2, 3, 4], at_ms=100)
    table.learn(np.arange(4), np.arange(12, dtype=np.float32).reshape(4, 3))
    table.meet(np.array([2, 4, 99]), 500)
    before = dict(zip(*(part.tolist() for part in table.arrays()), strict=True))
    squares = {key: table.squares[row].tolist() for key, row in table.index.items()}
    table.expire(500)
    after = dict(zip(*(part.tolist() for part in table.arrays()), strict=True))
    assert after == {key: before[key] for key in (2, 4)}
    assert all(table.squares[row].tolist() == squares[key] for key, row in table.index.items())
    assert not table.waiting, "who waited at the gate begins anew"
    assert table.meet(np.array([1, 2]), 600).tolist() == [-1, 0]
    table.expire(10_000)
    assert len(table) == 0 and table.rows(np.array([2])).tolist() == [-1]


def test_an_id_begins_alike_whenever_it_comes_and_unlike_others_and_other_seeds() -> None:
    early, late = met([8, 9]), met([1, 2, 3, 9, 8])
    for key in (8, 9):
        row, other = early.rows(np.array([key])), late.rows(np.array([key]))
        assert np.array_equal(early.gather(row), late.gather(other))
    values = late.arrays()[1]
    assert len(np.unique(values, axis=0)) == len(values)
    assert np.abs(values).max() < 0.1
    assert Embeddings(3, seed=7).width == 3
    elsewhere = Embeddings(3, seed=8)
    for _ in range(GATE):
        elsewhere.meet(np.array([8]), 1)
    assert not np.array_equal(elsewhere.arrays()[1][0], early.arrays()[1][0])


def test_a_table_grows_past_its_first_room_and_keeps_what_it_holds() -> None:
    ids = np.arange(1, 1001)
    table = met(ids[:200], at_ms=1)
    first = table.arrays()[1]
    for _ in range(GATE):
        table.meet(ids, 2)
    assert len(table) == 1000
    keys, values = table.arrays()
    assert keys.tolist() == ids.tolist()
    assert np.array_equal(values[:200], first)
    assert (table.squares[:1000] == np.float32(FIRM)).all()
    table.expire(3)
    assert len(table) == 0


@pytest.mark.parametrize("many", [20, 600])
def test_a_table_loaded_from_its_bytes_goes_on_bit_for_bit(many: int) -> None:
    rng = np.random.default_rng(many)
    stayed, loaded = Embeddings(4, seed=2), Embeddings(4, seed=2)

    def go_on(table: Embeddings, batches) -> None:
        for at_ms, (ids, gradient) in enumerate(batches):
            table.learn(table.meet(ids, at_ms), gradient)
            if at_ms % 11 == 10:
                table.expire(at_ms - 8)

    batches = [
        (rng.integers(0, many, 3 * many), rng.normal(size=(3 * many, 4)).astype(np.float32))
        for _ in range(30)
    ]
    go_on(stayed, batches[:15])
    loaded.load(stayed.dump())
    for table in (stayed, loaded):
        go_on(table, batches[15:])
    assert stayed.dump() == loaded.dump()
    assert len(stayed) > 0.5 * many
