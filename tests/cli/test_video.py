"""`jhalak video`: files to play, or why there are none."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from jhalak.media.program import find_ffmpeg
from tests.cli.conftest import Run


def test_a_clip_becomes_a_folder_that_plays(run: Run, tmp_path: Path) -> None:
    ffmpeg = find_ffmpeg()
    if ffmpeg is None:
        pytest.skip("there is no ffmpeg here: install jhalak[video]")
    clip, out = tmp_path / "clip.mp4", tmp_path / "new" / "out"
    picture = ["-f", "lavfi", "-i", "testsrc2=size=542x640:rate=15:duration=0.6"]
    subprocess.run(
        [ffmpeg, "-v", "error", *picture, "-c:v", "libx264", "-preset", "ultrafast", clip],
        check=True, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    ended = run("video", clip, "--out", out, "--json")
    assert ended.code == 0, ended.err
    told = json.loads(ended.out.splitlines()[-1])
    assert [rung["mp4"] for rung in told["rungs"]] == ["240.mp4", "360.mp4", "540.mp4"]
    assert (told["frames"], told["sound"], len(told["cpu_s"]["passes"])) == (9, False, 2)
    assert ended.out.startswith("playable") and len(told["likeness"]) == 256
    listed = (out / "master.m3u8").read_text()
    assert re.findall(r"RESOLUTION=(\d+x\d+)", listed) == ["240x284", "360x426", "540x638"]
    assert re.findall(r'CODECS="(avc1\.[0-9a-f]{6})"', listed) and "mp4a" not in listed
    names = {path.name for path in out.iterdir()}
    assert {"poster.webp", "strip.webp", "540.m4s", "540.m3u8"} <= names and len(names) == 12
    assert [path.name for path in out.parent.iterdir()] == ["out"]
    ended = run("video", clip, "--out", out)
    assert ended.code == 2 and "not empty" in ended.err


def test_what_is_no_video_is_refused_with_its_reason(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip, out = tmp_path / "clip.mp4", tmp_path / "out"
    assert run("video", clip, "--out", out).code == 2
    clip.write_text("#EXTM3U\nfile:///etc/passwd\n")
    monkeypatch.setenv("FFMPEG", "/bin/true")
    ended = run("video", clip, "--out", out)
    assert ended.code == 1 and "refused (not_video)" in ended.err and not out.exists()
    monkeypatch.setenv("FFMPEG", "no-such-program")
    ended = run("video", clip, "--out", out)
    assert ended.code == 3 and "FFMPEG=no-such-program" in ended.err
