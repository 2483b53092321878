"""A creator learns whom a video reached and what limits it; of fewer than fifty people nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from jhalak.learning.reach import ROW
from tests.api.creators.reach_world import EN, HI, World
from tests.api.people_at_hand import Member
from tests.worlds import Jhalak


@pytest.fixture
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = World(Jhalak(tmp_path_factory.mktemp("figures") / "data"))
    yield made
    made.log.close()
    made.jhalak.end()


def test_a_video_is_told_of_to_its_creator_in_steps_of_fifty(world: World) -> None:
    world.meet(49)
    worker = world.count()
    found = world.figures()
    assert set(found["numbers"].values()) == {None} and found["told_ms"] == 0
    assert found["curve"] == [{"viewers": None, "played": None}] * 3
    world.meet(12)
    world.count(worker)
    found = world.figures()
    assert found["numbers"] == {
        "viewers": 50, "players": 50, "completed": None, "rewatched": None, "liked": 50,
        "saved": None, "shared": None, "followed": None, "hid": None, "reported": None,
        "impressions": 50, "plays": 50, "watch_ms": 100_000,
    }  # fmt: skip
    both = {"viewers": 50, "played": 50}
    assert found["curve"] == [both, both, {"viewers": None, "played": None}]
    assert found["languages"] == [{"name": "hi", "viewers": 50}]
    assert found["sources"] == [{"name": "popular", "viewers": 50}]
    assert [day["viewers"] for day in found["days"]] == [50] and found["least"] == 50
    assert world.asha.get("/v1/creators/me/figures")["days"] == found["days"]


def test_a_small_part_of_an_audience_is_not_left_to_be_subtracted(world: World) -> None:
    world.meet(70, HI)
    world.meet(20, EN)
    world.count()
    assert world.figures()["languages"] == [{"name": "others", "viewers": 50}]


def test_after_a_crash_it_goes_on_where_its_checkpoint_was_and_what_it_told_stays(
    world: World,
) -> None:
    world.meet(60)
    first = world.count()
    world.jhalak.run(first.checkpoint())
    world.meet(30)
    world.count(first)
    told = world.figures()
    world.meet(10)
    second = world.count()
    assert second.fold.videos[world.item].cells[0, 0] == 100
    assert world.figures() == told, "forty more are not fifty"
    world.meet(10)
    world.count(second)
    assert world.figures()["numbers"]["viewers"] == 100


def test_what_limits_a_video_is_said_in_codes(world: World) -> None:
    limits = {one["code"]: one for one in world.figures()["limits"]}
    assert list(limits) == ["trial", "language"]
    assert limits["trial"]["n"] == 0 and limits["trial"]["of"] == 100
    assert limits["trial"]["others"] == 0 and limits["trial"]["hours"] is None
    assert limits["language"]["about"] == "hi"
    world.video, _ = world.publish("night", world.asha, sensitive=True, comments="off")
    codes = [one["code"] for one in world.figures()["limits"]]
    assert codes == ["trial", "sensitive", "language", "comments_off"]
    s = world.jhalak.services
    s.videos.change("night", ("live",), world.jhalak.clock(), state="held", reason="copy:other")
    [limit] = world.figures()["limits"]
    assert (limit["code"], limit["about"]) == ("state", "copy")


def test_figures_are_the_creators_alone(world: World) -> None:
    path = f"/v1/creators/me/videos/{world.video}/figures"
    ravi = Member(world.jhalak, "ravi")
    assert ravi.ask("GET", path).status_code == 404
    assert ravi.ask("GET", "/v1/creators/me/videos/nothing/figures").status_code == 404
    assert world.jhalak.ask("GET", path).status_code == 401
    assert ravi.get("/v1/creators/me/figures") == {"least": 50, "videos": 0, "days": []}


def test_what_a_phone_does_is_counted_and_goes_with_its_viewer(world: World) -> None:
    phone = world.jhalak.phone("hi")
    [card] = [one for one in phone.page()["items"] if one["item"] == world.video]
    played = phone.event(card, "play", value=3400, ranges=[[0, 2400], [0, 1000]])
    phone.send(phone.event(card, "impression"), played)
    phone.send(played)
    put = phone.ask("PUT", f"/v1/me/likes/item/{world.video}?slot={card['slot']}")
    assert put.status_code == 200, put.text
    world.jhalak.settle()
    worker = world.count()
    video = worker.fold.videos[world.item]
    assert video.cells[ROW["players"]].tolist() == [1, 0, 1, 3400]
    assert [video.cells[ROW[name], 0] for name in ("viewers", "liked", "rewatched")] == [1, 1, 1]
    assert video.curve.tolist() == [[1, 2], [1, 1]]
    assert phone.ask("DELETE", "/v1/me").status_code in (200, 204)
    world.jhalak.settle()
    world.count(worker)
    assert not video.cells.any() and not video.curve.any() and not worker.fold.viewings
