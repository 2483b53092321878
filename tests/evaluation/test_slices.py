"""Slices of the reported rows."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from jhalak.evaluation.slices import COLD, before, slices
from tests.evaluation.made_up import log


@given(st.lists(st.integers(0, 5), max_size=60))
def test_before_counts_earlier_rows_of_the_same_number(numbers: list[int]) -> None:
    expected = [numbers[:n].count(number) for n, number in enumerate(numbers)]
    assert before(np.array(numbers, np.int32)).tolist() == expected


def test_slices_of_a_kind_part_the_reported_rows() -> None:
    of = log()
    rows = np.arange(600, 2000)
    found = slices(of, rows)
    assert {part.kind for part in found} == {"language", "scene", "item", "viewer"}
    for kind in ("language", "scene", "item", "viewer"):
        mine = [part.rows for part in found if part.kind == kind]
        assert sorted(np.concatenate(mine).tolist()) == rows.tolist()
    assert {part.name for part in found if part.kind == "language"} == {"en", "hi", "ta"}
    assert {part.name for part in found if part.kind == "scene"} == {"lockscreen", "video"}


def test_new_is_who_was_met_fewer_than_twenty_times_before_the_report_included() -> None:
    of = log()
    rows = np.arange(600, 2000)
    new = next(part for part in slices(of, rows) if part.kind == "viewer").rows
    viewer = of.impressions.viewer
    assert new.tolist() == [i for i in rows if (viewer[:i] == viewer[i]).sum() < COLD]


def test_a_history_makes_a_viewer_known() -> None:
    of = log()
    past = of.histories._replace(offsets=np.arange(of.viewers + 1) * COLD)
    found = slices(of._replace(histories=past), np.arange(2000))
    assert "viewer" not in {part.kind for part in found}


def test_a_slice_that_holds_everything_says_nothing() -> None:
    of = log()
    one = of._replace(items=of.items._replace(language=of.items.language * 0))
    assert "language" not in {part.kind for part in slices(one, np.arange(2000))}
