"""Pictures and the sound of a video: poster, preview strip, small frames; loudness over time, a
file of the sound alone, and its fingerprint.

Two short runs of ffmpeg, both on a low rung except for the poster, which comes from the source.
What ffmpeg hands over are plain arrays (rawvideo, s16le): nothing is decoded in this process.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from jhalak.media.probe import Probed, reading
from jhalak.media.sandbox import Broke, Sandbox, limits_for
from jhalak.schema.video import SOUND

FRAMES: Final = 16
"""Frames that are looked at, evenly spread; the strip shows them in 4 rows of 4."""
SIDE: Final = 160
"""Pixels of their long side."""
BARS: Final = 100
"""Of the wave."""
POSTER_SIDE: Final = 720
_RATE: Final = 8000
"""Samples a second of the sound that the wave is made from."""
_FINGERPRINT: Final = "sound.print"
_SILENT: Final = 100
"""No sample of a silent track is further from 0: -50 dB, where what can be heard at all was made
-16 dB loud (media/transcode.py)."""

Frames = NDArray[np.uint8]
"""uint8[frame, row, column, RGB]."""


@dataclass(frozen=True, slots=True)
class Stills:
    poster: bytes
    """WebP, at most POSTER_SIDE on its short side."""
    strip: bytes
    """WebP."""
    wave: bytes
    """Loudness in BARS steps, 0 to 255; empty without sound."""
    frames: Frames
    best: int
    """Which frame the poster shows."""
    heard: bool
    """There is sound, and it is not silent: it lies in SOUND."""
    fingerprint: bytes
    """media/fingerprint.py; empty of what is silent or lasts less than three seconds."""
    cpu_s: float


def stills(
    sandbox: Sandbox, source: Path, probed: Probed, low: Path, folder: Path, cover_s: float = -1.0
) -> Stills:
    """`low` is the MP4 of a low rung; `cover_s`: what the poster shows, where that lies within the
    video, else the best frame. Blocks. Raises Broke."""
    shape, looked_s = _look(sandbox, low, probed, folder)
    frames = np.fromfile(folder / "frames.rgb", np.uint8)
    frames = frames[: frames.size // (shape[0] * shape[1] * 3) * (shape[0] * shape[1] * 3)]
    frames = frames.reshape(-1, *shape, 3)
    if not len(frames):
        raise Broke("no frame could be looked at")
    best = best_of(frames)
    at_s = (best + 0.5) * probed.duration_s / len(frames)
    if 0 <= cover_s < probed.duration_s:
        at_s = cover_s
    drawn_s = _draw(sandbox, source, probed, at_s, shape, folder)
    plain = folder / "sound.s16"
    there = probed.sound and plain.exists()
    sound = np.fromfile(plain, np.int16) if there else np.zeros(0, np.int16)
    heard = bool(sound.size) and int(np.abs(sound.astype(np.int32)).max()) > _SILENT
    return Stills(
        (folder / "poster.webp").read_bytes(), (folder / "strip.webp").read_bytes(),
        wave_of(sound), frames, best, heard,
        (folder / _FINGERPRINT).read_bytes() if heard else b"", looked_s + drawn_s,
    )  # fmt: skip


def _look(
    sandbox: Sandbox, low: Path, probed: Probed, folder: Path
) -> tuple[tuple[int, int], float]:
    """Small frames and plain sound into files; (height, width) of the frames."""
    scale = SIDE / max(probed.width, probed.height)
    width, height = (max(2, 2 * round(edge * scale / 2)) for edge in (probed.width, probed.height))
    every = f"{FRAMES}/{max(probed.duration_s, 0.1):.4f}"
    sound = [
        "-map", "0:a:0", "-ac", "1", "-ar", str(_RATE), "-f", "s16le", "sound.s16",
        "-map", "0:a:0", "-f", "chromaprint", "-fp_format", "raw", _FINGERPRINT,
        "-map", "0:a:0", "-c:a", "copy", "-map_metadata", "-1", "-fflags", "+bitexact",
        "-movflags", "+faststart", "-f", "ipod", SOUND,
    ]  # fmt: skip
    ran = sandbox.run(
        [
            "-loglevel", "error", *reading("mov", low),
            "-map", "0:v:0", "-vf", f"fps={every}:round=near,scale={width}:{height}:flags=area",
            "-frames:v", str(FRAMES), "-pix_fmt", "rgb24", "-f", "rawvideo", "frames.rgb",
            *(sound if probed.sound else []),
        ],
        folder, low, limits_for(probed.duration_s),
    )  # fmt: skip
    if ran.status:
        raise Broke(f"no frames: {ran.said[:200]}")
    return (height, width), ran.cpu_s


def _draw(
    sandbox: Sandbox, source: Path, probed: Probed, at_s: float, shape: tuple[int, int],
    folder: Path,
) -> float:  # fmt: skip
    side = min(POSTER_SIDE, probed.width, probed.height)
    size = f"{side}:-2" if probed.width <= probed.height else f"-2:{side}"
    webp = ["-c:v", "libwebp", "-quality", "70", "-frames:v", "1", "-map_metadata", "-1"]
    ran = sandbox.run(
        [
            "-loglevel", "error", "-ss", f"{at_s:.3f}", *reading(probed.demuxer, source),
            "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{shape[1]}x{shape[0]}",
            "-i", str(folder / "frames.rgb"),
            "-map", "0:V:0", "-vf", f"scale={size},setsar=1", *webp, "poster.webp",
            "-map", "1:v:0", "-vf", f"tile=4x{FRAMES // 4}", *webp, "strip.webp",
        ],
        folder, source, limits_for(probed.duration_s),
    )  # fmt: skip
    if ran.status or not (folder / "poster.webp").exists():
        raise Broke(f"no poster: {ran.said[:200]}")
    return ran.cpu_s


def best_of(frames: Frames) -> int:
    """The frame that shows most: sharp, neither dark nor blown out; not the first where there is
    another, since videos fade in."""
    grey = frames.astype(np.float32).mean(axis=3)
    sharp = np.abs(np.diff(grey, axis=1)).mean(axis=(1, 2))
    sharp += np.abs(np.diff(grey, axis=2)).mean(axis=(1, 2))
    light = grey.mean(axis=(1, 2)) / 255
    spread = grey.std(axis=(1, 2)) / 64
    score = np.log1p(sharp) + np.minimum(spread, 1.0) - 4 * np.maximum(np.abs(light - 0.5) - 0.3, 0)
    if len(frames) > 1:
        score[0] = -np.inf
    return int(np.argmax(score))


def wave_of(samples: NDArray[np.int16]) -> bytes:
    """Loudness (root mean square) in BARS steps, the loudest being 255."""
    if samples.size < BARS:
        return b""
    parts = np.array_split(samples.astype(np.float64), BARS)
    loud = np.sqrt([np.square(part).mean() for part in parts])
    return bytes(np.round(255 * loud / max(float(loud.max()), 1.0)).astype(np.uint8))
