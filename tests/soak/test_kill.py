"""kill -9 at any moment: nothing acknowledged is lost, nothing counts twice, nothing comes back."""

from __future__ import annotations

import asyncio
import random
import threading
import time
from bisect import bisect_left
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest

from tests.soak.audit import Recount, compare, learned, recount
from tests.soak.clients import Address, Device, Shown
from tests.soak.progress import Progress
from tests.soak.server import Server, end_process, fill, operator_token, settings, wait_for_end

KILLS: Final = 10
"""Of one part; a soak has many parts, each with its own seed and folder."""
DEVICES: Final = 4
SERVING_S: Final = 15.0
"""Asserted bound from a kill to the first slate: generous, these machines are shared."""

SETTINGS: Final = """
[log]
partitions = 2
[learning]
checkpoint_s = 1.0  # so that kills fall between checkpoints, and into them
[feed]
source_budget_ms = 10000.0  # a profile that a busy machine reads late lets items come again
"""


@dataclass
class Part:
    """What one part of the soak saw."""

    kills: int = 0
    killed: dict[int, float] = field(default_factory=dict)
    """Which server (the address's generation), and the monotonic second; not those killed before
    anybody knew their address."""
    serving_s: list[float] = field(default_factory=list)
    """From each kill to the first slate after it."""
    recalled: dict[str, float] = field(default_factory=dict)
    """Item to the moment at which its recall was acknowledged."""
    learners: set[int] = field(default_factory=set)
    learner_kills: int = 0


@pytest.mark.parametrize(
    "parts", [pytest.param(1, id="10 kills"), pytest.param(20, id="200", marks=pytest.mark.soak)]
)
def test_a_kill_at_any_moment_loses_nothing_acknowledged_and_counts_nothing_twice(
    parts: int, tmp_path: Path
) -> None:
    progress = Progress.of("kill", parts, kept=parts > 1)
    for number in progress.left():
        progress.add(**run_part(tmp_path / f"part{number}", seed=1000 + number))
    progress.finish()


def run_part(data: Path, seed: int) -> dict[str, object]:
    """KILLS kills of one server, and the count afterwards."""
    settings(data, SETTINGS)
    items = fill(data, cards=2400)
    operator = operator_token(data)
    address, part = Address(), Part()
    devices = [Device(f"d{n}", seed * 100 + n, address) for n in range(DEVICES)]
    with Server(data) as server:
        for device in devices:
            device.start()
        try:
            storm(server, address, part, random.Random(seed), items, operator)
        finally:
            address.close()
            for device in devices:
                device.join(60)
        for device in devices:
            if device.failure is not None:
                raise device.failure
        still_standing(server, devices, part)
        assert server.terminate() == 0
        assert "a request failed" not in server.said(), server.said()
    for learner in part.learners:
        wait_for_end(learner)
    truth = asyncio.run(recount(data))
    every_event_once(devices, truth)
    compare(learned(data), truth)
    lost_s, repeats = never_again(devices, part, truth)
    return {
        "kills": part.kills, "learner_kills": part.learner_kills,
        "slates": sum(len(d.ledger.slates) for d in devices),
        "batches": sum(len(d.ledger.acks) for d in devices),
        "resent": sum(d.ledger.resent for d in devices),
        "stored_though_unanswered": sum(d.ledger.duplicates for d in devices),
        "acknowledged": sum(len(d.ledger.events) for d in devices),
        "levels": dict(Counter(s.level for d in devices for s in d.ledger.slates)),
        "unjoined": truth.unjoined, "likes": sum(len(d.ledger.likes) for d in devices),
        "recalls": len(part.recalled), "repeats": repeats,
        "lost_slate_age_s": lost_s, "serving_again_s": part.serving_s,
    }  # fmt: skip


def storm(
    server: Server, address: Address, part: Part, rng: random.Random, items: list[str], token: str
) -> None:
    """Kill the server KILLS times; in the end it serves."""
    moment = threading.Event()  # never set: a kill falls where it falls
    killed = 0.0
    while True:
        server.launch()
        last = part.kills == KILLS
        if not last and rng.random() < 0.1:
            moment.wait(rng.uniform(0, 1))  # while it starts
        else:
            server.wait_ready()
            viewer = server.new_viewer()
            assert server.request("GET", "/v1/video/feed", token=viewer).status == 200
            if killed:
                part.serving_s.append(time.monotonic() - killed)
                assert part.serving_s[-1] < SERVING_S, f"serving after {part.serving_s[-1]:.1f} s"
            address.up(server.port)
            recall(server, part, rng, items, token)
            if last:
                moment.wait(0.5)
                return
            moment.wait(rng.uniform(0, 1))
            learner = server.learner()
            if learner is not None:
                part.learners.add(learner)
                if rng.random() < 0.3:
                    end_process(learner)
                    part.learner_kills += 1
                    moment.wait(rng.uniform(0, 1))
            if rng.random() < 0.5:
                recall(server, part, rng, items, token)
        learner = server.learner()
        if learner is not None:
            part.learners.add(learner)
        killed = time.monotonic()
        if server.port == address.port:
            part.killed[address.generation] = killed
        part.kills += 1
        server.kill()
        server.port = 0


def recall(server: Server, part: Part, rng: random.Random, items: list[str], token: str) -> None:
    """Recall an item that is likely to be shown."""
    item = rng.choice([name for name in items if name not in part.recalled])
    answer = server.request("DELETE", f"/v1/items/{item}?reason=soak", token=token)
    assert answer.status == 200, answer
    part.recalled[item] = time.monotonic()


def still_standing(server: Server, devices: list[Device], part: Part) -> None:
    """Every acknowledged like and recall is there."""
    for item in part.recalled:
        assert server.request("GET", f"/v1/items/{item}").status == 410, item
    wanted = defaultdict(set)
    for device in devices:
        for token, item in device.ledger.likes:
            wanted[token].add(item)
    for token, liked in wanted.items():
        rows = server.request("GET", "/v1/me/relations", token=token).json["relations"]
        found = [row["id"] for row in rows if row["verb"] == "likes"]
        assert liked <= set(found), "an acknowledged like is gone"
        assert len(found) == len(set(found))


def every_event_once(devices: list[Device], truth: Recount) -> None:
    acknowledged = {event for device in devices for event in device.ledger.events}
    lost = acknowledged - truth.times.keys()
    assert not lost, f"{len(lost)} of {len(acknowledged)} acknowledged events are not in the log"
    twice = [event for event, times in truth.times.items() if times > 1]
    assert not twice, f"{len(twice)} events are in the log more than once"
    assert max(truth.likes.values(), default=1) == 1, "a like is in the log twice"


def never_again(devices: list[Device], part: Part, truth: Recount) -> tuple[list[float], int]:
    """What was recalled or seen was not shown again, but for slates that a kill took.

    Answers the ages (seconds before the kill) of slates that a kill took, and how many cards
    came again for it.
    """
    slates = [slate for device in devices for slate in device.ledger.slates]
    acks = sorted(ack for device in devices for ack in device.ledger.acks)
    lost_s = []
    for slate in slates:
        shown = [item for item in slate.items if part.recalled.get(item, slate.asked) < slate.asked]
        assert not shown, f"recalled before, and shown: {shown}"
        if slate.slate not in truth.slates:
            assert slate.server in part.killed, "a slate was not recorded though no kill came"
            lost_s.append(max(part.killed[slate.server] - slate.got, 0.0))
            # How long a commit takes is the disk's affair; but what is acknowledged was written
            # after everything that was served before it was sent.
            later = acks[bisect_left(acks, (slate.server, slate.got)) :]
            later = later[: bisect_left(later, (slate.server + 1, 0.0))]
            assert not later, (
                f"served {lost_s[-1]:.3f} s before a kill and not recorded, though"
                f" {len(later)} batches sent after it were"
            )
    seen: dict[str, dict[str, Shown]] = defaultdict(dict)
    repeats = 0
    for slate in sorted(slates, key=lambda slate: slate.got):
        for item in slate.items:
            before = seen[slate.viewer].get(item)
            if before is not None and slate.level != "exhausted":
                repeats += 1
                assert before.slate not in truth.slates, (
                    f"{item} of {before.slate} came again at level {slate.level},"
                    f" {slate.got - before.got:.2f} s later"
                )
            seen[slate.viewer][item] = slate
    return lost_s, repeats
