"""Decompressing an answer piece by piece: what would grow too large is never made."""

from __future__ import annotations

import zlib
from typing import Final

MAX_LAYERS: Final = 2
_GZIP: Final = 31
_ZLIB: Final = 15
_RAW: Final = -15


class TooLarge(Exception):
    """It is larger than wanted when decompressed."""


class Damaged(Exception):
    """It is not what its content-encoding says."""


class Unpacker:
    """Collects pieces of a body up to `limit` bytes when decompressed; reads gzip and deflate.

    Memory: the limit, and for each layer of compression one piece's output at most.
    """

    def __init__(self, encoding: str, limit: int) -> None:
        """Raises Damaged for an encoding that we did not ask for."""
        names = [name for part in encoding.lower().split(",") if (name := part.strip())]
        names = [name.removeprefix("x-") for name in names if name != "identity"]
        if len(names) > MAX_LAYERS or not set(names) <= {"gzip", "deflate"}:
            raise Damaged(f"content-encoding {encoding[:40]!r}")
        self._layers = [_Layer(name) for name in reversed(names)]
        self._limit = limit
        self._pieces: list[bytes] = []
        self._size = 0

    def add(self, piece: bytes) -> None:
        """Raises TooLarge or Damaged."""
        for layer in self._layers:
            piece = layer.unpacked(piece, self._limit - self._size)
        self._size += len(piece)
        if self._size > self._limit:
            raise TooLarge
        self._pieces.append(piece)

    def end(self) -> bytes:
        """The whole. Raises Damaged where it was cut off."""
        if any(layer.unfinished for layer in self._layers):
            raise Damaged("cut off")
        return b"".join(self._pieces)


class _Layer:
    """One gzip or deflate stream; what follows its end is ignored."""

    def __init__(self, name: str) -> None:
        self._raw_possible = name == "deflate"
        self._decoder = zlib.decompressobj(_GZIP if name == "gzip" else _ZLIB)
        self._begun = False

    def unpacked(self, piece: bytes, room: int) -> bytes:
        """Raises TooLarge or Damaged."""
        if self._decoder.eof or not piece:
            return b""
        try:
            out = self._decoder.decompress(piece, room + 1)
        except zlib.error as problem:
            if self._begun or not self._raw_possible:
                raise Damaged(str(problem)) from None
            # Some servers call a bare stream `deflate`.
            self._decoder, self._raw_possible = zlib.decompressobj(_RAW), False
            return self.unpacked(piece, room)
        self._begun = True
        if len(out) > room:
            raise TooLarge
        return out

    @property
    def unfinished(self) -> bool:
        return self._begun and not self._decoder.eof
