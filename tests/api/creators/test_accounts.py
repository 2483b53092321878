"""/v1/creators: accounts, sessions, one's own videos, all of it taken out and removed."""

from __future__ import annotations

from typing import Any

import pytest

from jhalak.api.creators.access import COOKIE, LIFE_MS
from jhalak.api.creators.sign_up import NEW_ACCOUNTS
from jhalak.api.door import OF_NAME
from jhalak.schema.video import Media
from tests.api.creators.studio import PASSWORD, Studio, new
from tests.worlds import Jhalak


def test_who_signs_up_is_signed_in_with_a_cookie_that_no_script_reads(studio: Studio) -> None:
    answer = studio.ask("POST", "", json=new("asha"))
    now_ms = studio.jhalak.clock()
    assert answer.status_code == 201 and answer.headers["cache-control"] == "no-store"
    assert answer.json()["handle"] == "asha" and answer.json()["until_ms"] == now_ms + LIFE_MS
    said = answer.headers["set-cookie"].lower()
    assert {"httponly", "samesite=strict", "path=/v1"} <= {part.strip() for part in said.split(";")}
    me = studio.ask("GET", "/me", answer.json()["token"])
    assert me.json() == {
        "handle": "asha", "created_ms": now_ms,
        "quota": {"videos_left_today": 50, "bytes_left_today": 5_000_000_000,
                  "most_bytes": 500_000_000, "most_s": 180.0},
        "name": "", "about": "", "age_band": "35-49", "private": False, "may_be_public": True,
        "verified": False, "viewer": me.json()["viewer"], "recovery_codes_left": 10,
    }  # fmt: skip


def test_a_cookie_counts_only_with_the_header_that_another_site_cannot_send(
    studio: Studio,
) -> None:
    held = {"cookie": f"{COOKIE}={studio.sign_up('asha')}"}
    assert studio.ask("GET", "/me", headers=held).status_code == 403
    assert studio.ask("GET", "/me", headers={**held, "Jhalak-Studio": "1"}).status_code == 200


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"handle": "Asha!"}, 400, "bad_handle"),
        ({"handle": "admin"}, 400, "bad_handle"),
        ({"handle": "asha", "password": "short"}, 400, "bad_request"),
        ({"handle": "taken"}, 409, "handle_taken"),
        ({"handle": "asha", "password": None}, 400, "bad_request"),
        ({"handle": "asha", "birth_year": None}, 400, "bad_request"),
        ({"handle": "asha", "birth_year": 1780}, 400, "bad_birth_year"),
        ({"handle": "asha", "birth_year": 2027}, 400, "bad_birth_year"),
        ({"handle": "asha", "birth_year": 2013}, 403, "too_young"),
        ({"handle": "jha1ak"}, 400, "bad_handle"),
        ({"handle": "asha", "name": "Jhаlаk ✓"}, 400, "bad_name"),
        ({"handle": "asha", "name": "A\u202eB"}, 400, "bad_name"),
        ({"handle": "asha", "name": "x" * 41}, 400, "bad_name"),
        ({"handle": "asha", "admin": True}, 400, "bad_request"),
        ({"handle": "asha", "join": "x", "consent": True}, 401, "bad_token"),
        ({"handle": "asha", "join": "x"}, 400, "no_consent"),
    ],
)
def test_an_account_that_cannot_be_is_refused(
    studio: Studio, body: dict[str, Any], status: int, code: str
) -> None:
    studio.sign_up("taken")
    answer = studio.ask("POST", "", json=new(**body))
    assert (answer.status_code, answer.json()["error"]) == (status, code)
    assert studio.jhalak.server.records.creators.find("asha") is None, "nothing is kept"


def test_one_network_makes_few_accounts_an_hour(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(NEW_ACCOUNTS):
        studio.sign_up(f"asha{n}")
    answer = studio.ask("POST", "", json=new("one.more"))
    assert answer.status_code == 429 and int(answer.headers["retry-after"]) == 3600
    studio.jhalak.clock.forward(s=3600)
    studio.sign_up("one.more")


def test_signing_in_takes_the_password_and_few_tries(studio: Studio) -> None:
    first = studio.sign_up("asha")
    said = {"handle": "asha", "password": PASSWORD}
    second = studio.ask("POST", "/session", json=said).json()["token"]
    assert second != first
    assert studio.ask("DELETE", "/session", first).status_code == 204
    assert studio.ask("GET", "/me", first).status_code == 401
    assert studio.ask("GET", "/me", second).status_code == 200
    wrong = [studio.ask("POST", "/session", json={**said, "password": "wrong"}) for _ in range(5)]
    assert {answer.status_code for answer in wrong} == {401} and len(wrong) == OF_NAME
    assert studio.ask("POST", "/session", json=said).status_code == 429
    nobody = studio.ask("POST", "/session", json={**said, "handle": "nobody"})
    assert nobody.text == wrong[0].text, "who is nobody is answered the same"


def test_a_suspended_creator_is_out_at_once(studio: Studio) -> None:
    token = studio.sign_up("asha")
    store = studio.jhalak.server.records.creators
    found = store.find("asha")
    assert found is not None and store.suspend(found[0].num, 5)
    assert studio.ask("GET", "/me", token).status_code == 401
    answer = studio.ask("POST", "/session", json={"handle": "asha", "password": PASSWORD})
    assert (answer.status_code, answer.json()["error"]) == (403, "suspended")


def test_a_creator_sees_their_own_videos_and_nobody_elses(studio: Studio) -> None:
    asha, ravi = studio.sign_up("asha"), studio.sign_up("ravi")
    studio.video("a", "asha", state="held", reason="sexual", labels=("ai",))
    studio.jhalak.clock.forward(s=1)
    media = Media(set="5e7", duration_s=3.0, width=270, height=480, sound=True, files=())
    studio.video("b", "asha", state="live", media=media, live_ms=7)
    newest, oldest = studio.ask("GET", "/me/videos", asha).json()["videos"]
    assert (oldest["id"], oldest["state"], oldest["reason"]) == ("a", "held", "sexual")
    assert oldest["labels"] == ["ai"] and oldest["ai"] is True and oldest["poster"] is None
    assert oldest["progress"] == 0.0 and oldest["duration_s"] is None
    assert (newest["id"], newest["duration_s"], newest["live_ms"]) == ("b", 3.0, 7)
    assert newest["poster"].startswith("/video/5e7/") and newest["complete"] is False
    assert studio.ask("GET", "/me/videos/b", asha).json() == newest
    page = studio.ask("GET", f"/me/videos?before={newest['created_ms']}", asha).json()["videos"]
    assert page == [oldest]
    assert studio.ask("GET", "/me/videos", ravi).json() == {"videos": []}
    for method, path in (("GET", "/me/videos/a"), ("DELETE", "/me/videos/a")):
        assert studio.ask(method, path, ravi).status_code == 404


def test_a_withdrawn_video_is_removed_and_has_nothing_to_appeal(studio: Studio) -> None:
    token = studio.sign_up("asha")
    studio.video("a", "asha")
    for _ in range(2):
        assert studio.ask("DELETE", "/me/videos/a", token).status_code == 204
    seen = studio.ask("GET", "/me/videos/a", token).json()
    assert (seen["state"], seen["reason"], seen["progress"]) == ("removed", "withdrawn", 1.0)
    assert studio.ask("POST", "/me/videos/a/appeal", token, json={"text": "?"}).status_code == 409


def test_a_decision_may_be_appealed(studio: Studio) -> None:
    token = studio.sign_up("asha")
    studio.video("a", "asha", state="refused", reason="sexual")
    asked = {"text": "यह मेरी बेटी का जन्मदिन है"}
    answer = studio.ask("POST", "/me/videos/a/appeal", token, json=asked)
    assert answer.status_code == 202 and answer.json()["video"] == "a"
    (review,) = studio.jhalak.server.records.reviews.of("a")
    assert (review.kind, review.why, review.language) == ("appeal", asked["text"], "hi")


def test_all_that_is_kept_can_be_taken_out_and_removed(studio: Studio) -> None:
    token, other = studio.sign_up("asha"), studio.sign_up("ravi")
    studio.video("a", "asha", state="refused", reason="sexual")
    studio.video("b", "ravi")
    studio.ask("POST", "/me/videos/a/appeal", token, json={"text": "why?"})
    document = studio.ask("POST", "/me/export", token).json()
    assert document["creator"]["handle"] == "asha" and document["uploads"] == []
    (video,) = document["videos"]
    assert video["details"]["caption"] == "बारिश" and video["reviews"][0]["why"] == "why?"
    assert studio.ask("DELETE", "/me", token).status_code == 204
    assert studio.ask("GET", "/me", token).status_code == 401
    assert studio.videos.find("a") is None and studio.videos.find("b") is not None
    again = studio.ask("POST", "", json=new("asha"))
    assert again.status_code == 409, "nobody may pretend to be who was erased"
    assert studio.ask("GET", "/me", other).status_code == 200


def test_a_password_is_really_checked(empty: Jhalak) -> None:
    studio = Studio(empty)
    studio.sign_up("asha")
    said = {"handle": "asha", "password": PASSWORD}
    assert studio.ask("POST", "/session", json=said).status_code == 201
    assert studio.ask("POST", "/session", json={**said, "password": "x" * 12}).status_code == 401
