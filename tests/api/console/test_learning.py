"""The page of learning shows what the learner told, by name."""

from __future__ import annotations

import json

from jhalak.assembly import open_log
from jhalak.workers.count_reach import CountReach
from jhalak.workers.tell_fairness import TellFairness
from jhalak.workers.tell_figures import TellFigures
from tests.api.console.conftest import Console


def test_it_shows_rates_curves_coverage_and_the_last_minutes(console: Console) -> None:
    world = console.jhalak
    assert console.get("learning").json()["told"] is None
    figures = TellFigures(world.learner(), world.services.blobs, world.clock)
    world.clock.forward(s=200)
    world.learn()
    world.run(figures.step())
    world.run(figures.step())  # nothing new: nothing is written
    found = console.get("learning").json()
    told, window = found["told"], found["told"]["windows"]["1"]["lockscreen"]
    topics = {cell["name"]: cell for cell in window["topic"]}
    assert topics["games"]["yes"]["tap"] == topics["games"]["shown"] > 0
    assert all(not cell["yes"]["tap"] for name, cell in topics.items() if name != "games")
    assert [cell["name"] for cell in window["position"]] == [str(n) for n in range(1, 9)]
    assert window["served"] >= 3 * 8 * len(console.phones) and 0 < window["tried"] < 100
    assert {curve["head"] for curve in told["curves"]} >= {"tap", "long"}
    taught = {(one["topic"], one["engaged"] > 0) for one in told["lately"]["of"]}
    assert ("games", True) in taught
    named = [one for one in told["lately"]["items"] if one["id"]]
    assert named and all(one["title"] for one in named)
    # Whose name is not told was recalled, by another test of this package.
    nameless = len(told["lately"]["items"]) - len(named)
    assert nameless <= len(world.services.world.catalogue.recalls)
    assert told["lately"]["weights"][0]["feature"]
    whole = found["coverage"][0]
    live = len(console.jhalak.services.world.catalogue)
    assert whole["live"] == live > 200 and 0 < whole["shown"] <= live and 0 < whole["gini"] < 1
    assert found["wait"]["trials"] > 0 and found["exploration"] == 0.05


def test_kept_replays_stand_beside_each_other(console: Console) -> None:
    assert console.get("replays").json() == {"replays": []}
    report = {"rows": 9, "reported": 5, "labels": {"click": {"auc": 0.7, "rate": None, "days": []}}}
    kept = [
        console.jhalak.services.replays.keep(name, "log", json.dumps(report).encode(), at_ms)
        for at_ms, name in enumerate(("before", "after"), 1)
    ]
    found = console.get("replays").json()["replays"]
    assert [(one["name"], one["labels"]) for one in found] == [
        ("after", {"click": {"auc": 0.7}}), ("before", {"click": {"auc": 0.7}}),
    ]  # fmt: skip
    assert console.get(f"replays/{kept[0].num}").json() == report
    assert console.get("replays/99").status_code == 404


def test_it_shows_how_evenly_creators_are_met(console: Console) -> None:
    world = console.jhalak
    assert console.get("fairness").json() == {"fairness": None}
    log = open_log(world.data, world.settings, writable=False)
    s = world.services
    reach = CountReach(log, s.blobs, world.settings, world.clock)
    fairness = TellFairness(reach, s.people, s.blobs, world.settings, world.clock)
    world.settle()
    world.run(reach.step())
    world.run(fairness.step())
    world.run(fairness.step())  # nothing new: nothing is written
    log.close()
    found = console.get("fairness").json()["fairness"]
    assert found["at_ms"] == world.clock() and found["videos"] == 0 and found["gini"] is None
