"""Stopped arms reach those who assign viewers; nothing is asked where there are no experiments."""

from __future__ import annotations

import asyncio

import pytest

from jhalak.config.settings import Settings
from jhalak.experiments.assignment import Assignment
from jhalak.experiments.stops import Stopped, Stops
from jhalak.workers.follow_stops import FollowStops
from tests.experiments.settings_of import experiment, settings_of
from tests.workers.test_learn import Blobs
from tests.worlds import NOW_MS


class Down(Blobs):
    async def list(self, prefix: str) -> list[str]:
        raise OSError("down")


def test_what_one_process_stops_another_gives_nobody() -> None:
    blobs = Blobs()
    assignment = Assignment(settings_of(experiment()))
    follow = FollowStops(assignment, blobs)
    asyncio.run(follow.step())
    before = {assignment.arms(viewer, 0, NOW_MS) for viewer in range(1, 40)}
    assert before == {(("bolder", "usual"),), (("bolder", "bold"),)}
    stopped = Stopped("bolder", "bold", NOW_MS, "guardrail", "regret went up")
    asyncio.run(Stops(blobs).put(stopped))
    asyncio.run(follow.step())
    assert {assignment.arms(v, 0, NOW_MS) for v in range(1, 40)} == {(("bolder", "usual"),), ()}
    assert asyncio.run(Stops(blobs).of("bolder")) == {"bold": stopped}


def test_until_the_stops_are_known_nobody_gets_an_arm_and_what_was_known_stays_known() -> None:
    assignment = Assignment(settings_of(experiment()))
    with pytest.raises(OSError, match="down"):
        asyncio.run(FollowStops(assignment, Down()).step())
    assert assignment.arms(1, 0, NOW_MS) == ()
    asyncio.run(FollowStops(assignment, Blobs()).step())
    with pytest.raises(OSError, match="down"):
        asyncio.run(FollowStops(assignment, Down()).step())
    assert assignment.arms(1, 0, NOW_MS) != ()


def test_without_experiments_the_store_is_not_asked() -> None:
    assert asyncio.run(FollowStops(Assignment(Settings()), Down()).step()) is False
