"""The importer: time order, copies, days, topics, histories; clear words for what is missing."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jhalak.evaluation.co_watching import item_vectors
from jhalak.evaluation.kuairand import OWN_TOPICS, PolarsMissing, read_kuairand, topics_of
from jhalak.evaluation.log import ACTIONS, BadLog
from jhalak.evaluation.report import day_number, reported_rows
from jhalak.schema.viewer_state import TOPICS_MAX
from tests.evaluation.kuairand_folder import (
    DAY_MS,
    MINUTE_MS,
    REAL,
    START_MS,
    history,
    shown,
    video,
    write,
)

VIDEOS = [video(10, "1"), video(11, "2"), video(12, None, author=0)]


def test_all_logs_are_read_in_time_order(tmp_path: Path) -> None:
    late = [shown(1, 10, START_MS + 5000), shown(2, 11, START_MS + 1000)]
    early = [shown(3, 12, START_MS + 3000), shown(1, 11, START_MS)]
    log = read_kuairand(write(tmp_path, {"a": late, "b": early}, VIDEOS))
    assert (log.impressions.at_ms - START_MS).tolist() == [0, 1000, 3000, 5000]
    assert log.impressions.row.tolist() == [1, 1, 2, 0]
    assert log.impressions.viewer.tolist() == [0, 1, 2, 0]
    assert log.viewers == 3


def test_a_repeated_viewer_video_and_time_is_dropped_and_counted(tmp_path: Path) -> None:
    rows = [
        shown(1, 10, START_MS, is_click=1), shown(1, 10, START_MS), shown(1, 10, START_MS),
        shown(2, 10, START_MS), shown(1, 10, START_MS + 1),
    ]  # fmt: skip
    log = read_kuairand(write(tmp_path, {"a": rows[:2], "b": rows[2:]}, VIDEOS))
    assert log.copies == 2
    assert len(log.impressions.row) == 3
    assert log.impressions.actions[:, ACTIONS.index("tap")].tolist() == [True, False, False]


def test_a_day_and_an_hour_are_of_the_feeds_own_time_zone(tmp_path: Path) -> None:
    rows = [shown(1, 10, START_MS - 1), shown(1, 10, START_MS + 90 * MINUTE_MS)]
    log = read_kuairand(write(tmp_path, {"a": rows}, VIDEOS))
    assert np.diff(log.impressions.day).tolist() == [1]
    assert log.impressions.hour == pytest.approx([24, 1.5], abs=1e-3)


def test_what_viewers_did_becomes_actions(tmp_path: Path) -> None:
    rows = [
        shown(1, 10, START_MS, is_click=1, long_view=1, is_like=1, play_time_ms=20_000),
        shown(1, 11, START_MS + 1, is_hate=1, is_follow=1, is_forward=1, play_time_ms=19_999),
    ]
    log = read_kuairand(write(tmp_path, {"a": rows}, VIDEOS))
    done = [{ACTIONS[a] for a in np.flatnonzero(row)} for row in log.impressions.actions]
    assert done == [{"tap", "long", "likes", "complete"}, {"hides", "follows", "share"}]
    assert log.impressions.watched_s.tolist() == pytest.approx([20, 19.999])
    assert set(log.observed) == set(ACTIONS) - {"report"}


def test_every_row_is_a_request_of_its_own_in_the_scene_of_its_tab(tmp_path: Path) -> None:
    rows = [shown(1, 10, START_MS + n, tab=tab) for n, tab in enumerate((0, 4, 99))]
    impressions = read_kuairand(write(tmp_path, {"a": rows}, VIDEOS)).impressions
    assert impressions.scene.tolist() == [0, 4, 15]
    assert impressions.request.tolist() == [0, 1, 2]
    assert impressions.position.tolist() == [-1, -1, -1]


def test_videos_have_what_the_file_says_and_a_bare_row_where_it_says_nothing(
    tmp_path: Path,
) -> None:
    rows = [shown(1, 10, START_MS), shown(1, 999, START_MS + 1)]
    items = read_kuairand(write(tmp_path, {"a": rows}, VIDEOS)).items
    assert len(items.topic) == 4
    assert items.duration_s.tolist() == [20, 20, 20, 0]
    assert items.published_ms[0] == START_MS - 15 * DAY_MS
    assert items.published_ms[3] == START_MS
    assert items.creator[0] == items.creator[1] != items.creator[2]
    assert items.creator[2] > 0  # an author may have the number 0
    assert items.creator[3] == 0  # unknown


def test_histories_that_do_not_lie_before_the_log_are_left_out_and_counted(
    tmp_path: Path,
) -> None:
    past = [
        history(1, START_MS - 1, [10, 11, 10], long=[11], liked=[10]),
        history(2, START_MS, [12, 12], long=[12]),
    ]
    rows = [shown(1, 10, START_MS), shown(2, 10, START_MS)]
    log = read_kuairand(write(tmp_path, {"a": rows}, VIDEOS, past))
    assert log.left_out == 1
    assert log.histories.offsets.tolist() == [0, 3, 3]
    assert log.histories.row.tolist() == [0, 1, 0]
    assert log.histories.long.tolist() == [False, True, False]
    assert log.histories.tap.tolist() == [False, True, False]
    assert log.histories.like.tolist() == [True, False, True]
    assert log.histories.last_ms.tolist() == [START_MS - 1, 0]
    assert not log.items.embedding[2].any()  # video 12 was watched only in what is left out


def test_a_folder_without_histories_has_no_embeddings(tmp_path: Path) -> None:
    log = read_kuairand(write(tmp_path, {"a": [shown(1, 10, START_MS)]}, VIDEOS))
    assert not log.items.embedding.any()
    assert log.histories.offsets.tolist() == [0, 0]


def test_a_folder_that_cannot_be_replayed_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(BadLog, match=r"no log_\*\.parquet"):
        read_kuairand(tmp_path)
    pl.DataFrame({"user_id": [1], "video_id": [2]}).write_parquet(tmp_path / "log_a.parquet")
    with pytest.raises(BadLog, match=r"log_a\.parquet.*time_ms"):
        read_kuairand(tmp_path)
    pl.DataFrame([shown(1, 10, START_MS)]).write_parquet(tmp_path / "log_a.parquet")
    with pytest.raises(BadLog, match=r"videos\.csv"):
        read_kuairand(tmp_path)
    (tmp_path / "log_a.parquet").write_bytes(b"not parquet")
    with pytest.raises(BadLog, match=r"log_a\.parquet"):
        read_kuairand(tmp_path)


def test_without_polars_it_says_how_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "polars", None)
    with pytest.raises(PolarsMissing, match=r"pip install 'jhalak\[replay\]'"):
        read_kuairand(tmp_path)


@given(st.lists(st.sampled_from([f"{a},{b}" for a in range(9) for b in range(9)]), max_size=200))
def test_topics_are_stable_and_fit(tags: list[str]) -> None:
    topics = topics_of(tags)
    assert all(0 <= topic < TOPICS_MAX for topic in topics)
    assert topics == topics_of(tags)
    assert sorted(topics) == sorted(topics_of(tags[::-1]))
    of_tag = dict(zip(tags, topics, strict=True))
    assert all(of_tag[tag] == topic for tag, topic in zip(tags, topics, strict=True))


def test_frequent_tags_have_topics_of_their_own_and_rare_ones_share() -> None:
    tags = [str(n) for n in range(60) for _ in range(60 - n)]
    topic = dict(zip(tags, topics_of(tags), strict=True))
    assert [topic[str(n)] for n in range(OWN_TOPICS)] == list(range(OWN_TOPICS))
    assert all(topic[str(n)] >= OWN_TOPICS for n in range(OWN_TOPICS, 60))


def test_videos_watched_by_the_same_viewers_are_near_each_other() -> None:
    rng = np.random.default_rng(1)
    viewer = np.repeat(np.arange(300), 12)
    row = rng.integers(0, 20, len(viewer)) + 20 * (viewer % 3)  # three camps of twenty videos
    vectors = item_vectors(viewer, row.astype(np.int32), 300, 61)
    near = (vectors @ vectors.T)[:60, :60]
    camp = np.arange(60) // 20
    same = camp[:, None] == camp[None, :]
    other = same & ~np.eye(60, dtype=bool)
    assert near[other].mean() > near[~same].mean() + 5 * near[~same].std() / 60
    assert np.linalg.norm(vectors[:60], axis=1) == pytest.approx(1, abs=1e-5)
    assert not vectors[60].any()  # nobody watched it


@pytest.mark.skipif(not REAL.exists(), reason="../shared/data/kuairand-pure is absent")
def test_the_real_folder_holds_what_others_count_in_it() -> None:
    log = read_kuairand(REAL)
    assert log.copies == 2979
    rows = reported_rows(log, day_number(date(2022, 4, 28)))
    assert len(rows) == 49_094
    shown = log.impressions
    assert (np.diff(shown.at_ms) >= 0).all()
    assert len(np.unique(shown.scene)) > 5
    rate = dict(zip(ACTIONS, shown.actions[rows].mean(axis=0).tolist(), strict=True))
    assert rate["tap"] == pytest.approx(0.453, abs=0.001)
    assert rate["long"] == pytest.approx(0.316, abs=0.001)
    assert rate["report"] == 0
    assert shown.watched_s.max() > 60
