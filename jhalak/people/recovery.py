"""Recovery codes: printed when an account is made, each good for one new password.

A code has 16 letters of Crockford's base 32, 80 bits: too many to try, also for whoever has the
hashes.
"""

from __future__ import annotations

import secrets
from hashlib import blake2b
from typing import Final

from jhalak.schema.ids import ALPHABET

COUNT: Final = 10
LENGTH: Final = 16
_ALIKE: Final = str.maketrans("oil", "011")


def new_codes() -> list[str]:
    """Ten, as they are printed: `xxxx-xxxx-xxxx-xxxx`."""
    return [
        _printed("".join(secrets.choice(ALPHABET) for _ in range(LENGTH))) for _ in range(COUNT)
    ]


def code_hash(code: str) -> bytes | None:
    """What is stored of a code, however it was typed; None for what is none."""
    plain = "".join(code.lower().split()).replace("-", "").translate(_ALIKE)
    if len(plain) != LENGTH or any(letter not in ALPHABET for letter in plain):
        return None
    return blake2b(plain.encode(), digest_size=32, person=b"jhalak-recovery").digest()


def _printed(letters: str) -> str:
    return "-".join(letters[i : i + 4] for i in range(0, LENGTH, 4))
