"""Bytes of a file as lines of bounded length, whatever its encoding and size."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from jhalak.ingest.rows import MAX_LINE

CHUNK: Final = 1 << 16

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


class Line(NamedTuple):
    number: int
    """From 1."""
    data: bytes | None
    """Without its line end, meant to be UTF-8; None for a line longer than MAX_LINE."""


def encoding_of(head: bytes) -> tuple[str, int]:
    """The encoding that the first bytes show, and the length of the byte-order mark."""
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name, len(mark)
    # UTF-16 without a mark: half of the bytes of ASCII punctuation and digits are NUL.
    if len(head) >= 4 and head[1::2].count(0) > 0.3 * len(head) / 2 and 0 not in head[0::2]:
        return "utf-16-le", 0
    if len(head) >= 4 and head[0::2].count(0) > 0.3 * len(head) / 2 and 0 not in head[1::2]:
        return "utf-16-be", 0
    return "utf-8", 0


def chunks(path: Path, read: Callable[[int], None]) -> Iterator[bytes]:
    """The file in pieces, without its byte-order mark and as UTF-8 where it was UTF-16 or -32.

    Bytes that are no UTF-8 pass unchanged; what breaks UTF-16 becomes U+FFFD. `read` hears how
    many bytes of the file each piece took. Raises OSError.
    """
    with path.open("rb") as file:
        piece = file.read(CHUNK)
        name, mark = encoding_of(piece)
        decoder = None if name == "utf-8" else codecs.getincrementaldecoder(name)("replace")
        read(mark)
        piece = piece[mark:]
        while piece:
            read(len(piece))
            yield decoder.decode(piece).encode() if decoder else piece
            piece = file.read(CHUNK)
        if decoder and (rest := decoder.decode(b"", final=True)):
            yield rest.encode()


def lines(pieces: Iterable[bytes]) -> Iterator[Line]:
    """Lines in order. At most MAX_LINE plus one piece is held, however long a line is."""
    number = 0
    rest = b""
    skipping = False
    end = b""
    for piece in pieces:
        # Only a file whose first piece has no \\n at all is taken to end its lines with \\r.
        end = end or (b"\r" if b"\r" in piece and b"\n" not in piece else b"\n")
        *whole, rest = (rest + piece).split(end)
        for data in whole:
            number += 1
            too_long = skipping or len(data) > MAX_LINE
            skipping = False
            yield Line(number, None if too_long else data.removesuffix(b"\r"))
        if skipping or len(rest) > MAX_LINE:
            skipping, rest = True, b""
    if rest or skipping:
        yield Line(number + 1, None if skipping else rest.removesuffix(b"\r"))
