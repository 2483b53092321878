"""From an upload's parts to files in the blob store, by real passes of ffmpeg."""

from __future__ import annotations

import asyncio
import fcntl
from collections.abc import Iterator
from pathlib import Path

import pytest

from jhalak.media.sandbox import Broke, Sandbox
from jhalak.schema.video import UPLOADS
from jhalak.workers.video_passes import Gone, VideoPasses, set_of
from tests.media.conftest import Clips, clips, ffmpeg, sandbox  # noqa: F401
from tests.workers.films import Films

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def films(tmp_path: Path, sandbox: Sandbox) -> Iterator[Films]:  # noqa: F811
    found = Films(tmp_path, sandbox)
    yield found
    found.close()


def left(films: Films) -> list[Path]:
    return list((films.data / "making").glob("job-*"))


async def test_a_clip_in_parts_becomes_all_its_files(films: Films, clips: Clips) -> None:  # noqa: F811
    source = clips.clip("phone.mp4", "540x560", "-b:v", "4M", seconds=0.5, sound=True)
    assert source.stat().st_size > 100_000
    await films.upload(source, "v1")
    await films.worker.step()
    first = films.found("v1")
    assert first.state == "live" and first.media is not None and not first.media.complete
    names = ["240.m3u8", "240.m4s", "240.mp4", "360.m3u8", "360.m4s", "360.mp4", "first.m3u8",
             "poster.webp", "sound.m4a", "strip.webp"]  # fmt: skip
    assert sorted(file.name for file in first.media.files) == names
    assert (first.media.width, first.media.height, first.media.sound) == (540, 560, True)
    await films.worker.step()
    media = films.found("v1").media
    assert media is not None and media.complete and left(films) == []
    stored = {file.name: file for file in media.files}
    assert set(stored) == {*names, "540.m3u8", "540.m4s", "540.mp4", "master.m3u8"}
    for name, file in stored.items():
        body = await films.blobs.get(f"video/{media.set}/{name}")
        assert body is not None and len(body) == file.bytes
        if name == "master.m3u8":
            lines = body.decode().splitlines()
            assert [line for line in lines if line.endswith(".m3u8")] == [
                "240.m3u8", "360.m3u8", "540.m3u8",
            ]  # fmt: skip
            assert lines[0] == "#EXTM3U" and lines.count("#EXTM3U") == 1
    assert stored["540.mp4"].width == 540 and stored["540.mp4"].bitrate > 0


async def test_what_runs_can_be_ended_and_nothing_stays(films: Films, clips: Clips) -> None:  # noqa: F811
    source = clips.clip("long.mp4", "480x480", seconds=60.0)
    video = await films.upload(source, "v1")
    passes: VideoPasses = films.passes
    assert passes.progress() == 0.0
    making = asyncio.create_task(passes.first(video))
    while not passes.progress():
        assert not making.done()
        await asyncio.sleep(0.02)
    assert passes.progress() <= 0.9
    passes.end(for_good=True)
    with pytest.raises(Broke):
        await making
    with pytest.raises(Broke):
        await passes.first(video)
    assert left(films) == [] and passes.progress() == 0.0
    assert await films.blobs.list("video") == []


async def test_a_source_that_does_not_come_back_the_same_is_not_made(films: Films) -> None:
    video = await films.upload(b"a film", "v1")
    await films.blobs.put(f"{UPLOADS}/up-v1/0", b"a fi1m")
    with pytest.raises(Broke):
        await films.passes.first(video)
    await films.blobs.delete(f"{UPLOADS}/up-v1/0")
    with pytest.raises(Gone):
        await films.passes.first(video)
    assert left(films) == []


async def test_only_working_folders_of_dead_processes_are_removed(
    films: Films,
    sandbox: Sandbox,  # noqa: F811
) -> None:
    making = films.data / "making"
    for name in ("job-dead", "job-alive"):
        (making / name).mkdir()
    with (making / "job-alive" / "lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        VideoPasses(sandbox, films.records.uploads, films.blobs, making)
        assert [path.name for path in left(films)] == ["job-alive"]
    VideoPasses(sandbox, films.records.uploads, films.blobs, making)
    assert left(films) == []


async def test_two_who_upload_the_same_have_files_of_their_own(films: Films) -> None:
    mine, other = await films.upload(b"a", "v1"), await films.upload(b"b", "v2")
    assert len({set_of(mine), set_of(other), set_of(mine)}) == 2 and len(set_of(mine)) == 32
