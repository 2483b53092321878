"""What people write is text: markup, SQL, look-alikes and floods are kept as they were said, or
refused, and nothing else happens."""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import quote

import pytest
from sqlalchemy import func, select

from jhalak.records.tables import metadata
from tests.api.people.person import Person
from tests.worlds import Jhalak

MARKUP: Final = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<iframe src=javascript:alert(1)>",
    "<a href=javascript:alert(1)>x</a>",
    "<body onload=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<math><mi//xlink:href='data:x,<script>alert(1)</script>'>",
    "<style>@import'//evil.example'</style>",
    "<link rel=stylesheet href=//evil.example>",
    "<base href=//evil.example>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<form action=//evil.example><input name=x>",
    "<object data=//evil.example>",
    "<embed src=//evil.example>",
    "<video><source onerror=alert(1)>",
    "<input autofocus onfocus=alert(1)>",
    "<select onfocus=alert(1) autofocus>",
    "<marquee onstart=alert(1)>",
    '"><script>alert(1)</script>',
    "'><img src=x onerror=alert(1)>",
    "--><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "${alert(1)}",
    "{{constructor.constructor('alert(1)')()}}",
    "{@html '<img src=x onerror=alert(1)>'}",
    "<%= 7*7 %>",
    "#{7*7}",
    "javascript:alert(1)//",
    "data:text/html,<script>alert(1)</script>",
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
)
SQL: Final = tuple(
    f"{begin}{middle}{end}"
    for begin, middle, end in itertools.product(
        ("'", "\"", "1", "x')", "\\'", "%27"),
        (" OR 1=1", "; DROP TABLE comments", " UNION SELECT password_hash FROM creator_accounts",
         "; UPDATE creator_accounts SET verified_ms=1", " AND sleep(5)", "; DELETE FROM videos",
         " || (SELECT 1)", "; ATTACH DATABASE '/tmp/x' AS x", " OR ''='", "; COMMIT"),
        ("--", " --+", "#", "/*", ";"),
    )
)  # fmt: skip
XSS: Final = tuple(
    f"{before}{one}{after}"
    for (before, after), one in itertools.product((("", ""), ("so ", " nice"), ("🌧", "।")), MARKUP)
)
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


@pytest.mark.parametrize("payload", [*MARKUP[:12], *SQL[::40]])
def test_names_and_abouts_are_kept_to_the_letter_or_refused(
    world: Jhalak, asha: Person, payload: str
) -> None:
    answer = asha.signed("PATCH", "/v1/creators/me", json={"name": payload, "about": payload})
    assert answer.status_code in (200, 400), answer.text
    if answer.status_code == 200:
        profile = Person(world, f"b{abs(hash(payload)) % 10**9}").profile("asha")
        assert (profile["name"], profile["about"]) == (payload, payload)


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
    assert asha.ask("GET", f"/v1/search?q={named}").status_code in (200, 400)
    assert asha.ask("PUT", f"/v1/me/follows/creator/{named}").status_code in (400, 404)
    body = {"kind": "comment", "id": payload, "reason": "spam", "note": payload}
    assert asha.ask("POST", "/v1/reports", json=body).status_code in (400, 404)
    assert tables(world) == before


SIGN_UP: Final = {"password": "a few plain words", "birth_year": 1990}


@pytest.mark.parametrize(
    "handle",
    ["аdmin", "jhаlak", "jha1ak", "jhalаk", "ofﬁcial", "adm\u0131n", "roott\u200b", "su pport",
     "оfficial", "mod\u00adrator", "Asha", "asha\u0301", "‮asha", "<b>asha</b>", "asha'--", "x" * 25,
     "a" * 1_000_000, "..asha", "jhaIak", "0fficial", "supp0rt", "rnoderator"],
)  # fmt: skip
def test_no_handle_looks_like_ours_or_is_not_spelled_as_handles_are(
    world: Jhalak, handle: str
) -> None:
    before = tables(world)["creator_accounts"]
    answer = world.ask("POST", "/v1/creators", json={"handle": handle, **SIGN_UP})
    assert answer.status_code in (400, 409, 413), answer.text[:200]
    assert tables(world)["creator_accounts"] == before


@pytest.mark.parametrize("field", ["name", "about"])
@pytest.mark.parametrize("letters", ["x" * 1_000_000, "क" * 400_000, "\u0301" * 300_000])
def test_a_flood_is_refused(world: Jhalak, asha: Person, field: str, letters: str) -> None:
    answer = asha.signed("PATCH", "/v1/creators/me", json={field: letters})
    assert answer.status_code in (400, 413), answer.text[:200]
    video = asha.publish(f"v{field}{len(letters)}")
    flood = asha.signed("POST", f"/v1/videos/{video}/comments", json={"text": letters})
    assert flood.status_code in (400, 413)


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
