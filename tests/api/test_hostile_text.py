"""What people write is text: markup, SQL, look-alikes and floods are kept as they were said, or
refused, and nothing else happens."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import quote

import pytest
from sqlalchemy import func, select

from jhalak.records.tables import metadata
from tests.api.hostile_texts import BODIES, HANDLES, MARKUP, SQL, XSS
from tests.api.people.person import Person
from tests.worlds import Jhalak

SIGN_UP: Final = {"password": "a few plain words", "birth_year": 1990}
PER_COMMENT: Final = 6
"""Payloads in one comment: there is a limit on how many one may write in a minute."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jhalak]:
    jhalak = Jhalak(tmp_path_factory.mktemp("hostile") / "data")
    yield jhalak
    jhalak.end()


@pytest.fixture(scope="module")
def asha(world: Jhalak) -> Person:
    return Person(world, "asha")


def tables(world: Jhalak) -> dict[str, int]:
    """Every table and how many rows it has."""
    with world.server.records.database.read() as connection:
        return {
            name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for name, table in metadata.tables.items()
        }


def test_there_are_as_many_as_promised() -> None:
    assert len(set(XSS)) >= 99
    assert len(set(SQL)) >= 300


def test_comments_are_kept_to_the_letter(world: Jhalak, asha: Person) -> None:
    video = asha.publish("rain")
    said = [*XSS, *SQL]
    lines = ["\n".join(said[i : i + PER_COMMENT]) for i in range(0, len(said), PER_COMMENT)]
    before = tables(world)
    for n, line in enumerate(lines):
        if n % 15 == 0:
            world.clock.forward(s=61)
        answer = asha.signed("POST", f"/v1/videos/{video}/comments", json={"text": line})
        assert answer.status_code == 201, answer.text
        told = answer.json()["text"]
        assert told == unicodedata.normalize("NFC", line)
        assert answer.headers["content-type"].startswith("application/json")
    after = tables(world)
    assert after["comments"] == before["comments"] + len(lines)
    changed = {"comments", "comment_counts"}
    assert {n: c for n, c in after.items() if n not in changed} == {
        n: c for n, c in before.items() if n not in changed
    }
    assert not asha.account.verified_ms
    found = world.services.people.of_handle("asha")
    assert found is not None and found.verified_ms == 0


@pytest.mark.parametrize("payload", [*MARKUP[::2], *SQL[::30], *SQL[-8:]])
def test_what_people_say_of_themselves_is_kept_to_the_letter_or_refused(
    world: Jhalak, asha: Person, payload: str
) -> None:
    for field in ("name", "about"):
        answer = asha.signed("PATCH", "/v1/creators/me", json={field: payload})
        assert answer.status_code in ((200, 400) if field == "name" else (200,)), answer.text
        assert answer.headers["content-type"] == "application/json"
        if answer.status_code == 200:
            assert asha.profile("asha")[field] == payload
    for body in (
        {"handle": payload},
        {"handle": "fine", "name": 5},
        {"handle": "fine", payload: 1},
    ):
        assert world.ask("POST", "/v1/creators", json=SIGN_UP | body).status_code == 400
    signed = {"handle": payload, "password": SIGN_UP["password"]}
    assert world.ask("POST", "/v1/creators/session", json=signed).status_code in (401, 429)


@pytest.mark.parametrize("payload", [*MARKUP[::3], *SQL[::25]])
def test_no_address_finds_what_is_not_there(world: Jhalak, asha: Person, payload: str) -> None:
    before, named = tables(world), quote(payload, safe="")
    for path in (
        f"/v1/people/{named}", f"/v1/videos/{named}", f"/v1/videos/{named}/comments",
        f"/v1/comments/{named}/replies", f"/v1/video/feed?channel={named}",
        f"/v1/people/asha/videos?after={named}", f"/v1/items/{named}",
    ):  # fmt: skip
        status = asha.ask("GET", path).status_code
        assert status in (400, 404), (path, status)
    for path in ("sessions", "passkeys"):
        answer = asha.signed("DELETE", f"/v1/creators/me/{path}/{named}")
        assert answer.status_code in (404, 405)
    assert asha.ask("GET", f"/v1/search?q={named}").status_code in (200, 400)
    assert asha.ask("PUT", f"/v1/me/follows/creator/{named}").status_code in (400, 404)
    body = {"kind": "comment", "id": payload, "reason": "spam", "note": payload}
    assert asha.ask("POST", "/v1/reports", json=body).status_code in (400, 404)
    assert tables(world) == before


@pytest.mark.parametrize("handle", HANDLES)
def test_no_handle_looks_like_ours_or_is_not_spelled_as_handles_are(
    world: Jhalak, handle: str
) -> None:
    answer = world.ask("POST", "/v1/creators", json=SIGN_UP | {"handle": handle})
    assert (answer.status_code, answer.json()["error"]) == (400, "bad_handle")
    assert world.server.records.creators.find(handle) is None


@pytest.mark.parametrize("field", ["name", "about"])
@pytest.mark.parametrize("letters", ["x" * 1_000_000, "क" * 400_000, "\u0301" * 300_000])
def test_a_flood_is_refused(world: Jhalak, asha: Person, field: str, letters: str) -> None:
    answer = asha.signed("PATCH", "/v1/creators/me", json={field: letters})
    assert answer.status_code in (400, 413), answer.text[:200]
    video = asha.publish(f"v{field}{len(letters)}")
    flood = asha.signed("POST", f"/v1/videos/{video}/comments", json={"text": letters})
    assert flood.status_code in (400, 413)


@pytest.mark.parametrize("field", ["handle", "password", "name", "join", "languages"])
def test_nobody_signs_up_with_what_is_very_long(world: Jhalak, field: str) -> None:
    body = SIGN_UP | {"handle": "long.one"}
    answer = world.ask("POST", "/v1/creators", json=body | {field: "x" * 1_000_000})
    assert answer.status_code == 413
    answer = world.ask("POST", "/v1/creators", json=body | {field: "x" * 200_000})
    assert (answer.status_code, answer.json()["error"]) == (400, "bad_request")


@pytest.mark.parametrize("raw", BODIES, ids=lambda raw: raw[:30])
def test_a_body_of_another_shape_is_refused(asha: Person, raw: bytes) -> None:
    headers = {"content-type": "application/json"}
    for method, path in (("POST", ""), ("POST", "/session"), ("POST", "/session/recovery"),
                         ("POST", "/session/passkey"), ("POST", "/me/viewer"), ("PATCH", "/me"),
                         ("PUT", "/me/password"), ("POST", "/me/passkeys")):  # fmt: skip
        answer = asha.signed(method, f"/v1/creators{path}", content=raw, headers=headers)
        assert answer.status_code == 400, f"{method} {path}: {answer.text}"
        assert json.loads(answer.text)["detail"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "/v1/creators/me", {"verified_ms": 1}),
        ("PATCH", "/v1/creators/me", {"age_band": "50+"}),
        ("PATCH", "/v1/creators/me", {"suspended_ms": 0, "name": "A"}),
        ("PUT", "/v1/creators/me/comment-rules", {"comments": "everyone", "account": 2}),
        ("POST", "/v1/creators/me/viewer", {"viewer": 7}),
    ],
)  # fmt: skip
def test_unknown_fields_are_refused_and_named(
    asha: Person, method: str, path: str, body: dict[str, Any]
) -> None:
    answer = asha.signed(method, path, json=body)
    assert answer.status_code == 400
    assert any(name in answer.json()["detail"] for name in body), answer.text
