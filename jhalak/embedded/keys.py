"""Keys in a folder: MAC keys of tokens by purpose, and the key that signs editions."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from jhalak.embedded.files import locked, make_folder, write_durably
from jhalak.ports.errors import Unavailable

PURPOSES: Final = ("slot", "viewer")
ROTATE_MS: Final = 30 * 86_400_000
OVERLAP_MS: Final[Mapping[str, int]] = {"slot": 8 * 86_400_000, "viewer": 1 << 62}
"""How long after its successor a key is still accepted: slot tokens live 7 days; viewer tokens
never expire by rotation, they are revoked by epoch."""


class StoredKey(msgspec.Struct, frozen=True):
    """One MAC key."""

    id: int
    """1 to 255."""
    made_ms: int
    secret: str
    """32 bytes, base 64."""


def accepted(keys: list[StoredKey], now_ms: int, overlap_ms: int) -> list[StoredKey]:
    """Those of `keys` (oldest first) whose MACs are accepted: the newest, and each one whose
    successor was made less than `overlap_ms` ago."""
    return [
        key
        for i, key in enumerate(keys)
        if i + 1 == len(keys) or now_ms - keys[i + 1].made_ms < overlap_ms
    ]


def rotated(keys: list[StoredKey], now_ms: int, overlap_ms: int) -> list[StoredKey]:
    """The accepted keys and a new one. Raises Unavailable when all 255 ids are in use."""
    kept = accepted(keys, now_ms, overlap_ms)
    used = {key.id for key in kept}
    last = keys[-1].id if keys else 0
    free = [i for i in [*range(last + 1, 256), *range(1, last + 1)] if i not in used]
    if not free:
        raise Unavailable("all 255 key ids are in use")
    secret = base64.b64encode(secrets.token_bytes(32)).decode()
    return [*kept, StoredKey(free[0], now_ms, secret)]


class Ring:
    """The keys of one purpose."""

    def __init__(self, keys: list[StoredKey]) -> None:
        self._keys = {key.id: base64.b64decode(key.secret) for key in keys}
        self._current = keys[-1].id

    def current(self) -> tuple[int, bytes]:
        return self._current, self._keys[self._current]

    def by_id(self, key_id: int) -> bytes | None:
        return self._keys.get(key_id)


class EditionSigner:
    """The Ed25519 key pair that signs editions."""

    def __init__(self, private: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(private)
        self.public_key = self._key.public_key().public_bytes_raw()
        self.key_id = self.public_key[:6].hex()

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message)


class EmbeddedKeys:
    """All keys of `folder`, made when they are missing, rotated when they are old. Two processes
    that start at once end with the same keys."""

    def __init__(self, folder: Path, now_ms: int) -> None:
        make_folder(folder, 0o700)
        self._folder = folder
        with locked(folder / "keys.lock"):
            self._rings = self._read()
            for purpose in PURPOSES:
                keys = self._rings.setdefault(purpose, [])
                if not keys or now_ms - keys[-1].made_ms >= ROTATE_MS:
                    self._rings[purpose] = rotated(keys, now_ms, OVERLAP_MS[purpose])
            self._write()
            self._signing = self._signing_key()

    def ring(self, purpose: str) -> Ring:
        """The keys of `purpose`, as they were when this was opened."""
        return Ring(self._rings[purpose])

    def signer(self, purpose: str) -> EditionSigner:
        """The key pair of `purpose`; there is one, "edition"."""
        if purpose != "edition":
            raise KeyError(purpose)
        return EditionSigner(self._signing)

    def rotate(self, purpose: str, now_ms: int) -> None:
        """Make a new current key; the others are accepted for their overlap."""
        with locked(self._folder / "keys.lock"):
            self._rings = self._read()
            self._rings[purpose] = rotated(self._rings[purpose], now_ms, OVERLAP_MS[purpose])
            self._write()

    def _read(self) -> dict[str, list[StoredKey]]:
        path = self._folder / "ring.json"
        if not path.exists():
            return {}
        try:
            return msgspec.json.decode(path.read_bytes(), type=dict[str, list[StoredKey]])
        except msgspec.DecodeError as error:
            raise Unavailable(f"{path} is damaged ({error}); restore it from a backup") from error

    def _write(self) -> None:
        write_durably(self._folder / "ring.json", msgspec.json.encode(self._rings))

    def _signing_key(self) -> bytes:
        path = self._folder / "edition.ed25519"
        if not path.exists():
            write_durably(path, Ed25519PrivateKey.generate().private_bytes_raw())
        return path.read_bytes()
