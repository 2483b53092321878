"""Rows in any order become impressions in the order in which they were shown."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jhalak.evaluation.gather import Numbers, first_seen, in_time_order, lines, milliseconds
from jhalak.evaluation.log import ACTIONS, BadLog


def shown(rows):
    """Impressions of (time, request) each; an impression's row is its place in `rows`."""
    n = len(rows)
    return in_time_order(
        viewer=np.zeros(n, np.int64),
        row=np.arange(n, dtype=np.int32),
        at_ms=np.array([at for at, _ in rows], np.int64),
        request=np.array([request for _, request in rows], np.int64),
        actions=np.zeros((n, len(ACTIONS)), bool),
    )


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 5)), max_size=40))
def test_requests_lie_side_by_side_at_their_first_time(rows) -> None:
    answer = shown(rows)
    assert sorted(answer.row.tolist()) == list(range(len(rows)))
    assert (np.diff(answer.at_ms) >= 0).all()
    of_request: dict[int, list[int]] = {}
    for place, row in enumerate(answer.row.tolist()):
        of_request.setdefault(rows[row][1], []).append(place)
    for request, places in of_request.items():
        assert places == list(range(places[0], places[-1] + 1))
        members = answer.row[places].tolist()
        assert members == sorted(members)
        assert set(answer.at_ms[places].tolist()) == {min(at for at, r in rows if r == request)}
        assert len(set(answer.request[places].tolist())) == 1
    assert len(set(answer.request.tolist())) == len(of_request)


def test_the_oldest_rows_never_cut_a_request_in_two() -> None:
    answer = shown([(0, 1), (1, 2), (1, 2), (1, 2), (2, 3)])
    assert [len(answer.first(n).row) for n in range(7)] == [0, 1, 4, 4, 4, 5, 5]


def test_what_is_not_given_is_not_known() -> None:
    answer = shown([(5, 0)])
    assert answer.position.tolist() == [-1]
    assert np.isnan(answer.watched_s).all()
    assert answer.scene.tolist() == [0]


def test_numbers_count_names_as_they_come() -> None:
    numbers = Numbers()
    assert [numbers[name] for name in ("b", "a", "b")] == [0, 1, 0]


def test_an_item_begins_when_it_is_first_met() -> None:
    seen = first_seen(4, np.array([2, 0, 2]), np.array([50, 30, 40]))
    assert seen.tolist() == [30, 30, 40, 30]


def test_times_may_name_their_zone() -> None:
    utc = int(datetime(2026, 11, 23, 8, 30, tzinfo=UTC).timestamp() * 1000)
    assert milliseconds("2026-11-23T08:30:00") == (utc, 0)
    assert milliseconds("2026-11-23T14:00:00+05:30") == (utc, int(5.5 * 3_600_000))
    assert milliseconds("11/23/2026 8:30:00 AM", "%m/%d/%Y %I:%M:%S %p") == (utc, 0)
    assert milliseconds("2026-11-23T08:30:00.250Z") == (utc + 250, 0)


def test_a_file_that_is_no_text_says_at_which_line(tmp_path: Path) -> None:
    bad = tmp_path / "behaviors.tsv"
    bad.write_bytes(b"one\ntwo\n\xff\n")
    with pytest.raises(BadLog, match=r"behaviors\.tsv, line 3: not UTF-8"):
        lines(bad)
    with pytest.raises(BadLog, match="cannot be read"):
        lines(tmp_path / "absent")
