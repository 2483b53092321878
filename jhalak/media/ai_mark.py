"""Made by AI, as a file says so itself: read from sources, written into what is made of them.

IPTC's DigitalSourceType (https://cv.iptc.org/newscodes/digitalsourcetype/) is an address. It
stands as text in XMP (a `uuid` box of MP4, XMP specification part 3; `XMP_` of QuickTime; a tag or
an attachment of Matroska) and in C2PA's manifests (CBOR in JUMBF in a `uuid` box). So no XML and no
CBOR is parsed here: the boxes that hold such things are found, and the addresses in them. What is
signed is not verified: a mark counts against its file only.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from jhalak.media.container import Demuxer

MADE: Final = "trainedAlgorithmicMedia"
KINDS: Final = (MADE, "compositeWithTrainedAlgorithmicMedia", "compositeSynthetic")
"""Those that mean AI, the strongest first."""
XMP: Final = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
_C2PA: Final = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
_ADDRESS: Final = re.compile(
    rb"https?://(?:cv\.iptc\.org/newscodes|c2pa\.org)/digitalsourcetype/(\w{1,60})", re.ASCII
)
_INTO: Final = (b"moov", b"udta", b"meta", b"trak")
_HOLDERS: Final = (b"XMP_", b"ilst", b"keys", b"uuid")
_MOST: Final = 8 << 20
"""Bytes that are looked at, in all."""
_BOXES: Final = 5000
_DEEP: Final = 4
_EDGE: Final = 2 << 20
"""Of Matroska, so many bytes of its beginning and of its end."""
_PACKET: Final = """\
<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\
<rdf:Description rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">\
<Iptc4xmpExt:DigitalSourceType>http://cv.iptc.org/newscodes/digitalsourcetype/{kind}\
</Iptc4xmpExt:DigitalSourceType></rdf:Description></rdf:RDF></x:xmpmeta>\
<?xpacket end="r"?>"""


def found_in(source: Path, demuxer: Demuxer) -> str:
    """The strongest of KINDS that the file says of itself; "": none. Reads at most _MOST bytes of
    it, and never raises for what stands there."""
    with source.open("rb") as file:
        size = source.stat().st_size
        parts = _held(file, size) if demuxer == "mov" else _edges(file, size)
        found = {name.decode() for part in parts for name in _ADDRESS.findall(part)}
    return next((kind for kind in KINDS if kind in found), "")


def write(path: Path, kind: str) -> None:
    """Say so at the end of an MP4 or CMAF file, where no offset changes by it."""
    body = XMP + _PACKET.format(kind=kind).encode()
    with path.open("ab") as file:
        file.write(struct.pack(">I4s", 8 + len(body), b"uuid") + body)


def _held(file: BinaryIO, size: int) -> Iterator[bytes]:
    """What the boxes hold that may say so, in the order of the file."""
    left, boxes = _MOST, 0
    inside = [(0, size, 0)]
    while inside and boxes < _BOXES and left > 0:
        at, end, depth = inside.pop()
        if at + 8 > end:
            continue
        boxes += 1
        kind, body, after = _box(file, at, end)
        if after <= at:
            continue
        inside.append((after, end, depth))
        if kind in _INTO and depth < _DEEP:
            inside.append((body, after, depth + 1))
        if kind in _HOLDERS:
            file.seek(body)
            held = file.read(min(after - body, left))
            if kind != b"uuid" or held[:16] in (XMP, _C2PA):
                left -= len(held)
                yield held


def _box(file: BinaryIO, at: int, end: int) -> tuple[bytes, int, int]:
    """(kind, where its body begins, where it ends) of the box at `at`; the end is `at` where its
    length cannot be."""
    file.seek(at)
    head = file.read(20)
    if len(head) < 8:
        return b"", at, at
    length, kind = struct.unpack(">I4s", head[:8])
    body = at + 8
    if length == 1 and len(head) >= 16:
        length, body = struct.unpack(">Q", head[8:16])[0], at + 16
    elif length == 0:
        length = end - at
    # In MP4 `meta` begins with a version, in QuickTime with its first box.
    if kind == b"meta" and head[12:16] != b"hdlr":
        body += 4
    return (kind, body, min(at + length, end)) if at + length >= body else (kind, body, at)


def _edges(file: BinaryIO, size: int) -> Iterator[bytes]:
    yield file.read(_EDGE)
    file.seek(max(size - _EDGE, 0))
    yield file.read(_EDGE)
