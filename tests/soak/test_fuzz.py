"""Requests made from the OpenAPI document, right and wrong: no 5xx, and answers as documented."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.transport.requests import REQUESTS_TRANSPORT, binary_serializer

from tests.soak.hostile import Seeds
from tests.soak.progress import Progress
from tests.soak.server import Answer, Server, command, fill
from tests.soak.server import settings as write_settings
from tests.soak.test_malformed import invalid, make_seeds, says_what_was_wrong

CHECKS: Final = [
    not_a_server_error, status_code_conformance, content_type_conformance,
    response_schema_conformance,
]  # fmt: skip
CARDS: Final = 600
MODES: Final = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
_NUMBERS: Final = itertools.count(100)
RIGHT: Final = ("impression", "dwell", "tap", "play", "complete", "share", "report", "undo")

_CREATORS: Final[list[str]] = []
"""Their tokens."""
NOT_HTTP: Final = b"Invalid HTTP request received."
"""The web server's own word on headers and cookies that no message can hold."""
ENDS: Final = ("DELETE /v1/me", "DELETE /v1/creators/me", "DELETE /v1/creators/session")
"""What needs somebody new each time."""

REQUESTS_TRANSPORT.serializer("application/offset+octet-stream")(binary_serializer)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    fill(tmp_path / "data", cards=CARDS)
    write_settings(tmp_path / "data", "[media]\nprocesses = 0\n")
    _CREATORS.clear()
    with Server(tmp_path / "data") as running:
        yield running.start()


@pytest.mark.parametrize(
    "cases", [pytest.param(200, id="200"), pytest.param(2000, id="2000", marks=pytest.mark.soak)]
)
def test_no_request_made_from_the_document_breaks_the_server(cases: int, server: Server) -> None:
    schema = schemathesis.openapi.from_url(f"http://127.0.0.1:{server.port}/openapi.json")
    found: list[Any] = list(schema.get_all_operations())
    operations = sorted((each.ok() for each in found), key=lambda operation: operation.label)
    progress = Progress.of("fuzz", len(operations), kept=cases > 200)
    varied = sum(bool(varies(operation)) for operation in operations)
    each = -(-cases // (2 * varied)) + 2  # some have less than that to vary
    seeds = make_seeds(server)
    for part in progress.left():
        operation = operations[part]
        statuses: Counter[str] = Counter()
        for mode in MODES if varies(operation) else MODES[:1]:
            statuses += attack(server, seeds, operation, mode, each, number=cases + part)
        progress.add(requests=statuses.total(), statuses=dict(statuses))
    progress.finish()
    token = server.new_viewer()
    answer = server.request("GET", "/v1/lockscreen/edition", token=token)
    assert answer.status == 200 and answer.json["cards"]
    assert "a request failed" not in server.said(), server.said()[-5000:]
    assert asyncio.run(invalid(server.data)) == []


def varies(operation: Any) -> bool:
    """Does the operation take anything?"""
    return bool(list(operation.iter_parameters()) or list(operation.body))


def attack(
    server: Server, seeds: Seeds, operation: Any, mode: GenerationMode, count: int, number: int
) -> Counter[str]:
    """`count` requests to one operation; answers how often each status came."""
    statuses: Counter[str] = Counter()
    rng = random.Random(number)
    session = requests.Session()
    somebody = caller(server, operation, seeds)

    @seed(number)
    @settings(
        max_examples=count, deadline=None, database=None, report_multiple_bugs=False,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy(generation_mode=mode))
    def one(case: Any) -> None:
        plant(case, seeds, rng)
        token = somebody if operation.label not in ENDS else caller(server, operation, seeds)
        if rng.random() < 0.05:
            token = rng.choice([seeds.other_cell, seeds.erased, "", "\u00e9" * 48])
        for name in [name for name in case.headers or {} if name.lower() == "authorization"]:
            del case.headers[name]  # made up: it would end every request at the door
        headers = {"Authorization": f"Bearer {token}".encode()}
        try:
            response = case.call(
                base_url=f"http://127.0.0.1:{server.port}", headers=headers, session=session
            )
        except (requests.exceptions.InvalidURL, requests.exceptions.InvalidHeader):
            return  # the client refuses to send it
        statuses[str(response.status_code)] += 1
        judge(case, response)

    with suppress(Unsatisfiable):  # next to nothing is wrong there
        one()
    return statuses


def caller(server: Server, operation: Any, seeds: Seeds) -> str:
    """The token of somebody who may call the operation, as the document says."""
    security = operation.definition.raw.get("security") or [{"viewer": []}]
    match next(iter(security[0])):
        case "creator":
            return new_creator(server)
        case "operator":
            return seeds.operator
        case "publisher":
            return publisher_key(server.data)
    return server.new_viewer() if operation.label in ENDS else seeds.viewer


def new_creator(server: Server) -> str:
    """A new creator's token; when so many were made that no more are let in, the last one's."""
    body = {"handle": f"c{next(_NUMBERS)}", "password": "a long enough one", "birth_year": 1990}
    answer = server.request("POST", "/v1/creators", body)
    if answer.status == 201:
        _CREATORS.append(answer.json["token"])
    return _CREATORS[-1]


@lru_cache
def publisher_key(data: Path) -> str:
    """Of a publisher of this server."""
    key: str = command(data, "publisher", "add", "Fuzz News")["key"]
    return key


def judge(case: Any, response: Any) -> None:
    """Is the answer right, documented, and, where it refuses, does it say why?"""
    status = response.status_code
    if response.content == NOT_HTTP:
        return
    where = f"{case.method} {case.formatted_path} {case.query} {case.body!r}"[:2000]
    assert status < 500, f"{status} {response.content[:500]!r} to {where}"
    if status >= 400 and case.method != "HEAD":
        headers = {name.lower(): value[0] for name, value in response.headers.items()}
        answer = Answer(status, headers, response.content)
        assert says_what_was_wrong(answer), f"{status} {response.content[:500]!r} to {where}"
    if status not in (404, 405):  # a path or method that the document does not have
        try:
            case.validate_response(response, checks=CHECKS)
        except (FailureGroup, Failure) as failure:
            raise AssertionError(f"{where}: {failure}") from None


def plant(case: Any, seeds: Seeds, rng: random.Random) -> None:
    """Put real names into half of the requests, so that they get past the first check."""
    if rng.random() < 0.5:
        return
    path = case.path_parameters or {}
    item = f"item-{rng.randrange(CARDS)}"
    for name, value in (
        ("item_id", item), ("target_id", item), ("slot", seeds.slot),
        ("verb", rng.choice(("likes", "saves", "hides"))), ("kind", "item"), ("topic", "sport"),
    ):  # fmt: skip
        if name in path:
            path[name] = value
    if isinstance(case.query, dict) and "slot" in case.query:
        case.query["slot"] = seeds.slot
    body = case.body if isinstance(case.body, dict) else {}
    events = body.get("events")
    for event in events if isinstance(events, list) else []:
        if isinstance(event, dict):
            event["slot"] = seeds.slot
            if rng.random() < 0.5:
                event["type"] = rng.choice(RIGHT)
                event["at"] = "2026-11-23T18:47:00Z"
