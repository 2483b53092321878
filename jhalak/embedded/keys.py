"""The keys of a cell: MAC keys in rings that rotate, and the key that signs editions.

Rings lie in `ring.json`, the signing key raw in `edition.ed25519`, both readable by their owner
only. Rotation makes a new current key; the older ones are still accepted for an overlap.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Sequence
from pathlib import Path
from time import monotonic
from typing import Final, NamedTuple

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from jhalak.embedded.files import locked, make_folder, write_durably
from jhalak.embedded.sqlite import port_error
from jhalak.ports.errors import Conflict, Unavailable

DAY_MS: Final = 86_400_000
PERIOD_MS: Final = 30 * DAY_MS
"""Age at which a current key is replaced."""
KEY_BYTES: Final = 32
LOOK_S: Final = 1.0
LAST_ID: Final = 255
"""Key ids are one byte of a token, from 1."""

OVERLAPS: Final[dict[str, int | None]] = {
    "slot": 8 * DAY_MS,  # slot tokens are valid for 7 days, and for clocks that differ one more
    "media": 16 * DAY_MS,  # links are valid for two weeks, and name a key a day old
    "viewer": None,  # viewer tokens end by epoch, never by rotation
}
"""For each ring, how long a replaced key is still accepted; None: for ever."""


class MacKey(msgspec.Struct, frozen=True):
    """One key of a ring."""

    id: int
    key: bytes
    created_ms: int


class SigningKey(NamedTuple):
    """The key that signs editions."""

    id: str
    """First 16 hexadecimal digits of the public key's SHA-256."""
    private: Ed25519PrivateKey
    public: bytes
    """32 bytes, raw."""

    def sign(self, message: bytes) -> bytes:
        """64 bytes."""
        return self.private.sign(message)


# --- the rule, pure


def accepted(keys: Sequence[MacKey], now_ms: int, overlap_ms: int | None) -> tuple[MacKey, ...]:
    """Those of `keys` (oldest first) that are accepted at `now_ms`: the last one, and each other
    one until `overlap_ms` after its successor was made."""
    if overlap_ms is None:
        return tuple(keys)
    return tuple(
        key
        for key, successor in zip(keys, [*keys[1:], None], strict=True)
        if successor is None or now_ms < successor.created_ms + overlap_ms
    )


def as_of(keys: Sequence[MacKey], at_ms: int) -> MacKey:
    """The newest of `keys` (oldest first) that was a day old at `at_ms`, else the oldest: the same
    in each process whose clock is less than a day from ours, also while another one rotates."""
    return next((key for key in reversed(keys) if key.created_ms + DAY_MS <= at_ms), keys[0])


def is_due(keys: Sequence[MacKey], now_ms: int, period_ms: int = PERIOD_MS) -> bool:
    """Is it time for a new current key?"""
    return not keys or now_ms - keys[-1].created_ms > period_ms


def rotated(
    keys: Sequence[MacKey], secret: bytes, now_ms: int, overlap_ms: int | None
) -> tuple[MacKey, ...]:
    """`keys` with a new current one, less those no longer accepted.

    Raises Conflict when all 255 ids are taken by keys that are.
    """
    number = keys[-1].id % LAST_ID + 1 if keys else 1
    # A clock that stepped back must not order the new key before its predecessor.
    created_ms = max(now_ms, keys[-1].created_ms) if keys else now_ms
    kept = accepted((*keys, MacKey(number, secret, created_ms)), now_ms, overlap_ms)
    if any(key.id == number for key in kept[:-1]):
        raise Conflict(f"key id {number} is still in use: rotate less often")
    return kept


# --- the files


class KeyRing:
    """The keys of one purpose, shared by all processes on the folder."""

    def __init__(self, folder: Path, purpose: str) -> None:
        self._folder = folder
        self._path = folder / "ring.json"
        self._purpose = purpose
        self._seen = (-1, -1, -1)
        self._look_at = 0.0
        self._keys: tuple[MacKey, ...] = ()
        self._by_id: dict[int, bytes] = {}
        self._look()

    def current(self) -> tuple[int, bytes]:
        """The id and the key to make tokens with. Another process may have rotated: that is
        looked for once in LOOK_S, since what it replaced is accepted for days."""
        now = monotonic()
        if now >= self._look_at:
            self._look()
            self._look_at = now + LOOK_S
        newest = self._keys[-1]
        return newest.id, newest.key

    def by_id(self, number: int) -> bytes | None:
        """The key to verify a token with, or None. Cost: a dict look-up when it is known."""
        key = self._by_id.get(number)
        if key is None:
            self._look()
            key = self._by_id.get(number)
        return key

    def as_of(self, at_ms: int) -> bytes:
        """The key of a time: by the rule `as_of`. Cost: a `stat`."""
        self._look()
        return as_of(self._keys, at_ms).key

    def rotate(self, now_ms: int) -> int:
        """Make a new current key, durably; answers its id.

        Raises Conflict when ids run out, DiskFull or Unavailable.
        """
        with locked(self._folder / "keys.lock"):
            _rotate(self._path, [self._purpose], now_ms)
        self._look()
        return self.current()[0]

    def rotate_if_due(self, now_ms: int) -> bool:
        """`rotate` when the current key is older than PERIOD_MS; did it?"""
        self._look()
        if not is_due(self._keys, now_ms):
            return False
        with locked(self._folder / "keys.lock"):
            keys = _read(self._path).get(self._purpose, ())
            due = is_due(keys, now_ms)  # unless another process was quicker
            if due:
                _rotate(self._path, [self._purpose], now_ms)
        self._look()
        return due

    def _look(self) -> None:
        stat = os.stat(self._path)  # noqa: PTH116 (a third of Path's cost; asked every slate)
        seen = (stat.st_ino, stat.st_mtime_ns, stat.st_size)
        if seen != self._seen:
            self._keys = _read(self._path)[self._purpose]
            self._by_id = {key.id: key.key for key in self._keys}
            self._seen = seen


class Keys(NamedTuple):
    """All keys of a cell."""

    slot: KeyRing
    media: KeyRing
    viewer: KeyRing
    edition: SigningKey


def open_keys(folder: Path, now_ms: int) -> Keys:
    """The keys in `folder`, made when missing, rotated when due; for all processes the same.

    Raises Unavailable for a file that cannot be read: it is never replaced by a new one, since
    all tokens given out would die with it. Also DiskFull.
    """
    try:
        make_folder(folder, 0o700)
        with locked(folder / "keys.lock"):
            rings = _read(folder / "ring.json")
            due = [name for name in OVERLAPS if is_due(rings.get(name, ()), now_ms)]
            if due:
                _rotate(folder / "ring.json", due, now_ms)
            edition = _signing_key(folder / "edition.ed25519")
    except OSError as error:
        raise port_error(error, folder) from error
    slot, media, viewer = (KeyRing(folder, name) for name in ("slot", "media", "viewer"))
    return Keys(slot, media, viewer, edition)


_Rings = dict[str, tuple[MacKey, ...]]


def _read(path: Path) -> _Rings:
    if not path.exists():
        return {}
    try:
        return msgspec.json.decode(path.read_bytes(), type=_Rings)
    except (OSError, msgspec.DecodeError) as error:
        raise Unavailable(f"{path}: {error}; restore it from a backup") from error


def _rotate(path: Path, purposes: Sequence[str], now_ms: int) -> None:
    """Give each ring of `purposes` a new current key; the caller holds the lock."""
    rings = _read(path)
    for name in purposes:
        secret = secrets.token_bytes(KEY_BYTES)
        rings[name] = rotated(rings.get(name, ()), secret, now_ms, OVERLAPS[name])
    try:
        write_durably(path, msgspec.json.format(msgspec.json.encode(rings)))
    except OSError as error:
        raise port_error(error, path) from error


def _signing_key(path: Path) -> SigningKey:
    if path.exists():
        raw = path.read_bytes()
        if len(raw) != KEY_BYTES:
            raise Unavailable(f"{path}: {len(raw)} bytes are no key; restore it from a backup")
        private = Ed25519PrivateKey.from_private_bytes(raw)
    else:
        private = Ed25519PrivateKey.generate()
        write_durably(path, private.private_bytes_raw())
    public = private.public_key().public_bytes_raw()
    return SigningKey(hashlib.sha256(public).hexdigest()[:16], private, public)
