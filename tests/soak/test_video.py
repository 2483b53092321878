"""Real clips become videos whose every rung decodes whole; hostile files harm nobody."""

from __future__ import annotations

import os
import socket
import subprocess
from collections import Counter
from fractions import Fraction
from pathlib import Path

import pytest

from jhalak.media.container import Refused
from jhalak.media.ladder import rate_of
from jhalak.media.make import make
from jhalak.media.program import find_ffmpeg
from jhalak.media.sandbox import Broke, Sandbox
from tests.soak.hostile_clips import written

CLIPS = Path(os.environ.get("JHALAK_CLIPS", Path(__file__).parents[3] / "shared/data/media/video"))

pytestmark = pytest.mark.soak


@pytest.fixture(scope="module")
def sandbox() -> Sandbox:
    ffmpeg = find_ffmpeg()
    if ffmpeg is None:
        pytest.skip("there is no ffmpeg here: install jhalak[video]")
    return Sandbox(ffmpeg)


def decoded(ffmpeg: Path, path: Path) -> int:
    command = [ffmpeg, "-v", "error", "-i", path, "-map", "0:v", "-f", "framecrc", "-"]
    listed = subprocess.run(command, check=True, capture_output=True, text=True)
    assert not listed.stderr, path
    return sum(not line.startswith("#") for line in listed.stdout.splitlines())


def test_every_rung_of_every_real_clip_decodes_whole(sandbox: Sandbox, tmp_path: Path) -> None:
    clips = sorted([*CLIPS.glob("*.mp4"), *CLIPS.glob("*.webm")])
    if not clips:
        pytest.skip(f"there are no clips in {CLIPS}; JHALAK_CLIPS names another folder")
    for clip in clips:
        folder = tmp_path / clip.name
        folder.mkdir()
        try:
            made = make(sandbox, clip, folder)
        except Refused as refused:
            assert refused.code in ("codec", "damaged"), clip
            continue
        rate: Fraction = rate_of(made.probed.rate)
        for one in made.rungs:
            frames = decoded(sandbox.ffmpeg, one.mp4)
            assert frames == decoded(sandbox.ffmpeg, one.playlist), clip
            assert abs(frames / rate - made.probed.duration_s) < 0.3, clip


def test_hostile_files_are_refused_within_limits_and_reach_nobody(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    good = tmp_path / "good.mp4"
    picture = ["-f", "lavfi", "-i", "testsrc2=size=96x64:rate=30:duration=1"]
    subprocess.run(
        [sandbox.ffmpeg, "-v", "error", *picture, "-c:v", "libx264", "-preset", "ultrafast",
         "-movflags", "+faststart", good],
        check=True, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    became: Counter[str] = Counter()
    with socket.create_server(("127.0.0.1", 0)) as server:
        for path in written(tmp_path, good.read_bytes(), server.getsockname()[1]):
            out = path.parent / "out"
            out.mkdir()
            try:
                made = make(sandbox, path, out)
                became["made"] += 1
                # A few damaged bytes may well leave a video; nothing else does.
                assert path.name in ("damaged.mp4", "size.mp4", "bomb.mp4", "outside.mov"), path
                assert not any(b"root:" in one.mp4.read_bytes() for one in made.rungs)
            except Refused as refused:
                became[refused.code] += 1
            except Broke:
                became["broke"] += 1
        server.setblocking(False)
        with pytest.raises(BlockingIOError):
            server.accept()
    print(dict(became))
    assert sum(became.values()) >= 60 and became["not_video"] >= 16
