"""The wait for first impressions, on worlds small enough to work it out by hand."""

from __future__ import annotations

import math

import pytest

from jhalak.learning.trials import DAY_MS, Trials, tried
from jhalak.stages import trial_wait
from jhalak.stages.trial_wait import KEEP_MS, TrialWaits, Wait, Waits
from jhalak.stages.world import World
from tests.worlds import NOW_MS, make_item, world_of


def world() -> World:
    """A has three items of which two are one story, B has one."""
    return world_of(
        make_item("a1", publisher="A", story="s"), make_item("a2", publisher="A", story="s"),
        make_item("a3", publisher="A"), make_item("b", publisher="B"),
    )  # fmt: skip


def knows(world: World, trials: Trials, at_ms: int) -> None:
    world.serving.trials = tried(trials.arrays(at_ms))


def a_day_of(impressions: int) -> Trials:
    """So many impressions a day, of an item that is not live."""
    trials = Trials()
    for i in range(impressions):
        trials.count_impression(999, 9, NOW_MS + i * DAY_MS // impressions)
    return trials


def creator(world: World, name: str) -> int:
    return world.catalogue.creator_num[name]


def test_nobody_knows_when_while_nothing_is_looked_at() -> None:
    waits = trial_wait.trial_wait(world(), 0.05, 100.0)
    assert waits.overall == Wait(3, 300.0, math.inf, math.inf)
    assert waits.a_day == 0.0


def test_creators_that_wait_share_the_budget_alike() -> None:
    """4,000 impressions a day, 5 % of them for trials: 200 a day, 100 for each of two creators."""
    here = world()
    knows(here, a_day_of(4000), NOW_MS + DAY_MS)
    waits = trial_wait.trial_wait(here, 0.05, 100.0)
    assert waits.a_day == pytest.approx(200, rel=0.01)
    a, b = (waits.of(creator(here, name)) for name in "AB")
    assert (a.trials, a.impressions, b.trials, b.impressions) == (2, 200.0, 1, 100.0)
    assert [a.new_item_h, a.all_h] == pytest.approx([24, 48], rel=0.01)
    assert [b.new_item_h, b.all_h] == pytest.approx([24, 24], rel=0.01)
    assert waits.overall.all_h == pytest.approx(36, rel=0.01)
    newcomer = waits.of(12345)
    assert (newcomer.trials, newcomer.all_h) == (0, 0.0)
    assert newcomer.new_item_h == pytest.approx(36, rel=0.01)


def test_what_was_shown_already_is_not_waited_for() -> None:
    here, trials = world(), a_day_of(1000)
    for _ in range(100):
        trials.count_impression(4, creator(here, "B"), NOW_MS + DAY_MS)
    knows(here, trials, NOW_MS + DAY_MS)
    waits = trial_wait.trial_wait(here, 0.05, 100.0)
    assert set(waits.by_creator) == {creator(here, "A")}
    assert TrialWaits(here, 0.05, 100.0).shown(4) == 100.0


def test_the_waits_are_worked_out_seldom(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []

    def make(*_: object) -> Waits:
        made.append(1)
        return Waits(Wait(0, 0.0, 0.0, 0.0), 0.0)

    monkeypatch.setattr(trial_wait, "trial_wait", make)
    waits = TrialWaits(world(), 0.05, 100.0)
    for ms in (0, KEEP_MS - 1, KEEP_MS, KEEP_MS + 1):
        waits.now(NOW_MS + ms)
    assert len(made) == 2
