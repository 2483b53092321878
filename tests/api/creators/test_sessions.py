"""Sessions and what they are begun with: listed, ended, recovered."""

from __future__ import annotations

from json import dumps

from jhalak.api.door import OF_NAME
from tests.api.creators.studio import PASSWORD, Studio, new

NEW = "एक नया पासवर्ड है"
CHROME = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36"


def test_sessions_are_listed_with_their_devices_and_ended_one_by_one(people: Studio) -> None:
    first, said = people.sign_up("list.a"), {"handle": "list.a", "password": PASSWORD}
    people.jhalak.clock.forward(s=1)
    second = people.ask("POST", "/session", json=said, headers={"User-Agent": CHROME}).json()
    newest, oldest = people.ask("GET", "/me/sessions", first).json()["sessions"]
    assert (newest["device"], newest["this"], oldest["this"]) == ("Chrome, Android", False, True)
    assert newest["used_ms"] == newest["began_ms"] == people.jhalak.clock()
    assert newest["until_ms"] == second["until_ms"]
    other = people.sign_up("list.b")
    assert people.ask("DELETE", f"/me/sessions/{newest['id']}", other).status_code == 404
    assert people.ask("GET", "/me", second["token"]).status_code == 200
    assert people.ask("DELETE", f"/me/sessions/{newest['id']}", first).status_code == 204
    assert people.ask("GET", "/me", second["token"]).status_code == 401
    assert people.ask("DELETE", f"/me/sessions/{newest['id']}", first).status_code == 404


def test_a_device_that_is_signed_out_reads_nothing_any_more(people: Studio) -> None:
    first, said = people.sign_up("out"), {"handle": "out", "password": PASSWORD}
    second = people.ask("POST", "/session", json=said).json()["token"]
    tokens = [people.viewer(session).json()["token"] for session in (first, second)]
    for token in tokens:
        assert people.jhalak.ask("GET", "/v1/me/preferences", token).status_code == 200
    assert people.ask("DELETE", "/me/sessions/others", first).status_code == 204
    assert people.ask("GET", "/me", second).status_code == 401
    for token in tokens:
        for path in ("/v1/me/preferences", "/v1/video/feed", "/v1/lockscreen/edition"):
            assert people.jhalak.ask("GET", path, token).status_code == 401, path
    again = people.viewer(first).json()["token"]
    assert people.jhalak.ask("GET", "/v1/video/feed", again).status_code == 200
    assert people.ask("DELETE", "/session", first).status_code == 204
    people.jhalak.restart()
    assert people.jhalak.ask("GET", "/v1/video/feed", again).status_code == 401


def test_a_change_of_password_ends_the_others_and_asks_for_the_old_one(people: Studio) -> None:
    first, said = people.sign_up("change"), {"handle": "change", "password": PASSWORD}
    second = people.ask("POST", "/session", json=said).json()["token"]
    wrong = people.ask("PUT", "/me/password", first, json={"password": "wrong", "new": NEW})
    assert (wrong.status_code, wrong.json()["error"]) == (403, "wrong_password")
    assert people.ask("GET", "/me", second).status_code == 200
    changed = people.ask("PUT", "/me/password", first, json={"password": PASSWORD, "new": NEW})
    assert changed.status_code == 204
    assert people.ask("GET", "/me", second).status_code == 401
    assert people.ask("GET", "/me", first).status_code == 200
    assert people.ask("POST", "/session", json=said).status_code == 401
    assert people.ask("POST", "/session", json={**said, "password": NEW}).status_code == 201


def test_a_printed_code_gives_a_new_password_once_and_ends_all_sessions(people: Studio) -> None:
    made = people.signed_up("lost")
    codes, viewer = made["recovery_codes"], people.viewer(made["token"]).json()["token"]
    assert len(set(codes)) == 10 and all(len(code) == 19 for code in codes)
    typed = f" {codes[0].upper().replace('-', ' ').replace('0', 'O')} "
    said = {"handle": "lost", "code": typed, "password": NEW}
    answer = people.ask("POST", "/session/recovery", json=said)
    assert answer.status_code == 201 and "set-cookie" in answer.headers
    assert people.ask("GET", "/me", made["token"]).status_code == 401
    assert people.jhalak.ask("GET", "/v1/video/feed", viewer).status_code == 401
    me = people.ask("GET", "/me", answer.json()["token"]).json()
    assert me["recovery_codes_left"] == 9
    signed = people.ask("POST", "/session", json={"handle": "lost", "password": NEW})
    assert signed.status_code == 201
    again = people.ask("POST", "/session/recovery", json=said)
    assert (again.status_code, again.json()["error"]) == (401, "no_such_code")
    other = people.signed_up("other")["recovery_codes"][0]
    wrong = people.ask("POST", "/session/recovery", json={**said, "code": other})
    nobody = people.ask("POST", "/session/recovery", json={**said, "handle": "no.body"})
    assert wrong.text == again.text == nobody.text, "who is nobody is answered the same"


def test_codes_are_not_to_be_guessed(people: Studio) -> None:
    codes = people.signed_up("guess")["recovery_codes"]
    said = {"handle": "guess", "code": "0000-0000-0000-0000", "password": NEW}
    for _ in range(OF_NAME):
        assert people.ask("POST", "/session/recovery", json=said).status_code == 401
    late = people.ask("POST", "/session/recovery", json={**said, "code": codes[0]})
    assert late.status_code == 429 and int(late.headers["retry-after"]) > 0


def test_new_codes_void_the_old_ones_and_ask_for_the_password(people: Studio) -> None:
    made = people.signed_up("renew")
    asked = {"password": "wrong"}
    refused = people.ask("POST", "/me/recovery-codes", made["token"], json=asked)
    assert refused.status_code == 403
    answer = people.ask("POST", "/me/recovery-codes", made["token"], json={"password": PASSWORD})
    assert answer.status_code == 201 and answer.headers["cache-control"] == "no-store"
    assert not set(answer.json()["recovery_codes"]) & set(made["recovery_codes"])
    said = {"handle": "renew", "code": made["recovery_codes"][0], "password": NEW}
    assert people.ask("POST", "/session/recovery", json=said).status_code == 401
    said["code"] = answer.json()["recovery_codes"][9]
    assert people.ask("POST", "/session/recovery", json=said).status_code == 201


ELSEWHERE = [
    {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"},
    {"Origin": "https://evil.example"}, {"Origin": "null"}, {"Origin": "http://["},
]  # fmt: skip
HERE: list[dict[str, str]] = [
    {}, {"Sec-Fetch-Site": "same-origin", "Origin": "https://jhalak.example"},
    {"Origin": "http://jhalak"}, {"Origin": "https://behind.example", "Jhalak-Studio": "1"},
]  # fmt: skip


def test_no_page_of_another_site_signs_in_whoever_visits_it(people: Studio) -> None:
    """A form sends what may be read as JSON without asking first, and keeps the cookie."""
    code = people.signed_up("visitor")["recovery_codes"][0]
    said = {"handle": "visitor", "password": PASSWORD}
    for path, body in (
        ("/session", said), ("/session/recovery", {**said, "code": code}),
        ("/session/passkey", {"credential": {}}), ("", new("made.elsewhere")),
    ):  # fmt: skip
        for headers in ELSEWHERE:
            answer = people.ask(
                "POST", path, content=dumps(body).encode(),
                headers={"Content-Type": "text/plain", **headers},
            )  # fmt: skip
            assert (answer.status_code, answer.json()["error"]) == (403, "other_site"), answer.text
            assert "set-cookie" not in answer.headers
    for headers in HERE:
        assert people.ask("POST", "/session", json=said, headers=headers).status_code == 201
