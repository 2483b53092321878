"""Indic scripts in Latin letters, as people type them: one table for nine scripts.

The Unicode blocks of the Indic scripts are laid out alike, so a letter's place in its block says
what it sounds like in all of them.
"""

from __future__ import annotations

from typing import Final

_BLOCKS: Final = (0x0900, 0x0980, 0x0A00, 0x0A80, 0x0B00, 0x0B80, 0x0C00, 0x0C80, 0x0D00)
_VOWELS: Final = {
    0x05: "a", 0x06: "aa", 0x07: "i", 0x08: "ee", 0x09: "u", 0x0A: "oo", 0x0B: "ri", 0x0D: "e",
    0x0E: "e", 0x0F: "e", 0x10: "ai", 0x11: "o", 0x12: "o", 0x13: "o", 0x14: "au",
}  # fmt: skip
_SIGNS: Final = {
    0x3E: "aa", 0x3F: "i", 0x40: "ee", 0x41: "u", 0x42: "oo", 0x43: "ri", 0x45: "e", 0x46: "e",
    0x47: "e", 0x48: "ai", 0x49: "o", 0x4A: "o", 0x4B: "o", 0x4C: "au",
}  # fmt: skip
_CONSONANTS: Final = {
    0x15: "k", 0x16: "kh", 0x17: "g", 0x18: "gh", 0x19: "n", 0x1A: "ch", 0x1B: "chh", 0x1C: "j",
    0x1D: "jh", 0x1E: "n", 0x1F: "t", 0x20: "th", 0x21: "d", 0x22: "dh", 0x23: "n", 0x24: "t",
    0x25: "th", 0x26: "d", 0x27: "dh", 0x28: "n", 0x29: "n", 0x2A: "p", 0x2B: "ph", 0x2C: "b",
    0x2D: "bh", 0x2E: "m", 0x2F: "y", 0x30: "r", 0x31: "r", 0x32: "l", 0x33: "l", 0x34: "zh",
    0x35: "v", 0x36: "sh", 0x37: "sh", 0x38: "s", 0x39: "h", 0x58: "q", 0x59: "kh", 0x5A: "g",
    0x5B: "z", 0x5C: "d", 0x5D: "dh", 0x5E: "f", 0x5F: "y",
}  # fmt: skip
_NUKTA_OF: Final = {"k": "q", "kh": "kh", "g": "g", "j": "z", "d": "d", "dh": "dh", "ph": "f"}
_NASAL: Final = frozenset((0x01, 0x02, 0x70))
_NUKTA, _VIRAMA, _ADDAK = 0x3C, 0x4D, 0x71


def romanised(text: str, *, schwa: bool = False) -> str:
    """The text with every Indic letter in Latin ones; other letters stay.

    >>> romanised("नमक तेल")
    'namak tel'

    With `schwa` a word keeps the vowel that its last consonant carries (the Dravidian way), so
    that one spelling is had by all scripts.
    """
    return " ".join(_word(word, schwa) for word in text.split())


def _word(word: str, schwa: bool) -> str:
    parts: list[str] = []
    carries = False  # the last consonant still carries its inherent vowel
    for letter in word:
        place = _place(letter)
        if place in _SIGNS:
            parts.append(_SIGNS[place])
            carries = False
        elif place == _VIRAMA:
            carries = False
        elif place == _NUKTA:
            if parts:
                parts[-1] = _NUKTA_OF.get(parts[-1], parts[-1])
        elif place in _NASAL:
            parts.append("an" if carries else "n")
            carries = False
        elif place != _ADDAK:
            if carries:
                parts.append("a")
            carries = place in _CONSONANTS
            parts.append(_CONSONANTS.get(place) or _VOWELS.get(place) or letter)
    if carries and (schwa or len(parts) == 1):
        parts.append("a")
    return "".join(parts)


def _place(letter: str) -> int:
    """The letter's place in its Indic block, -1 for another letter."""
    code = ord(letter)
    return code & 0x7F if code & ~0x7F in _BLOCKS else -1
