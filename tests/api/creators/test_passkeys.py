"""Passkeys: made, used, named, removed; and whatever hostile authenticators send."""

from __future__ import annotations

from typing import Any

import httpx
import msgspec
import pytest

from jhalak.people.passkeys import MOST, VALID_MS
from tests.api.creators.authenticator import PRESENT, Authenticator, b64
from tests.api.creators.studio import Studio
from tests.worlds import PATIENT, Jhalak


def options(people: Studio, token: str) -> dict[str, Any]:
    answer = people.ask("POST", "/me/passkeys/options", token)
    assert answer.status_code == 200 and answer.headers["cache-control"] == "no-store"
    found: dict[str, Any] = answer.json()["publicKey"]
    return found


def keep(people: Studio, token: str, device: Authenticator, name: str = "") -> httpx.Response:
    made = device.make(options(people, token))
    return people.ask("POST", "/me/passkeys", token, json={"credential": made, "name": name})


def asked(people: Studio) -> dict[str, Any]:
    answer = people.ask("POST", "/session/passkey/options")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()["publicKey"]
    return found


def enter(people: Studio, credential: Any) -> httpx.Response:
    return people.ask("POST", "/session/passkey", json={"credential": credential})


def refused(answer: httpx.Response) -> None:
    assert (answer.status_code, answer.json()["error"]) == (400, "bad_passkey"), answer.text
    assert "set-cookie" not in answer.headers


def test_a_passkey_signs_in_without_handle_or_password(people: Studio) -> None:
    token, device = people.sign_up("keyed"), Authenticator()
    said = options(people, token)
    assert said["rp"] == {"id": "jhalak", "name": "Jhalak"} and said["user"]["name"] == "@keyed"
    assert said["authenticatorSelection"]["userVerification"] == "required"
    made = people.ask(
        "POST", "/me/passkeys", token, json={"credential": device.make(said), "name": " मेरा  फ़ोन "}
    )
    assert made.status_code == 201 and made.json()["id"] == b64(device.id), made.text
    wanted = asked(people)
    assert wanted["rpId"] == "jhalak" and not wanted.get("allowCredentials")
    people.jhalak.clock.forward(s=1)
    answer = enter(people, device.sign(wanted))
    assert answer.status_code == 201 and answer.json()["handle"] == "keyed", answer.text
    listed = people.ask("GET", "/me/passkeys", answer.json()["token"]).json()["passkeys"]
    now_ms = people.jhalak.clock()
    assert listed == [
        {"id": b64(device.id), "name": "मेरा फ़ोन", "created_ms": now_ms - 1000, "used_ms": now_ms}
    ]
    document = people.ask("POST", "/me/export", token).json()
    assert document["passkeys"][0]["name"] == "मेरा फ़ोन" and b64(device.id) not in str(document)


def test_an_account_has_several_and_removes_its_own_only(people: Studio) -> None:
    asha, ravi = people.sign_up("several"), people.sign_up("single")
    first, second = Authenticator(), Authenticator()
    assert keep(people, asha, first, "phone").status_code == 201
    assert [one["id"] for one in options(people, asha)["excludeCredentials"]] == [b64(first.id)]
    assert keep(people, asha, second, "key").status_code == 201
    assert people.ask("DELETE", f"/me/passkeys/{b64(first.id)}", ravi).status_code == 404
    assert people.ask("DELETE", "/me/passkeys/ü", asha).status_code == 404
    assert people.ask("DELETE", f"/me/passkeys/{b64(first.id)}", asha).status_code == 204
    refused(enter(people, first.sign(asked(people))))
    assert enter(people, second.sign(asked(people))).status_code == 201


def test_what_was_signed_is_taken_once_and_within_five_minutes(people: Studio) -> None:
    token, device = people.sign_up("once"), Authenticator()
    said = options(people, token)
    body = {"credential": device.make(said)}
    assert people.ask("POST", "/me/passkeys", token, json=body).status_code == 201
    again = people.ask(
        "POST", "/me/passkeys", token, json={"credential": Authenticator().make(said)}
    )
    assert (again.status_code, again.json()["error"]) == (409, "passkey_known")
    device.counts = False
    signed = device.sign(asked(people))
    assert enter(people, signed).status_code == 201
    refused(enter(people, signed))
    refused(enter(people, device.sign(asked(people) | {"challenge": b64(b"x" * 50)})))
    late = device.sign(asked(people))
    people.jhalak.clock.forward(s=VALID_MS / 1000 + 1)
    refused(enter(people, late))
    people.jhalak.restart()
    refused(enter(people, signed))


def test_a_challenge_is_good_for_what_it_was_made_for(people: Studio) -> None:
    asha, ravi, device = people.sign_up("purpose"), people.sign_up("purpose.b"), Authenticator()
    assert keep(people, asha, device).status_code == 201
    refused(enter(people, device.sign(options(people, asha))))
    for challenge in (asked(people)["challenge"], options(people, asha)["challenge"]):
        made = Authenticator().make(options(people, ravi) | {"challenge": challenge})
        answer = people.ask("POST", "/me/passkeys", ravi, json={"credential": made})
        assert (answer.status_code, answer.json()["error"]) == (400, "bad_passkey")


@pytest.mark.parametrize(
    "change",
    [{"origin": "https://jhalak"}, {"origin": "http://jhalak.evil"}, {"host": "evil"},
     {"flags": PRESENT}, {"flags": 0}],
    ids=str,
)  # fmt: skip
def test_what_was_made_or_signed_elsewhere_is_refused(
    people: Studio, change: dict[str, Any]
) -> None:
    token = people.signed_up_once("elsewhere")
    wrong, right = Authenticator(), Authenticator()
    for name, value in change.items():
        setattr(wrong, name, value)
    answer = keep(people, token, wrong)
    assert (answer.status_code, answer.json()["error"]) == (400, "bad_passkey"), answer.text
    assert keep(people, token, right).status_code == 201
    for name, value in change.items():
        setattr(right, name, value)
    refused(enter(people, right.sign(asked(people))))


def test_another_accounts_credential_signs_nobody_in(people: Studio) -> None:
    asha, ravi = people.sign_up("mine"), people.sign_up("yours")
    hers, his = Authenticator(), Authenticator()
    assert keep(people, asha, hers).status_code == 201
    assert keep(people, ravi, his).status_code == 201
    thief = Authenticator()
    thief.id, thief.owner = hers.id, hers.owner
    refused(enter(people, thief.sign(asked(people))))  # her passkey's name, another key
    his.owner = hers.owner
    refused(enter(people, his.sign(asked(people))))  # his passkey, which says it is hers
    taken = Authenticator()
    taken.id = hers.id
    assert keep(people, ravi, taken).status_code == 409  # her passkey's name, for his account
    assert enter(people, hers.sign(asked(people))).json()["handle"] == "mine"


def test_a_count_that_goes_back_is_a_copy(people: Studio) -> None:
    token, device = people.sign_up("counts"), Authenticator()
    assert keep(people, token, device).status_code == 201
    device.count = 10
    assert enter(people, device.sign(asked(people))).status_code == 201
    for count in (10, 3):
        device.count = count - 1
        refused(enter(people, device.sign(asked(people))))
    device.count = 11
    assert enter(people, device.sign(asked(people))).status_code == 201


@pytest.mark.parametrize(
    "broken",
    [
        {}, {"rawId": "x"}, {"response": None}, {"response": {}},
        {"response": {"clientDataJSON": 5}}, {"response": {"clientDataJSON": "ü"}},
        {"response": {"clientDataJSON": b64(b"[]")}},
        {"response": {"clientDataJSON": b64(b"[" * 50_000)}},
        {"response": {"clientDataJSON": b64(b'{"challenge": "' + b"A" * 66 + b'"}')}},
    ],
    ids=lambda broken: str(broken)[:40],
)  # fmt: skip
def test_what_is_no_credential_is_refused_in_words(people: Studio, broken: dict[str, Any]) -> None:
    token = people.signed_up_once("broken")
    refused(enter(people, broken))
    answer = people.ask("POST", "/me/passkeys", token, json={"credential": broken})
    assert (answer.status_code, answer.json()["error"]) == (400, "bad_passkey")


@pytest.mark.parametrize("part", ["attestationObject", "clientDataJSON"])
def test_a_credential_whose_parts_are_damaged_is_refused(people: Studio, part: str) -> None:
    token = people.signed_up_once("damaged")
    for damage in ("AAAA", "", "ü", b64(b"\xbf" * 300), b64(b"\xff\x00" * 40)):
        made = Authenticator().make(options(people, token))
        made["response"][part] = damage
        answer = people.ask("POST", "/me/passkeys", token, json={"credential": made})
        assert (answer.status_code, answer.json()["error"]) == (400, "bad_passkey"), damage


def test_a_suspended_account_is_not_signed_in_by_its_passkey(people: Studio) -> None:
    token, device = people.sign_up("held"), Authenticator()
    assert keep(people, token, device).status_code == 201
    store = people.jhalak.services.creator_accounts
    found = store.find("held")
    assert found is not None
    store.suspend(found[0].num, 5)
    assert enter(people, device.sign(asked(people))).status_code == 403


def test_an_erased_accounts_passkey_is_gone(people: Studio) -> None:
    token, device = people.sign_up("gone"), Authenticator()
    assert keep(people, token, device).status_code == 201
    assert people.ask("DELETE", "/me", token).status_code == 204
    refused(enter(people, device.sign(asked(people))))


def test_an_account_has_few_passkeys_and_names_them_visibly(people: Studio) -> None:
    token = people.sign_up("many")
    hidden = keep(people, token, Authenticator(), "a\u202eb")
    assert (hidden.status_code, hidden.json()["error"]) == (400, "bad_name")
    for _ in range(MOST):
        assert keep(people, token, Authenticator()).status_code == 201
    assert keep(people, token, Authenticator()).status_code == 409


def test_the_place_is_that_of_the_setting_or_of_the_request(
    people: Studio, tmp_path_factory: pytest.TempPathFactory
) -> None:
    there = {"Host": "Jhalak.Example:8443"}
    answer = people.ask("POST", "/session/passkey/options", headers=there)
    assert answer.json()["publicKey"]["rpId"] == "jhalak.example"
    for host in ("127.0.0.1:8787", "[::1]", ""):
        answer = people.ask("POST", "/session/passkey/options", headers={"Host": host})
        assert (answer.status_code, answer.json()["error"]) == (409, "no_host_name"), host
    server = msgspec.structs.replace(PATIENT.server, public_url="https://cards.example/")
    settings = msgspec.structs.replace(PATIENT, server=server)
    world = Jhalak(tmp_path_factory.mktemp("public") / "data", settings)
    try:
        studio = Studio(world)
        token, device = (
            studio.sign_up("asha"),
            Authenticator("https://cards.example", "cards.example"),
        )
        assert keep(studio, token, device).status_code == 201
        assert enter(studio, device.sign(asked(studio))).status_code == 201
    finally:
        world.end()
