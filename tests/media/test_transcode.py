"""A clip becomes rungs that decode whole, with aligned segments, a poster, a strip and a wave."""

from __future__ import annotations

import re
import subprocess
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from jhalak.media.ladder import FIRST, rate_of, rungs_of
from jhalak.media.likeness import NEAR, likeness_of, nearest
from jhalak.media.probe import probe
from jhalak.media.sandbox import Sandbox
from jhalak.media.stills import best_of, stills, wave_of
from jhalak.media.transcode import transcode
from tests.media.conftest import Clips


def test_a_ladder_never_enlarges_and_keeps_the_shape() -> None:
    def sizes(width: int, height: int) -> list[tuple[int, int]]:
        return [(rung.width, rung.height) for rung in rungs_of(width, height)]

    assert sizes(1080, 1920) == [(240, 426), (360, 640), (540, 960), (720, 1280), (1080, 1920)]
    assert sizes(1280, 720)[-1] == (1280, 720) and sizes(640, 640)[-1] == (540, 540)
    assert (sizes(176, 144) == [(176, 144)] and sizes(101, 99) == [(102, 98)]) or sizes(101, 99)
    for width, height in ((361, 639), (4096, 2160), (17, 4000)):
        for w, h in sizes(width, height):
            assert w % 2 == h % 2 == 0 and w <= width + 1 and h <= height + 1
    assert rate_of(Fraction(2997, 100)) == Fraction(30000, 1001)
    assert [rate_of(Fraction(rate)) for rate in (60, 1, 15)] == [30, 10, 15]


def frames_of(ffmpeg: Path, path: Path) -> int:
    """Frames that decode; every error counts as a failure."""
    command = [ffmpeg, "-v", "error", "-xerror", "-i", path, "-map", "0:v", "-f", "framecrc", "-"]
    listed = subprocess.run(command, check=True, capture_output=True, text=True)
    assert not listed.stderr
    return sum(not line.startswith("#") for line in listed.stdout.splitlines())


def test_each_rung_decodes_whole_and_its_segments_begin_where_the_others_do(
    clips: Clips, sandbox: Sandbox, tmp_path: Path
) -> None:
    source = clips.clip(
        "tall.mp4", "362x642", "-metadata", "location=+12.97+77.59/", rate="25", seconds=3,
        sound=True,
    )  # fmt: skip
    probed = probe(sandbox, source, tmp_path)
    made, cpu_s = transcode(sandbox, source, probed, rungs_of(362, 642)[:FIRST], tmp_path)
    assert [one.rung.side for one in made] == [240, 360] and cpu_s > 0
    starts = set()
    for one in made:
        assert frames_of(sandbox.ffmpeg, one.mp4) == 75 == frames_of(sandbox.ffmpeg, one.playlist)
        data = one.mp4.read_bytes()
        assert data.index(b"moov") < data.index(b"mdat")
        assert b"12.97" not in data + one.segments.read_bytes()
        starts.add(tuple(re.findall(r"EXTINF:([\d.]+)", one.playlist.read_text())))
    assert starts == {("2.000000", "1.000000")}
    shown = stills(sandbox, source, probed, made[0].mp4, tmp_path)
    assert shown.poster[:4] == b"RIFF" == shown.strip[:4] and b"12.97" not in shown.poster
    assert len(shown.wave) == 100 and shown.best > 0 and shown.frames.shape == (16, 160, 90, 3)
    low, high = likeness_of(shown.frames), likeness_of(shown.frames[:, ::2, ::2])
    assert nearest(low, [b"", high])[0] == 1


@pytest.mark.parametrize(
    ("name", "size", "options", "rate"),
    [
        ("half.mp4", "64x64", ["-pix_fmt", "yuv420p10le"], "60"),
        ("odd.mkv", "99x63", ["-pix_fmt", "yuv444p"], "15"),
        ("slow.mov", "64x48", ["-vf", "setpts='PTS+if(gt(N,3),0.4/TB,0)'"], "10"),
    ],
)  # fmt: skip
def test_odd_clips_become_rungs_of_the_same_duration(
    name: str, size: str, options: list[str], rate: str, clips: Clips, sandbox: Sandbox,
    tmp_path: Path,
) -> None:  # fmt: skip
    source = clips.clip(name, size, *options, rate=rate, seconds=0.6)
    probed = probe(sandbox, source, tmp_path)
    [made], _ = transcode(sandbox, source, probed, rungs_of(probed.width, probed.height), tmp_path)
    wanted = probed.duration_s * float(rate_of(probed.rate))
    assert abs(frames_of(sandbox.ffmpeg, made.mp4) - wanted) <= 1.5
    assert not probed.sound
    assert stills(sandbox, source, probed, made.mp4, tmp_path).wave == b""


def test_a_copy_is_known_scaled_noisy_and_mirrored_and_another_is_not() -> None:
    random = np.random.default_rng(7)

    def video() -> np.ndarray:
        coarse = random.integers(0, 256, (16, 9, 5, 3)).astype(np.float64)
        return coarse.repeat(18, 1).repeat(18, 2).astype(np.uint8)

    first, others = video(), [video() for _ in range(30)]
    kept = [likeness_of(first), *map(likeness_of, others)]
    noisy = np.clip(
        first[:, ::2, ::2] * 0.9 + random.normal(0, 6, first[:, ::2, ::2].shape), 0, 255
    )
    for copy in (first, noisy.astype(np.uint8), first[:, :, ::-1]):
        at, away = nearest(likeness_of(copy), kept)
        assert at == 0 and away < NEAR
    assert nearest(likeness_of(others[3]), [kept[0], *kept[5:]])[1] > NEAR
    assert likeness_of(np.full_like(first, 9)) == b"" and nearest(b"", kept) == (-1, 1.0)


def test_the_poster_is_no_dark_first_frame_and_silence_has_a_flat_wave() -> None:
    frames = np.zeros((4, 8, 8, 3), np.uint8)
    frames[2, ::2] = 200
    assert best_of(frames) == 2 and best_of(frames[:1]) == 0
    assert wave_of(np.zeros(8000, np.int16)) == bytes(100) and wave_of(np.zeros(3, np.int16)) == b""
