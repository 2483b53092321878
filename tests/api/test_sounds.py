"""/v1/sounds: what is heard in videos, who may use it, what rises, and what was taken down."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from jhalak.people.operator_token import token_hash
from jhalak.schema.video import Use
from tests.api.people.person import Person, song
from tests.worlds import Jhalak

TOKEN = "jho_" + "b" * 40
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jhalak]:
    made = Jhalak(tmp_path_factory.mktemp("sounds") / "data")
    made.services.operators.add("omar", token_hash(TOKEN), made.clock())
    yield made
    made.end()


class Song:
    """Asha's song, which Bina made a video to."""

    def __init__(self, jhalak: Jhalak) -> None:
        number = next(_numbers)
        self.jhalak, self.heard = jhalak, song(number)
        self.asha, self.bina = Person(jhalak, f"asha{number}"), Person(jhalak, f"bina{number}")
        self.carl = Person(jhalak, f"carl{number}")
        self.first = self.asha.publish(f"first{number}", heard=self.heard, sound=True)
        self.second = self.bina.publish(f"second{number}", heard=self.heard[80:800])
        video = jhalak.services.videos.find(self.first)
        assert video is not None
        self.id = video.sound

    def told(self, who: Person | None = None) -> dict[str, Any]:
        answer = (who or self.carl).ask("GET", f"/v1/sounds/{self.id}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def videos(self, who: Person | None = None) -> list[str]:
        answer = (who or self.carl).ask("GET", f"/v1/sounds/{self.id}/videos")
        assert answer.status_code == 200, answer.text
        return [one["item"] for one in answer.json()["items"]]

    def status(self, who: Person | None = None) -> int:
        return (who or self.carl).ask("GET", f"/v1/sounds/{self.id}").status_code

    def console(self, what: str, **body: object) -> dict[str, Any]:
        answer = self.jhalak.ask(
            "POST", f"/console/api/sounds/{self.id}/{what}", TOKEN, json=body
        )  # fmt: skip
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def settle(self) -> None:
        self.jhalak.run(self.jhalak.server._settle_sounds.step())
        self.jhalak.follow()

    def state(self, video: str) -> tuple[str, str]:
        found = self.jhalak.services.videos.find(video)
        assert found is not None
        return found.state, found.reason


@pytest.fixture
def it(world: Jhalak) -> Song:
    return Song(world)


def test_a_sound_says_whose_it_is_how_often_it_is_used_and_where_it_lies(it: Song) -> None:
    told = it.told()
    handle = it.asha.handle
    assert told["title"] == f"original sound – @{handle}" and not told["named"]
    assert (told["handle"], told["video"], told["videos"]) == (handle, it.first, 2)
    assert told["duration_s"] == 30.0 and told["may_use"] and not told["own"]
    assert told["file"].endswith("/sound.m4a")
    assert it.videos() == [it.second, it.first]
    assert it.told(it.asha)["own"] and it.told(it.asha)["may_use"]
    played = it.carl.ask("GET", f"/v1/videos/{it.second}").json()
    assert played["sound"]["sound"] == it.id and played["sound"]["handle"] == handle
    assert played["uses"] == ["sound"]


def test_its_owner_names_it_and_says_whether_others_may_use_it(it: Song) -> None:
    path = f"/v1/sounds/{it.id}"
    changed = it.asha.signed("PATCH", path, json={"title": "  Rain   song ", "open": False})
    assert changed.status_code == 200, changed.text
    assert (changed.json()["title"], changed.json()["open"]) == ("Rain song", False)
    assert (it.told()["title"], it.told()["named"], it.told()["may_use"]) == (
        "Rain song", True, False,
    )  # fmt: skip
    assert it.carl.ask("GET", f"/v1/videos/{it.second}").json()["uses"] == []
    assert it.told(it.asha)["may_use"] and not it.told(it.bina)["may_use"]
    assert it.bina.signed("PATCH", path, json={"open": True}).status_code == 404
    assert it.asha.signed("PATCH", path, json={}).status_code == 400
    assert it.asha.signed("PATCH", path, json={"colour": 1}).status_code == 400
    own = it.asha.signed("GET", "/v1/creators/me/sounds").json()["sounds"]
    assert [(one["sound"], one["videos"], one["open"]) for one in own] == [(it.id, 2, False)]
    assert it.bina.signed("GET", "/v1/creators/me/sounds").json()["sounds"] == []
    heard = it.bina.signed("GET", f"/v1/creators/me/videos/{it.second}").json()["heard"]
    assert (heard["title"], heard["own"], heard["open"]) == ("Rain song", False, False)
    assert it.asha.signed("GET", f"/v1/creators/me/videos/{it.first}").json()["heard"]["own"]


def test_who_uses_a_sound_needs_its_owners_leave_whichever_video_they_name(it: Song) -> None:
    said = {"language": "en", "ai": "no", "sensitive": "no", "rights": "own",
            "of_kind": "sound", "of_video": it.second}  # fmt: skip
    file = {"file": ("film.mp4", b"\0\0\0\x18ftypmp42" + b"no film, but kept" * 20)}
    it.asha.signed("PATCH", f"/v1/sounds/{it.id}", json={"open": False})

    def send() -> httpx.Response:
        who = {"authorization": f"Bearer {it.carl.session}"}
        sent = it.jhalak.client.post("/v1/videos", data=said, files=file, headers=who)
        answer: httpx.Response = it.jhalak.run(sent)
        return answer

    refused = send()
    assert (refused.status_code, refused.json()["error"]) == (403, "use_not_allowed")
    it.asha.signed("PATCH", f"/v1/sounds/{it.id}", json={"open": True})
    taken = send()
    assert taken.status_code == 201, taken.text
    assert taken.json()["of"]["video"] == it.first  # whose sound it really is


def test_who_may_not_see_the_videos_does_not_hear_of_the_sound(it: Song) -> None:
    it.bina.change(private=True)
    assert it.videos() == [it.first] and it.told()["videos"] == 1
    it.asha.put("blocks", it.carl.name)
    assert it.status() == 404
    assert it.status(it.bina) == 200
    assert it.videos() == []
    assert it.carl.ask("GET", "/v1/sounds/none").status_code == 404
    assert it.carl.ask("GET", "/v1/sounds/none/videos").status_code == 404


def test_what_is_unsafe_or_hidden_is_left_out_as_in_any_feed(it: Song) -> None:
    minor = Person(it.jhalak, f"minor{next(_numbers)}", "13-17")
    it.carl.put("mutes", it.bina.name)
    assert it.videos() == [it.first]
    tender = it.bina.publish(
        f"tender{next(_numbers)}", heard=it.heard, sensitive=True
    )  # fmt: skip
    assert tender in it.videos(it.asha) and tender not in it.videos(minor)


def test_pages_go_on_where_the_last_one_ended(it: Song) -> None:
    more = [it.asha.publish(f"more{it.id[:4]}{n}", heard=it.heard) for n in range(25)]
    path = f"/v1/sounds/{it.id}/videos"
    first = it.carl.ask("GET", path).json()
    assert len(first["items"]) == 24 and first["next"]
    second = it.carl.ask("GET", f"{path}?before={first['next']}").json()
    names = [one["item"] for one in first["items"] + second["items"]]
    assert names == [*reversed(more), it.second, it.first] and second["next"] is None


def test_what_many_creators_use_now_rises_and_what_one_uses_often_does_not(world: Jhalak) -> None:
    it = Song(world)
    people = [Person(world, f"fan{next(_numbers)}") for _ in range(4)]
    for n, fan in enumerate(people):
        fan.publish(f"fan{it.id[:4]}{n}", heard=it.heard)
    busy = Song(world)
    for n in range(12):
        busy.asha.publish(f"busy{busy.id[:4]}{n}", heard=busy.heard)
    world.clock.forward(s=11)
    world.put([])
    world.follow()
    listed = it.carl.ask("GET", "/v1/sounds?rising=true")
    assert listed.status_code == 200, listed.text
    names = [one["sound"] for one in listed.json()["sounds"]]
    assert it.id in names and busy.id not in names
    assert it.carl.ask("GET", "/v1/sounds?rising").json() == listed.json()


def test_a_sound_that_is_taken_down_takes_its_videos_along_at_once(it: Song) -> None:
    assert {it.first, it.second} <= it.carl.sees()
    told = it.console("takedown", code="copyright", why="a label asked")
    assert told["down"] == "copyright"
    it.jhalak.follow()
    assert it.status() == 404 and it.status(it.asha) == 404
    assert it.carl.ask("GET", f"/v1/videos/{it.second}").status_code == 404
    assert not {it.first, it.second} & it.carl.sees()
    assert not it.jhalak.services.videos.shows(f"first{it.id}".encode().hex().ljust(32, "0"))
    it.settle()
    assert it.state(it.first) == it.state(it.second) == ("refused", "sound:copyright")
    notices = it.bina.signed("GET", "/v1/creators/me/notifications").json()["notifications"]
    down = [one for one in notices if one["kind"] == "taken_down"]
    assert down and down[0]["about"]["reason"] == "sound:copyright"
    assert [r[3] for r in it.jhalak.services.audit.read(0, 1000)].count("take down sound") >= 1


def test_when_the_sound_is_brought_back_so_are_its_videos(it: Song) -> None:
    it.console("takedown", code="copyright", why="a label asked")
    it.settle()
    later = it.carl.publish(f"later{it.id[:4]}", of_sound="", heard=song(9999))
    it.console("restore", why="the label was wrong")
    it.settle()
    assert it.state(it.first) == it.state(it.second) == ("live", "")
    assert it.status() == 200 and it.videos() == [it.second, it.first]
    assert {it.first, it.second, later} <= it.carl.sees()


def appeal(it: Song, who: Person, video: str) -> None:
    """Two moderators say that it was right."""
    asked = who.signed(
        "POST", "/v1/creators/me/appeals", json={"about": "video", "id": video, "text": "mine"}
    )
    assert asked.status_code == 202, asked.text
    s = it.jhalak.services
    review = next(one for one in s.reviews.of(video) if one.kind == "appeal")
    for name in ("mira", "noor"):
        s.reviews.decide(review.num, "allow", name, it.jhalak.clock())
    it.jhalak.run(s.settle(video))
    it.settle()


def test_who_brought_the_sound_appeals_for_all_of_it(it: Song) -> None:
    it.console("takedown", code="copyright", why="a label asked")
    it.settle()
    appeal(it, it.asha, it.first)
    assert it.state(it.first) == it.state(it.second) == ("live", "")
    assert it.videos() == [it.second, it.first]


def test_who_only_used_it_appeals_for_their_video(it: Song) -> None:
    it.console("takedown", code="copyright", why="a label asked")
    it.settle()
    appeal(it, it.bina, it.second)
    assert it.state(it.second) == ("live", "") and it.state(it.first)[0] == "refused"
    played = it.carl.ask("GET", f"/v1/videos/{it.second}")
    assert played.status_code == 200 and played.json()["sound"] is None
    assert it.status() == 404


def test_what_was_taken_down_by_itself_does_not_come_back_with_the_sound(it: Song) -> None:
    it.console("takedown", code="copyright", why="a label asked")
    it.settle()
    answer = it.jhalak.ask(
        "POST", f"/console/api/videos/{it.second}/takedown", TOKEN,
        json={"code": "violence", "why": "it shows a fight"},
    )  # fmt: skip
    assert answer.status_code == 200
    it.console("restore", why="the label was wrong")
    it.settle()
    assert it.state(it.second)[0] == "removed" and it.videos() == [it.first]


def test_the_console_finds_a_sound_by_a_video_with_it(it: Song) -> None:
    def get(name: str) -> Any:
        return it.jhalak.ask("GET", f"/console/api/sounds/{name}", TOKEN)

    assert get(it.second).json()["sound"] == get(it.id).json()["sound"] == it.id
    assert get("none").status_code == 404
    bad = it.jhalak.ask(
        "POST", f"/console/api/sounds/{it.id}/takedown", TOKEN, json={"code": "x", "why": "because"}
    )
    assert bad.status_code == 400


def test_an_attribution_names_the_video_that_brought_the_sound(it: Song) -> None:
    of = Use(kind="sound", video=it.first, handle=it.asha.handle)
    made = it.carl.publish(f"made{it.id[:4]}", heard=song(77777), of_sound=it.id, of=of)
    assert it.videos(it.asha)[0] == made
    exported = it.asha.signed("POST", "/v1/creators/me/export").json()
    assert [one["id"] for one in exported["sounds"]] == [it.id]
