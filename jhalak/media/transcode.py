"""One ffmpeg process makes some rungs: each is encoded once and lies twice, as an MP4 that starts
fast and as CMAF segments for HLS, which begin at the same frames on every rung."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from jhalak.media.container import Refused
from jhalak.media.ladder import SEGMENT_S, Rung, rate_of
from jhalak.media.probe import Probed, reading
from jhalak.media.sandbox import Broke, Sandbox, limits_for

LOUDNESS: Final = "loudnorm=I=-16:TP=-1.5:LRA=11,aresample=48000"
"""EBU R 128; -16 LUFS is what phones are made for."""
PRESET: Final = "veryfast"


@dataclass(frozen=True, slots=True)
class Encoded:
    """The files of one rung."""

    rung: Rung
    mp4: Path
    segments: Path
    """All segments in one file, its beginning their header."""
    playlist: Path


def arguments_of(source: Path, probed: Probed, rungs: Sequence[Rung]) -> list[str]:
    """ffmpeg's arguments; files are named by their rung, in the working folder."""
    rate = rate_of(probed.rate)
    split = "".join(f"[s{rung.side}]" for rung in rungs)
    steps = [f"[0:V:0]fps={rate},split={len(rungs)}{split}"]
    steps += [
        f"[s{rung.side}]scale={rung.width}:{rung.height},setsar=1,format=yuv420p[v{rung.side}]"
        for rung in rungs
    ]
    if probed.sound:
        heard = "".join(f"[a{rung.side}]" for rung in rungs)
        steps.append(f"[0:a:0]{LOUDNESS},asplit={len(rungs)}{heard}")
    arguments = [
        "-loglevel", "error", *reading(probed.demuxer, source), "-filter_complex", ";".join(steps),
    ]  # fmt: skip
    for rung in rungs:
        arguments += _output(rung, math.ceil(SEGMENT_S * rate), probed)
    return arguments


def _output(rung: Rung, group: int, probed: Probed) -> list[str]:
    """`group`: frames from one key frame to the next."""
    sound = ["-map", f"[a{rung.side}]", "-c:a", "aac", "-b:a", "96k", "-ac", "2"]
    segments = ":".join((
        "f=hls", "hls_segment_type=fmp4", f"hls_time={SEGMENT_S}", "hls_playlist_type=vod",
        "hls_flags=single_file+independent_segments", f"hls_segment_filename={rung.side}.m4s",
    ))  # fmt: skip
    return [
        "-map", f"[v{rung.side}]", *(sound if probed.sound else []),
        "-c:v", "libx264", "-preset", PRESET, "-crf", str(rung.crf),
        "-maxrate", f"{rung.kbit}k", "-bufsize", f"{2 * rung.kbit}k",
        "-g", str(group), "-keyint_min", str(group), "-sc_threshold", "0",
        "-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact",
        "-flags", "+global_header+bitexact", "-t", f"{probed.duration_s:.3f}", "-f", "tee",
        f"[f=mp4:movflags=+faststart]{rung.side}.mp4|[{segments}]{rung.side}.m3u8",
    ]  # fmt: skip


def transcode(
    sandbox: Sandbox, source: Path, probed: Probed, rungs: Sequence[Rung], folder: Path
) -> tuple[list[Encoded], float]:
    """The rungs' files in `folder`, and seconds of CPU. Blocks. Raises Broke, Refused."""
    ran = sandbox.run(
        arguments_of(source, probed, rungs), folder, source, limits_for(probed.duration_s)
    )
    if ran.ended:
        raise Broke(f"transcoding was ended by {ran.status}")
    made = [
        Encoded(
            rung, folder / f"{rung.side}.mp4", folder / f"{rung.side}.m4s",
            folder / f"{rung.side}.m3u8",
        )
        for rung in rungs
    ]  # fmt: skip
    if ran.status or not all(file.exists() for one in made for file in (one.mp4, one.playlist)):
        raise Refused("damaged", f"it cannot be decoded: {_first(ran.said)}")
    return made, ran.cpu_s


def _first(said: str) -> str:
    return said.strip().partition("\n")[0][:200]
