"""A thousand likes a second on one video for half a minute: none lost, none counted twice, also
after a kill; and what a feed's page costs beside that."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlalchemy import func, select, true

from jhalak.assembly import open_records
from jhalak.config.settings import read_settings
from jhalak.records.tables import relations
from tests.soak.likes import VIDEO, Connections, Crowd, prepare, request
from tests.soak.server import Server

log = logging.getLogger(__name__)
PATH = f"/v1/me/likes/item/{VIDEO}"
PER_S, SECONDS = 1000, 30
PAGES, PAGES_PER_S = 1500, 100
LONG_AGO = 500
"""A like that is taken back was answered so many before."""
pytestmark = pytest.mark.soak


class Cost(NamedTuple):
    cpu_s: float
    """Of the serving process."""
    took_s: float


def cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def pages(tokens: Sequence[str]) -> list[bytes]:
    """Requests of a few viewers, each of whom comes again."""
    return [request("GET", "/v1/video/feed?limit=12", tokens[n % 50]) for n in range(PAGES)]


def run(server: Server, *streams: tuple[list[bytes], float]) -> Cost:
    """Streams of requests beside each other, each at its rate; all are answered 200."""

    async def all_of_them() -> float:
        connections = [Connections(server.port) for _ in streams]
        took = await asyncio.gather(
            *(one.send(*stream) for one, stream in zip(connections, streams, strict=True))
        )
        for one in connections:
            assert set(one.statuses) == {200}, (one.statuses, server.said()[-2000:])
        return max(took)

    before = cpu_s(server.pid)
    took_s = asyncio.run(all_of_them())
    return Cost(cpu_s(server.pid) - before, took_s)


def counted(data: Path, crowd: Crowd) -> tuple[int, int, int]:
    """The video's counter, its creator's, and what counting says."""
    records = open_records(data, read_settings(data))
    stand = select(func.count()).where(
        relations.c.verb == "likes", relations.c.target == crowd.item,
        relations.c.standing == true(),
    )  # fmt: skip
    with records.database.read() as connection:
        found: int = connection.execute(stand).scalar_one()
    store = records.relations
    counters = (
        store.count("likes", "item", crowd.item),
        store.count("likes", "items_of", crowd.creator),
    )
    records.database.close()
    return (*counters, found)


def test_a_thousand_likes_a_second_are_counted_exactly(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    likes = PER_S * SECONDS * 4 // 5
    crowd = prepare(data, likes + 50)
    fans, watchers = crowd.tokens[:likes], crowd.tokens[likes:]
    changes, gone = [], 0
    for at, token in enumerate(fans):
        changes.append(request("PUT", PATH, token))
        if at % 4 == 3 and at >= LONG_AGO:
            changes.append(request("DELETE", PATH, fans[at - LONG_AGO]))
            gone += 1
    half = len(changes) // 2
    with Server(data, "--no-learner", "--no-follower").start() as server:
        run(server, (pages(watchers), PAGES_PER_S))  # whoever comes first waits for their profile
        alone = run(server, (pages(watchers), PAGES_PER_S))
        quiet = run(server, (changes[:half], PER_S))
        beside = run(server, (changes[half:], PER_S), (pages(watchers), PAGES_PER_S))
        server.kill()
    like_us = 1e6 * quiet.cpu_s / half
    page_us = 1e6 * alone.cpu_s / PAGES
    beside_us = (1e6 * beside.cpu_s - like_us * (len(changes) - half)) / PAGES
    log.info(
        "%.0f likes/s; a like %.0f us of CPU; a page %.0f us alone, %.0f beside (%.2f times)",
        half / quiet.took_s, like_us, page_us, beside_us, beside_us / page_us,
    )  # fmt: skip
    assert counted(data, crowd) == (likes - gone,) * 3
