"""Reviews in the console: the queue, the files of what no viewer may see, decisions, takedowns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from jhalak.people.operator_token import token_hash
from jhalak.ports.reviews import Review, ReviewKind
from jhalak.schema.video import Details, Media, Video, VideoFile, VideoState
from tests.api.console.conftest import Console
from tests.worlds import Jhalak, make_items

SET = "5" * 32
FILES = tuple(
    VideoFile(name=name, type=kind, bytes=10, width=270, height=height)
    for name, kind, height in (
        ("360.mp4", "video/mp4", 640), ("240.mp4", "video/mp4", 426),
        ("poster.webp", "image/webp", 0), ("master.m3u8", "application/vnd.apple.mpegurl", 0),
    )
)  # fmt: skip
MEDIA = Media(
    set=SET, duration_s=3, width=540, height=960, sound=True, files=FILES, likeness=b"l" * 128
)
TOKENS = {name: f"jho_{name * 10:x<40.40}" for name in ("ravi", "zoya", "meera")}


class Desk(Console):
    """The console where videos wait."""

    def __init__(self, jhalak: Jhalak) -> None:
        super().__init__(jhalak, [])
        for name, token in TOKENS.items():
            jhalak.services.operators.add(name, token_hash(token), jhalak.clock())
        self.account = jhalak.server.records.creators.add("asha.k", "x", 1).num

    def video(self, name: str, state: VideoState = "held", language: str = "hi") -> Video:
        said = Details(
            caption=f"caption of {name}", language=language, ai=True, sensitive=False,
            rights="own", topic="nature",
        )  # fmt: skip
        videos = self.jhalak.services.videos
        video = Video(
            id=name, account=self.account, handle="asha.k", upload="", content=name.encode(),
            details=said, created_ms=5, labels=("ai",),
        )  # fmt: skip
        videos.begin(video, 5)
        made = videos.change(name, ("waiting",), 6, state=state, media=MEDIA, reason="sexual")
        assert made is not None
        return made

    def review(
        self, video: str, kind: ReviewKind = "gate", why: str = "sexual", language: str = "hi"
    ) -> Review:
        now_ms = self.jhalak.clock()
        return self.jhalak.services.reviews.open(kind, video, language, why, now_ms)

    def queue(self, query: str = "", name: str = "meera") -> dict[str, Any]:
        answer = self.jhalak.ask("GET", f"/console/api/reviews?{query}", TOKENS[name])
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def decide(self, num: int, decision: str, name: str = "meera", **more: Any) -> httpx.Response:
        body = {"decision": decision, **more}
        return self.jhalak.ask("POST", f"/console/api/reviews/{num}", TOKENS[name], json=body)

    def state(self, name: str) -> tuple[str, str]:
        found = self.jhalak.services.videos.find(name)
        assert found is not None
        return found.state, found.reason

    def shown(self) -> list[str]:
        self.jhalak.follow()
        return sorted(
            name for name in self.jhalak.services.world.catalogue.by_id if name.startswith("v-")
        )


@pytest.fixture
def desk(empty: Jhalak) -> Iterator[Desk]:
    empty.put(make_items({"food": 3}))
    return Desk(empty)


def test_the_queue_tells_the_oldest_first_by_language_with_all_that_one_needs(desk: Desk) -> None:
    for name, language in (("v-1", "hi"), ("v-2", "ta"), ("v-3", "hi")):
        desk.video(name, language=language)
        desk.review(name, why="sexual\ncopy:v-1" if name == "v-3" else "sexual", language=language)
        desk.jhalak.clock.forward(s=60)
    told = desk.queue()
    assert [one["video"]["id"] for one in told["reviews"]] == ["v-1", "v-2", "v-3"]
    assert [(one["language"], one["waiting"]) for one in told["languages"]] == [
        ("hi", 2), ("ta", 1),
    ]  # fmt: skip
    assert [one["video"]["id"] for one in desk.queue("language=ta")["reviews"]] == ["v-2"]
    assert desk.queue("kind=appeal")["reviews"] == []
    last = told["reviews"][2]
    assert last["may"] and not last["said"] and last["history"] == []
    assert last["originals"][0]["id"] == "v-1" and last["originals"][0]["handle"] == "asha.k"
    video = last["video"]
    assert video["caption"] == "caption of v-3" and video["ai"] and video["labels"] == ["ai"]
    assert video["play"].endswith("/videos/v-3/files/240.mp4"), "the lowest rung"
    assert video["poster"].endswith("poster.webp") and video["strip"] is None


def test_files_of_what_no_viewer_may_see_are_for_moderators_alone(desk: Desk) -> None:
    desk.video("v-1")
    jhalak, path = desk.jhalak, "/console/api/videos/v-1/files/240.mp4"
    assert jhalak.ask("GET", path, TOKENS["ravi"]).status_code == 404, "they are not there"
    jhalak.run(jhalak.services.blobs.put(f"video/{SET}/240.mp4", b"0123456789"))
    whole = jhalak.ask("GET", path, TOKENS["ravi"])
    assert (whole.status_code, whole.content) == (200, b"0123456789")
    assert whole.headers["content-type"] == "video/mp4"
    assert whole.headers["cache-control"] == "no-store"
    part = jhalak.ask("GET", path, TOKENS["ravi"], headers={"range": "bytes=2-4"})
    assert (part.status_code, part.content) == (206, b"234")
    assert jhalak.ask("GET", path).status_code == 401
    for other in ("v-1/files/480.mp4", "v-1/files/..", "none/files/240.mp4"):
        wrong = jhalak.ask("GET", f"/console/api/videos/{other}", TOKENS["ravi"])
        assert wrong.status_code == 404, other


def test_who_allows_publishes_and_who_refuses_says_why(desk: Desk) -> None:
    for name in ("v-1", "v-2", "v-3"):
        desk.video(name)
    first, second, third = (desk.review(name).num for name in ("v-1", "v-2", "v-3"))
    answer = desk.decide(first, "allow")
    assert answer.json() == {"num": first, "decision": "allow", "more_needed": False}
    desk.decide(second, "allow", sensitive=True)
    desk.decide(third, "refuse", why="violence")
    assert desk.shown() == ["v-1", "v-2"]
    assert desk.state("v-1") == ("live", "") and desk.state("v-3") == ("refused", "violence")
    videos = desk.jhalak.services.videos
    labels = [getattr(videos.find(name), "labels", None) for name in ("v-1", "v-2")]
    assert labels == [("ai",), ("ai", "sensitive")]
    assert ("", MEDIA.likeness) in videos.alike(), "it does not come back"
    assert desk.decide(first, "refuse").status_code == 409, "it does not wait any more"
    assert desk.decide(999, "allow").status_code == 404
    assert desk.decide(third, "maybe").status_code == 400
    assert desk.audited()[-1] == (
        "operator:meera", "decide review", "video v-3", f"gate {third}: refuse, violence",
    )  # fmt: skip


def test_an_appeal_takes_two_others_who_agree(desk: Desk) -> None:
    desk.video("v-1")
    desk.decide(desk.review("v-1").num, "refuse")
    appeal = desk.review("v-1", "appeal", "it is a dance").num
    (told,) = desk.queue()["reviews"]
    assert not told["may"] and told["history"][0]["by"] == ["meera"]
    assert desk.decide(appeal, "allow").status_code == 409
    assert desk.decide(appeal, "allow", "ravi").json()["more_needed"]
    (told,) = desk.queue(name="ravi")["reviews"]
    assert told["may"] and told["said"] and told["others_said"] == 0
    (told,) = desk.queue(name="zoya")["reviews"]
    assert not told["said"] and told["others_said"] == 1
    assert desk.shown() == []
    assert desk.decide(appeal, "allow", "zoya").json()["decision"] == "allow"
    assert desk.shown() == ["v-1"] and desk.queue()["reviews"] == []


def test_a_reported_video_is_taken_down_and_its_files_are_gone(desk: Desk) -> None:
    desk.video("v-1")
    desk.decide(desk.review("v-1").num, "allow")
    jhalak = desk.jhalak
    jhalak.run(jhalak.services.blobs.put(f"video/{SET}/240.mp4", b"0123456789"))
    assert desk.shown() == ["v-1"]
    desk.decide(desk.review("v-1", "report", "hate").num, "refuse")
    assert desk.shown() == [] and desk.state("v-1") == ("removed", "hate")
    assert jhalak.run(jhalak.services.blobs.list(f"video/{SET}")) == []
    desk.review("v-1", "appeal", "it is a dance")
    (told,) = desk.queue(name="ravi")["reviews"]
    assert told["video"]["play"] is None, "there is nothing left to see"


def test_a_video_is_taken_down_without_a_review_but_not_without_a_reason(desk: Desk) -> None:
    desk.video("v-1")
    desk.decide(desk.review("v-1").num, "allow")
    path = "/console/api/videos/v-1/takedown"

    def ask(**body: str) -> int:
        return desk.jhalak.ask("POST", path, TOKENS["ravi"], json=body).status_code

    assert ask(code="illegal", why=" ") == 400 and ask(code="ugly", why="a court") == 400
    assert desk.shown() == ["v-1"]
    assert ask(code="illegal", why="a court said so") == 200
    assert desk.shown() == [] and desk.state("v-1") == ("removed", "illegal")
    assert ("operator:ravi", "take down video", "video v-1", "a court said so") in desk.audited()
    missing = desk.jhalak.ask(
        "POST", "/console/api/videos/none/takedown", TOKENS["ravi"],
        json={"code": "illegal", "why": "a court said so"},
    )  # fmt: skip
    assert missing.status_code == 404


def test_a_recall_of_a_creators_video_takes_its_files_too(desk: Desk) -> None:
    desk.video("v-1")
    desk.decide(desk.review("v-1").num, "allow")
    jhalak = desk.jhalak
    jhalak.follow()
    jhalak.run(jhalak.services.blobs.put(f"video/{SET}/240.mp4", b"0123456789"))
    recalled = desk.post("content/recall", item="v-1", reason="a court said so")
    assert recalled.status_code == 200
    assert desk.shown() == [] and desk.state("v-1") == ("removed", "recalled")
    assert jhalak.run(jhalak.services.blobs.list(f"video/{SET}")) == []
