"""Signing in: a session of the server's, strict cookies, and no way in from another site."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from jhalak.api.console.access import COOKIE, HEADER, IDLE_MS, LIFE_MS, TLS_COOKIE
from jhalak.feeds.edition import rfc3339
from jhalak.people.operator_token import token_hash
from jhalak.people.password import hashed
from tests.api.console.conftest import TOKEN, Console

PASSWORD = "a few plain words"
OURS = {HEADER: "1"}


@pytest.fixture(scope="module")
def console(entrance: Console) -> Console:
    return entrance


@pytest.fixture(scope="module", autouse=True)
def accounts(console: Console) -> None:
    phc = hashed(PASSWORD)
    for name, role in (("meera", "moderator"), ("omar", "observer"), ("esha", "editor")):
        console.jhalak.services.accounts.add(name, role, phc, 1)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def signed_out(console: Console) -> Iterator[None]:
    yield
    console.jhalak.client.cookies.clear()


def sign_in(console: Console, name: str, password: str = PASSWORD) -> httpx.Response:
    body = {"name": name, "password": password}
    return console.jhalak.ask("POST", "/console/api/session", json=body, headers=OURS)


def ask(console: Console, method: str, path: str, **more: object) -> httpx.Response:
    return console.jhalak.ask(method, f"/console/api/{path}", headers=OURS, **more)  # type: ignore[arg-type]


def test_the_cookie_is_for_the_console_alone_and_no_script_reads_it(console: Console) -> None:
    answer = sign_in(console, "meera")
    ends = rfc3339(console.jhalak.clock() + IDLE_MS)
    assert answer.json() == {"name": "meera", "role": "moderator", "ends": ends}
    cookie = answer.headers["set-cookie"].lower()
    for said in ("httponly", "samesite=strict", "path=/console", "max-age=604800"):
        assert said in cookie
    assert "secure" not in cookie, "over plain HTTP no browser would keep it"
    again = ask(console, "GET", "session")
    assert again.json() == answer.json()
    assert again.headers["cache-control"] == answer.headers["cache-control"] == "no-store"
    assert console.audited()[-1] == ("operator:meera", "sign in", "moderator", "this machine")


def test_over_tls_the_cookie_goes_to_this_host_over_tls_only(console: Console) -> None:
    world, url = console.jhalak, "https://jhalak/console/api/session"
    body = {"name": "meera", "password": PASSWORD}
    answer = world.run(world.client.post(url, json=body, headers=OURS))
    cookie = answer.headers["set-cookie"].lower()
    assert cookie.startswith("__host-jhalak_console=") and "secure" in cookie
    assert "path=/;" in f"{cookie};" and "domain" not in cookie
    secret = world.client.cookies[TLS_COOKIE]
    world.client.cookies.clear()
    said = {"cookie": f"{TLS_COOKIE}={secret}"}
    assert world.run(world.client.get(url, headers=said)).status_code == 200
    assert world.ask("GET", "/console/api/session", headers=said).status_code == 401


def test_a_session_ends_by_sign_out_idle_or_after_a_week(console: Console) -> None:
    clock, cookies = console.jhalak.clock, console.jhalak.client.cookies
    sign_in(console, "meera")
    secret = cookies[COOKIE]
    assert ask(console, "DELETE", "session").status_code == 200
    assert console.audited()[-1][:2] == ("operator:meera", "sign out")
    cookies.set(COOKIE, secret)
    assert ask(console, "GET", "session").json()["error"] == "signed_out"
    cookies.clear()
    sign_in(console, "meera")
    clock.forward(s=IDLE_MS / 1000)
    assert ask(console, "GET", "session").status_code == 401
    cookies.clear()
    sign_in(console, "meera")
    hours = LIFE_MS // 3_600_000
    for _ in range(hours // 11):
        clock.forward(s=11 * 3600)
        assert ask(console, "GET", "session").status_code == 200, "it is used"
    clock.forward(s=(hours % 11) * 3600)
    assert ask(console, "GET", "session").status_code == 401


def test_only_its_hash_is_kept_and_a_new_sign_in_ends_the_session_before(console: Console) -> None:
    sessions, now_ms = console.jhalak.services.sessions, console.jhalak.clock()
    sign_in(console, "esha")
    first = console.jhalak.client.cookies[COOKIE]
    assert len(first) == 43, "256 bits"
    (kept,) = sessions.of("esha", now_ms)
    assert kept.token_hash == token_hash(first) and first.encode() not in kept.token_hash
    sign_in(console, "esha")
    assert console.jhalak.client.cookies[COOKIE] != first
    assert sessions.find(token_hash(first), now_ms) is None


def test_one_sees_and_ends_ones_own_sessions_and_an_admin_everyones(console: Console) -> None:
    jhalak = console.jhalak
    sign_in(console, "esha")
    esha = jhalak.client.cookies[COOKIE]
    jhalak.client.cookies.clear()
    sign_in(console, "omar")
    (own,) = ask(console, "GET", "sessions").json()
    assert own["account"] == "omar" and own["this"] and own["place"] == "this machine"
    by_token = console.get("sessions").json()
    assert by_token == [own], "with a cookie it is the session that asks"
    theirs = token_hash(esha).hex()[:16]
    assert ask(console, "DELETE", f"sessions/{theirs}").json()["error"] == "no_such_session"
    jhalak.client.cookies.clear()
    everyone = console.get("sessions").json()
    assert {"esha", "omar"} <= {one["account"] for one in everyone}
    assert not any(one["this"] for one in everyone)
    ended = jhalak.ask("DELETE", f"/console/api/sessions/{theirs}", TOKEN)
    assert ended.status_code == 200
    assert console.audited()[-1] == ("operator:asha", "end session", "esha", theirs)
    jhalak.client.cookies.set(COOKIE, esha)
    assert ask(console, "GET", "session").status_code == 401


def test_a_page_of_another_site_changes_nothing(console: Console) -> None:
    sign_in(console, "esha")
    path, draft = "/console/api/policy/drafts", {"override": {"exploration": 0.3}}
    for headers in ({}, OURS | {"origin": "https://evil.example"}, OURS | {"origin": "null"},
                    OURS | {"origin": "http://["}):  # fmt: skip
        forged = console.jhalak.ask("POST", path, json=draft, headers=headers)
        assert forged.status_code == 403 and forged.json()["error"] == "other_site"
    ours = OURS | {"origin": f"http://{console.jhalak.client.base_url.host}"}
    assert console.jhalak.ask("POST", path, json=draft, headers=ours).status_code == 201


def test_a_page_of_another_site_signs_nobody_in(console: Console) -> None:
    body = {"name": "meera", "password": PASSWORD}
    forged = console.jhalak.ask("POST", "/console/api/session", json=body)
    assert forged.status_code == 403 and "set-cookie" not in forged.headers


def test_each_role_may_do_what_it_is_for(console: Console) -> None:
    look = {"viewer": console.phones[0].viewer, "reason": "a complaint"}
    draft = {"override": {"exploration": 0.31}}
    back = {"version": 0, "why": "to try it"}
    may = {"omar": (403, 403, 403), "meera": (200, 403, 403), "esha": (200, 201, 403)}
    for name, expected in may.items():
        console.jhalak.client.cookies.clear()
        sign_in(console, name)
        assert ask(console, "GET", "learning").status_code == 200
        found = (
            ask(console, "POST", "viewer", json=look).status_code,
            ask(console, "POST", "policy/drafts", json=draft).status_code,
            ask(console, "POST", "policy/back", json=back).status_code,
        )
        assert found == expected, name


def test_who_was_removed_is_out_at_once(console: Console) -> None:
    sign_in(console, "omar")
    console.jhalak.services.accounts.change("omar", removed_ms=5)
    assert ask(console, "GET", "session").status_code == 401
    console.jhalak.client.cookies.clear()
    assert sign_in(console, "omar").status_code == 401
    console.jhalak.services.accounts.change("omar", removed_ms=0)
