"""Passwords of operators: Argon2id, salted, as PHC strings; and how often one may be tried.

Cost of one hash: 19 MiB and two passes (OWASP's least), 40 ms of a free core; call it in a thread.
"""

from __future__ import annotations

import os
import unicodedata
from collections import OrderedDict
from typing import Final

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

LEAST, MOST = 12, 1000
"""Letters of a password."""
MOST_NAME: Final = 100
"""Letters of an account's name."""
_MEMORY_KIB, _PASSES, _LANES, _BYTES, _SALT = 19_456, 2, 1, 32, 16


def normal(text: str) -> str:
    """One spelling of what is typed: keyboards differ in how they compose letters."""
    return unicodedata.normalize("NFC", text)


def hashed(password: str) -> str:
    """A PHC string with a salt of its own."""
    kdf = Argon2id(
        salt=os.urandom(_SALT), length=_BYTES, iterations=_PASSES, lanes=_LANES,
        memory_cost=_MEMORY_KIB,
    )  # fmt: skip
    return kdf.derive_phc_encoded(normal(password).encode())


def matches(password: str, phc: str) -> bool:
    """Is it the password that `phc` was made from? In constant time."""
    try:
        Argon2id.verify_phc_encoded(normal(password).encode(), phc)
    except (InvalidKey, ValueError):
        return False
    return True


NOBODY: Final = (
    "$argon2id$v=19$m=19456,t=2,p=1$LDpITOQcFs9IN6E8lcvwNQ"
    "$MfOvZ4te/3HmqWTkUFUKf9Stv/wCpHZiocomiWmn9J4"
)
"""What a name that nobody has is compared with: it must take as long as one that somebody has."""


class Tries:
    """Failures by key within a window: `most`, then none for the rest of it. For one thread."""

    def __init__(self, most: int, window_ms: int, keys: int = 10_000) -> None:
        self._most, self._window_ms, self._keys = most, window_ms, keys
        self._failed: OrderedDict[str, list[int]] = OrderedDict()

    def wait_ms(self, key: str, now_ms: int) -> int:
        """How long no further try is allowed; 0: one is."""
        recent = [at for at in self._failed.get(key, ()) if at > now_ms - self._window_ms]
        return recent[0] + self._window_ms - now_ms if len(recent) >= self._most else 0

    def failed(self, key: str, now_ms: int) -> None:
        recent = [at for at in self._failed.pop(key, ()) if at > now_ms - self._window_ms]
        self._failed[key] = [*recent, now_ms]
        if len(self._failed) > self._keys:
            self._failed.popitem(last=False)

    def take_back(self, key: str) -> None:
        """The last one was no failure."""
        if failed := self._failed.get(key):
            failed.pop()

    def forget(self, key: str) -> None:
        self._failed.pop(key, None)
