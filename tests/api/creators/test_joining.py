"""The account's viewer: its tokens, and what a device did before that joins it."""

from __future__ import annotations

import pytest

from jhalak.schema.activity import Relation
from jhalak.schema.ids import parse
from tests.api.creators.studio import Studio, quick_passwords
from tests.worlds import Jhalak, Phone


@pytest.fixture
def town(jhalak: Jhalak, monkeypatch: pytest.MonkeyPatch) -> Studio:
    """With items to like."""
    quick_passwords(monkeypatch)
    return Studio(jhalak)


def relations(studio: Studio, token: str) -> set[tuple[str, str, str]]:
    answer = studio.jhalak.ask("GET", "/v1/me/relations", token)
    assert answer.status_code == 200, answer.text
    return {(row["verb"], row["kind"], row["id"]) for row in answer.json()["relations"]}


LIKED = {
    ("likes", "item", "en-sport-1"), ("saves", "item", "en-food-2"), ("hides", "topic", "games"),
    ("follows", "creator", "en sport 1"), ("blocks", "creator", "en food 1"),
}  # fmt: skip


def used(studio: Studio) -> Phone:
    """The device of somebody who liked this and that."""
    phone = studio.jhalak.phone("hi", "en")
    for verb, kind, name in sorted(LIKED):
        assert phone.ask("PUT", f"/v1/me/{verb}/{kind}/{name}").status_code == 200
    return phone


def test_what_a_device_did_joins_the_account_and_the_device_is_forgotten(town: Studio) -> None:
    phone, session = used(town), town.sign_up("asha")
    own = town.viewer(session).json()
    assert relations(town, own["token"]) == set() and own["joined"] == 0
    answer = town.viewer(session, join=phone.token, consent=True).json()
    assert answer["viewer"] == own["viewer"] and answer["joined"] == len(LIKED)
    assert relations(town, answer["token"]) == LIKED
    told = [r for r in town.jhalak.records(own["viewer"]) if isinstance(r, Relation)]
    assert sorted((r.verb, r.kind) for r in told) == sorted(row[:2] for row in LIKED)
    assert len({r.id for r in told}) == len(LIKED)
    assert phone.ask("GET", "/v1/me/relations").status_code == 401
    assert town.jhalak.records(phone.viewer) == []
    consents = town.jhalak.services.consents.history(parse(own["viewer"]))
    assert [(c.purpose, c.granted) for c in consents] == [("join", True)]
    again = town.viewer(session, join=phone.token, consent=True)
    assert again.status_code == 401, "who was erased does not come back"
    shown = town.jhalak.ask("GET", "/v1/lockscreen/edition?slots=48", answer["token"]).json()
    assert shown["cards"] and "games" not in {card["topic"] for card in shown["cards"]}


def test_without_consent_nothing_moves(town: Studio) -> None:
    phone, session = used(town), town.sign_up("asha")
    for body in ({"join": phone.token}, {"join": phone.token, "consent": False}):
        answer = town.viewer(session, **body)
        assert (answer.status_code, answer.json()["error"]) == (400, "no_consent")
    assert town.viewer(session, consent=True).json()["joined"] == 0
    assert relations(town, phone.token) == LIKED


def test_an_anonymous_viewer_becomes_the_accounts_at_sign_up(town: Studio) -> None:
    phone = used(town)
    refused = town.ask("POST", "", json={
        "handle": "asha", "password": "long enough it is", "birth_year": 2009, "join": phone.token,
    })  # fmt: skip
    assert refused.status_code == 400 and relations(town, phone.token) == LIKED
    session = town.sign_up("asha", birth_year=2009, join=phone.token, consent=True)
    answer = town.viewer(session).json()
    assert answer["viewer"] == phone.viewer and relations(town, answer["token"]) == LIKED
    stored = town.jhalak.services.viewers.get(phone.number)
    assert stored is not None and stored.age_band == "13-17" and stored.languages == ("hi", "en")
    again = town.viewer(session, join=phone.token, consent=True).json()
    assert again["joined"] == 0 and relations(town, again["token"]) == LIKED, "it is theirs"


def test_whom_one_blocked_before_joining_is_barred_from_the_account(town: Studio) -> None:
    ravi, phone = town.viewer(town.sign_up("ravi")).json()["token"], town.jhalak.phone()
    assert phone.ask("PUT", "/v1/me/blocks/creator/@ravi").status_code == 200
    session = town.sign_up("asha", join=phone.token, consent=True)
    assert town.jhalak.ask("GET", "/v1/people/asha", ravi).status_code == 404
    assert town.jhalak.ask("PUT", "/v1/me/follows/creator/@asha", ravi).status_code == 404
    assert ("barred", "creator", "@asha") not in relations(town, ravi), "nobody is told"
    own = town.viewer(session).json()["token"]
    assert town.jhalak.ask("DELETE", "/v1/me/blocks/creator/@ravi", own).status_code == 200
    assert town.jhalak.ask("GET", "/v1/people/asha", ravi).status_code == 200


def test_nobody_joins_another_accounts_viewer(town: Studio) -> None:
    asha, ravi = town.sign_up("asha"), town.sign_up("ravi")
    token = town.viewer(asha).json()["token"]
    for answer in (
        town.viewer(ravi, join=token, consent=True),
        town.ask("POST", "", json={
            "handle": "meera", "password": "long enough it is", "birth_year": 1990, "join": token,
            "consent": True,
        }),
    ):  # fmt: skip
        assert (answer.status_code, answer.json()["error"]) == (409, "account_viewer")
    assert town.jhalak.ask("GET", "/v1/me/preferences", token).status_code == 200


def test_one_does_not_come_to_follow_or_block_oneself(town: Studio) -> None:
    session, phone = town.sign_up("asha"), town.jhalak.phone()
    town.jhalak.follow()
    put = phone.ask("PUT", "/v1/me/follows/creator/@asha")
    assert put.status_code == 200, put.text
    answer = town.viewer(session, join=phone.token, consent=True).json()
    assert answer["joined"] == 0 and relations(town, answer["token"]) == set()


def test_the_viewer_of_an_account_goes_with_it_and_not_before(town: Studio) -> None:
    session = town.sign_up("asha")
    own = town.viewer(session).json()
    town.jhalak.ask("PUT", "/v1/me/likes/item/en-sport-1", own["token"])
    alone = town.jhalak.ask("DELETE", "/v1/me", own["token"])
    assert (alone.status_code, alone.json()["error"]) == (409, "account_viewer")
    document = town.ask("POST", "/me/export", session).json()
    assert document["creator"]["handle"] == "asha" and document["sessions"][0]["device"] == "Python"
    assert "password_hash" not in str(document) and document["recovery_codes_left"] == 10
    assert [row["verb"] for row in document["viewer"]["relations"]] == ["likes"]
    assert town.ask("DELETE", "/me", session).status_code == 204
    assert town.jhalak.ask("GET", "/v1/me/preferences", own["token"]).status_code == 401
    assert town.jhalak.services.viewers.get(parse(own["viewer"])) is None
    assert town.jhalak.records(own["viewer"]) == []


def test_an_account_of_before_viewers_gets_one(town: Studio) -> None:
    session = town.sign_up("asha")
    store = town.jhalak.services.creator_accounts
    found = store.find("asha")
    assert found is not None
    store.change(found[0].num, viewer=0)
    assert town.ask("GET", "/me", session).json()["viewer"] is None
    made = town.viewer(session).json()
    assert town.viewer(session).json()["viewer"] == made["viewer"]
    stored = town.jhalak.services.viewers.get(parse(made["viewer"]))
    assert stored is not None and stored.age_band == "35-49"
