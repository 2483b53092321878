"""Whatever is sent: no 5xx, each refusal says what was wrong, and nothing of it is kept."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from jhalak.assembly import open_log, open_records
from jhalak.config.settings import read_settings
from jhalak.embedded.keys import open_keys
from jhalak.feeds.slot_token import SlotTokens
from jhalak.people.viewer_token import ViewerTokens
from jhalak.residency.seal import unseal
from jhalak.schema.activity import EVENT_TYPES, TOPIC, Outcomes, Relation, decode
from jhalak.schema.languages import LANGUAGES
from tests.soak import hostile_bodies, hostile_http, hostile_targets
from tests.soak.hostile import Request, Seeds, build
from tests.soak.server import Answer, Server, fill, operator_token
from tests.soak.wire import send

DAY_MS = 86_400_000


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    data = tmp_path_factory.mktemp("malformed") / "data"
    fill(data, cards=300)
    with Server(data) as running:
        yield running.start()


@pytest.fixture(scope="module")
def seeds(server: Server) -> Seeds:
    return make_seeds(server)


def make_seeds(server: Server) -> Seeds:
    """Real tokens of every kind, and some that are real elsewhere or were yesterday."""
    viewer, other, erased = (server.new_viewer() for _ in range(3))
    assert server.request("DELETE", "/v1/me", token=erased).status == 204
    first = server.request("GET", "/v1/video/feed", token=viewer).json["items"][0]
    theirs = server.request("GET", "/v1/video/feed", token=other).json["items"][0]
    now_ms = time.time_ns() // 1_000_000
    keys = open_keys(server.data / "keys", now_ms)
    number = ViewerTokens("local", keys.viewer).verify(viewer).viewer
    old = SimpleNamespace(
        viewer=number, surface=0, at_ms=now_ms - 8 * DAY_MS, id=1, model=0,
        items=np.array([1]), propensity=np.array([0.5], np.float32),
    )  # fmt: skip
    return Seeds(
        viewer=viewer,
        operator=operator_token(server.data),
        slot=first["slot"],
        item=first["item"],
        other_slot=theirs["slot"],
        other_cell=ViewerTokens("elsewhere", keys.viewer).mint(number, 0, ("en",)),
        expired_slot=SlotTokens(keys.slot).mint(old)[0],  # type: ignore[arg-type]
        erased=erased,
    )


def all_requests(seeds: Seeds) -> list[Request]:
    rooms = (hostile_bodies, hostile_http, hostile_targets)
    found = [request for room in rooms for request in room.requests(seeds)]
    assert len({request.name for request in found}) == len(found), "two requests have one name"
    return found


def says_what_was_wrong(answer: Answer) -> bool:
    """Is it the problem document of docs/api.md?"""
    try:
        said = answer.json
    except ValueError:
        return False
    return (
        answer.headers.get("content-type", "").startswith("application/json")
        and set(said) == {"error", "detail"}
        and all(isinstance(value, str) and value.strip() for value in said.values())
    )


def fault(request: Request, answers: list[Answer]) -> str:
    """What is wrong about the answers; empty if nothing."""
    if not answers:
        return "no answer" if request.http else ""
    if request.http and len(answers) != request.answers:
        return f"{len(answers)} answers"
    for answer in answers:
        if answer.status >= 500:
            return f"{answer.status}: {answer.body[:200]!r}"
        if "set-cookie" in answer.headers or "x" in answer.headers:
            return f"a header was smuggled in: {answer.headers}"
        if answer.status not in request.statuses:
            return f"{answer.status} {answer.body[:200]!r}, not {sorted(request.statuses)[:9]}"
        bodiless = request.raw.startswith(b"HEAD ")
        plain = not request.http and answer.headers.get("content-type", "").startswith("text/plain")
        refused = answer.status >= 400 and not bodiless and not plain
        if refused and not says_what_was_wrong(answer):
            return f"{answer.status} does not say what was wrong: {answer.body[:200]!r}"
        if request.rejects and answer.status == 202:
            told = answer.json
            if told["accepted"] or not all(r["code"] and r["reason"] for r in told["rejected"]):
                return f"not rejected: {told}"
    return ""


def test_a_request_that_nobody_should_send_is_refused_with_its_reason(
    server: Server, seeds: Seeds
) -> None:
    wanted = all_requests(seeds)
    assert len(wanted) >= 600
    faults = []
    for request in wanted:
        try:
            answers = send(server.port, request.raw, answers=request.answers, whole=request.http)
            said = fault(request, answers)
        except TimeoutError:
            said = "neither an answer nor the end of the connection"
        if said:
            faults.append(f"{request.name}: {said}")
    assert not faults, f"{len(faults)} of {len(wanted)}:\n" + "\n".join(faults)


def test_senders_who_never_finish_hold_nobody_up(server: Server, seeds: Seeds) -> None:
    head = build("POST", "/v1/events", b"{", "X: y", token=seeds.viewer)
    slow = [head[:-1], head[:-3], b"GET /v1/top", b"P", b""]
    with ExitStack() as stack:
        for raw in slow * 40:
            connection = socket.create_connection(("127.0.0.1", server.port), 10)
            stack.enter_context(connection).sendall(raw)
        for _ in range(20):
            assert server.request("GET", "/v1/video/feed", token=seeds.viewer).status == 200
    assert server.request("GET", "/readyz").status == 200


def test_after_all_that_the_server_answers_and_nothing_invalid_is_stored(
    server: Server, seeds: Seeds
) -> None:
    answer = server.request("GET", "/v1/lockscreen/edition", token=seeds.viewer)
    assert answer.status == 200 and answer.json["cards"]
    assert server.request("GET", "/readyz").status == 200
    assert server.request("GET", f"/v1/items/{seeds.item}").status == 200
    assert "a request failed" not in server.said(), server.said()[-5000:]
    assert "Traceback" not in server.said(), server.said()[-5000:]
    assert asyncio.run(invalid(server.data)) == []


async def invalid(data: Path) -> list[str]:
    """What is stored and should not be."""
    settings = read_settings(data)
    log, records = open_log(data, settings, writable=False), open_records(data, settings)
    found = []
    try:
        after = 0
        while entries := await log.read(TOPIC, 0, after, 1000):
            for entry in entries:
                after = entry.n
                record = decode(unseal(entry.key, entry.payload))
                if isinstance(record, Outcomes):
                    for event in record.events:
                        fits = (
                            1 <= len(event.id) <= 64
                            and 0 <= event.type < len(EVENT_TYPES)
                            and 0 <= event.value <= DAY_MS
                            and event.issued_ms <= event.at_ms <= record.received_ms
                            and all(0 <= a <= b <= DAY_MS for a, b in event.ranges)
                            and len(event.ranges) <= 16
                            and not event.id.startswith(("wrong-", "hostile", "cut"))
                        )
                        if not fits:
                            found.append(json.dumps(str(event)))
                elif isinstance(record, Relation) and records.viewers.get(record.viewer):
                    rows = records.relations.of_viewer(record.viewer)
                    names = {(row.verb, row.kind, row.target) for row in rows}
                    if record.on and (record.verb, record.kind, record.target) not in names:
                        found.append(str(record))
                if entry.key:
                    viewer = records.viewers.get(entry.key)
                    if viewer and not (
                        viewer.languages and set(viewer.languages) <= set(LANGUAGES)
                    ):
                        found.append(str(viewer))
    finally:
        log.close()
        records.database.close()
    return found
