"""Files that want to harm whoever decodes them: 60 of them, made from one good clip."""

from __future__ import annotations

import random
import struct
from collections.abc import Iterator
from pathlib import Path

from tests.soak.generated_clips import run

PLAYLISTS = (
    "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n",
    "#EXTM3U\n#EXTINF:2,\nhttp://127.0.0.1:{port}/a.ts\n",
    "#EXTM3U\n#EXTINF:2,\nself.mp4\n",
    "ffconcat version 1.0\nfile /etc/passwd\n",
    '<MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><BaseURL>http://127.0.0.1:{port}/</BaseURL></MPD>',
    '<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>',
    "v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=video {port} RTP/AVP 96\n",
    '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
)
NAMES = ("clip.mp4", "-i.mp4", "concat:a|b.mkv", "%03d.webm", "a;b$(true).mov")


def box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body) + 8) + kind + body


def boxes(data: bytes) -> dict[bytes, bytes]:
    """The bodies at the top of a file or of a box, by kind."""
    found, at = {}, 0
    while at + 8 <= len(data):
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        found[kind] = data[at + 8 : at + length]
        at += length
    return found


def hostile(good: bytes, port: int) -> Iterator[tuple[str, bytes]]:
    """(name, bytes) of each; `good` is an MP4 whose index comes first."""
    top = boxes(good)
    ftyp, mdat = box(b"ftyp", top[b"ftyp"]), box(b"mdat", top[b"mdat"])
    for n, text in enumerate(PLAYLISTS):
        body = text.format(port=port).encode()
        yield NAMES[n % len(NAMES)], body
        yield "polyglot.mp4", ftyp + box(b"free", body) + mdat
        yield "polyglot.webm", b"\x1a\x45\xdf\xa3\x87\x42\x82\x84webm" + body
    for part in (0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.999):
        yield "cut.mp4", good[: int(len(good) * part)]
    random_ = random.Random(7)
    for share in (0.001, 0.003, 0.01, 0.03, 0.1, 0.3) * 3:
        damaged = bytearray(good)
        for at in random_.sample(range(64, len(good)), max(1, int(share * len(good)))):
            damaged[at] = random_.randrange(256)
        yield "damaged.mp4", bytes(damaged)
    moov = top[b"moov"]
    inner = boxes(moov)
    track, head = box(b"trak", inner[b"trak"]), box(b"mvhd", inner[b"mvhd"])
    yield "10000_streams.mp4", ftyp + box(b"moov", head + 10_000 * track) + mdat
    outside = b"\0\0\0\0" + struct.pack(">I", 1) + box(b"url ", b"\0\0\0\0file:///etc/passwd\0")
    dref = box(b"dref", outside)
    yield "outside.mov", ftyp + box(b"moov", replaced(moov, b"dref", dref)) + mdat
    for width, height in ((1, 0xFFFF), (0xFFFF, 0xFFFF), (0, 0)):
        avc = moov.index(b"avc1")
        wide = bytearray(moov)
        wide[avc + 28 : avc + 32] = struct.pack(">HH", width, height)
        yield "size.mp4", ftyp + box(b"moov", bytes(wide)) + mdat
    for field in (b"stts", b"stsz", b"stco", b"ctts", b"elst"):
        if (at := moov.find(field)) > 0:
            bomb = bytearray(moov)
            bomb[at + 8 : at + 16] = b"\xff\xff\xff\xf0" * 2
            yield "bomb.mp4", ftyp + box(b"moov", bytes(bomb)) + mdat
    nested = b""
    for _ in range(2000):
        nested = box(b"moov", nested)
    yield "nested.mp4", ftyp + nested + mdat
    yield "tiny_boxes.mp4", ftyp + 20_000 * box(b"free", b"") + mdat


def replaced(data: bytes, kind: bytes, new: bytes) -> bytes:
    """With the box of a kind in place of the old, of the same length or in a box that keeps its."""
    at = data.index(kind) - 4
    length = struct.unpack(">I", data[at : at + 4])[0]
    return data[:at] + (new + bytes(length))[: max(length, len(new))] + data[at + length :]


def written(folder: Path, good: bytes, port: int) -> Iterator[Path]:
    for n, (name, data) in enumerate(hostile(good, port)):
        path = folder / str(n) / name
        path.parent.mkdir()
        path.write_bytes(data)
        yield path


def bombs(ffmpeg: Path, folder: Path) -> Iterator[Path]:
    """Small files that are large once decoded, and ones with too much of something."""
    small = ("-c:v", "libx264", "-preset", "ultrafast")
    for name, arguments in {
        "huge.mp4": ("-f", "lavfi", "-i", "color=s=8192x4320:r=30:d=0.5", *small),
        "line.mkv": ("-f", "lavfi", "-i", "color=s=16x16380:r=5:d=0.4", *small),
        "thread.mkv": ("-f", "lavfi", "-i", "color=s=256x16000:r=5:d=0.4", *small),
        "hours.mp4": ("-f", "lavfi", "-i", "color=s=32x32:r=1:d=36000", *small),
        "many.mkv": ("-f", "lavfi", "-i", "sine=d=0.2", *("-map", "0") * 60, "-c:a", "pcm_s16le"),
        "sound.mp4": ("-f", "lavfi", "-i", "sine=d=1", "-c:a", "aac"),
        "gif.mp4": ("-f", "lavfi", "-i", "testsrc2=s=64x64:d=1", "-f", "gif"),
        "screen.mov": ("-f", "lavfi", "-i", "testsrc2=s=64x64:d=1", "-c:v", "qtrle"),
    }.items():
        path = folder / f"bomb-{name}" / name
        path.parent.mkdir()
        run(ffmpeg, *arguments, path)
        if name == "thread.mkv":  # says that it is 1 x 100,000
            said, wanted = bytes.fromhex("b0820100ba823e80"), bytes.fromhex("b08101ba830186a0")
            body = path.read_bytes()
            assert said in body
            path.write_bytes(body.replace(said, wanted))
        yield path
