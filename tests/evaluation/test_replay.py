"""Replay: predict, then learn, then next; through the code that serves."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import pytest

from jhalak.evaluation.kuairand import read_kuairand
from jhalak.evaluation.log import ACTIONS, Log
from jhalak.evaluation.metrics import auc
from jhalak.evaluation.replay import SESSION_GAP_MS, World, replay
from jhalak.evaluation.report import summary
from jhalak.learning.model import HEADS
from jhalak.learning.viewer import ViewerFold
from jhalak.schema.activity import EVENT_INDEX, Outcome, Outcomes, Relation, Served
from jhalak.schema.viewer_state import ViewerState
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
    part = replay(log._replace(impressions=log.impressions.first(40)))
    whole = replay(log)
    for one, other in zip(part[:3], whole[:3], strict=True):
        assert np.array_equal(one, other[:40])


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


def test_a_history_is_part_of_the_first_prediction(tmp_path: Path) -> None:
    past = [history(1, START_MS - 1, [1, 2, 1], long=[1], liked=[1]), history(2, START_MS - 1, [2])]
    rows = [shown(user, 1, START_MS + user) for user in (1, 2, 3)]
    log = read_kuairand(write(tmp_path, {"a": rows}, [video(1, "1"), video(2, "2")], past))
    fond, cool = World(log).state(0), World(log).state(1)
    assert fond.shown.sum() == 3
    assert fond.engaged[log.items.topic[0]] == pytest.approx(2 * (1 + 0.7 + 1.5))
    assert fond.at_ms == START_MS - 1
    assert cool.engaged.sum() == 0


def test_taste_is_folded_as_serving_folds_it(tmp_path: Path) -> None:
    """The same impressions as served records, events and relations give the same state."""
    log = read_kuairand(camps(tmp_path, viewers=1))
    world, state = World(log), ViewerState(0)
    fold = ViewerFold(lambda item: log.items.embedding[item - 1], 1 << 60, 1)
    impressions = log.impressions
    seen: set[int] = set()
    for i in range(len(impressions.row)):
        row, at_ms = int(impressions.row[i]), int(impressions.at_ms[i])
        if row in seen:
            continue  # serving never repeats
        seen.add(row)
        names = ["tap", "long", "likes"] if i % 3 == 0 else ["complete"] if i % 3 == 1 else []
        facts = (int(log.items.topic[row]), 0, int(log.items.creator[row]))
        mine = world.states.setdefault(0, ViewerState(0))
        world.look(row, at_ms)
        x, _ = world.score(row, mine, at_ms, 0.0)
        world.learn(row, mine, at_ms, x, np.zeros((1, 4), np.float32), names)
        for n, record in enumerate(records(i + 1, row + 1, at_ms, names, facts)):
            fold.apply(state, n + 1, record)
    mine = world.states[0]
    for name in ("shown", "engaged", "creators", "creator_shown", "creator_engaged", "vectors"):
        assert np.array_equal(getattr(mine, name), getattr(state, name)), name
    assert mine.at_ms == state.at_ms


def records(slate: int, item: int, at_ms: int, names: list[str], facts: tuple[int, int, int]):
    """One slot as serving logs it."""
    number = np.array([item], np.int64).tobytes()
    yield Served(
        slate, 1, 1, at_ms, 0, 0, True, 0, number, b"", b"", b"", b"", bytes([facts[0]]), b"\0",
        np.array([facts[2]], np.int32).tobytes(), b"",
    )  # fmt: skip

    def event(name: str, value: float = 0.0) -> Outcome:
        return Outcome(
            f"{slate}{name}", EVENT_INDEX[name], at_ms, value, slate, item, 0, 1, at_ms, (), "",
            *facts,
        )  # fmt: skip

    events = [event("impression")]
    events += [event("play", 60_000) if n == "long" else event(n) for n in names if n != "likes"]
    yield Outcomes(1, at_ms, True, tuple(events))
    if "likes" in names:
        yield Relation(
            f"r{slate}", 1, at_ms, "likes", "item", item, True, True, slate, item, *facts
        )


def test_the_report_counts_what_it_reports(tmp_path: Path) -> None:
    log = read_kuairand(camps(tmp_path))
    report = summary(log, replay(log))
    assert report["rows"] == 1200
    assert report["days"] == ["2022-04-25", "2022-04-28"]
    assert report["report_from"] == "2022-04-26"
    assert report["reported"] == int((log.impressions.day > log.impressions.day[0]).sum())
    assert set(report["labels"]) == {"click", "long_view", "like"}
    assert report["labels"]["like"]["auc"] is None  # nobody liked anything
    json.dumps(report, allow_nan=False)


def test_the_command_ends_with_one_json_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from jhalak.cli.replay import run

    folder = camps(tmp_path)
    arguments = argparse.Namespace(
        log="kuairand", folder=folder, report_from="2022-04-27", limit=1000, json=True
    )
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

    given = {"log": "kuairand", "folder": tmp_path, "report_from": "", "limit": 0, "json": False}
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
