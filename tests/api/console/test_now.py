"""Now: a stream of events, the past first."""

from __future__ import annotations

import msgspec

from jhalak.api.sampler import WATCHERS
from tests.api.console.conftest import Console


def told(console: Console) -> dict[str, object]:
    """Events by name, of a stream whose server ends."""
    sampler = console.jhalak.services.sampler
    sampler.end()
    answer = console.get("now")
    sampler._ended = False
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/event-stream")
    found = {}
    for block in answer.text.split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines())
        if "event" in lines:
            found[lines["event"]] = msgspec.json.decode(lines["data"])
    return found


def test_the_past_comes_first_and_what_is_live_with_it(console: Console) -> None:
    console.jhalak.clock.forward(s=1)
    console.phones[-1].page(4)
    events = told(console)
    assert list(events) == ["history", "facts"]
    history, facts = events["history"], events["facts"]
    assert isinstance(history, list) and isinstance(facts, dict)
    assert history[-1]["feeds"] > 0
    live = sum(cell["items"] for cell in facts["live"])
    assert live == len(console.jhalak.services.world.catalogue)
    assert {cell["language"] for cell in facts["live"]} == {"en"}
    assert {"kind", "stage", "calls", "p50_us", "p99_us"} <= set(facts["stages"][0])
    assert facts["errors"] == []


def test_a_crowd_of_lookers_is_refused(console: Console) -> None:
    sampler = console.jhalak.services.sampler
    sampler.watchers = WATCHERS
    assert console.get("now").status_code == 503
    sampler.watchers = 0
