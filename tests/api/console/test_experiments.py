"""Experiments are defined, watched and stopped in the console, beside those of the file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jhalak.api.console.experiments import shown
from jhalak.workers.follow_policy import FollowPolicy
from jhalak.workers.watch_experiments import WatchExperiments
from tests.api.console.conftest import Console
from tests.experiments.settings_of import HALVES, experiment, settings_of
from tests.worlds import TOPICS, Jhalak, make_items

BOLDER = {"name": "bolder", "at": 0.5, "share": 0.5, "arms": HALVES}


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Console]:
    """A Jhalak whose file has one experiment, in the first half of its layer."""
    world = Jhalak(tmp_path / "data", settings_of(experiment("of-the-file", share=0.5)))
    world.put(make_items(dict.fromkeys(TOPICS, 10)))
    yield Console(world, [])
    world.end()


def named(console: Console) -> dict[str, dict[str, Any]]:
    found = console.get("experiments").json()["experiments"]
    return {one["settings"]["name"]: one for one in found}


def names(world: Jhalak) -> set[str]:
    """Experiments in which viewers are now."""
    world.follow()
    arms = world.services.experiments.arms
    now_ms = world.clock()
    return {name for viewer in range(1, 200) for name, _ in arms(viewer, 0, now_ms)}


def test_one_that_is_defined_runs_beside_the_files_until_it_is_stopped(own: Console) -> None:
    made = own.post("experiments", experiment=BOLDER, why="do trials cost taps?")
    assert made.status_code == 201, made.text
    assert names(own.jhalak) == {"of-the-file", "bolder"}
    found = named(own)
    assert [one["source"] for one in found.values()] == ["console", "jhalak.toml"]
    assert (found["bolder"]["by"], found["bolder"]["why"]) == ("asha", "do trials cost taps?")
    own.jhalak.clock.forward(h=1)
    stopped = own.post("experiments/stop", experiment="bolder", arm="bold", why="taps fell")
    assert stopped.json()["stopped"]["bold"]["reason"] == "taps fell"
    assert names(own.jhalak) == {"of-the-file", "bolder"}, "the usual arm goes on"
    ended = own.post("experiments/stop", experiment="bolder", why="it is known now").json()
    assert ended["state"] == "ended" and set(ended["stopped"]) == {"usual", "bold"}
    own.post("experiments/stop", experiment="of-the-file", why="enough")
    assert names(own.jhalak) == set()
    again = own.post("experiments", experiment={**BOLDER, "name": "bolder-2"}, why="once more")
    assert again.status_code == 201, "its place in the layer is free again"
    actions = [(action, subject) for _, action, subject, _ in own.audited()]
    assert ("define experiment", "bolder") in actions and ("stop arm", "bolder/bold") in actions
    assert ("stop experiment", "of-the-file") in actions


def test_what_the_watch_over_experiments_wrote_down_is_shown(own: Console) -> None:
    world = own.jhalak
    own.post("experiments", experiment=BOLDER, why="do trials cost taps?")
    names(world)
    for _ in range(12):
        phone = world.phone()
        phone.look(*phone.edition(6)["cards"])
    world.settle()
    s = world.services
    watch = WatchExperiments(s.event_log, s.blobs, s.audit, world.settings, world.clock)
    follower = FollowPolicy(world.settings, s.policies, s.definitions, watch.obey)

    async def step() -> None:
        await follower.step()
        while await watch.step():
            pass
        await watch.report()

    world.run(step())
    reports = {name: one["report"] for name, one in named(own).items()}
    viewers = [arm["viewers"] for report in reports.values() for arm in report["arms"]]
    assert len(viewers) == 4 and sum(viewers) == 12
    assert all(arm["metrics"] == {} for report in reports.values() for arm in report["arms"])


def test_figures_are_of_twenty_viewers_or_more() -> None:
    arms = [{"viewers": n, "metrics": {"tap": 1}, "guardrails": [2]} for n in (19, 20)]
    few, many = shown({"arms": arms})["arms"]
    assert few["metrics"] == {} and few["guardrails"] == [] and many["metrics"] == {"tap": 1}


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"at": 0.0}, 400), ({"name": "of-the-file"}, 400), ({"name": "Has Space"}, 400),
        ({"arms": HALVES[:1]}, 400), ({"arms": [HALVES[0], {**HALVES[0], "name": "b"}]}, 400),
        ({"surfaces": ["radio"]}, 400),
    ],
)  # fmt: skip
def test_a_definition_that_does_not_fit_is_named(
    own: Console, change: dict[str, Any], status: int
) -> None:
    answer = own.post("experiments", experiment={**BOLDER, **change}, why="to see")
    assert answer.status_code == status and answer.json()["detail"]


def test_what_is_not_there_cannot_be_stopped(own: Console) -> None:
    assert own.post("experiments/stop", experiment="nothing", why="why not").status_code == 404
    answer = own.post("experiments/stop", experiment="of-the-file", arm="third", why="why not")
    assert answer.status_code == 404 and "usual, bold" in answer.json()["detail"]
