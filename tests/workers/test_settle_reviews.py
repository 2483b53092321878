"""What follows from decisions on videos, also where a crash came between."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from jhalak.ports.reviews import Decision, ReviewKind
from jhalak.records.creators import SqlCreatorStore
from jhalak.records.database import Database, open_database
from jhalak.records.reviews import SqlKnownBadStore, SqlReviewStore
from jhalak.records.videos import SqlVideoStore
from jhalak.schema.video import Details, Media, Video, VideoState
from jhalak.trust.take_down import APPEAL_WON
from jhalak.workers.settle_reviews import SettleReviews

MEDIA = Media(set="5e7", duration_s=3, width=4, height=6, sound=False, files=(), likeness=b"how")


class Desk:
    """Reviews of one video, and what is done with it."""

    def __init__(self, database: Database) -> None:
        self.reviews = SqlReviewStore(database)
        self.videos = SqlVideoStore(database)
        self.bad = SqlKnownBadStore(database)
        self.done: list[str] = []
        self.settle = SettleReviews(
            self.reviews, self.videos, self.bad, self._publish, self, lambda: 9
        )
        SqlCreatorStore(database).add("asha", "x", 1)
        said = Details(language="hi", ai=False, sensitive=False, rights="own")
        video = Video(id="v", account=1, handle="asha", upload="", content=b"c", details=said)
        self.videos.begin(msgspec.structs.replace(video, created_ms=1), 1)

    async def _publish(self, video: Video) -> None:
        self.done.append("publish")
        self.videos.change(video.id, ("held", "refused"), 9, state="live")

    async def forget_source(self, video: Video) -> None:
        self.done.append("forget its source")

    async def __call__(self, video: Video, reason: str, by: str) -> None:
        """TakeDown (trust/take_down.py)."""
        self.done.append(f"take down for {reason} by {by}")
        self.videos.change(video.id, ("live",), 9, state="removed", reason=reason)

    def become(self, state: VideoState, media: Media | None = MEDIA) -> None:
        """What the worker made of it."""
        self.videos.change("v", ("waiting",), 2, state=state, media=media)

    def decide(
        self, kind: ReviewKind, decision: Decision, why: str = "hate", by: str = "m"
    ) -> None:
        opened = self.reviews.open(kind, "v", "hi", why, 3)
        assert self.reviews.decide(opened.num, decision, by, 4) is not None

    def appeal(self, decision: Decision) -> None:
        for name in ("ravi", "zoya"):
            self.decide("appeal", decision, "it is a dance", name)

    def step(self) -> bool:
        return asyncio.run(self.settle.step())

    @property
    def state(self) -> tuple[str, str]:
        found = self.videos.find("v")
        assert found is not None
        return found.state, found.reason

    @property
    def known(self) -> list[bytes]:
        return [likeness for name, likeness in self.videos.alike() if not name]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    database = open_database(f"sqlite:///{tmp_path}/records.sqlite")
    yield Desk(database)
    database.close()


def test_what_was_held_and_allowed_is_published_once(desk: Desk) -> None:
    desk.become("held")
    assert not desk.step(), "nothing was decided"
    desk.decide("gate", "allow")
    assert desk.step() and not desk.step()
    assert desk.done == ["publish"] and desk.state[0] == "live"
    asyncio.run(desk.settle.settle("v"))
    assert desk.done == ["publish"]


def test_what_was_held_and_refused_says_why_and_may_not_come_back(desk: Desk) -> None:
    desk.become("held")
    desk.decide("gate", "refuse", "sexual\nrights")
    assert desk.step() and not desk.step()
    assert desk.state == ("refused", "sexual") and desk.known == [b"how"]
    assert desk.done == ["forget its source"]


def test_a_copy_is_refused_and_the_original_is_not_known_to_be_bad(desk: Desk) -> None:
    desk.become("held")
    desk.decide("gate", "refuse", "copy:other")
    desk.step()
    assert desk.state == ("refused", "copy:other") and desk.known == []


def test_what_was_reported_is_taken_down_or_stays(desk: Desk) -> None:
    desk.become("live")
    desk.decide("report", "allow")
    assert not desk.step() and desk.state[0] == "live"
    desk.decide("report", "refuse", "violence", by="meera")
    assert desk.step() and not desk.step()
    assert desk.done == ["take down for violence by operator:meera"]
    assert desk.known == [b"how"]


def test_what_was_decided_last_is_carried_out_though_it_was_opened_first(desk: Desk) -> None:
    desk.become("held")
    reported = desk.reviews.open("report", "v", "hi", "hate", 3)
    desk.decide("gate", "allow")
    assert desk.step() and desk.state[0] == "live"
    assert desk.reviews.decide(reported.num, "refuse", "meera", 5) is not None
    asyncio.run(desk.settle.settle("v"))
    assert desk.done == ["publish", "take down for hate by operator:meera"]
    desk.videos.change("v", ("removed",), 9, state="live")  # as if it had been killed before that
    assert desk.step() and not desk.step()
    assert desk.state == ("removed", "hate")


def test_an_appeal_that_is_right_publishes_what_was_refused(desk: Desk) -> None:
    desk.become("held")
    desk.decide("gate", "refuse", "sexual")
    desk.step()
    desk.appeal("allow")
    assert desk.step() and not desk.step()
    assert desk.state[0] == "live" and desk.known == []


@pytest.mark.parametrize("media", [MEDIA, None])
def test_an_appeal_that_is_right_but_late_lets_the_creator_upload_again(
    desk: Desk, media: Media | None
) -> None:
    desk.become("live" if media else "refused", media)
    if media:
        desk.decide("report", "refuse")
        desk.step()
        assert desk.known == [b"how"]
    desk.appeal("allow")
    assert desk.step() and not desk.step()
    assert desk.state == ("removed", APPEAL_WON) and desk.known == []


def test_an_appeal_that_is_not_right_changes_nothing(desk: Desk) -> None:
    desk.become("held")
    desk.decide("gate", "refuse", "sexual")
    desk.step()
    desk.appeal("refuse")
    assert desk.step() and not desk.step()
    asyncio.run(desk.settle.settle("v"))
    assert desk.state == ("refused", "sexual") and desk.known == [b"how"]


def test_a_video_that_is_not_there_any_more_is_nobodys(desk: Desk) -> None:
    asyncio.run(desk.settle.settle("other"))
    asyncio.run(desk.settle.settle("v"))
    assert desk.done == []
