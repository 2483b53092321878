"""Real and generated clips become videos whose every rung decodes whole and plays to its end;
hostile files harm nobody."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from jhalak.media.container import Refused
from jhalak.media.program import find_ffmpeg
from jhalak.media.sandbox import Sandbox
from jhalak.schema.video import Media, VideoFile
from tests.media.cinema import cinema, plays, screen
from tests.page.conftest import browser as browser
from tests.soak.generated_clips import CLIPS as GENERATED
from tests.soak.generated_clips import drawn, run
from tests.soak.hostile_clips import bombs, written
from tests.soak.progress import Progress
from tests.soak.traced import trace

CLIPS = Path(os.environ.get("JHALAK_CLIPS", Path(__file__).parents[3] / "shared/data/media/video"))

pytestmark = pytest.mark.soak


@pytest.fixture(scope="module")
def sandbox() -> Sandbox:
    ffmpeg = find_ffmpeg()
    if ffmpeg is None:
        pytest.skip("there is no ffmpeg here: install jhalak[video]")
    return Sandbox(ffmpeg)


def decoded(ffmpeg: Path, path: Path, stream: str = "v") -> tuple[int, float]:
    """Frames that decode, and when the last one ends; every complaint counts as a failure."""
    command = [ffmpeg, "-v", "error", "-i", path, "-map", f"0:{stream}", "-f", "framecrc", "-"]
    listed = subprocess.run(command, check=True, capture_output=True, text=True)
    assert not listed.stderr, (path, listed.stderr)
    lines = listed.stdout.splitlines()
    base = next(Fraction(line.split()[-1]) for line in lines if line.startswith("#tb"))
    frames = [line.split(",") for line in lines if not line.startswith("#")]
    if not frames:
        return 0, 0.0
    return len(frames), float((int(frames[-1][2]) + int(frames[-1][3])) * base)


def is_whole(ffmpeg: Path, media: Media, folder: Path) -> None:
    """Each rung decodes, as a file and as segments, with as many frames as its duration wants."""
    counted = set()
    for file in media.files:
        if not re.fullmatch(r"\d+\.mp4", file.name):
            continue
        path = folder / file.name
        frames, seconds = decoded(ffmpeg, path)
        assert decoded(ffmpeg, path.with_suffix(".m3u8"))[0] == frames, path
        assert abs(seconds - media.duration_s) < 0.35, (path, seconds, media.duration_s)
        if media.sound:
            assert abs(decoded(ffmpeg, path, "a")[1] - media.duration_s) < 0.35, path
        counted.add(frames)
    assert len(counted) == 1, (folder, counted)


def is_played(page: Any, media: Media, base: str) -> None:
    """The lowest rung and the playlist of all play at four times the pace, and of each rung the
    last second."""
    rungs = sorted((one for one in media.files if one.name.endswith(".mp4")), key=_height)
    for name in (rungs[0].name, "master.m3u8"):
        seen = plays(page, base + name)
        assert seen["how"] == "ended" and abs(seen["duration"] - media.duration_s) < 0.35, seen
    for one in rungs:
        seen = plays(page, base + one.name, last=1.0)
        assert (seen["how"], seen["width"], seen["height"]) == ("ended", one.width, one.height)


def _height(file: VideoFile) -> int:
    return file.height


def sources(sandbox: Sandbox, folder: Path) -> list[Callable[[], Path]]:
    """Real clips, where they lie, and generated ones, drawn when they are asked for."""
    real = sorted([*CLIPS.glob("*.mp4"), *CLIPS.glob("*.webm")])
    return [
        *(partial(Path, clip) for clip in real),
        *(partial(next, drawn(sandbox.ffmpeg, folder, (clip,))) for clip in GENERATED),
    ]  # fmt: skip


def test_every_rung_of_every_clip_decodes_whole_and_plays_to_its_end(
    sandbox: Sandbox, browser: Any, tmp_path: Path
) -> None:
    clips = sources(sandbox, tmp_path)
    progress = Progress("videos", len(clips))
    with cinema(tmp_path / "data") as theatre:
        page = screen(browser, theatre.address)
        for part in progress.left():
            clip = clips[part]()
            folder = tmp_path / f"made-{part}"
            folder.mkdir()
            try:
                media, base = theatre.show(sandbox, clip, folder)
            except Refused as refused:
                assert clip.parent == CLIPS and refused.code in ("codec", "damaged"), clip
                progress.add(refused=[clip.name])
                continue
            is_whole(sandbox.ffmpeg, media, folder)
            is_played(page, media, base)
            shutil.rmtree(folder)
            progress.add(clips=1, rungs=sum(one.name.endswith(".mp4") for one in media.files))
    progress.finish()


def test_hostile_files_are_refused_within_limits_and_reach_nobody(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    if shutil.which("strace") is None:
        pytest.skip("there is no strace here, which sees what a child opens: install it")
    good = tmp_path / "good.mp4"
    picture = ["-f", "lavfi", "-i", "testsrc2=size=96x64:rate=30:duration=1"]
    run(sandbox.ffmpeg, *picture, "-c:v", "libx264", "-preset", "ultrafast",
        "-movflags", "+faststart", good)  # fmt: skip
    with socket.create_server(("127.0.0.1", 0)) as server:
        files = [
            *written(tmp_path, good.read_bytes(), server.getsockname()[1]),
            *bombs(sandbox.ffmpeg, tmp_path),
        ]  # fmt: skip
        became, seen = trace(files, tmp_path / "strace.txt")
        server.setblocking(False)
        with pytest.raises(BlockingIOError):
            server.accept()
    for path, how in became.items():
        # A few damaged bytes may well leave a video; nothing else does.
        assert how != "made" or Path(path).name in MAY_BE_MADE, path
    counts = Counter(became.values())
    print(dict(counts), seen.children, len(seen.opened))
    assert len(files) >= 60 and counts["not_video"] >= 16 and seen.children >= 30
    foreign = [
        path for path in seen.opened
        if (path.startswith("/") and not path.startswith((str(tmp_path), *READABLE)))
        or ".." in path
    ]  # fmt: skip
    assert foreign == [] and seen.sockets == 0
    wanted = [path for path in seen.tried if "passwd" in path or "127.0.0.1" in path]
    assert wanted == [], "no file made its decoder even ask for another"


MAY_BE_MADE = ("damaged.mp4", "size.mp4", "bomb.mp4", "outside.mov")
READABLE = ("/lib", "/usr/lib", "/etc/ld.so.cache")
"""What a child may read beside the source; a name without a folder is in its own."""
