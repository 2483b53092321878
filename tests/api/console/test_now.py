"""Now: a stream of events, the past first."""

from __future__ import annotations

import asyncio

import msgspec

from jhalak.api.console.now import FACTS_MS, _told
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


def test_who_is_signed_out_is_told_no_more(entrance: Console) -> None:
    services, clock = entrance.jhalak.services, entrance.jhalak.clock
    services.accounts.add("now", "observer", "", clock())
    session = services.sessions.open(b"now", "now", "this machine", clock(), clock() + 3_600_000)

    async def told() -> list[str]:
        names, stream = [], _told(services, session)
        async for block in stream:
            names.append(block.partition(b"\n")[0].decode())
            if len(names) == 3:  # all that comes first
                clock.forward(s=FACTS_MS / 1000)
                asyncio.get_running_loop().call_soon(services.sampler.tick)
            if len(names) == 5:
                services.sessions.end(b"now")
                clock.forward(s=FACTS_MS / 1000)
                asyncio.get_running_loop().call_soon(services.sampler.tick)
        return names

    names = entrance.jhalak.run(told())
    assert names[1:] == ["event: history", "event: facts", "event: sample", "event: facts",
                         "event: sample"]  # fmt: skip
