"""Lists: their owner's, or for all to see; each reader sees the entries that they may."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.comments.people import Person
from tests.worlds import Jhalak

OWN = "/v1/creators/me/playlists"


def make(person: Person, *videos: str, **said: Any) -> str:
    answer = person.ask("POST", OWN, json={"title": "शाम के लिए", **said})
    assert answer.status_code == 201, answer.text
    made = str(answer.json()["id"])
    for video in videos:
        assert put(person, made, video) == 204
    return made


def put(person: Person, made: str, video: str, **where: Any) -> int:
    return person.ask("PUT", f"{OWN}/{made}/videos/{video}", json=where).status_code


def entries(reader: Person, made: str) -> list[str]:
    answer = reader.see(f"/v1/playlists/{made}")
    assert answer.status_code == 200, answer.text
    return [one["video"]["item"] for one in answer.json()["items"]]


def test_a_list_is_made_filled_ordered_and_removed(
    asha: Person, ravi: Person, meena: Person
) -> None:
    a, b, c = (asha.publish() for _ in range(3))
    made = make(ravi, a, b, c)
    [own] = ravi.ask("GET", f"{OWN}?video={b}").json()["playlists"]
    assert (own["title"], own["public"], own["n"], own["has"]) == ("शाम के लिए", False, 3, True)
    assert not ravi.ask("GET", OWN).json()["playlists"][0]["has"]
    assert put(ravi, made, c, place=0) == 204 and put(ravi, made, a) == 204
    assert entries(ravi, made) == [c, a, b]
    assert ravi.ask("DELETE", f"{OWN}/{made}/videos/{a}").status_code == 204
    assert ravi.ask("DELETE", f"{OWN}/{made}/videos/{a}").status_code == 204
    assert entries(ravi, made) == [c, b]
    path = f"{OWN}/{made}"
    assert meena.see(f"/v1/playlists/{made}").status_code == 404, "private unless it says so"
    changed = ravi.ask("PATCH", path, json={"title": "रात", "public": True}).json()
    assert (changed["title"], changed["public"]) == ("रात", True)
    found = meena.see(f"/v1/playlists/{made}").json()
    assert (found["title"], found["own"], found["n"], found["unavailable"]) == ("रात", False, 2, 0)
    assert found["person"]["handle"] == ravi.handle
    assert [one["place"] for one in found["items"]] == [0, 1]
    assert ravi.ask("DELETE", path).status_code == 204
    assert ravi.ask("DELETE", path).status_code == 404
    assert meena.see(f"/v1/playlists/{made}").status_code == 404


def test_it_is_its_owners_alone_to_change(asha: Person, ravi: Person, meena: Person) -> None:
    a = asha.publish()
    made = make(ravi, a, public=True)
    path = f"{OWN}/{made}"
    assert meena.ask("PATCH", path, json={"title": "x"}).status_code == 404
    assert meena.ask("DELETE", path).status_code == 404
    assert put(meena, made, a) == 404
    assert meena.ask("DELETE", f"{path}/videos/{a}").status_code == 404
    assert entries(meena, made) == [a]


def test_each_reader_sees_the_entries_that_they_may(
    world: Jhalak, asha: Person, ravi: Person, meena: Person
) -> None:
    everyone, followers, gone, ravis = (
        asha.publish(),
        asha.publish(),
        asha.publish(),
        ravi.publish(),
    )
    ravi.relate("follows", asha)
    made = make(ravi, everyone, followers, gone, ravis, public=True)
    assert asha.ask(
        "PUT", f"/v1/creators/me/videos/{followers}/audience", json={"audience": "followers"}
    ).status_code == 200  # fmt: skip
    world.services.videos.change(gone, ("live",), world.clock(), state="removed")
    assert entries(ravi, made) == [everyone, followers, ravis]
    assert entries(meena, made) == [everyone, ravis]
    found = meena.see(f"/v1/playlists/{made}").json()
    assert (found["n"], found["unavailable"]) == (4, 2)
    assert [one["place"] for one in found["items"]] == [0, 3]
    meena.relate("mutes", asha)
    assert entries(meena, made) == [ravis]
    meena.relate("blocks", asha)
    assert entries(meena, made) == [ravis]
    ravi.relate("blocks", meena)
    assert meena.see(f"/v1/playlists/{made}").status_code == 404
    ravi.relate("blocks", meena, on=False)
    world.services.creator_accounts.change(ravi.num, private=True)
    assert meena.see(f"/v1/playlists/{made}").status_code == 404
    meena_sees = meena.see(f"/v1/people/{ravi.handle}/collections").json()
    assert meena_sees == {"series": [], "playlists": []}


def test_only_what_one_may_see_is_put_in(asha: Person, ravi: Person) -> None:
    a = asha.publish(audience="followers")
    made = make(ravi)
    assert put(ravi, made, a) == 404 and put(ravi, made, "none") == 404
    assert put(ravi, "none", asha.publish()) == 404
    answer = ravi.ask("PUT", f"{OWN}/{made}/videos/{a}", json={"place": -1})
    assert answer.status_code == 400


@pytest.mark.parametrize("band", ["13-17", None])
def test_lists_of_minors_are_their_own(
    world: Jhalak, asha: Person, meena: Person, band: str | None
) -> None:
    made = make(asha, public=True)
    assert meena.see(f"/v1/playlists/{made}").status_code == 200
    world.services.creator_accounts.change(asha.num, age_band=band or "")
    assert meena.see(f"/v1/playlists/{made}").status_code == 404
    assert meena.see(f"/v1/people/{asha.handle}/collections").json()["playlists"] == []
    found = asha.see(f"/v1/people/{asha.handle}/collections").json()["playlists"]
    assert [(one["id"], one["public"]) for one in found] == [(made, False)]
    assert not asha.ask("GET", OWN).json()["may_be_public"]
    for method, path in (("POST", OWN), ("PATCH", f"{OWN}/{made}")):
        answer = asha.ask(method, path, json={"title": "x", "public": True})
        assert (answer.status_code, answer.json()["error"]) == (403, "must_stay_private")
    assert asha.ask("PATCH", f"{OWN}/{made}", json={"public": False}).status_code == 200


def test_a_profile_shows_public_lists(ravi: Person, meena: Person) -> None:
    private, public = make(ravi), make(ravi, public=True)

    def listed(reader: Person) -> set[str]:
        found = reader.see(f"/v1/people/{ravi.handle}/collections").json()["playlists"]
        return {one["id"] for one in found}

    assert listed(meena) == {public} and listed(ravi) == {private, public}


@pytest.mark.parametrize(
    "said", [{"title": ""}, {"title": "a\u202eb"}, {"title": "x" * 81}, {"title": "x", "n": 3}, {}]
)
def test_what_cannot_be_a_list_is_refused(ravi: Person, said: dict[str, Any]) -> None:
    made = make(ravi)
    assert ravi.ask("POST", OWN, json=said).status_code == 400
    assert ravi.ask("PATCH", f"{OWN}/{made}", json=said).status_code == 400


def test_it_is_in_the_export_and_goes_with_the_account(
    asha: Person, ravi: Person, meena: Person
) -> None:
    a = asha.publish()
    made = make(ravi, a, public=True)
    [told] = ravi.ask("POST", "/v1/creators/me/export").json()["playlists"]
    assert (told["id"], told["title"], told["public"], told["videos"]) == (
        made, "शाम के लिए", True, [a],
    )  # fmt: skip
    assert asha.ask("DELETE", "/v1/creators/me").status_code == 204
    assert entries(meena, made) == [] and entries(ravi, made) == []
    assert ravi.ask("DELETE", "/v1/creators/me").status_code == 204
    assert meena.see(f"/v1/playlists/{made}").status_code == 404
