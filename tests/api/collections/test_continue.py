"""What a viewer left unfinished, as the API tells it; anonymous viewers too."""

from __future__ import annotations

from typing import Any

from tests.api.collections.test_series import make as make_series
from tests.api.comments.people import Person
from tests.worlds import DAY_MS, Jhalak, Phone, make_item

PATH = "/v1/me/continue"
GRANTED = {"consents": [{"purpose": "personalisation", "granted": True}]}


def film(person: Person, seconds: float, **said: Any) -> str:
    """A live video of this length."""
    video = person.publish(**said)
    item = make_item(
        video, "nature", "hi", kind="video", publisher=f"@{person.handle}", duration_s=seconds
    )
    person.world.put([item])
    return video


def someone(world: Jhalak, *languages: str) -> Phone:
    phone = world.phone(*(languages or ("hi",)))
    assert phone.ask("PUT", "/v1/me/consents", json=GRANTED).status_code == 200
    return phone


def start(phone: Phone, video: str) -> dict[str, Any]:
    """The feed begins with it; its slot."""
    page = phone.ask("GET", f"/v1/video/feed?start={video}&limit=3")
    assert page.status_code == 200, page.text
    first: dict[str, Any] = page.json()["items"][0]
    assert first["item"] == video
    return first


def watch(phone: Phone, video: str, to_s: float, from_s: float = 0.0) -> None:
    phone.jhalak.clock.forward(s=5)
    slot = start(phone, video)
    ms = [round(1000 * from_s), round(1000 * to_s)]
    told = phone.send(
        phone.event(slot, "impression"), phone.event(slot, "play", value=ms[1] - ms[0], ranges=[ms])
    )
    assert told["accepted"] == 2, told


def left(phone: Phone) -> list[tuple[str, int]]:
    answer = phone.ask("GET", PATH)
    assert answer.status_code == 200, answer.text
    return [(one["video"]["item"], one["position_ms"]) for one in answer.json()["items"]]


def test_what_was_left_is_found_again_newest_first(world: Jhalak, asha: Person) -> None:
    long, longer, short = film(asha, 60), film(asha, 90), film(asha, 12)
    phone = someone(world)
    assert left(phone) == []
    watch(phone, long, 20)
    watch(phone, short, 8)
    watch(phone, longer, 30)
    assert left(phone) == [(longer, 30_000), (long, 20_000)], "a short one is soon over"
    watch(phone, long, 41, from_s=20)
    assert left(phone) == [(long, 41_000), (longer, 30_000)]
    slot = start(phone, long)
    assert slot["resume_ms"] == 41_000 and slot["slot"]
    found = phone.ask("GET", PATH).json()["items"][0]
    assert found["video"]["title"] and found["series"] is None and found["left_at"].endswith("Z")
    watch(phone, long, 60, from_s=41)
    assert left(phone) == [(longer, 30_000)]
    assert "resume_ms" not in start(phone, long)


def test_a_look_is_no_beginning(world: Jhalak, asha: Person) -> None:
    video, phone = film(asha, 100), someone(world)
    watch(phone, video, 9)
    assert left(phone) == []
    watch(phone, video, 11)
    assert left(phone) == [(video, 11_000)]


def test_a_complete_one_is_not_left_when_it_plays_again(world: Jhalak, asha: Person) -> None:
    video, phone = film(asha, 60), someone(world)
    watch(phone, video, 30)
    slot = start(phone, video)
    phone.send(phone.event(slot, "complete"))
    phone.send(phone.event(slot, "play", value=20_000, ranges=[[0, 20_000]]))
    assert left(phone) == []
    watch(phone, video, 25)
    assert left(phone) == [(video, 25_000)], "another time it can be left again"


def test_it_is_kept_over_a_restart_and_for_a_month(asha: Person, world: Jhalak) -> None:
    video, phone = film(asha, 60), someone(world)
    watch(phone, video, 30)
    world.settle()
    world.restart()
    assert left(phone) == [(video, 30_000)]
    world.run(world.services.states.flush(1000))
    world.restart()
    assert left(phone) == [(video, 30_000)], "from the profile"
    world.clock.forward(days=31)
    assert left(phone) == []
    world.clock.now_ms -= 31 * DAY_MS


def test_the_viewer_takes_it_out(world: Jhalak, asha: Person) -> None:
    videos = [film(asha, 60) for _ in range(4)]
    phone = someone(world)
    for video in videos:
        watch(phone, video, 30)
    a, b, c, d = videos
    assert phone.ask("DELETE", f"{PATH}/{a}").status_code == 204
    assert phone.ask("DELETE", f"{PATH}/{a}").status_code == 204
    assert phone.ask("PUT", f"/v1/me/hides/item/{b}").status_code == 200
    assert left(phone) == [(d, 30_000), (c, 30_000)]
    other = someone(world)
    assert other.ask("DELETE", PATH).status_code == 204
    assert len(left(phone)) == 2, "another's clearing is another's"
    world.settle()
    world.restart()
    assert left(phone) == [(d, 30_000), (c, 30_000)]
    assert phone.ask("DELETE", PATH).status_code == 204
    assert left(phone) == []


def test_nothing_is_kept_of_who_wants_nothing_learned(world: Jhalak, asha: Person) -> None:
    video, phone = film(asha, 60), world.phone("hi")
    preferences = {"languages": ["hi"], "profiled": False}
    assert phone.ask("PUT", "/v1/me/preferences", json=preferences).status_code == 200
    watch(phone, video, 30)
    assert left(phone) == [] and "resume_ms" not in start(phone, video)
    assert phone.ask("PUT", "/v1/me/consents", json=GRANTED).status_code == 200
    assert left(phone) == [], "nor later"
    watch(phone, video, 31)
    assert left(phone) == [(video, 31_000)]
    refused = {"consents": [{"purpose": "personalisation", "granted": False}]}
    assert phone.ask("PUT", "/v1/me/consents", json=refused).status_code == 200
    assert left(phone) == []
    assert phone.ask("PUT", "/v1/me/consents", json=GRANTED).status_code == 200
    assert left(phone) == [], "it was forgotten, not hidden"


def test_what_one_may_not_see_is_not_offered(world: Jhalak, asha: Person) -> None:
    video, phone = film(asha, 60), someone(world)
    watch(phone, video, 30)
    path = f"/v1/me/blocks/creator/@{asha.handle}"
    assert phone.ask("PUT", path).status_code == 200
    assert left(phone) == []
    assert phone.ask("GET", f"/v1/video/feed?start={video}").status_code == 404
    assert phone.ask("DELETE", path).status_code == 200
    assert left(phone) == [(video, 30_000)]
    asha.ask("PUT", f"/v1/creators/me/videos/{video}/audience", json={"audience": "followers"})
    world.follow()
    assert left(phone) == []
    assert phone.ask("GET", f"/v1/video/feed?start={video}").status_code == 404
    assert phone.ask("GET", "/v1/video/feed?start=none").status_code == 404


def test_the_next_part_of_a_series_is_offered(world: Jhalak, asha: Person) -> None:
    first, second, third = (film(asha, 8) for _ in range(3))
    series = make_series(asha, first, second, third)["id"]
    phone = someone(world)
    watch(phone, first, 8)
    assert left(phone) == [(second, 0)]
    told = phone.ask("GET", PATH).json()["items"][0]["series"]
    assert told == {"series": series, "part": 2, "parts": 3, "next": third}
    watch(phone, second, 6)
    assert left(phone) == [(second, 6_000)], "of a series a short one can be left too"
    watch(phone, second, 8, from_s=6)
    assert left(phone) == [(third, 0)]
    assert phone.ask("DELETE", f"{PATH}/{third}").status_code == 204
    assert left(phone) == []


def test_it_is_in_the_export_and_goes_with_the_viewer(world: Jhalak, asha: Person) -> None:
    video, phone = film(asha, 60), someone(world)
    watch(phone, video, 30)
    begun = phone.ask("POST", "/v1/me/export").json()["continue"]["begun"]
    assert [(one["item"], one["position_ms"]) for one in begun] == [(video, 30_000)]
    assert phone.ask("DELETE", "/v1/me").status_code == 204
    assert phone.ask("GET", PATH).status_code == 401


def test_twenty_are_kept(world: Jhalak, asha: Person) -> None:
    videos = [film(asha, 60) for _ in range(22)]
    phone = someone(world)
    for video in videos:
        watch(phone, video, 30)
    assert [video for video, _ in left(phone)] == videos[:1:-1]
