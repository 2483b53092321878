"""Learned state in a folder: the newest snapshot is a file that readers map into memory.

Layout of `newest.snapshot`, little-endian: the magic number (8 bytes), the header's length
(uint64), the header (MessagePack), and the raw arrays, each at a multiple of 64 bytes.
Nothing is synced: what the file says can be learned again. A file from before the last boot, which
a power cut may have torn, is not read, nor is one whose arrays are of another format.
"""

from __future__ import annotations

import logging
import mmap
import os
import struct
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from jhalak.embedded.sqlite import port_error
from jhalak.ports.errors import Conflict
from jhalak.ports.learned import Snapshot

log = logging.getLogger(__name__)

_MAGIC: Final = b"JHALAKL2"
_START: Final = struct.Struct("<8sQ")
_ALIGN: Final = 64
_BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")


class _Array(msgspec.Struct, frozen=True, array_like=True):
    name: str
    dtype: str
    shape: tuple[int, ...]
    at: int
    """Bytes from the first multiple of 64 after the header."""


class _Header(msgspec.Struct, frozen=True, array_like=True):
    boot: str
    format: str
    version: int
    published_ms: int
    offsets: tuple[int, ...]
    arrays: tuple[_Array, ...]
    size: int
    """Bytes of all arrays together."""


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Header).decode


def boot_id() -> str:
    """Names the time since the machine started; empty where the system does not say."""
    return _BOOT_ID.read_text("ascii").strip() if _BOOT_ID.exists() else ""


class EmbeddedLearned:
    """Learned in `folder`. An object may publish or look; it is for one thread at a time.

    `newest` costs one `stat` when there is nothing new, and one `mmap` when there is.
    """

    def __init__(self, folder: Path, format_: str = "", boot: str | None = None) -> None:
        """`format_` names what the arrays are. Raises Unavailable or DiskFull when `folder` cannot
        be made."""
        self._format = format_
        self._path = str(folder / "newest.snapshot")
        self._new = str(folder / "newest.snapshot.new")
        self._alive = str(folder / "alive")
        self._boot = boot_id() if boot is None else boot
        self._identity: tuple[int, int, int] | None = None
        # Kept mapped, so that its inode cannot come back with other content.
        self._snapshot: Snapshot | None = None
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise port_error(error, folder) from error

    def publish(self, snapshot: Snapshot) -> None:
        """As the port says. Raises Conflict when the version did not rise, ValueError for an
        array of anything but numbers and truth values, DiskFull or Unavailable."""
        last = self.newest()
        if last is not None and snapshot.version <= last.version:
            raise Conflict(f"version {snapshot.version} follows {last.version}: it must rise")
        arrays = {name: np.asarray(array, order="C") for name, array in snapshot.arrays.items()}
        try:
            self._write(snapshot, arrays)
            Path(self._new).replace(self._path)
        except OSError as error:
            Path(self._new).unlink(missing_ok=True)
            raise port_error(error, self._path) from error
        self.beat(snapshot.published_ms)

    def beat(self, now_ms: int) -> None:
        """As the port says. Raises DiskFull or Unavailable."""
        try:
            os.close(os.open(self._alive, os.O_WRONLY | os.O_CREAT, 0o644))
            os.utime(self._alive, ns=(now_ms * 1_000_000, now_ms * 1_000_000))
        except OSError as error:
            raise port_error(error, self._alive) from error

    def newest(self, than: int = 0) -> Snapshot | None:
        """As the port says. None, and a warning in the log, for a file that is not one of ours."""
        try:
            stat = os.stat(self._path)  # noqa: PTH116 (a third of Path's cost; asked every slate)
        except FileNotFoundError:
            return None
        identity = (stat.st_ino, stat.st_mtime_ns, stat.st_size)
        if identity != self._identity:
            self._snapshot = self._read()
            self._identity = identity
        snapshot = self._snapshot
        return snapshot if snapshot is not None and snapshot.version > than else None

    def alive_ms(self) -> int:
        """As the port says."""
        try:
            return os.stat(self._alive).st_mtime_ns // 1_000_000  # noqa: PTH116
        except FileNotFoundError:
            return 0

    def _write(self, snapshot: Snapshot, arrays: dict[str, NDArray[Any]]) -> None:
        described = []
        at = 0
        for name, array in arrays.items():
            if array.dtype.kind not in "biufc":
                raise ValueError(f"array {name!r} holds {array.dtype}, not plain numbers")
            described.append(_Array(name, array.dtype.str, array.shape, at))
            at = _aligned(at + array.nbytes)
        header = _encode(
            _Header(
                self._boot,
                self._format,
                snapshot.version,
                snapshot.published_ms,
                snapshot.offsets,
                tuple(described),
                at,
            )
        )
        base = _aligned(_START.size + len(header))
        with Path(self._new).open("wb", buffering=0) as file:
            _write_all(file, _START.pack(_MAGIC, len(header)) + header)
            for place, array in zip(described, arrays.values(), strict=True):
                file.seek(base + place.at)
                if array.nbytes:
                    _write_all(file, array.reshape(-1).view(np.uint8).data)
            file.truncate(base + at)

    def _read(self) -> Snapshot | None:
        """Map the file; None for one of an earlier boot or another format."""
        try:
            with Path(self._path).open("rb") as file:
                mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            magic, length = _START.unpack_from(mapped)
            if magic != _MAGIC:
                raise ValueError("it begins with other bytes")
            header = _decode(mapped[_START.size : _START.size + length])
            base = _aligned(_START.size + length)
            if header.boot != self._boot:
                return None
            if header.format != self._format:
                raise ValueError("another version of the program has learned it")
            if base + header.size != len(mapped):
                raise ValueError(f"{len(mapped)} bytes, expected {base + header.size}")
        except FileNotFoundError:
            return None
        except (OSError, ValueError, struct.error, msgspec.DecodeError) as error:
            log.warning("%s is not read: %s", self._path, error)
            return None
        arrays: dict[str, NDArray[Any]] = {
            place.name: np.ndarray(
                place.shape, np.dtype(place.dtype), buffer=mapped, offset=base + place.at
            )
            for place in header.arrays
        }
        return Snapshot(header.version, header.published_ms, header.offsets, arrays)


def _aligned(size: int) -> int:
    return -(-size // _ALIGN) * _ALIGN


def _write_all(file: Any, data: bytes | memoryview) -> None:
    view = memoryview(data)
    while view:
        view = view[file.write(view) :]
