"""One ffmpeg process makes some rungs: each is encoded once and lies twice, as an MP4 that starts
fast and as CMAF segments for HLS, which begin at the same frames on every rung."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

from jhalak.media.container import Refused
from jhalak.media.ladder import SEGMENT_S, Rung, rate_of
from jhalak.media.probe import Probed, reading
from jhalak.media.sandbox import Broke, Sandbox, limits_for

LOUDNESS: Final = (
    "aformat=channel_layouts=mono|stereo,loudnorm=I=-16:TP=-1.5:LRA=11,aresample=48000"
)
"""EBU R 128; -16 LUFS is what phones are made for. More than two channels are mixed down before:
each costs as much again."""
PRESET: Final = "superfast"
X264: Final = "mbtree=1:rc-lookahead=10:threads=1"
"""superfast with the look ahead of slower presets: bits and VMAF of veryfast at 0.65 of its CPU
(docs/video.md). Rungs are encoded side by side, so none needs threads of its own."""
_H264: Final = {"c": "libx264", "preset": PRESET, "x264-params": X264, "a53cc": "0"}
"""a53cc: no captions of the source that nobody looked at."""
_AV1: Final = {"c": "libsvtav1", "preset": "8", "svtav1-params": "lp=1"}


@dataclass(frozen=True, slots=True)
class Encoded:
    """The files of one rung."""

    rung: Rung
    mp4: Path
    segments: Path | None
    """All segments in one file, its beginning their header; None of AV1, as its playlist."""
    playlist: Path | None

    @property
    def files(self) -> tuple[Path, ...]:
        return tuple(path for path in (self.mp4, self.segments, self.playlist) if path)


def arguments_of(source: Path, probed: Probed, rungs: Sequence[Rung]) -> list[str]:
    """ffmpeg's arguments; files are named by their rung, in the working folder."""
    rate = rate_of(probed.rate)
    sound = ["-map", "[a]", "-c:a", "aac", "-b:a", "96k", "-ac", "2"] if probed.sound else []
    graph = pictures(rungs, rate) + ([f"[0:a:0]{LOUDNESS}[a]"] if probed.sound else [])
    arguments = [
        "-loglevel", "error", *reading(probed.demuxer, source), "-filter_complex", ";".join(graph),
    ]  # fmt: skip
    for rung in rungs:
        arguments += ["-map", f"[v{rung.name}]"]
    return [
        *arguments, *sound, *_encoding(rungs, math.ceil(SEGMENT_S * rate)),
        "-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact",
        "-flags", "+global_header+bitexact", "-t", f"{probed.duration_s:.3f}", "-f", "tee",
        "|".join(file for n, rung in enumerate(rungs) for file in _files(n, rung, probed)),
    ]  # fmt: skip


def pictures(rungs: Sequence[Rung], rate: Fraction) -> list[str]:
    """Filters that lead from the source to each rung, the largest first: each is scaled from the
    one above it, since that has fewer pixels to read than the source."""
    above = f"[0:V:0]fps={rate},"
    found = []
    falling = sorted(rungs, key=lambda rung: -rung.side)
    for rung in falling:
        scaled = f"{above}scale={rung.width}:{rung.height},setsar=1,format=yuv420p"
        found.append(
            scaled + (f",split[to{rung.name}]" if rung != falling[-1] else "") + f"[v{rung.name}]"
        )
        above = f"[to{rung.name}]"
    return found


def _encoding(rungs: Sequence[Rung], group: int) -> list[str]:
    """`group`: frames from one key frame to the next."""
    found = []
    for n, rung in enumerate(rungs):
        options = {
            **(_H264 if rung.codec == "h264" else _AV1), "crf": rung.crf,
            "maxrate": f"{rung.kbit}k", "bufsize": f"{2 * rung.kbit}k",
        }  # fmt: skip
        for name, value in options.items():
            found += [f"-{name}:v:{n}", str(value)]
    return [*found, "-g", str(group), "-keyint_min", str(group), "-sc_threshold", "0"]


def _files(n: int, rung: Rung, probed: Probed) -> list[str]:
    """The files of the rung whose pictures are the `n`th stream, and their forms."""
    streams = rf"select=\'v:{n}{',a' if probed.sound else ''}\'"
    segments = ":".join((
        "f=hls", "hls_segment_type=fmp4", f"hls_time={SEGMENT_S}", "hls_playlist_type=vod",
        "hls_flags=single_file+independent_segments", f"hls_segment_filename={rung.name}.m4s",
    ))  # fmt: skip
    mp4 = f"[{streams}:f=mp4:movflags=+faststart]{rung.name}.mp4"
    return [mp4, f"[{streams}:{segments}]{rung.name}.m3u8"] if rung.codec == "h264" else [mp4]


def transcode(
    sandbox: Sandbox, source: Path, probed: Probed, rungs: Sequence[Rung], folder: Path
) -> tuple[list[Encoded], float]:
    """The rungs' files in `folder`, and seconds of CPU. Blocks. Raises Broke, Refused."""
    ran = sandbox.run(
        arguments_of(source, probed, rungs), folder, source, limits_for(probed.duration_s)
    )
    if ran.ended:
        raise Broke(f"transcoding was ended by {ran.status}")
    made = [_encoded(rung, folder) for rung in rungs]
    if ran.status or not all(file.exists() for one in made for file in one.files):
        raise Refused("damaged", f"it cannot be decoded: {_first(ran.said)}")
    return made, ran.cpu_s


def _encoded(rung: Rung, folder: Path) -> Encoded:
    mp4, segments, playlist = (folder / f"{rung.name}.{form}" for form in ("mp4", "m4s", "m3u8"))
    if rung.codec == "av1":
        return Encoded(rung, mp4, None, None)
    return Encoded(rung, mp4, segments, playlist)


def _first(said: str) -> str:
    return said.strip().partition("\n")[0][:200]
