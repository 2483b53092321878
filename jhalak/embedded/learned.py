"""Learned on files: the newest snapshot is one file that every reader maps into memory.

Layout: 8 bytes magic, 8 bytes length of the head, the head (MessagePack), then the arrays, each at
a multiple of 64 bytes from the start. A new snapshot replaces the file; a reader's map stays valid.
"""

from __future__ import annotations

import mmap
import os
from pathlib import Path
from struct import Struct
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from jhalak.embedded.files import make_folder
from jhalak.ports.learned import Snapshot

_MAGIC: Final = b"JHALAK01"
_HEAD: Final = Struct("<8sQ")
_ALIGN: Final = 64


class _Array(msgspec.Struct, array_like=True):
    name: str
    dtype: str
    shape: tuple[int, ...]
    at: int
    """Bytes from the end of the head."""


class _Head(msgspec.Struct, array_like=True):
    version: int
    published_ms: int
    offsets: tuple[int, ...]
    arrays: list[_Array]


class EmbeddedLearned:
    """Snapshots in `folder`. Nothing is synced: it is derived, and made again after a crash."""

    def __init__(self, folder: Path) -> None:
        make_folder(folder)
        self._newest = folder / "newest.snapshot"
        self._alive = folder / "alive"
        self._seen: tuple[int, int] = (0, 0)
        self._last: Snapshot | None = None

    def publish(self, snapshot: Snapshot) -> None:
        arrays, at = [], 0
        for name, values in snapshot.arrays.items():
            arrays.append(_Array(name, values.dtype.str, values.shape, at))
            at += -(-values.nbytes // _ALIGN) * _ALIGN
        head = msgspec.msgpack.encode(
            _Head(snapshot.version, snapshot.published_ms, snapshot.offsets, arrays)
        )
        new = self._newest.with_suffix(f".{os.getpid()}")
        with new.open("wb") as file:
            file.write(_HEAD.pack(_MAGIC, len(head)))
            file.write(head)
            start = _start(len(head))
            for array, values in zip(arrays, snapshot.arrays.values(), strict=True):
                file.seek(start + array.at)
                file.write(np.ascontiguousarray(values).tobytes())
            file.truncate(start + at)
        new.replace(self._newest)
        self.beat(snapshot.published_ms)

    def beat(self, now_ms: int) -> None:
        self._alive.touch()
        os.utime(self._alive, ns=(now_ms * 1_000_000, now_ms * 1_000_000))

    def newest(self, than: int = 0) -> Snapshot | None:
        try:
            status = self._newest.stat()
        except FileNotFoundError:
            return None
        if (status.st_ino, status.st_mtime_ns) != self._seen:
            self._last = self._map()
            self._seen = (status.st_ino, status.st_mtime_ns)
        if self._last is None or self._last.version <= than:
            return None
        return self._last

    def alive_ms(self) -> int:
        try:
            return self._alive.stat().st_mtime_ns // 1_000_000
        except FileNotFoundError:
            return 0

    def _map(self) -> Snapshot | None:
        """The file as it is now; None when it is not whole."""
        with self._newest.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size < _HEAD.size:
                return None
            memory = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        magic, length = _HEAD.unpack_from(memory)
        if magic != _MAGIC or size < _start(length):
            return None
        head = msgspec.msgpack.decode(memory[_HEAD.size : _HEAD.size + length], type=_Head)
        start = _start(length)
        arrays: dict[str, NDArray[Any]] = {}
        for array in head.arrays:
            count = int(np.prod(array.shape, dtype=np.int64))
            values = np.frombuffer(memory, np.dtype(array.dtype), count, start + array.at)
            arrays[array.name] = values.reshape(array.shape)
        return Snapshot(head.version, head.published_ms, head.offsets, arrays)


def _start(head: int) -> int:
    """Where arrays begin behind a head of so many bytes."""
    return -(-(_HEAD.size + head) // _ALIGN) * _ALIGN
