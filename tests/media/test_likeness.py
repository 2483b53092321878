"""Which videos count as the same one: on drawn frames, and on real clips where they are here."""

from __future__ import annotations

import itertools
import subprocess
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from jhalak.media.likeness import BYTES, NEAR, all_near, likeness_of, nearest

Frames = NDArray[np.uint8]
CLIPS = Path(__file__).parents[3] / "shared" / "data" / "media" / "video"


@lru_cache
def drawn(seed: int, height: int = 90, width: int = 60) -> Frames:
    """16 frames of soft blobs that move, each seed its own."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j]
    frames = np.zeros((16, height, width, 3))
    for _ in range(12):
        at, way = rng.uniform(0, 1, 2), rng.uniform(-0.4, 0.4, 2)
        size, colour = rng.uniform(0.05, 0.3), rng.uniform(-200, 200, 3)
        for n in range(16):
            near = (y - at[0] - way[0] * n / 16) ** 2 + (x - at[1] - way[1] * n / 16) ** 2
            frames[n] += colour * np.exp(-near / size**2)[..., None]
    return np.clip(frames + 128, 0, 255).astype(np.uint8)


def share(one: Frames, other: Frames) -> float:
    return nearest(likeness_of(one), [likeness_of(other)])[1]


def noisy(frames: Frames) -> Frames:
    noise = np.random.default_rng(9).normal(0, 6, frames.shape)
    return np.clip(frames + noise, 0, 255).astype(np.uint8)


def in_bars(frames: Frames) -> Frames:
    """As somebody shows a clip of one shape in a frame of another."""
    n, height, width, _ = frames.shape
    filled = np.full((n, 2 * height, width, 3), 10, np.uint8)
    filled[:, height // 2 : height // 2 + height] = frames
    return filled


@pytest.mark.parametrize(
    "changed",
    [
        noisy,
        in_bars,
        lambda frames: frames[:, :, ::-1],
        lambda frames: noisy(frames[:, ::2, ::2]),
        lambda frames: (frames * 0.8 + 30).astype(np.uint8),
        lambda frames: in_bars(noisy(frames[:, :, ::-1])),
    ],
    ids=["recoded", "in bars", "mirrored", "smaller", "brighter", "all together"],
)  # fmt: skip
def test_a_copy_is_told_however_it_was_changed(changed: Callable[[Frames], Frames]) -> None:
    for seed in range(4):
        assert share(drawn(seed), changed(drawn(seed))) < NEAR


def test_other_videos_are_not_near() -> None:
    for one, other in itertools.combinations(range(8), 2):
        assert share(drawn(one), drawn(other)) > 1.5 * NEAR


def test_flat_frames_have_no_likeness_and_are_near_nothing() -> None:
    flat = np.full((16, 90, 60, 3), 7, np.uint8)
    assert likeness_of(flat) == b""
    assert nearest(b"", [likeness_of(drawn(1))]) == (-1, 1.0)
    assert nearest(likeness_of(drawn(1)), []) == (-1, 1.0)
    assert all_near(b"", [b"", bytes(BYTES)]) == []


def test_all_that_are_near_are_named_by_their_place() -> None:
    kept = [b"", *(likeness_of(drawn(seed)) for seed in (1, 2, 1))]
    found = all_near(likeness_of(noisy(drawn(1))), kept)
    assert [place for place, _ in found] == [1, 3]
    assert nearest(likeness_of(drawn(2)), kept) == (2, 0.0)


def looked_at(ffmpeg: Path, clip: Path, change: str = "null") -> Frames:
    """16 small frames of a clip's first two seconds."""
    command = [
        ffmpeg, "-v", "error", "-t", "2", "-i", clip, "-vf", f"{change},fps=8,scale=90:160",
        "-frames:v", "16", "-f", "rawvideo", "-pix_fmt", "rgb24", "-",
    ]  # fmt: skip
    raw = subprocess.run(command, check=True, capture_output=True).stdout
    return np.frombuffer(raw, np.uint8).reshape(-1, 160, 90, 3)


def test_real_clips_are_told_apart_and_their_copies_are_not(ffmpeg: Path) -> None:
    names = ("mdn_cc0_friday.mp4", "mdn_store_pig.mp4", "opencv_cup.mp4")
    clips = [CLIPS / name for name in names if (CLIPS / name).exists()]
    if not clips:
        pytest.skip("the real clips are not here")
    frames = [looked_at(ffmpeg, clip) for clip in clips]
    for one, other in itertools.combinations(frames, 2):
        assert share(one, other) > 2 * NEAR
    change = "hflip,scale=128:72,pad=128:228:0:78,eq=brightness=0.05"
    for clip, frame in zip(clips, frames, strict=True):
        assert share(frame, looked_at(ffmpeg, clip, change)) < NEAR
