"""The bytes that are fetched ahead are those that the first two seconds need."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from jhalak.media.head_bytes import head_bytes
from tests.media.conftest import Clips


@pytest.mark.parametrize("sound", [True, False])
def test_what_is_fetched_ahead_holds_two_seconds_and_little_more(
    sound: bool, clips: Clips, ffmpeg: Path, tmp_path: Path
) -> None:
    tone = ["-f", "lavfi", "-i", "sine=duration=6", "-c:a", "aac"] if sound else []
    source = clips.make(
        f"six{sound}.mp4", "-f", "lavfi", "-i", "testsrc2=size=96x64:rate=25:duration=6", *tone,
        "-c:v", "libx264", "-preset", "ultrafast", "-g", "50", "-movflags", "+faststart",
    )  # fmt: skip
    size = head_bytes(source)
    assert 0.2 < size / source.stat().st_size < 0.6
    head = tmp_path / "head.mp4"
    for length, frames in ((size, 50), (size - 1, 49)):
        head.write_bytes(source.read_bytes()[:length])
        listed = subprocess.run(
            [ffmpeg, "-v", "quiet", "-i", head, "-map", "0:v", "-c", "copy", "-f", "framecrc", "-"],
            capture_output=True, text=True,
        )  # fmt: skip
        whole = [line for line in listed.stdout.splitlines() if not line.startswith("#")]
        assert len(whole) >= frames if sound else len(whole) in (frames, frames + 1), length


def test_a_short_one_is_needed_whole(clips: Clips) -> None:
    source = clips.clip("short.mp4", "96x64", "-movflags", "+faststart", seconds=0.5)
    size = source.stat().st_size
    assert size - 64 <= head_bytes(source) <= size


def test_what_is_no_mp4_is_needed_whole(tmp_path: Path) -> None:
    odd = tmp_path / "odd.mp4"
    odd.write_bytes(b"\0\0\0\1xxxx" * 9)
    assert head_bytes(odd) == 72
