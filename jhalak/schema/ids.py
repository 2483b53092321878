"""Public spellings of the 63-bit numbers that name viewers and slates."""

from __future__ import annotations

import secrets
from typing import Final

ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32, lower case
_VALUE: Final = {letter: value for value, letter in enumerate(ALPHABET)}
LENGTH: Final = 13  # 13 x 5 bits hold 63


def new_id() -> int:
    """A random number in [1, 2**63)."""
    return secrets.randbits(63) or 1


def spell(number: int) -> str:
    """Write `number` (0 <= number < 2**63) as 13 letters."""
    letters = []
    for _ in range(LENGTH):
        letters.append(ALPHABET[number & 31])
        number >>= 5
    return "".join(reversed(letters))


def parse(text: str) -> int:
    """Read what `spell` wrote. Raises ValueError for anything else."""
    if len(text) != LENGTH:
        raise ValueError(f"an id has {LENGTH} letters, this has {len(text)}")
    number = 0
    for letter in text:
        value = _VALUE.get(letter)
        if value is None:
            raise ValueError(f"an id has no letter {letter!r}")
        number = number << 5 | value
    if number >= 1 << 63:
        raise ValueError("an id is smaller than 2**63")
    return number
