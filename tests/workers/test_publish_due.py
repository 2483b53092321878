"""Drafts and scheduled videos: who sees them when, whatever happens in between."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import update

from jhalak.assembly import open_records
from jhalak.config.settings import Settings
from jhalak.ports.videos import FIRST, REST
from jhalak.records.creator_numbers import creator_numbers
from jhalak.records.tables import creator_accounts
from jhalak.schema.video import AT_ONCE, KEPT_BACK, Video
from jhalak.trust.edits import Edit, NotSo
from jhalak.trust.gate import Verdict
from jhalak.understanding.words import Words
from jhalak.workers.edit_video import EditVideo
from jhalak.workers.publish_due import PublishDue
from tests.workers.films import DETAILS, Films
from tests.workers.test_make_videos import Killed

pytestmark = pytest.mark.anyio
HOUR_MS = 3_600_000
LATER = -2
"""In an hour, for `kept`."""


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("empty")
    open_records(folder, Settings()).database.close()
    return folder


class Desk(Films):
    """With what creators say anew, and the worker of what is due."""

    def __init__(self, data: Path) -> None:
        super().__init__(data, purge="https://cdn.example/purge")
        records = self.records
        with records.database.write() as connection:  # one that can be suspended
            number = creator_numbers(connection, ["@asha"])["@asha"]
            values = {"password_hash": "x", "creator": number}
            connection.execute(update(creator_accounts).values(values))
        self.edit = EditVideo(
            records.videos, records.reviews, self.publish, Words(data / "words"),
            lambda: self.now_ms,
        )  # fmt: skip
        self.due = PublishDue(records.videos, self.publish, lambda: self.now_ms)
        self.told: list[str] = []
        object.__setattr__(self.publish, "tell", lambda video: self.told.append(video.id))

    async def kept(self, name: str, publish_ms: int = KEPT_BACK, **said: Any) -> Video:
        """A video that passed."""
        at = self.now_ms + HOUR_MS if publish_ms == LATER else publish_ms
        details = msgspec.structs.replace(DETAILS, publish_ms=at, **said)
        await self.upload(name.encode(), name, details)
        await self.all_jobs()
        return self.found(name)

    def is_seen(self, name: str) -> bool:
        """By the feeds, and its files; never the one without the other."""
        record, video = self.records.items.get(name), self.found(name)
        item = record is not None and record.status == "live" and not record.withheld
        assert video.media is not None
        files = self.records.videos.shows(video.media.set)
        assert item == files == (video.state == "live")
        return item


@pytest.fixture
def desk(tmp_path: Path, empty: Path) -> Iterator[Desk]:
    shutil.copytree(empty, tmp_path, dirs_exist_ok=True)
    found = Desk(tmp_path)
    yield found
    found.close()


async def test_a_draft_is_made_and_passes_and_nobody_sees_it_until_it_is_published(
    desk: Desk,
) -> None:
    draft = await desk.kept("v1")
    assert (draft.state, draft.live_ms, draft.num) == ("draft", 0, 0)
    assert draft.media is not None and draft.media.complete and draft.upload == ""
    assert not desk.is_seen("v1") and desk.told == []
    assert await desk.sweep.look() == await desk.sweep.look()
    assert (await desk.sweep.look()).leaked == ()
    desk.now_ms += HOUR_MS
    done = desk.edit("v1", Edit(publish_ms=AT_ONCE))
    assert done.video.state == "live" and done.video.live_ms == desk.now_ms and not done.hidden
    assert desk.is_seen("v1") and desk.told == ["v1"]
    assert done.video.details.publish_ms == AT_ONCE and done.video.num > 0
    assert not await desk.due.step() and desk.told == ["v1"]


async def test_what_was_live_goes_back_to_the_drafts_and_comes_again_as_it_was(desk: Desk) -> None:
    live = await desk.kept("v1", AT_ONCE)
    assert desk.is_seen("v1")
    hidden = desk.edit("v1", Edit(publish_ms=KEPT_BACK))
    assert hidden.hidden and hidden.video.state == "draft" and not desk.is_seen("v1")
    before = desk.records.items.get("v1")
    await desk.take_down.hide(hidden.video)
    assert len(desk.caches.told) == 1
    again = desk.edit("v1", Edit(publish_ms=KEPT_BACK))
    assert not again.hidden and again.video == hidden.video
    desk.now_ms += HOUR_MS
    shown = desk.edit("v1", Edit(publish_ms=AT_ONCE)).video
    assert desk.is_seen("v1") and (shown.live_ms, shown.num) == (live.live_ms, live.num)
    after = desk.records.items.get("v1")
    assert before is not None and after is not None and after.seq > before.seq
    assert after.item == before.item


async def test_a_scheduled_one_goes_live_when_its_time_has_come_however_late(desk: Desk) -> None:
    video = await desk.kept("v1", LATER)
    assert video.state == "draft" and not desk.is_seen("v1")
    desk.now_ms = video.details.publish_ms - 1
    await desk.due.step()
    assert not desk.is_seen("v1")
    desk.now_ms += 40 * 24 * HOUR_MS  # nothing ran meanwhile
    await desk.due.step()
    assert desk.is_seen("v1") and desk.found("v1").live_ms == desk.now_ms
    assert desk.told == ["v1"] and desk.records.videos.due(desk.now_ms, 9) == []


async def test_a_time_can_be_changed_and_taken_back(desk: Desk) -> None:
    await desk.kept("v1", LATER)
    desk.edit("v1", Edit(publish_ms=desk.now_ms + 2 * HOUR_MS))
    desk.now_ms += HOUR_MS
    await desk.due.step()
    assert not desk.is_seen("v1")
    desk.edit("v1", Edit(publish_ms=KEPT_BACK))
    desk.now_ms += 9 * HOUR_MS
    await desk.due.step()
    assert desk.found("v1").state == "draft" and not desk.is_seen("v1")
    with pytest.raises(NotSo, match="already_live"):
        await desk.kept("v2", AT_ONCE)
        desk.edit("v2", Edit(publish_ms=desk.now_ms + HOUR_MS))


async def test_who_takes_it_back_at_the_very_moment_is_obeyed(desk: Desk) -> None:
    """Between the worker's look and its change, for each of its changes."""
    for at, act in enumerate(("keep back", "withdraw", "suspend")):
        name = f"v{at}"
        video = await desk.kept(name, LATER)
        desk.now_ms = video.details.publish_ms
        put = desk.records.items.put

        def meanwhile(*args: Any, name: str = name, act: str = act, put: Any = put) -> Any:
            desk.records.items.put = put  # type: ignore[method-assign]
            if act == "keep back":
                desk.edit(name, Edit(publish_ms=KEPT_BACK))
            elif act == "withdraw":
                desk.records.videos.change(
                    name, ("draft",), desk.now_ms, state="removed", reason="withdrawn"
                )
            else:
                desk.records.creators.suspend(desk.account, desk.now_ms)
            return put(*args)

        desk.records.items.put = meanwhile  # type: ignore[method-assign]
        await desk.due.step()
        record = desk.records.items.get(name)
        assert record is None or record.withheld or record.status == "recalled"
        set_ = desk.found(name).media.set  # type: ignore[union-attr]
        assert not desk.records.videos.shows(set_)
        wanted = {"keep back": "draft", "withdraw": "removed", "suspend": "live"}[act]
        assert desk.found(name).state == wanted, act


async def test_suspension_and_takedown_in_between_win(desk: Desk) -> None:
    video = await desk.kept("v1", LATER)
    await desk.kept("v2", LATER)
    desk.now_ms = video.details.publish_ms + 1
    desk.records.creators.suspend(desk.account, desk.now_ms)
    await desk.due.step()
    assert desk.found("v1").state == "draft"
    await desk.take_down(desk.found("v2"), "spam", "operator:asha")
    desk.records.creators.suspend(desk.account, 0)
    await desk.due.step()
    assert desk.is_seen("v1"), "lifted: it is due"
    assert (desk.found("v2").state, desk.found("v2").reason) == ("removed", "spam")
    assert desk.records.items.get("v2") is None
    with pytest.raises(NotSo, match="removed"):
        desk.edit("v2", Edit(publish_ms=AT_ONCE))


async def test_killed_before_any_of_its_changes_it_is_published_and_told_once(desk: Desk) -> None:
    kills = 0
    for at in range(1, 20):
        name = f"v{at}"
        video = await desk.kept(name, LATER)
        desk.now_ms = video.details.publish_ms + 1
        with Mortal(desk, at) as mortal:
            try:
                await desk.due.step()
            except Killed:
                kills += 1
        for _ in range(2):  # two that start anew at once
            await desk.due.step()
        assert desk.is_seen(name) and desk.records.videos.due(desk.now_ms, 9) == []
        assert mortal.lives == 1, "it became live once"
        # Who was told by a killed one is told again; a notification of the same is the same.
        assert 1 <= desk.told.count(name) <= 2
        if not mortal.killed:
            break
    assert kills >= 4


class Mortal:
    """Kills before the `at`-th change of a store or telling, and counts when a video goes live."""

    def __init__(self, desk: Desk, at: int) -> None:
        self.desk, self.left, self.killed, self.lives = desk, at, False, 0

    def __enter__(self) -> Mortal:
        self.then = (self.desk.records.videos.change, self.desk.records.items.put)
        self.tell = self.desk.publish.tell
        change, put = self.then

        def counted(*args: Any, **said: Any) -> Any:
            self._step()
            before = self.desk.found(args[0]).state
            changed = change(*args, **said)
            self.lives += changed is not None and before != "live" and changed.state == "live"
            return changed

        self.desk.records.videos.change = counted  # type: ignore[method-assign]
        self.desk.records.items.put = self._before(put)  # type: ignore[method-assign]
        object.__setattr__(self.desk.publish, "tell", self._before(self.tell))
        return self

    def _step(self) -> None:
        self.left -= 1
        if self.left == 0:
            self.killed = True
            raise Killed

    def _before(self, method: Any) -> Any:
        def call(*args: Any, **said: Any) -> Any:
            self._step()
            return method(*args, **said)

        return call

    def __exit__(self, *_: object) -> None:
        change, put = self.then
        if self.killed:  # whoever starts anew goes live at most once more than the killed one
            first = self.lives

            def counted(*args: Any, **said: Any) -> Any:
                before = self.desk.found(args[0]).state
                changed = change(*args, **said)
                self.lives += changed is not None and before != "live" and changed.state == "live"
                return changed

            self.desk.records.videos.change = counted  # type: ignore[method-assign]
            assert first <= 1
        else:
            self.desk.records.videos.change = change  # type: ignore[method-assign]
        self.desk.records.items.put = put  # type: ignore[method-assign]
        object.__setattr__(self.desk.publish, "tell", self.tell)


async def test_words_said_anew_are_judged_and_seen_by_nobody_while_a_human_looks(
    desk: Desk,
) -> None:
    for name, publish_ms in (("live", AT_ONCE), ("draft", KEPT_BACK)):
        await desk.kept(name, publish_ms)
        fine = desk.edit(name, Edit(caption="Rain on the new bridge #rain")).video
        assert fine.state == name and fine.details.caption == "Rain on the new bridge #rain"
        bad = desk.edit(name, Edit(caption="kill all of them, bomb the market"))
        assert bad.video.state == "held" and bad.video.reason.startswith("caption:"), bad
        assert bad.hidden == (name == "live") and not desk.is_seen(name)
        [review] = desk.records.reviews.of(name)
        assert review.kind == "gate" and review.decision is None
        with pytest.raises(NotSo, match="held"):
            desk.edit(name, Edit(caption="never mind"))
        await desk.publish(desk.found(name))  # a human allows it
        assert desk.is_seen(name) == (name == "live") and desk.found(name).state == name
    record = desk.records.items.get("live")
    assert record is not None and record.item.title.startswith("kill all")


async def test_an_old_decision_does_not_let_through_what_was_said_after_it(desk: Desk) -> None:
    reviews = desk.records.reviews
    await desk.kept("v1", AT_ONCE)
    desk.edit("v1", Edit(rights="other"))
    [first] = reviews.of("v1")
    assert reviews.decide(first.num, "allow", "asha", desk.now_ms) is not None
    assert reviews.unsettled(9) == ["v1"]
    await desk.publish(desk.found("v1"))
    assert desk.is_seen("v1") and reviews.unsettled(9) == []
    desk.edit("v1", Edit(caption="kill all of them, bomb the market"))
    assert desk.found("v1").state == "held" and reviews.unsettled(9) == []


async def test_what_is_said_between_the_gate_and_going_live_is_judged_too(desk: Desk) -> None:
    seen: list[str] = []

    def check(video: Video, *_: Any) -> Any:
        seen.append(video.details.caption)
        if len(seen) == 1:
            desk.edit("v1", Edit(caption="something else"))
        return Verdict("live", "", (), ())

    desk.worker = desk.another(check)
    await desk.upload(b"x", "v1")
    await desk.all_jobs()
    assert seen == [DETAILS.caption, "something else"] and desk.is_seen("v1")
    record = desk.records.items.get("v1")
    assert record is not None and record.item.title == "something else"
    assert {desk.records.jobs.find(kind, "v1").state for kind in (FIRST, REST)} == {"done"}  # type: ignore[union-attr]
