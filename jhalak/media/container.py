"""What a file is, by its structure and never by its name: read before any decoder sees it.

MP4 and MOV: boxes (ISO/IEC 14496-12, 4.2). WebM and Matroska: EBML (RFC 8794) with its DocType.
All else is refused: playlists, which make a demuxer open other files, pictures, text.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import BinaryIO, Final, Literal

Demuxer = Literal["mov", "matroska"]

HEAD: Final = 4160
"""So many first bytes tell whether a file may be a video."""
BOXES: Final = 10_000
"""So many boxes at the top, at most."""
_FIRST: Final = (b"ftyp", b"moov", b"wide", b"free", b"skip", b"mdat", b"pnot")
_HEIC: Final = (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif", b"avis", b"crx ")
"""Brands of pictures in the same boxes."""


class Refused(Exception):
    """No video that we take. `code` is for programs, the text for people."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


def demuxer_of(path: Path) -> Demuxer:
    """The one demuxer that may read the file. Raises Refused; reads some kilobytes."""
    with path.open("rb") as file:
        kind = first_bytes(file.read(HEAD))
        return kind if kind == "matroska" else _mov(file, path.stat().st_size)


def first_bytes(head: bytes) -> Demuxer:
    """What the file may be by its first HEAD bytes, or by all that it has. Raises Refused."""
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return _matroska(head)
    if len(head) >= 16 and head[4:8] in _FIRST:
        if head[4:8] == b"ftyp" and head[8:12] in _HEIC:
            raise Refused("not_video", "this is a picture, not a video")
        return "mov"
    raise Refused("not_video", "this is no MP4, MOV, WebM or Matroska file")


def _mov(file: BinaryIO, size: int) -> Demuxer:
    at = 0
    kinds: list[bytes] = []
    while at + 8 <= size and len(kinds) < BOXES:
        file.seek(at)
        head = file.read(24)
        length, kind = struct.unpack(">I4s", head[:8])
        if length == 1 and len(head) >= 16:
            length = struct.unpack(">Q", head[8:16])[0]
        elif length == 0:
            length = size - at
        if length < 8:
            raise Refused("damaged", f"the box at byte {at:,} has no length that can be")
        if kind == b"ftyp" and head[8:12] in _HEIC:
            raise Refused("not_video", "this is a picture, not a video")
        kinds.append(kind)
        at += length
    if b"moov" not in kinds:
        raise Refused("damaged", "the file has no index (moov): it was cut off")
    if at > size:
        raise Refused("damaged", f"the file ends {at - size:,} bytes early")
    return "mov"


def _matroska(head: bytes) -> Demuxer:
    at = head.find(b"\x42\x82")
    if at < 0 or len(head) < at + 3:
        raise Refused("not_video", "the file does not say what it holds (DocType)")
    kind = head[at + 3 : at + 3 + (head[at + 2] & 0x7F)]
    if kind.rstrip(b"\0") not in (b"webm", b"matroska"):
        raise Refused("not_video", "this is neither WebM nor Matroska")
    return "matroska"
