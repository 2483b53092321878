"""Runs of the real feeds and the real learner among simulated people."""

from __future__ import annotations

import json
from functools import lru_cache

import msgspec
import numpy as np
import pytest

from jhalak.evaluation.simulator.rules import Rules
from jhalak.evaluation.simulator.run import Simulation, simulate
from jhalak.evaluation.simulator.summary import difference, summary, trial
from jhalak.schema.slate import SURFACES

SMALL = Rules(viewers=30, days=1.5, seed=4, live_each=240, pages=0.5)


@lru_cache(maxsize=4)
def ran(rules: Rules = SMALL) -> Simulation:
    return simulate(rules)


def test_the_same_seed_gives_the_same_run() -> None:
    assert json.dumps(summary(ran())) == json.dumps(summary(simulate(SMALL)))


def test_another_seed_gives_another_run() -> None:
    other = simulate(msgspec.structs.replace(SMALL, seed=5, days=0.5))
    assert other.notes.visits[:20] != ran().notes.visits[:20]


def test_who_knows_all_tastes_does_best_and_chance_does_worst() -> None:
    table = np.array([visit[3:] for visit in ran().notes.visits])
    ours, oracle, popular, chance = table.mean(axis=0)
    assert oracle > ours > chance and oracle > popular > chance
    assert np.all(table[:, 1] >= table[:, 0] - 0.1), "greedily, so nearly always"
    assert summary(ran())["worth"]["regret"] == pytest.approx(1 - ours / oracle, abs=1e-3)


def test_both_surfaces_are_asked_and_nothing_is_shown_twice_or_in_another_language() -> None:
    run = ran()
    pairs = [(shown.viewer, shown.item) for shown in run.notes.shown]
    assert len(set(pairs)) == len(pairs)
    assert {shown.surface for shown in run.notes.shown} == set(range(len(SURFACES)))
    for shown in run.notes.shown:
        assert run.viewers.language[shown.viewer, run.items.language[shown.item]] > 0
        assert run.items.born_ms[shown.item] <= shown.at_ms < run.items.dies_ms[shown.item]
        assert shown.surface or not run.items.video[shown.item]
    assert set(run.notes.levels) == {"full"}


def test_the_learner_folded_everything_that_happened() -> None:
    run = ran()
    assert run.house.fold.at_ms <= run.house.now_ms
    folded, at = run.house.fold.offsets[0], len(run.notes.visits)
    assert folded > at, "each slate, and what was done with it"
    assert run.house.world.serving.version > 100
    state = run.house.state(run.notes.visits[0].viewer + 1)
    assert state.shown.sum() > 0 and state.seen_count > 0


def test_a_summary_is_plain_data_and_complete() -> None:
    said = json.loads(json.dumps(summary(ran())))
    assert said["world"]["slates"] == len(ran().notes.visits)
    assert len(said["interest"]["cold"]["curve"]) == 40
    assert 1 <= said["bubble"]["shown"] <= 12 and said["bubble"]["taste"] > 1
    assert 0 <= said["items"]["shown_share"] <= 1
    for of_surface in said["calibration"].values():
        for of_language in of_surface.values():
            assert len(of_language["bins"]) == 10 and 0 <= of_language["error"] <= 1
    assert said["languages"]["pairs"] > 3 and said["languages"]["error"] < 0.6


def test_with_exploration_off_the_same_people_come_at_the_same_times() -> None:
    rules = msgspec.structs.replace(SMALL, days=0.5, exploration=0.3)
    found = trial(rules, compare=True)
    off = found["without_exploration"]
    assert off["world"]["exploration"] == 0 and off["world"]["slates"] == found["world"]["slates"]
    assert off["world"]["fitted"] == found["world"]["fitted"]
    cost = found["exploration"]["worth"]
    assert cost == pytest.approx(
        found["worth"]["mean"]["worth"] - off["worth"]["mean"]["worth"], abs=2e-4
    )
    assert "exploration" not in trial(msgspec.structs.replace(rules, exploration=0), compare=True)


def test_a_difference_to_a_figure_that_is_not_there_is_not_there() -> None:
    one = summary(ran())
    assert set(difference(one, one).values()) <= {0.0, None}
    assert difference(one, one)["worth"] == 0.0


def test_progress_is_told_up_to_the_end() -> None:
    said: list[tuple[int, int]] = []
    simulate(msgspec.structs.replace(SMALL, viewers=5, days=0.3), lambda *at: said.append(at))
    assert said[-1][0] == said[-1][1] > 0 and said == sorted(said)
