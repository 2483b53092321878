"""Series: made by their creator, seen part by part by who may see each."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.comments.people import Person
from tests.worlds import Jhalak

OWN = "/v1/creators/me/series"


def make(person: Person, *videos: str, **said: Any) -> dict[str, Any]:
    body = {"title": "पहाड़ों में", "language": "hi", "videos": list(videos), **said}
    answer = person.ask("POST", OWN, json=body)
    assert answer.status_code == 201, answer.text
    person.world.follow()
    found: dict[str, Any] = answer.json()
    return found


def change(person: Person, series: str, **said: Any) -> dict[str, Any]:
    answer = person.ask("PATCH", f"{OWN}/{series}", json=said)
    assert answer.status_code == 200, answer.text
    person.world.follow()
    found: dict[str, Any] = answer.json()
    return found


def parts(reader: Person, series: str) -> list[tuple[int, str]]:
    answer = reader.see(f"/v1/series/{series}")
    assert answer.status_code == 200, answer.text
    return [(one["part"], one["video"]["item"]) for one in answer.json()["items"]]


def refused(person: Person, method: str, path: str, body: Any) -> tuple[int, str]:
    answer = person.ask(method, path, json=body)
    return answer.status_code, answer.json()["error"]


def test_a_series_is_made_changed_and_removed(world: Jhalak, asha: Person, meena: Person) -> None:
    a, b, c = (asha.publish() for _ in range(3))
    made = make(asha, a, b, about=" Slowly \n up ")
    assert made["about"] == "Slowly\nup" and not made["finished"]
    assert asha.ask("GET", OWN).json()["series"] == [made]
    assert parts(meena, made["id"]) == [(1, a), (2, b)]
    world.clock.forward(s=5)
    changed = change(asha, made["id"], videos=[c, a, b], title="ऊपर", finished=True)
    assert changed["changed_ms"] == made["created_ms"] + 5000 and changed["finished"]
    found = meena.see(f"/v1/series/{made['id']}").json()
    assert [one["video"]["item"] for one in found["items"]] == [c, a, b]
    assert (found["title"], found["parts"], found["unavailable"], found["own"]) == (
        "ऊपर", 3, 0, False,
    )  # fmt: skip
    assert found["person"]["handle"] == asha.handle and found["next"] is None
    assert asha.see(f"/v1/series/{made['id']}").json()["own"]
    assert asha.ask("DELETE", f"{OWN}/{made['id']}").status_code == 204
    assert asha.ask("DELETE", f"{OWN}/{made['id']}").status_code == 404
    assert meena.see(f"/v1/series/{made['id']}").status_code == 404
    world.follow()
    assert meena.see(f"/v1/videos/{a}").json()["series"] is None


def test_a_video_says_which_part_it_is_and_what_is_next(
    world: Jhalak, asha: Person, meena: Person
) -> None:
    a, b, c = (asha.publish() for _ in range(3))
    series = make(asha, a, b, c)["id"]

    def told(video: str) -> Any:
        return meena.see(f"/v1/videos/{video}").json()["series"]

    assert told(a) == {"series": series, "part": 1, "parts": 3, "next": b}
    assert told(c) == {"series": series, "part": 3, "parts": 3, "next": None}
    page = meena.world.ask("GET", f"/v1/video/feed?start={a}", meena.token).json()
    assert page["items"][0]["item"] == a and page["items"][0]["series"] == told(a)
    assert asha.ask(
        "PUT", f"/v1/creators/me/videos/{b}/audience", json={"audience": "followers"}
    ).status_code == 200  # fmt: skip
    world.follow()
    assert told(a)["next"] == c and told(c)["part"] == 3, "numbers stay"
    assert parts(meena, series) == [(1, a), (3, c)]
    assert meena.see(f"/v1/series/{series}").json()["unavailable"] == 1
    page = meena.world.ask("GET", f"/v1/video/feed?start={a}", meena.token).json()
    assert page["items"][0]["series"]["next"] == c
    meena.relate("follows", asha)
    assert told(a)["next"] == b and len(parts(meena, series)) == 3
    change(asha, series, videos=[c, a])
    assert told(b) is None and told(a) == {
        "series": series, "part": 2, "parts": 2, "next": None,
    }  # fmt: skip


def test_what_is_not_to_be_seen_is_left_out(world: Jhalak, asha: Person, meena: Person) -> None:
    a, b = asha.publish(), asha.publish()
    series = make(asha, a, b)["id"]
    world.services.videos.change(b, ("live",), world.clock(), state="removed")
    assert parts(meena, series) == [(1, a)]
    meena.relate("blocks", asha)
    assert meena.see(f"/v1/series/{series}").status_code == 404
    meena.relate("blocks", asha, on=False)
    asha.relate("blocks", meena)
    assert meena.see(f"/v1/series/{series}").status_code == 404
    asha.relate("blocks", meena, on=False)
    assert meena.see(f"/v1/series/{series}").status_code == 200
    world.services.creator_accounts.change(asha.num, private=True)
    assert meena.see(f"/v1/series/{series}").status_code == 404
    assert meena.see(f"/v1/people/{asha.handle}/collections").json()["series"] == []
    assert parts(asha, series) == [(1, a)]


def test_parts_are_ones_own_and_in_one_series(asha: Person, ravi: Person) -> None:
    mine, theirs = asha.publish(), ravi.publish()
    body = {"title": "T", "language": "en", "videos": [mine, theirs]}
    assert refused(asha, "POST", OWN, body) == (404, "no_such_video")
    series = make(asha, mine)["id"]
    assert refused(asha, "POST", OWN, body | {"videos": [mine]}) == (409, "in_other_series")
    assert refused(asha, "POST", OWN, body | {"videos": [mine, mine]}) == (400, "bad_body")
    path = f"{OWN}/{series}"
    assert refused(asha, "PATCH", path, {"videos": ["none"]}) == (404, "no_such_video")
    assert refused(ravi, "PATCH", path, {"title": "Mine"}) == (404, "no_such_series")
    assert ravi.ask("DELETE", path).status_code == 404


@pytest.mark.parametrize(
    ("said", "code"),
    [({"title": " \n "}, "bad_title"), ({"title": "ब" * 81}, "bad_title"),
     ({"title": "a\u202eb"}, "bad_title"), ({"title": "q" + 5 * "\u0301"}, "bad_title"),
     ({"about": "a\u200bb"}, "bad_about"), ({"about": "a" * 301}, "bad_about"),
     ({"language": "fr"}, "bad_request"), ({"likes": 5}, "bad_request"), ({}, "bad_body"),
     ({"videos": ["x"] * 201}, "bad_request")],
)  # fmt: skip
def test_what_cannot_be_shown_is_refused(asha: Person, said: dict[str, Any], code: str) -> None:
    series = make(asha)["id"]
    assert refused(asha, "PATCH", f"{OWN}/{series}", said) == (400, code)


def test_a_profile_lists_series_that_have_a_part(asha: Person, meena: Person) -> None:
    a = asha.publish()
    make(asha, title="Empty")
    series = make(asha, a)
    found = meena.see(f"/v1/people/{asha.handle}/collections").json()
    assert found["series"] == [
        {"id": series["id"], "title": series["title"], "language": "hi", "finished": False,
         "parts": 1},
    ]  # fmt: skip
    asha.relate("blocks", meena)
    assert meena.see(f"/v1/people/{asha.handle}/collections").status_code == 404


def test_long_ones_are_read_in_pages(asha: Person, meena: Person) -> None:
    videos = [asha.publish() for _ in range(52)]
    series = make(asha, *videos)["id"]
    first = meena.see(f"/v1/series/{series}").json()
    assert len(first["items"]) == 50 and first["next"] == 50
    rest = meena.see(f"/v1/series/{series}?after={first['next']}").json()
    assert [one["part"] for one in rest["items"]] == [51, 52] and rest["next"] is None


def test_it_is_in_the_export_and_goes_with_the_account(asha: Person, meena: Person) -> None:
    a = asha.publish()
    series = make(asha, a)
    told = asha.ask("POST", "/v1/creators/me/export").json()["series"]
    assert [(one["id"], one["title"], one["videos"]) for one in told] == [
        (series["id"], series["title"], [a]),
    ]  # fmt: skip
    assert asha.ask("DELETE", "/v1/creators/me").status_code == 204
    assert meena.see(f"/v1/series/{series['id']}").status_code == 404
