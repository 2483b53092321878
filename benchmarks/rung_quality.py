"""How good the rungs are, beside the same rungs made with slower presets.

`python -m benchmarks.rung_quality CLIP [SECONDS [WIDTH HEIGHT]]`: the clip is looped and cut to
SECONDS (6) and, with a size, covers WIDTH x HEIGHT at 30 frames a second. Prints a JSON object: of
each rung its kilobits a second, VMAF against the source at the source's size (what one sees) and
SSIM against the source at the rung's own size (what encoding lost); the same of x264's veryfast.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.transcode_cost import plain, prepared
from jhalak.media.ladder import Rung, rate_of
from jhalak.media.make import make
from jhalak.media.probe import Probed
from jhalak.media.program import find_ffmpeg
from jhalak.media.sandbox import Sandbox

EVERY = 3
"""Of so many frames VMAF looks at one."""


def measured(ffmpeg: Path, rung: Path, source: Path, graph: str, found: str) -> float:
    command = [ffmpeg, "-v", "info", "-i", rung, "-i", source, "-lavfi", graph, "-f", "null", "-"]
    said = subprocess.run(command, check=True, capture_output=True, text=True, errors="replace")
    [value] = re.findall(found, said.stderr)
    return float(value)


def quality(ffmpeg: Path, path: Path, rung: Rung, source: Path, probed: Probed) -> dict[str, float]:
    rate = rate_of(probed.rate)
    seen = f"fps={rate},setpts=PTS-STARTPTS,format=yuv420p"
    large, own = (f"scale={w}:{h}:flags=bicubic" for w, h in (
        (probed.width, probed.height), (rung.width, rung.height)
    ))  # fmt: skip
    vmaf = f"[0:v]{seen},{large}[a];[1:v]{seen}[b];[a][b]libvmaf=n_threads=2:n_subsample={EVERY}"
    ssim = f"[0:v]{seen}[a];[1:v]{seen},{own}[b];[a][b]ssim"
    return {
        "kbit": round(8 * path.stat().st_size / probed.duration_s / 1000),
        "vmaf": round(measured(ffmpeg, path, source, vmaf, r"VMAF score: ([\d.]+)"), 1),
        "ssim": round(measured(ffmpeg, path, source, ssim, r"SSIM .*All:([\d.]+)"), 4),
    }


def main() -> None:
    clip, seconds, *size = [*sys.argv[1:], "6"] if len(sys.argv) == 2 else sys.argv[1:]
    ffmpeg = find_ffmpeg()
    if ffmpeg is None:
        raise SystemExit("there is no ffmpeg: pip install 'jhalak[video]'")
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        source = prepared(ffmpeg, Path(clip), seconds, size, out)
        made = make(Sandbox(ffmpeg), source, out)
        rungs = [one.rung for one in made.rungs]
        plain(ffmpeg, source, made.probed, rungs, out, preset="veryfast", x264="scenecut=0")
        told = {
            one.rung.name: {
                "made": quality(ffmpeg, one.mp4, one.rung, source, made.probed),
                "veryfast": quality(
                    ffmpeg, out / f"plain{one.rung.side}.mp4", one.rung, source, made.probed
                ),
            }
            for one in made.rungs
        }
    print(json.dumps({"clip": Path(clip).name, "rungs": told}))


if __name__ == "__main__":
    main()
