"""What is in a video, as its pinned demuxer and one decoded frame say it.

Instead of ffprobe, which the wheel lacks: ffmpeg copies the packets into a list of their times
(`framecrc`, a format made for programs), and decodes one frame, turned as the file asks.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

from jhalak.media.container import Demuxer, Refused, demuxer_of
from jhalak.media.sandbox import Broke, Limits, Sandbox

LONGEST_S: Final = 180.0
LARGEST: Final = 4096 * 2304
"""Pixels of a frame."""
WIDEST: Final = 4096
CODECS: Final = ("h264", "hevc", "vp8", "vp9", "av1")
STREAMS: Final = 16
_SLACK_S: Final = 0.5
"""Over the longest: sound often ends after the picture."""
LIMITS: Final = Limits(cpu_s=60, wall_s=120, output=64 << 20)


@dataclass(frozen=True, slots=True)
class Probed:
    """A video as it is shown: after its rotation, with its pixels made square."""

    demuxer: Demuxer
    width: int
    height: int
    duration_s: float
    rate: Fraction
    """Frames a second, on average."""
    frames: int
    sound: bool
    codec: str


def reading(demuxer: Demuxer, source: Path) -> list[str]:
    """Arguments that open a source: one demuxer, plain files only, few streams."""
    return [
        "-protocol_whitelist", "file", "-f", demuxer, "-max_streams", str(STREAMS),
        "-i", str(source),
    ]  # fmt: skip


def probe(sandbox: Sandbox, source: Path, folder: Path) -> Probed:
    """Raises Refused for what we do not take, Broke where the child came to harm."""
    demuxer = demuxer_of(source)
    packets, frame = folder / "packets.txt", folder / "frame.txt"
    arguments = [
        "-loglevel", "error", *reading(demuxer, source),
        "-map", "0:V:0", "-map", "0:a:0?", "-c", "copy", "-f", "framecrc", packets.name,
        "-map", "0:V:0", "-frames:v", "1", "-vf", "scale=w='max(2,iw*sar)':h=ih:flags=neighbor",
        "-f", "framecrc", frame.name,
    ]  # fmt: skip
    ran = sandbox.run(arguments, folder, source, LIMITS)
    if ran.ended:
        raise Broke(f"probing ended with {ran.status}")
    if not packets.exists() or not frame.exists():
        raise Refused("not_video", "there is no video in it that can be read")
    heads, times = _listed(packets)
    shown, decoded = _listed(frame)
    packets.unlink()
    frame.unlink()
    if not decoded.get(0) or not times.get(0):
        raise Refused("damaged", "no frame of it can be decoded")
    return _checked(demuxer, heads, shown, times)


def _listed(path: Path) -> tuple[dict[str, str], dict[int, list[tuple[int, int]]]]:
    """Heads by `name stream`, and (time, length) of each packet by stream, in its time base."""
    heads: dict[str, str] = {}
    packets: dict[int, list[tuple[int, int]]] = {}
    for line in path.read_text(errors="replace").splitlines():
        if line.startswith("#"):
            name, _, value = line[1:].partition(":")
            heads[name.strip()] = value.strip()
            continue
        fields = [field.strip() for field in line.split(",")]
        if len(fields) >= 6:
            packets.setdefault(int(fields[0]), []).append((int(fields[2]), int(fields[3])))
    return heads, packets


def _checked(
    demuxer: Demuxer, heads: dict[str, str], shown: dict[str, str],
    packets: dict[int, list[tuple[int, int]]],
) -> Probed:  # fmt: skip
    codec = heads.get("codec_id 0", "")
    if codec not in CODECS:
        raise Refused("codec", f"its codec is {codec or 'unknown'}; we take {', '.join(CODECS)}")
    width, height = map(int, shown["dimensions 0"].split("x"))
    if width * height > LARGEST or max(width, height) > WIDEST or min(width, height) < 16:
        raise Refused("size", f"{width} x {height} pixels; 16 to {WIDEST} a side, 4K in all")
    spans = {stream: _span_s(heads, packets, stream) for stream in packets}
    duration_s = max(end for _, end in spans.values()) - min(begin for begin, _ in spans.values())
    if duration_s > LONGEST_S + _SLACK_S:
        raise Refused("too_long", f"it lasts {duration_s:.0f} s; {LONGEST_S:.0f} s at most")
    video_s = spans[0][1] - spans[0][0]
    frames = len(packets[0])
    rate = Fraction(frames / video_s if video_s > 0 else 25).limit_denominator(1001)
    return Probed(
        demuxer, width, height, min(duration_s, LONGEST_S), rate, frames, bool(packets.get(1)),
        codec,
    )  # fmt: skip


def _span_s(
    heads: dict[str, str], packets: dict[int, list[tuple[int, int]]], stream: int
) -> tuple[float, float]:
    """Where a stream begins and ends."""
    base = Fraction(heads[f"tb {stream}"])
    begin = min(time for time, _ in packets[stream])
    end = max(time + length for time, length in packets[stream])
    return float(begin * base), float(end * base)
