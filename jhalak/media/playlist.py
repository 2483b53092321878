"""The master playlist of HLS: which rungs there are, what each needs (RFC 8216, 4.3.4.2)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from jhalak.media.transcode import Encoded

_AAC = "mp4a.40.2"


def master(made: Sequence[Encoded], *, sound: bool) -> str:
    """Lines that name the rungs' playlists, from the lowest; a rung without one is left out."""
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS"]
    for one in made:
        if one.playlist is None or one.segments is None:
            continue
        peak, mean = _bits(one.playlist)
        codecs = _codec(one.segments) + (f",{_AAC}" if sound else "")
        lines += [
            f"#EXT-X-STREAM-INF:BANDWIDTH={peak},AVERAGE-BANDWIDTH={mean},"
            f'RESOLUTION={one.rung.width}x{one.rung.height},CODECS="{codecs}"',
            one.playlist.name,
        ]
    return "\n".join(lines) + "\n"


def _bits(playlist: Path) -> tuple[int, int]:
    """Bits a second: of the largest segment, and of all."""
    seconds: list[float] = []
    sizes: list[int] = []
    for line in playlist.read_text().splitlines():
        name, _, value = line.partition(":")
        if name == "#EXTINF":
            seconds.append(float(value.partition(",")[0]))
        elif name == "#EXT-X-BYTERANGE":
            sizes.append(int(value.partition("@")[0]))
    peak = max(8 * size / max(length, 0.1) for size, length in zip(sizes, seconds, strict=True))
    return round(peak), round(8 * sum(sizes) / max(sum(seconds), 0.1))


def _codec(segments: Path) -> str:
    """`avc1.` with profile, constraints, level: as in the header (ISO/IEC 14496-15)."""
    with segments.open("rb") as file:
        head = file.read(8192)
    at = head.index(b"avcC")
    return f"avc1.{head[at + 5 : at + 8].hex()}"


def av1_type(mp4: Path, *, sound: bool) -> str:
    """The media type of an MP4 in AV1, so that who cannot play it need not try: with `av01.`,
    profile, level, tier and depth as its header says (AV1 in ISO-BMFF, 2.3.3)."""
    with mp4.open("rb") as file:
        head = file.read(1 << 20)
    at = head.index(b"av1C") + 5
    profile, level = head[at] >> 5, head[at] & 31
    tier = "H" if head[at + 1] & 0x80 else "M"
    depth = 10 if head[at + 1] & 0x40 else 8
    codecs = f"av01.{profile}.{level:02}{tier}.{depth:02}" + (f", {_AAC}" if sound else "")
    return f'video/mp4; codecs="{codecs}"'
