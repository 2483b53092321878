"""What a file says that it is, read from its bytes alone: nothing is decoded for it."""

from __future__ import annotations

import struct
from typing import Final, NamedTuple

MAX_PIXELS: Final = 50_000_000
MAX_SIDE: Final = 16_384
"""Pixels: more than any camera's page needs, and what a decoder may be asked to unfold."""

_START_OF_FRAME: Final = frozenset((*range(0xC0, 0xC4), *range(0xC5, 0xC8), *range(0xC9, 0xCC)))
_ALONE: Final = frozenset((0x01, *range(0xD0, 0xD9)))
"""JPEG markers without a length."""
_AVIF: Final = frozenset((b"avif", b"avis"))


class NoPicture(Exception):
    """The bytes are no picture that we show; says why."""


class Header(NamedTuple):
    kind: str
    """Name of the format as Pillow calls it."""
    width: int
    """Pixels, before any orientation is applied."""
    height: int


def header_of(data: bytes) -> Header:
    """The format and size of JPEG, PNG, WebP, GIF or AVIF. Raises NoPicture for anything else,
    among it SVG, and for a size that is none or too large. Whatever a server called the file says
    nothing here."""
    try:
        found = _read(data)
    except (struct.error, IndexError):
        raise NoPicture("cut off within its header") from None
    if found is None:
        raise NoPicture("not JPEG, PNG, WebP, GIF or AVIF")
    if not (found.width > 0 and found.height > 0):
        raise NoPicture("has no size")
    if max(found.width, found.height) > MAX_SIDE or found.width * found.height > MAX_PIXELS:
        raise NoPicture(f"{found.width} x {found.height} pixels are too many")
    return found


def _read(data: bytes) -> Header | None:
    if data.startswith(b"\xff\xd8\xff"):
        return _jpeg(data)
    if data.startswith(b"\x89PNG\r\n\x1a\n") and data[12:16] == b"IHDR":
        return Header("PNG", *struct.unpack(">II", data[16:24]))
    if data.startswith((b"GIF87a", b"GIF89a")):
        return Header("GIF", *struct.unpack("<HH", data[6:10]))
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return _webp(data)
    if data[4:8] == b"ftyp":
        return _avif(data)
    return None


def _jpeg(data: bytes) -> Header | None:
    place = 2
    while place + 4 <= len(data):
        if data[place] != 0xFF:
            raise NoPicture("JPEG with a broken header")
        marker = data[place + 1]
        if marker == 0xFF:
            place += 1
        elif marker in _ALONE:
            place += 2
        elif marker in _START_OF_FRAME:
            height, width = struct.unpack(">HH", data[place + 5 : place + 9])
            return Header("JPEG", width, height)
        elif marker == 0xDA:
            raise NoPicture("JPEG without a size")
        else:
            (length,) = struct.unpack(">H", data[place + 2 : place + 4])
            place += 2 + max(length, 2)
    raise NoPicture("cut off within its header")


def _webp(data: bytes) -> Header | None:
    kind, body = data[12:16], data[20:30]
    if kind == b"VP8 " and body[3:6] == b"\x9d\x01\x2a":
        width, height = struct.unpack("<HH", body[6:10])
        return Header("WEBP", width & 0x3FFF, height & 0x3FFF)
    if kind == b"VP8L" and body[0] == 0x2F:
        (bits,) = struct.unpack("<I", body[1:5])
        return Header("WEBP", (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    if kind == b"VP8X":
        width, height = (int.from_bytes(body[at : at + 3], "little") + 1 for at in (4, 7))
        return Header("WEBP", width, height)
    return None


def _avif(data: bytes) -> Header | None:
    (size,) = struct.unpack(">I", data[:4])
    brands = {data[at : at + 4] for at in (8, *range(16, min(size, 256), 4))}
    if not brands & _AVIF:
        return None
    found = data.find(b"ispe", 0, 65_536)
    if found < 0:
        raise NoPicture("AVIF without a size")
    return Header("AVIF", *struct.unpack(">II", data[found + 8 : found + 16]))
