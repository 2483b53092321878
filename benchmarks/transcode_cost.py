"""What making a video costs, beside plain ffmpeg commands with the same rungs in the same run.

`python -m benchmarks.transcode_cost CLIP [SECONDS [WIDTH HEIGHT]]`: the clip is looped and cut to
SECONDS (8) and, with a size, covers WIDTH x HEIGHT at 30 frames a second. Prints one JSON object:
seconds of CPU of each pass, of the plain commands, their ratios, and until the video is playable.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from jhalak.media.ladder import FIRST, Rung, rate_of, rungs_of
from jhalak.media.make import make
from jhalak.media.probe import Probed
from jhalak.media.program import find_ffmpeg
from jhalak.media.sandbox import Sandbox
from jhalak.media.transcode import LOUDNESS, PRESET, X264


def plain(
    ffmpeg: Path, source: Path, probed: Probed, rungs: Sequence[Rung], out: Path,
    preset: str = PRESET, x264: str = X264,
) -> float:  # fmt: skip
    """Seconds of CPU of one ffmpeg command that makes the rungs as MP4 and nothing else."""
    rate = rate_of(probed.rate)
    command = [str(ffmpeg), "-v", "error", "-y", "-i", str(source)]
    for rung in rungs:
        command += [
            "-map", "0:V:0", "-vf", f"fps={rate},scale={rung.width}:{rung.height},setsar=1",
            "-pix_fmt", "yuv420p", "-c:v", "libx264", "-preset", preset,
            "-x264-params", x264, "-crf", str(rung.crf),
            "-maxrate", f"{rung.kbit}k", "-bufsize", f"{2 * rung.kbit}k",
            "-g", str(2 * round(rate)), "-sc_threshold", "0", "-movflags", "+faststart",
        ]  # fmt: skip
        if probed.sound:
            command += ["-map", "0:a:0", "-af", LOUDNESS, "-c:a", "aac", "-b:a", "96k", "-ac", "2"]
        command.append(str(out / f"plain{rung.side}.mp4"))
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit("the plain command failed")
    return used.ru_utime + used.ru_stime


def prepared(ffmpeg: Path, clip: Path, seconds: str, size: Sequence[str], out: Path) -> Path:
    source = out / "source.mp4"
    shape = []
    if size:
        width, height = size
        cover = f"scale={width}:{height}:force_original_aspect_ratio=increase"
        shape = ["-vf", f"{cover},crop={width}:{height},setsar=1,fps=30"]
    subprocess.run(
        [ffmpeg, "-v", "error", "-stream_loop", "-1", "-i", clip, "-t", seconds, *shape,
         "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", source],
        check=True, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    return source


def main() -> None:
    clip, seconds, *size = [*sys.argv[1:], "8"] if len(sys.argv) == 2 else sys.argv[1:]
    ffmpeg = find_ffmpeg()
    if ffmpeg is None:
        raise SystemExit("there is no ffmpeg: pip install 'jhalak[video]'")
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        source = prepared(ffmpeg, Path(clip), seconds, size, out)
        began, playable = time.monotonic(), [0.0]
        made = make(
            Sandbox(ffmpeg), source, out,
            lambda: playable.__setitem__(0, time.monotonic() - began),
        )  # fmt: skip
        rungs = rungs_of(made.probed.width, made.probed.height)
        parts = [part for part in (rungs[:FIRST], rungs[FIRST:]) if part]
        alone = [plain(ffmpeg, source, made.probed, part, out) for part in parts]
        once = plain(ffmpeg, source, made.probed, rungs, out)
    passes, length = made.pass_cpu_s, made.probed.duration_s
    print(json.dumps({
        "size": [made.probed.width, made.probed.height], "duration_s": round(length, 2),
        "pass_cpu_s": passes, "plain_cpu_s": alone, "plain_once_cpu_s": once,
        "pass_ratio": [round(a / b, 3) for a, b in zip(passes, alone, strict=True)],
        "ratio_to_once": round(sum(passes) / once, 3),
        "cpu_s_a_second": round(sum(passes) / length, 2),
        "stills_cpu_s_a_second": round(made.stills.cpu_s / length, 2),
        "playable_wall_s": round(playable[0], 1),
        "playable_cpu_s": round(passes[0] + made.stills.cpu_s, 1),
    }))  # fmt: skip


if __name__ == "__main__":
    main()
