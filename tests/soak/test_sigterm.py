"""SIGTERM: what was begun is finished, what is in memory is written, nobody is left behind."""

from __future__ import annotations

import asyncio
import json
import socket
from http.client import HTTPResponse
from pathlib import Path

from jhalak.assembly import open_blobs, open_profiles
from jhalak.config.settings import read_settings
from jhalak.embedded.keys import open_keys
from jhalak.learning.profile import load
from jhalak.people.viewer_token import ViewerTokens
from jhalak.schema.viewer_state import TAPPED
from tests.soak.audit import recount
from tests.soak.hostile import build
from tests.soak.server import Server, fill, until, wait_for_end

IN_FLIGHT = 20


def test_sigterm_finishes_what_was_begun_writes_profiles_and_ends_with_0(tmp_path: Path) -> None:
    data = tmp_path / "data"
    fill(data, cards=300)
    with Server(data) as server:
        server.start()
        token = server.new_viewer()
        cards = server.request("GET", "/v1/lockscreen/edition?slots=20", token=token).json["cards"]
        until(lambda: level(server) == "full")  # the learner is at work
        learner = server.learner()
        assert learner is not None
        waiting = [begin(server, token, card["slot"], n) for n, card in enumerate(cards)]
        assert len(waiting) == IN_FLIGHT
        # Answered after what came before it on every connection was read.
        assert server.request("GET", "/healthz").status == 200
        assert server.process is not None
        server.process.terminate()
        for connection, rest in waiting:
            connection.sendall(rest)
        for connection, _ in waiting:
            response = HTTPResponse(connection)
            response.begin()
            assert response.status == 202
            assert json.loads(response.read())["accepted"] == 2
            connection.close()
        assert server.terminate() == 0
        assert "rror" not in server.said(), server.said()
    wait_for_end(learner)
    truth = asyncio.run(recount(data))
    assert len(truth.times) == 2 * IN_FLIGHT and max(truth.times.values()) == 1
    seen, tapped, checkpoints = asyncio.run(written(data, token))
    assert (seen, tapped) == (len(cards), IN_FLIGHT)
    assert checkpoints


def level(server: Server) -> str:
    answer = server.request("GET", "/v1/video/feed", token=server.new_viewer())
    found: str = answer.json["level"]
    return found


def begin(server: Server, token: str, slot: str, number: int) -> tuple[socket.socket, bytes]:
    """A request of which all but the end was sent, and that end."""
    at = "2026-11-23T18:47:00Z"
    events = [
        {"id": f"{number}-{type_}", "slot": slot, "type": type_, "at": at}
        for type_ in ("impression", "tap")
    ]
    raw = build("POST", "/v1/events", json.dumps({"events": events}).encode(), token=token)
    connection = socket.create_connection(("127.0.0.1", server.port), 60)
    connection.sendall(build("GET", "/healthz"))
    first = HTTPResponse(connection)
    first.begin()
    first.read()
    connection.sendall(raw[:-7])
    return connection, raw[-7:]


async def written(data: Path, token: str) -> tuple[int, int, int]:
    """What lies on the disk: items seen and tapped in the viewer's profile, and checkpoints."""
    settings = read_settings(data)
    keys = open_keys(data / "keys", 0)
    viewer = ViewerTokens(settings.cell, keys.viewer).verify(token).viewer
    store = open_profiles(data)
    try:
        value = await store.get(viewer)
    finally:
        store.close()
    assert value is not None, "the profile was not written"
    state = load(viewer, value)
    flags = state.seen_flags[: state.seen_count]
    names = await open_blobs(data, settings).list("checkpoints")
    return state.seen_count, int(((flags & TAPPED) > 0).sum()), len(names)


def test_sigterm_while_starting_ends_with_0(tmp_path: Path) -> None:
    data = tmp_path / "data"
    fill(data, cards=30)
    with Server(data) as server:
        server.launch()
        learners: set[int] = set()
        while not learners and server.process is not None and server.process.poll() is None:
            learner = server.learner()
            learners |= {learner} if learner else set()
        assert server.terminate() == 0
        for learner in learners:
            wait_for_end(learner)
        server.start()
        assert server.request("GET", "/readyz").status == 200
