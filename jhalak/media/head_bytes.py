"""How many bytes of an MP4 hold its beginning: what a phone fetches of a video that comes next."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

HEAD_S: Final = 2.0
_INDEX: Final = 64 << 20
"""Bytes of an index, at most; of 180 s it has 0.2 MB."""

Boxes = dict[bytes, list[bytes]]


def head_bytes(path: Path) -> int:
    """Bytes from the file's beginning to the end of what its first HEAD_S seconds need, for an MP4
    of ours: its index comes first (ISO/IEC 14496-12: stts, stsc, stsz, stco). 1 ms."""
    size = path.stat().st_size
    with path.open("rb") as file:
        moov = _index(file, size)
    ends = [_end_of(track) for track in _boxes(moov).get(b"trak", [])]
    return min(max(ends, default=size), size)


def _index(file: BinaryIO, size: int) -> bytes:
    """The body of `moov`; b"" where it is not among the first boxes."""
    at = 0
    while at + 8 <= size:
        file.seek(at)
        length, kind = struct.unpack(">I4s", file.read(8))
        if kind == b"moov":
            return file.read(min(length - 8, _INDEX))
        if length < 8:
            break
        at += length
    return b""


def _end_of(track: bytes) -> int:
    """Where the last sample ends that begins in the first HEAD_S seconds."""
    media = _boxes(_boxes(track)[b"mdia"][0])
    table = _boxes(_boxes(media[b"minf"][0])[b"stbl"][0])
    head = media[b"mdhd"][0]
    scale = struct.unpack(">I", head[20:24] if head[0] == 1 else head[12:16])[0]
    counts, steps = _table(table[b"stts"][0], 2).T
    starts = np.repeat(steps, counts).cumsum() - np.repeat(steps, counts)
    last = int(np.searchsorted(starts, HEAD_S * scale)) - 1
    if last < 0:
        return 0
    sizes = _sizes(table[b"stsz"][0], len(starts))
    chunk, first = _chunk_of(_table(table[b"stsc"][0], 3), last)
    where = _table(table[b"stco"][0], 1)[chunk, 0]
    return int(where + sizes[first : last + 1].sum())


def _sizes(box: bytes, count: int) -> NDArray[np.int64]:
    same = struct.unpack(">I", box[4:8])[0]
    if same:
        return np.full(count, same, np.int64)
    return np.frombuffer(box[12:], ">u4", count).astype(np.int64)


def _chunk_of(runs: NDArray[np.int64], sample: int) -> tuple[int, int]:
    """(the chunk that holds a sample, the first sample of that chunk), from 0. `runs`: rows of
    (first chunk from 1, samples a chunk, _)."""
    firsts = runs[:, 0] - 1
    chunks = np.diff(firsts, append=1 << 40)
    begin = 0
    for first, length, count in zip(firsts, runs[:, 1], chunks, strict=True):
        at = (sample - begin) // length
        if at < count:
            return int(first + at), int(begin + at * length)
        begin += int(count * length)
    raise ValueError("no chunk holds the sample")


def _table(box: bytes, columns: int) -> NDArray[np.int64]:
    """The rows of a box with a version, a count, and numbers of 32 bits."""
    count = struct.unpack(">I", box[4:8])[0]
    return np.frombuffer(box[8:], ">u4", count * columns).astype(np.int64).reshape(-1, columns)


def _boxes(data: bytes) -> Boxes:
    found: Boxes = {}
    for kind, body in _walked(data):
        found.setdefault(kind, []).append(body)
    return found


def _walked(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at + 8 <= len(data):
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        if length < 8:  # to the end, or longer than 4 GiB: nothing that an index comes after
            return
        yield kind, data[at + 8 : at + length]
        at += length
