"""A creator learns whom a video reached and what limits it; of fewer than fifty people nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from jhalak.assembly import open_blobs, open_log
from jhalak.residency.seal import seal
from jhalak.schema.activity import TOPIC, Activity, encode
from jhalak.schema.video import Details, Media, Video
from jhalak.workers.count_reach import CountReach
from tests.api.people_at_hand import Member
from tests.learning.reach_records import event, outcomes, relation, served
from tests.worlds import Jhalak, make_item

WATCHED = ((0, 2000),)
EN, HI = 0, 1


class World:
    """A server, the worker beside it, and a creator with a live video of three seconds."""

    def __init__(self, jhalak: Jhalak) -> None:
        self.jhalak = jhalak
        self.asha = Member(jhalak, "asha")
        self.log = open_log(jhalak.data, jhalak.settings, writable=False)
        self.video, self.item = self.publish("evening", self.asha)
        self.met = 0

    def publish(self, name: str, who: Member, **said: Any) -> tuple[str, int]:
        """(id, item number) of a live video."""
        usual: dict[str, Any] = {"language": "hi", "ai": False, "sensitive": False, "rights": "own"}
        s, now_ms = self.jhalak.services, self.jhalak.clock()
        video = Video(
            id=name, account=who.num, handle=who.handle, upload=f"up-{name}",
            content=name.encode(), details=Details(**(usual | said)), created_ms=now_ms,
        )  # fmt: skip
        s.videos.begin(video, now_ms)
        item = make_item(name, "nature", "hi", kind="video", publisher=f"@{who.handle}")
        self.jhalak.put([item])
        record = s.items.get(name)
        assert record is not None
        media = Media(set=f"set-{name}", duration_s=2.4, width=9, height=16, sound=True, files=())
        labels = ("sensitive",) if said.get("sensitive") else ()
        s.videos.change(
            name, ("waiting",), now_ms, state="live", media=media, num=record.num,
            live_ms=now_ms, labels=labels,
        )  # fmt: skip
        return name, record.num

    def meet(self, people: int, language: int = HI, like: bool = True) -> None:
        """So many more people watch the video for two seconds."""
        now_ms = self.jhalak.clock()
        for viewer in range(self.met + 1, self.met + people + 1):
            slate = served(viewer, viewer, now_ms, (self.item,), language=(language,))
            play = event(f"p{viewer}", "play", viewer, self.item, value=2000.0, ranges=WATCHED)
            self.append(viewer, slate, outcomes(play, viewer=viewer, at_ms=now_ms))
            if like:
                put = relation("likes", viewer, self.item, viewer=viewer, at_ms=now_ms)
                self.append(viewer, put)
        self.met += people

    def append(self, viewer: int, *records: Activity) -> None:
        s = self.jhalak.services
        for record in records:
            payload = seal(viewer, encode(record))
            self.jhalak.run(s.event_log.append(TOPIC, viewer, payload, self.jhalak.clock()))

    def worker(self) -> CountReach:
        blobs = open_blobs(self.jhalak.data, self.jhalak.settings)
        made = CountReach(self.log, blobs, self.jhalak.settings, self.jhalak.clock)
        self.jhalak.run(made.resume())
        return made

    def count(self, worker: CountReach | None = None) -> CountReach:
        worker = worker or self.worker()

        async def read() -> None:
            while await worker.step():
                pass
            await worker.tell()

        self.jhalak.run(read())
        return worker

    def figures(self) -> Any:
        return self.asha.get(f"/v1/creators/me/videos/{self.video}/figures")


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
