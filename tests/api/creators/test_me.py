"""What people say of themselves: names, age, who sees them."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from jhalak.people.skeleton import likeness
from tests.api.creators.studio import Studio

DAY_MS = 86_400_000


def change(people: Studio, token: str, **body: Any) -> httpx.Response:
    return people.ask("PATCH", "/me", token, json=body)


def test_a_name_and_a_few_lines_are_kept_as_they_are_read(people: Studio) -> None:
    token = people.sign_up("named", name=" Zoe\u0301  आशा ")
    assert people.ask("GET", "/me", token).json()["name"] == "Zoé आशा"
    answer = change(people, token, about="पहली  पंक्ति \n\nदूसरी\r\n")
    assert answer.status_code == 200
    assert answer.json()["about"] == "पहली पंक्ति\n\nदूसरी" and answer.json()["name"] == "Zoé आशा"
    assert change(people, token, name="").json()["name"] == ""
    assert change(people, token).status_code == 200


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"name": "A\u200dB"}, 400, "bad_name"), ({"name": "admin"}, 400, "bad_name"),
        ({"name": "\u3164"}, 400, "bad_name"), ({"about": "x" * 301}, 400, "bad_about"),
        ({"about": "a\u202eb"}, 400, "bad_about"), ({"name": 5}, 400, "bad_request"),
        ({"name": "x" * 1001}, 400, "bad_request"), ({"verified": True}, 400, "bad_request"),
        ({"birth_year": 1980}, 409, "age_known"),
    ],
)  # fmt: skip
def test_what_will_not_do_changes_nothing(
    people: Studio, body: dict[str, Any], status: int, code: str
) -> None:
    token = people.signed_up_once("steady")
    before = people.ask("GET", "/me", token).json()
    answer = change(people, token, **{"private": True, **body})
    assert (answer.status_code, answer.json()["error"]) == (status, code)
    assert people.ask("GET", "/me", token).json() == before


def test_markup_is_kept_as_letters(people: Studio) -> None:
    token = people.sign_up("markup")
    name = "<b onclick=x>'); DROP</b>"
    assert change(people, token, name=name).json()["name"] == name


def test_nobody_looks_like_a_verified_account(people: Studio) -> None:
    store = people.jhalak.server.records
    asha = people.sign_up("asha.real", name="आशा Malik")
    found = store.creators.find("asha.real")
    assert found is not None
    names = {likeness("asha.real"), likeness("आशा Malik")}
    assert store.verified_names.verify(found[0].num, 5, names)
    assert people.ask("GET", "/me", asha).json()["verified"] is True
    ravi = people.sign_up("ravi.m")
    for name in ("आशा  MALlK", "आशा MALIK", "@asha_real ✓", "АSHА RЕАL"):
        answer = change(people, ravi, name=name)
        assert (answer.status_code, answer.json()["error"]) == (409, "name_taken"), name
    for handle in ("asha_real", "a.s.h.a.real", "ashareal"):
        body = {"handle": handle, "password": "long enough it is", "birth_year": 1990}
        answer = people.ask("POST", "", json=body)
        assert (answer.status_code, answer.json()["error"]) == (409, "handle_taken"), handle
    assert change(people, asha, name="आशा malik").json()["verified"] is True
    assert change(people, asha, name="Somebody").json()["verified"] is False
    assert change(people, ravi, name="आशा Malik").status_code == 200


def test_minors_are_private_and_may_be_public_from_sixteen(people: Studio) -> None:
    young = people.sign_up("young", birth_year=2011)
    older = people.sign_up("older", birth_year=2009)
    grown = people.sign_up("grown", birth_year=2007)
    for token, band, private, may in (
        (young, "13-17", True, False), (older, "13-17", True, True), (grown, "18-24", False, True),
    ):  # fmt: skip
        me = people.ask("GET", "/me", token).json()
        assert (me["age_band"], me["private"], me["may_be_public"]) == (band, private, may)
    refused = change(people, young, private=False)
    assert (refused.status_code, refused.json()["error"]) == (403, "must_stay_private")
    assert change(people, older, private=False).json()["private"] is False


def test_bands_rise_with_the_years(studio: Studio) -> None:
    studio.sign_up("young", birth_year=2011)
    said = {"handle": "young", "password": "बारिश में भीगा शहर"}
    bands = []
    for _ in range(3):
        token = studio.ask("POST", "/session", json=said).json()["token"]
        me = studio.ask("GET", "/me", token).json()
        viewer = studio.jhalak.services.viewers.get(studio.number_of(me["viewer"]))
        assert viewer is not None and viewer.age_band == me["age_band"]
        bands.append((me["age_band"], me["may_be_public"]))
        studio.jhalak.clock.forward(days=2 * 365.25 + 1)
    assert bands == [("13-17", False), ("13-17", False), ("13-17", True)]
    studio.jhalak.clock.forward(days=366)
    token = studio.ask("POST", "/session", json=said).json()["token"]
    assert studio.ask("GET", "/me", token).json()["age_band"] == "18-24"


def test_who_never_told_their_age_tells_it_once(people: Studio) -> None:
    token = people.sign_up("untold")
    store = people.jhalak.services.creator_accounts
    found = store.find("untold")
    assert found is not None
    store.change(found[0].num, age_band="", least_age=0)
    me = people.ask("GET", "/me", token).json()
    assert me["age_band"] is None and me["may_be_public"] is False
    assert change(people, token, private=True).json()["private"] is True
    assert change(people, token, private=False).status_code == 403
    assert change(people, token, birth_year=2015).status_code == 403
    told = change(people, token, birth_year=2009).json()
    assert (told["age_band"], told["private"]) == ("13-17", True)
    assert change(people, token, birth_year=1980).status_code == 409
