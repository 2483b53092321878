"""The door of the console: few tries, the same answer to all who fail, two at a time."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import httpx
import pytest

from jhalak.api.console import door
from jhalak.api.console.access import HEADER
from jhalak.api.console.door import place_of
from jhalak.api.door import OF_ADDRESS, OF_NAME, WINDOW_MS, network_of
from jhalak.people.password import hashed
from tests.api.console.conftest import Console

PASSWORD = "नमस्ते दुनिया, एक"


@pytest.fixture(scope="module")
def console(entrance: Console) -> Console:
    return entrance


@pytest.fixture(scope="module", autouse=True)
def accounts(console: Console) -> None:
    for name in ("lata", "mina"):
        console.jhalak.services.accounts.add(name, "observer", hashed(PASSWORD), 1)


@pytest.fixture(autouse=True)
def afresh(console: Console) -> Iterator[None]:
    """Whatever failed before is forgotten."""
    console.jhalak.clock.forward(s=WINDOW_MS / 1000)
    yield
    console.jhalak.client.cookies.clear()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Passwords are compared as they are; with which hash, is told."""
    compared: list[str] = []

    def matches(password: str, phc: str) -> bool:
        compared.append(phc)
        return password == PASSWORD and phc != door.NOBODY

    monkeypatch.setattr(door, "matches", matches)
    return compared


def sign_in(console: Console, name: str, password: str = PASSWORD) -> httpx.Response:
    body = {"name": name, "password": password}
    return console.jhalak.ask("POST", "/console/api/session", json=body, headers={HEADER: "1"})


def test_all_who_fail_are_answered_alike_after_the_same_work(
    console: Console, quick: list[str]
) -> None:
    accounts = console.jhalak.services.accounts
    accounts.add("gone", "admin", hashed(PASSWORD), 1)
    accounts.change("gone", removed_ms=2)
    answers = [sign_in(console, "lata", "not this one"), sign_in(console, "n\0body"),
               sign_in(console, "gone")]  # fmt: skip
    assert {(a.status_code, a.text) for a in answers} == {(401, answers[0].text)}
    assert len(quick) == 3 and quick[1] == door.NOBODY
    assert [r[1:] for r in console.audited()[-3:]] == [
        ("refused sign-in", name, "this machine") for name in ("lata", "an unknown name", "gone")
    ], "what nobody is called may be a password, and is not kept"


def test_after_five_failures_even_the_right_password_waits(
    console: Console, quick: list[str]
) -> None:
    for _ in range(OF_NAME):
        assert sign_in(console, "lata", "wrong, wrong").status_code == 401
    refused = sign_in(console, "lata")
    assert refused.status_code == 429 and int(refused.headers["retry-after"]) == 900
    assert len(quick) == OF_NAME, "nothing is computed for one who must wait"
    assert sign_in(console, "mina").status_code == 200, "another name is not held up"
    console.jhalak.client.cookies.clear()
    console.jhalak.clock.forward(s=WINDOW_MS / 1000)
    assert sign_in(console, "lata").status_code == 200


def test_one_address_tries_few_names(console: Console, quick: list[str]) -> None:
    for n in range(OF_ADDRESS):
        assert sign_in(console, f"name {n}").status_code == 401
    assert sign_in(console, "mina").status_code == 429
    assert len(quick) == OF_ADDRESS


def test_who_may_come_in_tries_no_more_names_for_it(console: Console, quick: list[str]) -> None:
    for n in range(OF_ADDRESS - 1):
        assert sign_in(console, f"name {n}").status_code == 401
    assert sign_in(console, "mina").status_code == 200
    assert sign_in(console, "the last name").status_code == 401
    assert sign_in(console, "one name more").status_code == 429


def test_two_passwords_are_checked_at_a_time(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, world = threading.Event(), console.jhalak
    monkeypatch.setattr(door, "matches", lambda *_: held.wait(60))

    async def crowd() -> list[httpx.Response]:
        url, headers = "/console/api/session", {HEADER: "1"}
        tries = [
            asyncio.create_task(
                world.client.post(url, json={"name": name, "password": "x"}, headers=headers)
            )
            for name in ("lata", "mina", "ravi")
        ]
        first, _ = await asyncio.wait(tries, return_when=asyncio.FIRST_COMPLETED)
        held.set()
        return [*(task.result() for task in first), *await asyncio.gather(*tries)]

    busy, *rest = world.run(crowd())
    assert busy.status_code == 503 and busy.headers["retry-after"] == "1"
    assert sorted(answer.status_code for answer in rest) == [200, 200, 503]


@pytest.mark.parametrize(
    ("address", "network", "place"),
    [
        ("127.0.0.1", "127.0.0.1", "this machine"), ("", "", "this machine"),
        ("192.168.1.7", "192.168.1.7", "private network"), ("8.8.8.8", "8.8.8.8", "internet"),
        ("::1", "::/64", "this machine"), ("::ffff:8.8.8.8", "8.8.8.8", "internet"),
        ("2a00:1450:1:2:3::4", "2a00:1450:1:2::/64", "internet"),
        ("fe80::1%eth0", "fe80::/64", "private network"),
    ],
)  # fmt: skip
def test_of_an_address_only_the_kind_of_place_is_kept(
    address: str, network: str, place: str
) -> None:
    assert (network_of(address), place_of(address)) == (network, place)
