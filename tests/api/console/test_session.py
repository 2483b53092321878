"""Signing in: a session of the server's, strict cookies, and no way in from another site."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from jhalak.api.console.access import COOKIE, HEADER
from jhalak.api.console.session import LIFE_MS, OF_NAME, WINDOW_MS
from jhalak.people.password import hashed
from tests.api.console.conftest import Console

PASSWORD = "a few plain words"
OURS = {HEADER: "1"}


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
    assert answer.json() == {"name": "meera", "role": "moderator"}
    cookie = answer.headers["set-cookie"].lower()
    for said in ("httponly", "samesite=strict", "path=/console", "max-age=43200"):
        assert said in cookie
    assert "secure" not in cookie, "over plain HTTP no browser would keep it"
    assert ask(console, "GET", "session").json() == {"name": "meera", "role": "moderator"}
    assert console.audited()[-1][:3] == ("operator:meera", "sign in", "moderator")


def test_over_tls_the_cookie_goes_over_tls_only(console: Console) -> None:
    world = console.jhalak
    body = {"name": "meera", "password": PASSWORD}
    url = "https://jhalak/console/api/session"
    answer = world.run(world.client.post(url, json=body))
    assert "secure" in answer.headers["set-cookie"].lower()


def test_a_session_ends_by_sign_out_and_by_time(console: Console) -> None:
    sign_in(console, "meera")
    secret = console.jhalak.client.cookies[COOKIE]
    assert ask(console, "DELETE", "session").status_code == 200
    console.jhalak.client.cookies.set(COOKIE, secret)
    assert ask(console, "GET", "session").json()["error"] == "signed_out"
    console.jhalak.client.cookies.clear()
    sign_in(console, "meera")
    console.jhalak.clock.forward(s=LIFE_MS / 1000)
    assert ask(console, "GET", "session").status_code == 401


def test_a_page_of_another_site_changes_nothing(console: Console) -> None:
    sign_in(console, "esha")
    draft = {"override": {"exploration": 0.3}}
    forged = console.jhalak.ask("POST", "/console/api/policy/drafts", json=draft)
    assert forged.status_code == 403 and forged.json()["error"] == "other_site"
    assert ask(console, "POST", "policy/drafts", json=draft).status_code == 201


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


def test_a_wrong_password_and_a_name_that_nobody_has_are_answered_alike(console: Console) -> None:
    wrong, nobody = sign_in(console, "omar", "x" * 20), sign_in(console, "nobody", "x" * 20)
    assert wrong.status_code == nobody.status_code == 401 and wrong.json() == nobody.json()


def test_after_five_failures_even_the_right_password_waits(console: Console) -> None:
    console.jhalak.clock.forward(s=WINDOW_MS / 1000)
    for _ in range(OF_NAME):
        assert sign_in(console, "esha", "wrong, wrong").status_code == 401
    refused = sign_in(console, "esha")
    assert refused.status_code == 429 and int(refused.headers["retry-after"]) == 900
    assert sign_in(console, "meera").status_code == 200, "another name is not held up"
    console.jhalak.client.cookies.clear()
    console.jhalak.clock.forward(s=WINDOW_MS / 1000)
    assert sign_in(console, "esha").status_code == 200


def test_who_was_disabled_is_out_at_once(console: Console) -> None:
    sign_in(console, "omar")
    console.jhalak.services.accounts.change("omar", disabled_ms=5)
    assert ask(console, "GET", "session").status_code == 401
    console.jhalak.client.cookies.clear()
    assert sign_in(console, "omar").status_code == 401
    console.jhalak.services.accounts.change("omar", disabled_ms=0)
