"""Whom an item is for, by the tastes of those who engaged with it."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jhalak.learning.engagers import (
    ENGAGERS_PRIOR,
    LEAST,
    TASTE_PRIOR,
    TASTE_UNIT,
    EngagerTable,
    taste_bytes,
    taste_of,
)
from jhalak.learning.fold import Fold
from jhalak.schema.activity import Served
from jhalak.schema.item import EMBEDDING_SIZE
from tests.learning.folding import after
from tests.learning.records import event, outcomes, relation, served

DAY_MS = 86_400_000


def taste(*at: int, length: float = 9.0) -> np.ndarray:
    """int16[EMBEDDING_SIZE]: of one who likes these directions alike."""
    vector = np.zeros(EMBEDDING_SIZE, np.float32)
    vector[list(at)] = length / np.sqrt(len(at))
    out = np.empty(EMBEDDING_SIZE, np.int16)
    assert taste_of(vector, out)
    return out


def mean_of(table: EngagerTable, item: int) -> np.ndarray:
    """float32[EMBEDDING_SIZE] as published; zeros where nothing is."""
    told = table.arrays()
    at = np.flatnonzero(told["engaged_nums"] == item)
    if not len(at):
        return np.zeros(EMBEDDING_SIZE, np.float32)
    return told["engager_mean"][at[0]] * told["engager_unit"][at[0]]


def test_a_taste_is_shorter_than_1_and_says_more_the_more_was_engaged_with() -> None:
    for length in (0.5, 1.0, 9.0, 500.0):
        expected = length / (length + TASTE_PRIOR)
        assert np.linalg.norm(taste(3, 7, length=length) * TASTE_UNIT) == pytest.approx(
            expected, abs=1e-3
        )
    out = np.full(EMBEDDING_SIZE, 7, np.int16)
    assert not taste_of(np.zeros(EMBEDDING_SIZE, np.float32), out)


def test_a_record_of_a_taste_is_as_good_as_the_taste() -> None:
    vector = np.random.default_rng(1).normal(size=EMBEDDING_SIZE).astype(np.float32)
    out = np.empty(EMBEDDING_SIZE, np.int16)
    taste_of(vector, out)
    assert np.array_equal(np.frombuffer(taste_bytes(vector), np.int16), out)
    assert taste_bytes(np.zeros(EMBEDDING_SIZE, np.float32)) == b""


def test_an_item_is_for_those_who_are_like_who_engaged_with_it() -> None:
    table = EngagerTable()
    tastes = {"food": taste(1), "cricket": taste(2)}
    for k in range(40):
        who = "food" if k % 2 else "cricket"
        table.serve(tastes[who])
        table.engage(7 if who == "food" else 8, tastes[who], 1)
    for who, own, other in (("food", 7, 8), ("cricket", 8, 7)):
        relative = tastes[who] * TASTE_UNIT - table.usual
        assert relative @ mean_of(table, own) > 0.2
        assert relative @ mean_of(table, other) < -0.2


def test_what_all_have_in_common_tells_nothing() -> None:
    table = EngagerTable()
    for k in range(200):
        everybody = taste(1)
        table.serve(everybody)
        table.engage(k % 3, everybody, 1)
    relative = taste(1) * TASTE_UNIT - table.usual
    assert all(abs(relative @ mean_of(table, item)) < 0.01 for item in range(3))


def test_what_is_published_is_never_one_viewers_taste() -> None:
    table = EngagerTable()
    for _ in range(LEAST - 1):
        table.engage(7, taste(1), 1)
    assert not len(table.arrays()["engaged_nums"])
    table.engage(7, taste(2), 1)
    assert table.arrays()["engaged_nums"].tolist() == [7]


@settings(max_examples=30, deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.integers(1, 9), st.integers(0, 5)), min_size=2, max_size=80))
def test_it_is_the_mean_of_their_tastes_drawn_towards_nothing(acts: list[tuple[int, int]]) -> None:
    table = EngagerTable()
    by_item: dict[int, list[np.ndarray]] = {}
    for item, liked in acts:
        table.engage(item, taste(liked), 1)
        by_item.setdefault(item, []).append(taste(liked) * TASTE_UNIT)
    for item, tastes in by_item.items():
        expected = np.sum(tastes, axis=0) / (len(tastes) + ENGAGERS_PRIOR)
        if len(tastes) < LEAST:
            expected[:] = 0
        np.testing.assert_allclose(mean_of(table, item), expected, atol=0.02)


def test_what_was_engaged_for_long_ago_counts_less() -> None:
    table = EngagerTable()
    for liked, times in ((1, 2000), (2, 1000)):
        for _ in range(times):
            table.engage(7, taste(liked), 1)
    mean = mean_of(table, 7)
    assert mean[2] > 2 * mean[1] > 0


def test_a_checkpoint_goes_on_as_if_nothing_had_happened() -> None:
    rng = np.random.default_rng(3)
    whole = EngagerTable()

    def some(table: EngagerTable, rng: np.random.Generator, n: int) -> None:
        for _ in range(n):
            who = taste(int(rng.integers(0, 9)))
            table.serve(who)
            table.engage(int(rng.integers(1, 400)), who, 5)

    some(whole, rng, 900)
    half = EngagerTable()
    half.load(whole.dump())
    assert half.dump() == whole.dump()
    later = [np.random.default_rng(4) for _ in range(2)]
    some(whole, later[0], 900)
    some(half, later[1], 900)
    assert half.dump() == whole.dump()
    assert len(whole) == len(half) > 256


def test_items_that_nobody_engages_with_any_more_are_forgotten() -> None:
    table = EngagerTable()
    for at_ms in (1, 2):
        table.engage(7, taste(1), at_ms)
        table.engage(8, taste(2), at_ms + 50 * DAY_MS)
    kept = mean_of(table, 8)
    table.expire(60 * DAY_MS, 45 * 86_400.0)
    assert table.arrays()["engaged_nums"].tolist() == [8]
    assert np.array_equal(mean_of(table, 8), kept)
    table.engage(7, taste(1), 61 * DAY_MS)
    assert len(table) == 2


def seen_by(slate: int, who: np.ndarray, items: tuple[int, ...] = (7, 8, 9)) -> Served:
    return msgspec.structs.replace(served(slate, items), taste=who.tobytes())


def engaged(fold: Fold) -> dict[int, float]:
    """Item to how many engaged with it."""
    table = fold.tallies.engagers
    return {
        item: round(float(table._weight[row])) for item, row in table._index.items()
    }  # fmt: skip


def test_a_slot_tells_once_whom_its_item_is_for_whatever_was_done_with_it() -> None:
    fold = after(
        seen_by(1, taste(1)),
        outcomes(event("a", "impression", 1, 7), event("b", "tap", 1, 7)),
        outcomes(event("c", "dwell", 1, 7, value=60_000), event("b", "tap", 1, 7)),
        relation("d", "likes", 7, slate=1),
        outcomes(event("e", "impression", 1, 8, 1), event("f", "report", 1, 8, 1)),
        relation("g", "likes", 9, slate=1),
    )
    assert engaged(fold) == {7: 1, 9: 1}


def test_what_is_taken_back_tells_nothing_and_toggling_counts_once() -> None:
    tap, back = event("b", "tap", 1, 7), event("u", "undo", 1, 7, undoes="b")
    fold = after(seen_by(1, taste(1)), outcomes(event("a", "impression", 1, 7), tap, back))
    assert engaged(fold) == {7: 0}
    likes = [relation(f"{k}", "likes", 7, slate=1, on=on) for k, on in enumerate([True, False] * 9)]
    toggled = after(seen_by(1, taste(1)), outcomes(tap), *likes)
    assert engaged(toggled) == {7: 1}, "tapped and not taken back"
    toggled = after(seen_by(1, taste(1)), seen_by(2, taste(2)), *likes)
    assert engaged(toggled) == {7: 0}
    assert not len(toggled.arrays()["engaged_nums"])


def test_each_who_engages_adds_the_taste_they_had_then() -> None:
    fold = after(
        seen_by(1, taste(1)), seen_by(2, taste(2)),
        outcomes(event("a", "tap", 1, 7)), outcomes(event("b", "tap", 2, 7)),
    )  # fmt: skip
    told = fold.arrays()
    assert told["engaged_nums"].tolist() == [7]
    mean = told["engager_mean"][0] * told["engager_unit"][0]
    assert mean[1] != 0 and mean[2] != 0 and not mean[3:].any()
    np.testing.assert_allclose(
        told["usual_taste"], np.mean([taste(1), taste(2)], axis=0) * TASTE_UNIT * 2 / 3, atol=1e-4
    )


def test_of_who_wants_nothing_learned_nothing_is_known() -> None:
    nobody = msgspec.structs.replace(seen_by(1, taste(1)), profiled=False)
    fold = after(nobody, outcomes(event("a", "tap", 1, 7), profiled=False))
    unknown = after(served(1, (7, 8)), outcomes(event("a", "tap", 1, 7)))
    for one in (fold, unknown):
        assert engaged(one) == {}
        assert not one.arrays()["usual_taste"].any()
