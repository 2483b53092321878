"""What hostile people call themselves: kept as the letters that it is, or refused in words."""

from __future__ import annotations

import json
from typing import Final
from urllib.parse import quote

import pytest

from tests.api.creators.studio import PASSWORD, Studio, new

MARKUP: Final = (
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg/onload=alert(1)>",
    '"><b>', "javascript:alert(1)", "{{7*7}}", "${7*7}", "<!--", "]]>", "&lt;b&gt;", "%3Cb%3E",
)  # fmt: skip
SQL: Final = (
    "'; DROP TABLE viewers; --", "' OR '1'='1", "1; SELECT pg_sleep(9)", '" OR ""="',
    "') UNION SELECT 1,2 --", "%' AND 1=1 --", "\\'; --", "%", "_", ":name", "$1", "?",
)  # fmt: skip
HOMOGRAPHS: Final = (
    "jhalаk", "jhalak．", "ϳhalak", "jhаlаk", "ｊｈａｌａｋ", "jha1ak", "JHALAK", "asha\u200b",
    "as\u00adha", "аsha", "asha\u0301", "as ha", "@asha", "asha/", "asha%00", "../asha", "asha\n",
)  # fmt: skip


@pytest.mark.parametrize("said", [*MARKUP, *SQL])
def test_what_would_run_elsewhere_is_kept_as_letters_or_refused(people: Studio, said: str) -> None:
    token = people.signed_up_once("letters")
    name = people.ask("PATCH", "/me", token, json={"name": said})
    assert name.status_code in (200, 400)
    if name.status_code == 200:
        assert name.json()["name"] == said
        assert name.headers["content-type"] == "application/json"
    about = people.ask("PATCH", "/me", token, json={"about": said})
    assert about.status_code == 200 and about.json()["about"] == said
    for body in (new(said), new("fine", name=5), {**new("fine"), said: 1}):
        assert people.ask("POST", "", json=body).status_code == 400
    signed = people.ask("POST", "/session", json={"handle": said, "password": PASSWORD})
    assert signed.status_code in (401, 429)
    for path in ("/me/sessions/", "/me/passkeys/"):
        assert people.ask("DELETE", path + quote(said, safe=""), token).status_code in (404, 405)


@pytest.mark.parametrize("handle", HOMOGRAPHS)
def test_no_handle_is_what_it_only_looks_like(people: Studio, handle: str) -> None:
    answer = people.ask("POST", "", json=new(handle))
    assert (answer.status_code, answer.json()["error"]) == (400, "bad_handle")
    assert people.jhalak.server.records.creators.find(handle) is None


@pytest.mark.parametrize("field", ["handle", "password", "name", "join", "languages"])
def test_what_is_very_long_is_refused(people: Studio, field: str) -> None:
    answer = people.ask("POST", "", json=new("long") | {field: "x" * 1_000_000})
    assert answer.status_code == 413
    answer = people.ask("POST", "", json=new("long") | {field: "x" * 200_000})
    assert (answer.status_code, answer.json()["error"]) == (400, "bad_request")


@pytest.mark.parametrize(
    "raw",
    [b"", b"null", b"[]", b"{", b'"\xff"', b'{"handle": "\\ud800"}', b"[" * 5000, b"1e999",
     b'{"handle": "a.b.c", "password": "long enough it is", "birth_year": 1e3}',
     b'{"handle": "a.b.c", "password": "long enough it is", "birth_year": 9' + b"9" * 400 + b"}"],
    ids=lambda raw: raw[:30],
)  # fmt: skip
def test_a_body_of_another_shape_is_refused(people: Studio, raw: bytes) -> None:
    token = people.signed_up_once("shape")
    headers = {"content-type": "application/json"}
    for method, path in (("POST", ""), ("POST", "/session"), ("POST", "/session/recovery"),
                         ("POST", "/session/passkey"), ("POST", "/me/viewer"), ("PATCH", "/me"),
                         ("PUT", "/me/password"), ("POST", "/me/passkeys")):  # fmt: skip
        answer = people.ask(method, path, token, content=raw, headers=headers)
        assert answer.status_code == 400, f"{method} {path}: {answer.text}"
        assert json.loads(answer.text)["detail"]
