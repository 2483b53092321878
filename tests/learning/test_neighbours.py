"""Co-engagement: counted as the reference counts, found where people liked both, forgotten on
demand; on a real log better than popularity."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jhalak.learning.neighbours import HALF_LIFE_MS, HEAVIEST, CoEngagement
from jhalak.learning.pairs import (
    EXPORTED,
    PLACES,
    RING,
    engage_reference,
    export_reference,
    lay_neighbours,
)
from tests.evaluation.kuairand_folder import REAL

NOW_MS = 1_790_000_000_000
DAY_MS = 86_400_000


def listed(pairs: CoEngagement, item: int) -> list[tuple[float, int]]:
    """(count, neighbour) of an item, place by place."""
    pairs._settle()
    row = pairs._index[item]
    places = zip(pairs._often[row].tolist(), pairs._near[row].tolist(), strict=True)
    return [(often, int(pairs._keys[near])) for often, near in places if near >= 0]


def found(pairs: CoEngagement, item: int, at_ms: int = NOW_MS) -> list[int]:
    """An item's exported neighbours, strongest first."""
    arrays = pairs.arrays(at_ms)
    at = np.flatnonzero(arrays["near_nums"] == item)
    return [num for num in arrays["near"][at[0]].tolist() if num] if len(at) else []


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    engagements=st.lists(st.tuples(st.integers(1, 5), st.integers(1, 60)), max_size=400),
    step_ms=st.sampled_from([0, DAY_MS]),
)
def test_pairs_are_counted_as_the_reference_counts_them(
    engagements: list[tuple[int, int]], step_ms: int
) -> None:
    pairs = CoEngagement()
    rings: dict[int, list[int]] = {}
    counts: dict[int, float] = {}
    lists: dict[int, list[tuple[float, int]]] = {}
    together: dict[frozenset[int], float] = {}
    for k, (viewer, item) in enumerate(engagements):
        at_ms = NOW_MS + k * step_ms
        pairs.engage(viewer, item, at_ms)
        weight = 2.0 ** (k * step_ms / HALF_LIFE_MS) if k * step_ms < 20 * HALF_LIFE_MS else None
        if weight is None:
            return
        engage_reference(rings.setdefault(viewer, []), item, counts, lists, together, weight)
    pairs._settle()
    for item, count in counts.items():
        row = pairs._index[item]
        assert pairs._count[row] == pytest.approx(count, rel=1e-4)
        mine, theirs = listed(pairs, item), lists.get(item, [])
        assert [n for _, n in mine] == [n for _, n in theirs]
        assert [c for c, _ in mine] == pytest.approx([c for c, _ in theirs], rel=1e-4)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10_000), later=st.sampled_from([0, 3 * HALF_LIFE_MS]))
def test_the_export_equals_its_reference(seed: int, later: int) -> None:
    rng = np.random.default_rng(seed)
    pairs = CoEngagement()
    for _ in range(600):
        pairs.engage(int(rng.integers(1, 20)), int(rng.zipf(1.3) % 50) + 1, NOW_MS)
    arrays = pairs.arrays(NOW_MS + later)
    n = len(pairs)
    nums, strength = export_reference(
        pairs._keys[:n], pairs._count, pairs._near, pairs._often, pairs._weight(NOW_MS + later)
    )
    some = strength[:, 0] > 0
    assert arrays["near_nums"].tolist() == pairs._keys[:n][some].tolist()
    np.testing.assert_allclose(arrays["near_strength"], strength[some], rtol=1e-5)
    assert arrays["near"].tolist() == nums[some].tolist()
    assert arrays["near"].dtype == np.int64
    assert arrays["near_strength"].shape[1:] == (EXPORTED,)


def test_what_people_liked_together_comes_before_what_is_liked_by_all() -> None:
    pairs = CoEngagement()
    for viewer in range(1, 201):
        pairs.engage(viewer, 99, NOW_MS)  # everybody's
        for item in (1, 2, 3) if viewer % 2 else (11, 12, 13):
            pairs.engage(viewer, item, NOW_MS)
    assert found(pairs, 1)[:2] == [2, 3] or found(pairs, 1)[:2] == [3, 2]
    assert set(found(pairs, 12)) == {11, 13, 99}
    assert 11 not in found(pairs, 2)


def test_a_frequent_neighbour_gets_a_place_though_the_list_is_full() -> None:
    pairs = CoEngagement()
    viewer = 0
    for _ in range(3):
        for other in range(100, 100 + PLACES):
            viewer += 1
            pairs.engage(viewer, 1, NOW_MS)
            pairs.engage(viewer, other, NOW_MS)
    for _ in range(5):
        viewer += 1
        pairs.engage(viewer, 1, NOW_MS)
        pairs.engage(viewer, 7, NOW_MS)
    assert found(pairs, 1)[0] == 7
    assert len(listed(pairs, 1)) == PLACES


def test_the_same_item_twice_counts_once_and_old_ones_leave_the_ring() -> None:
    pairs = CoEngagement()
    for item in (1, 2, 2, 1, 2):
        pairs.engage(5, item, NOW_MS)
    assert listed(pairs, 1) == [(1.0, 2)]
    for item in range(3, 3 + RING):
        pairs.engage(5, item, NOW_MS)
    pairs.engage(5, 99, NOW_MS)
    assert {num for _, num in listed(pairs, 99)} == set(range(3, 3 + RING))


def test_counts_halve_with_log_time_and_survive_being_brought_down() -> None:
    pairs = CoEngagement()
    pairs.engage(1, 1, NOW_MS)
    pairs.engage(1, 2, NOW_MS)
    first = pairs.arrays(NOW_MS)["near_strength"][0, 0]
    assert pairs.arrays(NOW_MS + HALF_LIFE_MS)["near_strength"][0, 0] < first
    assert found(pairs, 1, NOW_MS + 4 * HALF_LIFE_MS) == []
    later_ms = NOW_MS + int(np.log2(HEAVIEST) + 3) * HALF_LIFE_MS
    for viewer in (2, 3):
        pairs.engage(viewer, 3, later_ms)
        pairs.engage(viewer, 4, later_ms)
    assert found(pairs, 3, later_ms) == [4]
    count = pairs._count[pairs._index[3]] / pairs._weight(later_ms)
    assert count == pytest.approx(2.0)


def test_forgetting_a_viewer_erases_what_they_engaged_with() -> None:
    pairs = CoEngagement()
    pairs.engage(5, 1, NOW_MS)
    pairs.forget(5)
    pairs.forget(6)
    pairs.engage(5, 2, NOW_MS)
    pairs.engage(7, 3, NOW_MS)
    assert listed(pairs, 2) == []
    assert (pairs._ring >= 0).sum() == 2


def test_rings_are_kept_of_those_who_engaged_last() -> None:
    pairs = CoEngagement(viewers=2)
    pairs.engage(1, 1, NOW_MS)
    pairs.engage(2, 1, NOW_MS)
    pairs.engage(1, 2, NOW_MS)  # viewer 1 is now the later one
    pairs.engage(3, 1, NOW_MS)  # 2 goes
    pairs.engage(2, 5, NOW_MS)
    assert listed(pairs, 5) == []
    pairs.engage(3, 6, NOW_MS)
    assert listed(pairs, 6) == [(1.0, 1)]


def test_items_that_nobody_engages_with_expire_with_what_names_them() -> None:
    pairs = CoEngagement()
    for viewer in (1, 2):
        for item, day in ((10, 0), (20, 5), (30, 5)):
            pairs.engage(viewer, item, NOW_MS + day * DAY_MS)
    pairs.expire(NOW_MS + 5 * DAY_MS, unused_s=2 * 86_400)
    assert len(pairs) == 2
    assert found(pairs, 20) == [30]
    pairs.engage(1, 40, NOW_MS + 6 * DAY_MS)
    assert set(found(pairs, 40)) == {20, 30}
    pairs.expire(NOW_MS + 6 * DAY_MS, unused_s=10 * 86_400)
    assert len(pairs) == 3


def test_a_checkpoint_goes_on_to_the_same_bytes() -> None:
    rng = np.random.default_rng(3)
    events = [(int(v), int(i)) for v, i in rng.integers(1, 300, (6000, 2))]
    whole = CoEngagement(viewers=100, sketch=1 << 12)
    half = CoEngagement(viewers=100, sketch=1 << 12)
    for k, (viewer, item) in enumerate(events):
        whole.engage(viewer, item, NOW_MS + k)
        half.engage(viewer, item, NOW_MS + k)
        if k == 3000:
            data = half.dump()
            half = CoEngagement(viewers=100, sketch=1 << 12)
            half.load(data)
    assert half.dump() == whole.dump()
    assert np.array_equal(half.arrays(NOW_MS)["near"], whole.arrays(NOW_MS)["near"])


def test_neighbours_are_laid_over_rows_those_that_are_live_first() -> None:
    row_of = np.array([-1, 2, 0, 1, -1], np.int32)
    live = np.array([True, False, True, True])
    near = np.zeros((3, EXPORTED), np.int64)
    strength = np.zeros((3, EXPORTED), np.float32)
    near[:, :4] = [3, 4, 2, 99]  # row 1 is not live, 4 has no row, 99 is not known
    strength[:, :4] = [4, 3, 2, 1]
    near[1] = 0
    near[1, :2] = [1, 2]
    near[2] = 0
    rows, weights = lay_neighbours(near, strength, row_of, live)
    assert rows.shape == weights.shape == (4, EXPORTED)
    assert rows[1].tolist()[:2] == [0, -1]
    assert weights[1].tolist()[:2] == [2, 0]
    assert rows[2].tolist()[:3] == [2, 0, -1]
    assert (rows[[0, 3]] == -1).all()


def test_a_neighbour_in_a_row_that_came_while_they_are_laid_is_left_out() -> None:
    near = np.zeros((1, EXPORTED), np.int64)
    near[0, :3] = 1, 3, 2
    row_of = np.array([-1, 0, 1, 1000], np.int32)
    behind = np.ones(1001, np.bool_)  # what lies behind `live` in memory says nothing
    rows, _ = lay_neighbours(near, np.ones((1, EXPORTED), np.float32), row_of, behind[:2])
    assert rows[1, :3].tolist() == [0, 1, -1]


def test_an_empty_table_exports_nothing_and_survives_a_checkpoint() -> None:
    pairs = CoEngagement()
    assert len(pairs.arrays(NOW_MS)["near_nums"]) == 0
    other = CoEngagement()
    other.load(pairs.dump())
    assert len(other) == 0
    other.engage(1, 1, NOW_MS)
    assert len(other) == 1


@pytest.mark.soak
@pytest.mark.skipif(not REAL.exists(), reason=f"{REAL} is not here")
def test_on_a_real_log_neighbours_find_more_of_what_comes_than_popularity() -> None:
    from jhalak.evaluation.kuairand import read_kuairand
    from jhalak.evaluation.log import ACTIONS

    log = read_kuairand(REAL)
    impressions, past = log.impressions, log.histories
    long = impressions.actions[:, ACTIONS.index("long")]
    split = int(impressions.day.max()) - 1
    learns = impressions.day < split
    shown: dict[int, set[int]] = {}
    liked: dict[int, list[int]] = {}
    pairs = CoEngagement()

    def learn(viewer: int, row: int, is_long: bool, at_ms: int) -> None:
        shown.setdefault(viewer, set()).add(row)
        if is_long:
            liked.setdefault(viewer, []).append(row)
            pairs.engage(viewer, row + 1, at_ms)

    owner = np.repeat(np.arange(log.viewers), np.diff(past.offsets))
    for viewer, row, is_long in zip(
        owner.tolist(), past.row.tolist(), past.long.tolist(), strict=True
    ):
        learn(viewer, row, is_long, int(impressions.at_ms[0]))
    for k in np.flatnonzero(learns).tolist():
        learn(
            int(impressions.viewer[k]), int(impressions.row[k]), bool(long[k]),
            int(impressions.at_ms[k]),
        )  # fmt: skip
    targets: dict[int, set[int]] = {}
    for k in np.flatnonzero(~learns & long).tolist():
        viewer, row = int(impressions.viewer[k]), int(impressions.row[k])
        if row not in shown.get(viewer, ()):
            targets.setdefault(viewer, set()).add(row)
    rows = len(log.items.topic)
    arrays = pairs.arrays(int(impressions.at_ms[learns][-1]))
    row_of = np.arange(-1, rows, dtype=np.int32)
    laid, weights = lay_neighbours(
        arrays["near"], arrays["near_strength"], row_of, np.ones(rows, bool)
    )
    place = np.zeros(rows, np.int64)
    place[row_of[arrays["near_nums"]]] = np.arange(1, len(laid))
    near, strength = laid[place], weights[place]
    popular = np.bincount(np.concatenate([np.array(r) for r in liked.values()]), minlength=rows)
    ours, theirs = [], []
    for viewer in sorted(targets)[:3000]:
        score = popular * 1e-9
        for row in liked.get(viewer, ()):
            np.add.at(score, near[row][near[row] >= 0], strength[row][near[row] >= 0])
        known = list(shown.get(viewer, ()))
        for values, recalls in ((score, ours), (popular.astype(float), theirs)):
            values[known] = -1
            best = set(np.argpartition(-values, 20)[:20].tolist())
            recalls.append(len(best & targets[viewer]) / len(targets[viewer]))
    print(f"Recall@20 {np.mean(ours):.4f}, popularity {np.mean(theirs):.4f}")
    assert np.mean(ours) > 1.35 * np.mean(theirs)
