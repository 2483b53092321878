"""The worker that makes creators' videos: what becomes of them, whatever happens on the way."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from jhalak.assembly import open_records
from jhalak.config.settings import Settings
from jhalak.media.container import Refused
from jhalak.media.sandbox import Broke
from jhalak.ports.errors import Unavailable
from jhalak.ports.videos import FIRST, PURGE, REST
from jhalak.schema.video import Video
from jhalak.trust.gate import Verdict
from jhalak.workers.sweep_videos import APPEAL_MS, SOURCES_MS, WHOLE_MS
from tests.workers.films import DETAILS, Films

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder whose tables are made."""
    folder = tmp_path_factory.mktemp("empty")
    open_records(folder, Settings()).database.close()
    return folder


@pytest.fixture
def films(tmp_path: Path, empty: Path) -> Iterator[Films]:
    shutil.copytree(empty, tmp_path, dirs_exist_ok=True)
    found = Films(tmp_path, purge="https://cdn.example/purge", origin="https://media.example")
    yield found
    found.close()


def says(state: str, *why: str) -> Any:
    """A gate that always says the same."""
    return lambda *_: Verdict(state, why[0] if why else "", why, ("ai",))  # type: ignore[arg-type]


def state_of(films: Films, kind: str, video: str) -> str:
    job = films.records.jobs.find(kind, video)
    return job.state if job else ""


async def test_a_video_is_live_after_its_first_pass_and_whole_after_the_second(
    films: Films,
) -> None:
    await films.upload(b"a film" * 50_000, "v1")
    assert len(await films.blobs.list("uploads")) == 3
    assert await films.worker.step()
    video, record = films.found("v1"), films.records.items.get("v1")
    assert record is not None and record.status == "live" and record.num == video.num
    item = record.item
    assert (video.state, video.live_ms, video.reason) == ("live", films.now_ms, "")
    assert (item.kind, item.publisher, item.language, item.topic) == (
        "video", "@asha", "en", "travel",
    )  # fmt: skip
    assert item.title == "Rain on the old bridge #rain" and len(record.embedding) == 64
    assert video.media is not None and item.media == video.media.set
    assert [one.src for one in item.renditions] == ["240.mp4", "first.m3u8"]
    assert item.expires_ms - item.published_ms == 365 * 86_400_000
    assert await films.worker.step() and not await films.worker.step()
    video, record = films.found("v1"), films.records.items.get("v1")
    assert record is not None and video.media is not None and video.media.complete
    assert [one.src for one in record.item.renditions] == ["240.mp4", "540.mp4", "master.m3u8"]
    assert record.item.published_ms == item.published_ms == video.live_ms
    assert await films.blobs.list("uploads") == [] and video.upload == ""
    assert {state_of(films, kind, "v1") for kind in (FIRST, REST)} == {"done"}
    assert await films.sweep.unplayable() == []


async def test_a_topic_that_nobody_named_is_told_by_the_caption(films: Films) -> None:
    said = msgspec.structs.replace(
        DETAILS, topic="", caption="The batsman hit a century in the cricket final today"
    )
    await films.upload(b"x", "v1", said)
    await films.all_jobs()
    record = films.records.items.get("v1")
    assert record is not None and record.item.topic not in ("", "general")


async def test_a_video_without_a_caption_is_an_item_without_a_title(films: Films) -> None:
    await films.upload(b"x", "v1", msgspec.structs.replace(DETAILS, caption=""))
    await films.all_jobs()
    record = films.records.items.get("v1")
    assert record is not None and record.item.title == "" and films.found("v1").state == "live"


@pytest.mark.parametrize("decided", ["before the second pass", "after it"])
async def test_what_is_held_waits_for_a_human_and_then_has_all_its_rungs(
    films: Films, decided: str
) -> None:
    films.worker = films.another(says("held", "sexual", "rights"))
    await films.upload(b"x", "v1")
    await films.worker.step()
    video = films.found("v1")
    assert (video.state, video.reason, video.labels) == ("held", "sexual", ("ai",))
    [review] = films.records.reviews.of("v1")
    assert (review.kind, review.language, review.why) == ("gate", "en", "sexual\nrights")
    assert films.records.items.get("v1") is None
    if decided == "before the second pass":
        await films.publish(video)
    await films.all_jobs()
    if decided == "after it":
        assert films.found("v1").state == "held"
        await films.publish(films.found("v1"))
    record = films.records.items.get("v1")
    assert record is not None and record.item.labels == ("ai",)
    assert [one.src for one in record.item.renditions][-1] == "master.m3u8"
    assert films.found("v1").state == "live" and await films.blobs.list("uploads") == []


async def test_what_the_gate_refuses_is_kept_for_an_appeal_and_then_swept(films: Films) -> None:
    films.worker = films.another(says("refused", "copy:other"))
    await films.upload(b"x", "v1")
    await films.all_jobs()
    video = films.found("v1")
    assert (video.state, video.reason, video.upload) == ("refused", "copy:other", "")
    assert films.records.items.get("v1") is None
    assert await films.files_of(video) == ["240.mp4", "first.m3u8"]
    assert await films.worker.tidy() == []
    films.now_ms += APPEAL_MS
    assert len(await films.worker.tidy()) == 1 and await films.blobs.list("") == []


async def test_what_is_no_video_is_refused_with_its_code_and_nothing_stays(films: Films) -> None:
    films.passes.raises = [Refused("codec", "mjpeg")]
    await films.upload(b"x", "v1")
    await films.all_jobs()
    assert (films.found("v1").state, films.found("v1").reason) == ("refused", "codec")
    assert await films.blobs.list("") == [] and state_of(films, FIRST, "v1") == "done"


async def test_three_crashes_refuse_a_video_and_others_go_on(films: Films) -> None:
    films.passes.raises = [Broke("killed")] * 3
    await films.upload(b"x", "bad")
    await films.upload(b"y", "good")
    await films.all_jobs()
    assert (films.found("bad").state, films.found("bad").reason) == ("refused", "damaged")
    assert state_of(films, FIRST, "bad") == "quarantined"
    assert films.found("good").state == "live"
    assert await films.worker.tidy() == [] and await films.blobs.list("uploads") == []


async def test_a_second_pass_that_fails_leaves_a_video_with_its_first_rungs(films: Films) -> None:
    await films.upload(b"x", "v1")
    await films.worker.step()
    films.passes.raises = [Broke("killed")] * 3
    await films.all_jobs()
    assert films.found("v1").state == "live" and state_of(films, REST, "v1") == "quarantined"
    assert await films.blobs.list("uploads") == [] and await films.sweep.unplayable() == []


async def test_a_store_that_does_not_answer_is_no_crash(films: Films) -> None:
    films.passes.raises = [Unavailable("the bucket")] * 5
    await films.upload(b"x", "v1")
    for _ in range(5):
        with pytest.raises(Unavailable):
            await films.worker.step()
    job = films.records.jobs.find(FIRST, "v1")
    assert job is not None and (job.state, job.crashes) == ("waiting", 0)
    await films.all_jobs()
    assert films.found("v1").state == "live"


async def test_a_worker_that_is_told_to_stop_gives_its_job_back(films: Films) -> None:
    await films.upload(b"x", "v1")

    async def stop() -> None:
        films.worker.stop()
        films.passes.raises = [Broke("killed")]

    films.passes.meanwhile = stop
    await films.worker.step()
    job = films.records.jobs.find(FIRST, "v1")
    assert job is not None and (job.state, job.crashes) == ("waiting", 0)
    assert films.passes.ended and not await films.worker.step()
    films.passes.meanwhile, films.worker = None, films.another()
    await films.all_jobs()
    assert films.found("v1").state == "live"


async def test_a_job_that_became_anothers_is_left_to_it(films: Films) -> None:
    await films.upload(b"x", "v1")

    async def taken() -> None:
        films.passes.meanwhile = None
        films.now_ms += 60_000
        assert films.records.jobs.claim("another", films.now_ms, 60_000) is not None

    films.passes.meanwhile = taken
    await films.worker.step()
    job = films.records.jobs.find(FIRST, "v1")
    assert job is not None and job.state == "running"
    assert films.found("v1").state == "waiting" and films.records.items.get("v1") is None


@pytest.mark.parametrize("when", [FIRST, REST])
async def test_what_is_withdrawn_while_it_is_made_leaves_nothing(films: Films, when: str) -> None:
    video = await films.upload(b"x", "v1")

    async def withdraw() -> None:
        films.passes.meanwhile = None
        await films.take_down.withdraw(films.found(video.id))

    if when == REST:
        await films.worker.step()
    films.passes.meanwhile = withdraw
    await films.all_jobs()
    found, record = films.found("v1"), films.records.items.get("v1")
    assert (found.state, found.reason) == ("removed", "withdrawn")
    assert record is None or record.status == "recalled"
    assert await films.blobs.list("") == [] and await films.sweep.unplayable() == []


async def test_what_a_human_refuses_while_it_is_judged_does_not_become_live(films: Films) -> None:
    await films.upload(b"x", "v1")

    def refused(*_: Any) -> Verdict:
        films.records.videos.change("v1", ("waiting",), 9, state="refused", reason="hate")
        return Verdict("live", "", (), ())

    films.worker = films.another(refused)
    await films.all_jobs()
    assert (films.found("v1").state, films.found("v1").reason) == ("refused", "hate")
    assert films.records.items.get("v1") is None


async def test_an_appeal_makes_live_what_the_gate_refused(films: Films) -> None:
    films.worker = films.another(says("refused", "sexual"))
    await films.upload(b"x", "v1")
    await films.all_jobs()
    await films.publish(films.found("v1"))
    record = films.records.items.get("v1")
    assert record is not None and record.status == "live" and films.found("v1").state == "live"
    assert await films.sweep.unplayable() == [] and await films.worker.tidy() == []


async def test_a_takedown_recalls_deletes_and_tells_the_caches(films: Films) -> None:
    await films.upload(b"x", "v1")
    await films.all_jobs()
    media = films.found("v1").media
    assert media is not None
    await films.take_down(films.found("v1"), "hate", "operator:ravi")
    found, record = films.found("v1"), films.records.items.get("v1")
    assert (found.state, found.reason) == ("removed", "hate")
    assert record is not None and record.status == "recalled"
    assert await films.blobs.list("") == [] and not films.records.videos.shows(media.set)
    told = msgspec.json.decode(films.caches.told[0])
    assert told["prefix"] == f"https://media.example/video/{media.set}/"
    assert told["names"] == ["240.mp4", "first.m3u8", "540.mp4", "master.m3u8"]
    audit = films.records.audit.read(0, 10)[-1]
    assert (audit.actor, audit.action, audit.subject) == ("operator:ravi", "recall item", "v1")
    await films.take_down(found, "hate", "operator:ravi")
    assert films.found("v1") == found


async def test_caches_that_do_not_answer_are_told_again_later(films: Films) -> None:
    await films.upload(b"x", "v1")
    await films.all_jobs()
    films.caches.fails = 2
    await films.take_down(films.found("v1"), "hate", "operator:ravi")
    assert await films.worker.step() and state_of(films, PURGE, "v1") == "running"
    assert not await films.worker.step() and films.caches.told == []
    films.now_ms += 60_000
    assert await films.worker.step() and state_of(films, PURGE, "v1") == "done"
    assert len(films.caches.told) == 1


async def test_an_upload_whose_bytes_are_gone_is_refused_as_lost(films: Films) -> None:
    await films.upload(b"x", "v1")
    from jhalak.workers.video_passes import Gone

    films.passes.raises = [Gone()]
    await films.all_jobs()
    assert (films.found("v1").state, films.found("v1").reason) == ("refused", "lost")


async def test_a_sweep_finds_what_belongs_to_nothing_and_leaves_what_is_needed(
    films: Films,
) -> None:
    await films.upload(b"x", "making")
    await films.upload(b"y", "live")
    await films.worker.step()
    for path in ("video/" + "0" * 32 + "/240.mp4", "uploads/nobody/0"):
        await films.blobs.put(path, b"left")
    swept = await films.sweep.look()
    assert swept.leaked == ("uploads/nobody", "video/" + "0" * 32)
    assert (swept.sets, swept.uploads, swept.given_up) == (1, 2, ())
    assert len(await films.worker.tidy()) == 2 and (await films.sweep.look()).leaked == ()
    await films.all_jobs()
    assert {films.found(name).state for name in ("making", "live")} == {"live"}
    media = films.found("live").media
    assert media is not None
    await films.blobs.delete(f"video/{media.set}/240.mp4")
    assert await films.sweep.unplayable() == ["live"]


async def test_an_idle_worker_sweeps_sources_often_and_all_files_now_and_then(
    films: Films,
) -> None:
    async def left(path: str, forward_ms: int) -> bool:
        await films.blobs.put(path, b"left")
        films.now_ms += forward_ms
        await films.worker.step()
        return await films.blobs.get(path) is not None

    nobody, nothing = "uploads/nobody/0", f"video/{'0' * 32}/240.mp4"
    assert not await left(nothing, 0)
    assert await left(nobody, SOURCES_MS - 1)
    assert not await left(nobody, 1)
    assert await left(nothing, SOURCES_MS) and not await left(nothing, WHOLE_MS)


async def test_what_crashes_gave_up_is_told_its_creator(films: Films) -> None:
    await films.upload(b"x", "v1")
    for n in range(3):
        assert films.records.jobs.claim(f"dead{n}", films.now_ms, 60_000) is not None
        films.now_ms += 60_000
    await films.all_jobs()
    assert state_of(films, FIRST, "v1") == "quarantined"
    assert (films.found("v1").state, films.found("v1").reason) == ("refused", "damaged")
    assert await films.blobs.list("uploads") == []


async def test_a_sweep_while_files_are_being_stored_takes_none_of_them(films: Films) -> None:
    await films.upload(b"x", "v1")
    seen: list[Any] = []

    async def sweep() -> None:
        seen.append(await films.sweep.look())

    put = films.blobs.put

    async def put_and_sweep(path: str, data: bytes) -> None:
        await put(path, data)
        await sweep()

    films.passes._blobs = films.blobs
    films.blobs.put = put_and_sweep  # type: ignore[method-assign]
    await films.all_jobs()
    assert len(seen) == 4 and all(swept.leaked == () for swept in seen)


class Killed(BaseException):
    """The process is no more."""


class Deadly:
    """Counts the changes of stores; the `at`-th kills before it is done, which is after the one
    before it."""

    def __init__(self, films: Films) -> None:
        records = films.records
        self.at = self._count = 0
        for target, names in (
            (records.videos, ("change",)), (records.items, ("put",)),
            (records.jobs, ("add", "done")), (records.reviews, ("open",)),
            (films.blobs, ("put", "delete")),
        ):  # fmt: skip
            for name in names:
                setattr(target, name, self._call(getattr(target, name)))

    def set(self, at: int) -> None:
        self.at, self._count = at, 0

    def _call(self, method: Any) -> Any:
        def call(*args: Any, **options: Any) -> Any:
            self._count += 1
            if self._count == self.at:
                raise Killed
            return method(*args, **options)

        return call


async def killed(films: Films, name: str, *, gone: bool, soon: bool) -> bool:
    """A worker is killed on this video, another goes on; False: it was not killed. `soon`: the
    other one does what waits before it knows that the first is dead."""
    try:
        await films.all_jobs()
    except Killed:
        if soon:
            await films.all_jobs()
        films.now_ms += 60_000
        if gone:
            await films.take_down.withdraw(films.found(name))
        await films.all_jobs()
        await films.worker.tidy()
        return True
    return False


async def proven(films: Films, video: Video, state: str) -> None:
    """It ended once, nothing leaks, nothing is seen that should not be."""
    assert video.state == state
    record = films.records.items.get(video.id)
    seen = record is not None and record.status == "live"
    assert seen == (state == "live") and await films.sweep.unplayable() == []
    assert state_of(films, FIRST, video.id) == "done"
    assert state_of(films, REST, video.id) in ("done", "")
    first, whole = ["240.mp4", "first.m3u8"], ["240.mp4", "540.mp4", "first.m3u8", "master.m3u8"]
    needed = {"removed": [], "refused": first}.get(state, whole)
    assert await films.files_of(video) == needed
    reviews = len(films.records.reviews.of(video.id))
    assert state == "removed" or reviews == (state == "held")


@pytest.mark.parametrize(
    ("verdict", "gone", "soon"),
    [
        ("live", False, True),
        ("refused", False, False),
        pytest.param("live", False, False, marks=pytest.mark.soak),
        pytest.param("live", True, False, marks=pytest.mark.soak),
        pytest.param("held", False, True, marks=pytest.mark.soak),
    ],
)
async def test_wherever_a_worker_is_killed_each_video_ends_once_and_no_file_leaks(
    films: Films, verdict: str, gone: bool, soon: bool
) -> None:
    films.worker = films.another(says(verdict, *(["sexual"] if verdict != "live" else [])))
    deadly, kills = Deadly(films), 0
    for at in range(1, 100):
        name = f"v{at}"
        deadly.set(0)
        await films.upload(name.encode(), name)
        deadly.set(at)
        if not await killed(films, name, gone=gone, soon=soon):
            break
        kills += 1
        await proven(films, films.found(name), "removed" if gone else verdict)
        await films.take_down.withdraw(films.found(name))
    assert kills >= (7 if verdict == "refused" else 12)
