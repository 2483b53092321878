"""Replay: predict, then learn, then next; through the code that serves."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jhalak.config.settings import ModelSettings
from jhalak.evaluation import replay as replaying
from jhalak.evaluation.kuairand import read_kuairand
from jhalak.evaluation.log import ACTIONS, Histories, Log
from jhalak.evaluation.metrics import auc
from jhalak.evaluation.replay import SESSION_GAP_MS, Replayed, World, batches, replay
from jhalak.evaluation.report import summary
from jhalak.learning.features import FEATURES, USUAL_RATE
from jhalak.learning.model import HEADS, OnlineModel
from tests.evaluation import made_up
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

TAP = ACTIONS.index("tap")


def camps(folder: Path, viewers: int = 30, shows: int = 40) -> Path:
    """Half of the viewers click and watch videos of tag 1 only, the others of tag 2 only."""
    rng = np.random.default_rng(5)
    videos = [video(v, str(1 + v % 2), author=v) for v in range(40)]
    rows = []
    for n in range(shows):
        for user in range(viewers):
            v = int(rng.integers(40))
            yes = int(v % 2 == user % 2)
            at_ms = START_MS + n * 2 * 60 * MINUTE_MS + user * 1000
            rows.append(shown(user, v, at_ms, is_click=yes, long_view=yes))
    past = [
        history(user, START_MS - DAY_MS, [user % 2, 1 - user % 2], long=[user % 2])
        for user in range(0, viewers, 3)
    ]
    return write(folder, {"a": rows}, videos, past)


def with_action(log: Log, at: int, action: int, yes: bool) -> Log:
    actions = log.impressions.actions.copy()
    actions[at, action] = yes
    return log._replace(impressions=log.impressions._replace(actions=actions))


def test_it_finds_what_each_viewer_wants_where_popularity_cannot(tmp_path: Path) -> None:
    log = read_kuairand(camps(tmp_path))
    replayed = replay(log)
    late = log.impressions.day > log.impressions.day[0]
    label = log.impressions.actions[late, TAP]
    assert auc(label, replayed.live[late, 0]) > 0.9
    assert auc(label, replayed.frozen[late, 0]) > 0.9
    assert abs(auc(label, replayed.popularity[late, 0]) - 0.5) < 0.1


@pytest.mark.parametrize("action", ["tap", "long", "likes", "hides", "follows", "complete"])
def test_an_outcome_changes_no_earlier_prediction_and_not_its_own(
    tmp_path: Path, action: str
) -> None:
    log = read_kuairand(camps(tmp_path, viewers=6, shows=12))
    at, column = 31, ACTIONS.index(action)
    before = replay(log)
    after = replay(with_action(log, at, column, not log.impressions.actions[at, column]))
    for one, other in zip(before[:3], after[:3], strict=True):
        assert np.array_equal(one[: at + 1], other[: at + 1])
    later = log.impressions.viewer[at + 1 :] == log.impressions.viewer[at]
    assert not np.array_equal(before.live[at + 1 :][later], after.live[at + 1 :][later])


def test_a_replay_of_the_first_part_says_the_same_as_one_of_all(tmp_path: Path) -> None:
    log = read_kuairand(camps(tmp_path, viewers=6, shows=12))
    part = replay(log._replace(impressions=log.impressions.first(64)))
    whole = replay(log)
    for one, other in zip(part[:3], whole[:3], strict=True):
        assert np.array_equal(one, other[:64])


def test_within_a_session_the_viewers_state_stands_still(tmp_path: Path) -> None:
    """What was done in the session moves the live prediction; the frozen one waits for the next."""
    gap = SESSION_GAP_MS
    times = [0, gap, 2 * gap + 1]
    videos = [video(v, "1", author=v) for v in range(3)]

    def replayed(clicks: int):
        folder = tmp_path / str(clicks)
        folder.mkdir()
        rows = [
            shown(1, n, START_MS + t, is_follow=clicks)  # follows train no head and no counter
            for n, t in enumerate(times)
        ]
        return replay(read_kuairand(write(folder, {"a": rows}, videos)))

    did, did_not = replayed(1), replayed(0)
    assert np.array_equal(did.frozen[:2], did_not.frozen[:2])
    assert not np.array_equal(did.live[1], did_not.live[1])
    assert np.array_equal(did.frozen[2], did.live[2])
    assert not np.array_equal(did.frozen[2], did_not.frozen[2])


def test_popularity_is_the_smoothed_rate_of_the_counters(tmp_path: Path) -> None:
    rows = [shown(user, 1, START_MS + user, is_click=int(user % 4 == 0)) for user in range(400)]
    log = read_kuairand(write(tmp_path, {"a": rows}, [video(1)]))
    popularity = replay(log).popularity
    assert popularity[0, 0] == pytest.approx(0.08, abs=1e-4)
    assert popularity[-1, 0] == pytest.approx(0.25, abs=0.02)
    assert (popularity[:, HEADS.index("like")] < 0.02).all()


def column(features: np.ndarray, name: str) -> np.ndarray:
    return features[:, FEATURES.index(name)]


def after_a_history(folder: Path, whole: bool) -> Replayed:
    """The first impressions of three viewers: one who watched and liked, one who did not, and one
    without a history."""
    past = [history(1, START_MS - 1, [1, 2, 1], long=[1], liked=[1]), history(2, START_MS - 1, [2])]
    rows = [shown(user, 1, START_MS + user) for user in (1, 2, 3)]
    log = read_kuairand(write(folder, {"a": rows}, [video(1, "1"), video(2, "2")], past))
    histories = log.histories._replace(whole=whole)
    return replay(log._replace(histories=histories), keep_features=True)


def test_a_history_is_part_of_the_first_prediction(tmp_path: Path) -> None:
    x = after_a_history(tmp_path, whole=True).features
    np.testing.assert_allclose(column(x, "viewer_shown"), np.log1p([3, 1, 0]), rtol=1e-4)
    assert (column(x, "viewer_judged") == 0).all(), "whether it was tapped is not known"
    fond, cool, new = column(x, "viewer_long")
    assert fond > new > cool
    assert column(x, "again")[0] == pytest.approx(np.log1p(2))
    assert column(x, "again_long")[0] > 0
    assert (column(x, "hour_shown") == 0).all(), "only the time of the last one is known"
    assert (column(x, "item_shown") > 0).all() and (column(x, "item_judged")[0] == 0)
    assert column(x, "taste_share").tolist()[1:] == [0, 0]
    assert column(x, "taste_share")[0] > 0.5


def test_a_history_of_taps_alone_says_what_is_liked_more_than_usual(tmp_path: Path) -> None:
    log = read_kuairand(camps(tmp_path, viewers=3, shows=1))
    tapped = np.repeat(np.array([1, 0, 1], np.int32), 3)  # videos 0 and 1 have other topics
    yes, no = np.ones(9, bool), np.zeros(9, bool)
    only_tapped = Histories(
        np.array([0, 3, 6, 9]), tapped, yes, no, no, START_MS - np.array([3, 2, 1]), whole=False
    )
    first = log.impressions._replace(row=np.zeros_like(log.impressions.row))
    x = replay(log._replace(histories=only_tapped, impressions=first), keep_features=True).features
    alone, fond, cool = column(x, "taste_topic")
    assert alone == pytest.approx(0, abs=1e-4), "nobody else said yet what is usual"
    assert fond > 0 > cool
    np.testing.assert_allclose(column(x, "viewer_shown"), np.log1p(3 / USUAL_RATE), rtol=1e-4)
    for name in ("viewer_judged", "viewer_tap", "taste_tap"):
        assert (column(x, name) == 0).all(), name
    assert column(x, "item_shown")[0] == 0 and column(x, "unknown")[0] == 1
    share = column(x, "taste_share")
    assert share[1] > 0.5 and share[0] == share[2] == 0


# Minibatches


@given(st.lists(st.integers(1, 5), max_size=30), st.integers(1, 12))
def test_minibatches_cut_no_request_and_leave_nothing_out(sizes: list[int], size: int) -> None:
    request = np.repeat(np.arange(len(sizes)), sizes)
    cuts = batches(request, size)
    assert cuts[0] == 0 and cuts[-1] == len(request)
    assert all(request[cut - 1] != request[cut] for cut in cuts[1:-1])
    lengths = np.diff(cuts)
    assert (lengths[:-1] >= size).all()
    assert (lengths < size + 5).all()


@pytest.mark.parametrize("action", range(len(ACTIONS)))
def test_a_request_is_foretold_before_anything_of_it_is_learned(action: int) -> None:
    log, rules = made_up.log(200, viewers=5, by_request=4), ModelSettings(batch=8)
    log = log._replace(observed=ACTIONS)
    at = 121  # the second of its request
    yes = not log.impressions.actions[at, action]
    before, after = (replay(one, model=rules) for one in (log, with_action(log, at, action, yes)))
    end = 124
    for one, other in zip(before[:3], after[:3], strict=True):
        assert np.array_equal(one[:end], other[:end])
    assert not np.array_equal(before.live[end:], after.live[end:])


def test_from_a_day_on_the_model_learns_nothing_more_and_the_rest_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    log, rules = made_up.log(400, viewers=5), ModelSettings(batch=8)
    learned: list[int] = []

    class Watched(OnlineModel):
        def learn(self, x, about, label, at_ms):  # type: ignore[no-untyped-def]
            learned.append(at_ms // DAY_MS)
            return super().learn(x, about, label, at_ms)

    monkeypatch.setattr(replaying, "OnlineModel", Watched)
    day = made_up.FIRST_DAY + 2
    usual = replay(log, keep_features=True, model=rules)
    assert max(learned) == made_up.FIRST_DAY + made_up.DAYS - 1
    learned.clear()
    frozen = replay(log, keep_features=True, model=rules, train_until_day=day)
    assert set(learned) == {made_up.FIRST_DAY, made_up.FIRST_DAY + 1}
    assert np.array_equal(frozen.features, usual.features)
    assert np.array_equal(frozen.popularity, usual.popularity)
    early = log.impressions.day < day
    assert np.array_equal(frozen.live[early], usual.live[early])
    assert not np.array_equal(frozen.live[~early], usual.live[~early])


def test_what_a_log_does_not_record_is_not_learned() -> None:
    log = made_up.log(400, viewers=5)
    world = World(log._replace(observed=("tap",)))
    assert set(np.unique(world.label[:, TAP])) == {0, 1}
    assert (np.delete(world.label, TAP, axis=1) == -1).all()


def test_the_report_counts_what_it_reports(tmp_path: Path) -> None:
    log = read_kuairand(camps(tmp_path))
    report = summary(log, replay(log))
    assert report["rows"] == 1200
    assert report["days"] == ["2022-04-25", "2022-04-28"]
    assert report["report_from"] == "2022-04-26"
    assert report["reported"] == int((log.impressions.day > log.impressions.day[0]).sum())
    assert {"click", "long_view", "like"} <= set(report["labels"])
    assert report["labels"]["like"]["auc"] is None  # nobody liked anything
    json.dumps(report, allow_nan=False)


def test_the_command_ends_with_one_json_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from jhalak.cli.replay import run

    folder = camps(tmp_path)
    arguments = argparse.Namespace(
        log="kuairand", folder=folder, report_from="2022-04-27", limit=1000, json=True,
        train_until="", compare=[], html=None, keep="",
    )  # fmt: skip
    assert run(arguments) == 0
    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert last["rows"] == 1000
    assert last["report_from"] == "2022-04-27"
    assert last["labels"]["click"]["popularity"]["auc"] is not None
    assert last["events_per_s"] > 0


@pytest.mark.parametrize(
    ("options", "words"),
    [({"report_from": "yesterday"}, "YYYY-MM-DD"), ({"limit": -1}, "--limit"), ({}, "no log_")],
)
def test_the_command_says_what_is_wrong(tmp_path: Path, options, words: str) -> None:
    from jhalak.cli.failure import Failure
    from jhalak.cli.replay import run

    given = {
        "log": "kuairand", "folder": tmp_path, "report_from": "", "limit": 0, "json": False,
        "train_until": "", "compare": [], "html": None,
    }  # fmt: skip
    with pytest.raises(Failure, match=words):
        run(argparse.Namespace(**{**given, **options}))


@pytest.mark.skipif(not REAL.exists(), reason="../shared/data/kuairand-pure is absent")
def test_a_slice_of_the_real_log_is_foretold_better_than_by_popularity() -> None:
    log = read_kuairand(REAL)
    assert log.copies == 2979
    log = log._replace(impressions=log.impressions.first(8000))
    assert (np.diff(log.impressions.at_ms) >= 0).all()
    labels = summary(log, replay(log))["labels"]
    for name in ("click", "long_view"):
        assert labels[name]["auc"] > labels[name]["popularity"]["auc"] + 0.03
        assert labels[name]["log_loss"] < labels[name]["popularity"]["log_loss"]
