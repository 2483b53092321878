"""The effect of a policy is told before it holds, from the cell's own log."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from jhalak.assembly import open_learned, open_log
from jhalak.config.experiments import Override
from jhalak.evaluation.policy_log import POSITIONS, chosen_of, read_newest, world_at
from jhalak.evaluation.policy_replay import PolicyReplay
from jhalak.evaluation.replay_drafts import ReplayDrafts
from jhalak.ports.policies import Draft
from jhalak.schema.activity import Served
from jhalak.schema.slate import Slate
from tests.worlds import TOPICS, Jhalak, make_item, make_items, names_of, tap_games

VIEWERS = 24


@pytest.fixture(scope="module")
def cell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jhalak]:
    """Two dozen viewers who tapped every game in three editions of eight cards."""
    world = Jhalak(tmp_path_factory.mktemp("cell") / "data")
    world.put(make_items(dict.fromkeys(TOPICS, 30)))
    tap_games(world, VIEWERS)
    yield world
    world.end()


def worker_of(cell: Jhalak) -> ReplayDrafts:
    s = cell.services
    log = open_log(cell.data, cell.settings, writable=False)
    return ReplayDrafts(
        s.drafts, s.policies, s.items, s.viewers, log, open_learned(cell.data), cell.settings,
        cell.clock,
    )  # fmt: skip


def replayed(cell: Jhalak, override: Override) -> tuple[Draft, dict[str, Any]]:
    draft = cell.services.drafts.add(override, 0, "asha", cell.clock())
    worker = worker_of(cell)
    assert cell.run(worker.step()) is True and cell.run(worker.step()) is False
    worker._log.close()  # type: ignore[attr-defined]
    found = cell.services.drafts.find(draft.num)
    assert found is not None
    return found, msgspec.json.decode(found.result)


def figure(result: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(f for f in result["figures"] if f["name"] == name)
    return found


def test_a_draft_that_changes_nothing_changes_nothing(cell: Jhalak) -> None:
    draft, result = replayed(cell, Override(values={"tap": 1.0}))
    assert draft.state == "done" and draft.done == draft.total == result["slates"]
    # Their first editions were made before there was a model: no policy made them.
    assert result["slates"] == 2 * VIEWERS and result["viewers"] == VIEWERS
    assert result["overlap"]["value"] == 1.0 and result["same_place"]["value"] == 1.0
    for one in result["figures"]:
        assert one["difference"] == pytest.approx(0.0) and not one["certain"], one
        assert one["base"] == pytest.approx(one["draft"])
    assert result["topics"][0] == result["topics"][1]


def test_who_gives_nothing_for_taps_is_told_that_taps_fall_and_variety_rises(cell: Jhalak) -> None:
    _, result = replayed(cell, Override(values={"tap": 0.0, "long": 0.0}))
    tap, topics, value = (figure(result, name) for name in ("tap", "topics", "value"))
    assert tap["low"] < tap["difference"] < tap["high"] < 0 and tap["certain"]
    assert topics["difference"] > 0 and value["difference"] < 0
    assert 0 < result["overlap"]["low"] < result["overlap"]["value"] < 0.5
    base, draft = result["topics"]
    assert max(base) > max(draft), "games take fewer slots"
    assert result["earned"]["slots"] > 100
    assert result["earned"]["draft"]["value"] < result["earned"]["base"]["value"]


def test_who_stops_trying_what_is_not_known_is_told_so(cell: Jhalak) -> None:
    _, result = replayed(cell, Override(exploration=0.0))
    trials, tap = figure(result, "trials"), figure(result, "tap")
    assert trials["base"] > 0 and trials["draft"] == 0.0 and trials["certain"]
    # What is tried is tapped about as often in a cell this small: nobody is told that it costs.
    assert tap["difference"] > 0 or not tap["certain"]


def test_nothing_of_what_was_made_to_be_looked_at_is_recorded(cell: Jhalak) -> None:
    cell.settle()
    before = cell.run(cell.services.event_log.ends("activity"))
    replayed(cell, Override(exploration=0.5))
    cell.settle()  # a tick of its own
    assert cell.run(cell.services.event_log.ends("activity")) == [n + 1 for n in before]


def test_the_same_log_gives_the_same_requests(cell: Jhalak) -> None:
    log = open_log(cell.data, cell.settings, writable=False)
    slates = cell.run(read_newest(log))
    log.close()
    some = chosen_of(slates, 10)
    assert some.total == 10 and some.viewers == chosen_of(slates, 10).viewers
    assert set(some.viewers) <= set(chosen_of(slates).viewers)
    assert some.seen[0] == 1.0


def test_too_few_viewers_are_told_from(tmp_path: Path) -> None:
    world = Jhalak(tmp_path / "data")
    world.put(make_items(dict.fromkeys(TOPICS, 4)))
    phone = world.phone()
    for _ in range(2):
        phone.look(*phone.edition(8)["cards"])
        world.learn()
    draft, result = replayed(world, Override(exploration=0.5))
    world.end()
    assert draft.state == "failed" and "of 1 viewers" in result["error"]


def test_a_viewer_is_known_and_tried_with_what_was_live_then_whoever_was_replayed_before(
    tmp_path: Path,
) -> None:
    """Who comes first in the replay may have asked before the others' items were there."""
    world = Jhalak(tmp_path / "data")
    world.put(make_items(dict.fromkeys(TOPICS, 6)))
    early, late = world.phone(), world.phone()
    early.look(*early.edition(8)["cards"])
    world.clock.forward(h=2)
    now_ms = world.clock() - 60_000
    world.put(make_item(f"new-{n}", publisher=f"new {n}", published_ms=now_ms) for n in range(30))
    for slots in (24, 8):
        cards = late.edition(slots)["cards"]
        late.look(*cards)
        late.tap(*cards)
        world.clock.forward(s=200)
    world.learn()
    served = {
        phone: [one for one in world.records(phone.viewer) if isinstance(one, Served)][-1]
        for phone in (early, late)
    }
    log, learned = open_log(world.data, world.settings, writable=False), open_learned(world.data)
    replay = PolicyReplay(
        world_at(world.services.items, learned, served[early].at_ms), log, world.services.viewers,
        world.settings, Override(exploration=0.0), Override(exploration=1.0),
    )  # fmt: skip
    made: list[Slate] = []
    expected = replay._expected
    replay._expected = lambda slate, seen: made.append(slate) or expected(slate, seen)  # type: ignore
    for phone in (early, late):
        viewer = world.services.viewers.get(phone.number)
        assert viewer is not None
        chosen = frozenset([served[phone].slate])
        world.run(replay._viewer(viewer, chosen, np.ones(POSITIONS)))
    log.close()
    state, known = replay._states.state, world.services.states.at_hand(late.number)
    assert state is not None and known is not None
    assert np.array_equal(state.vectors, known.vectors)
    names = [names_of(replay._world, slate.rows) for slate in made]
    news = [sum(name.startswith("new") for name in slate) for slate in names]
    assert news[:2] == [0, 0] and news[3] > 0, names
    world.end()
