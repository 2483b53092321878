"""Which script a text is written in: the first and surest sign of its language."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from typing import Final

LATIN: Final = "Latn"

_BLOCKS: Final = (
    (0x0041, 0x024F, LATIN),
    (0x1E00, 0x1EFF, LATIN),
    (0x0600, 0x06FF, "Arab"),
    (0x0750, 0x077F, "Arab"),
    (0x08A0, 0x08FF, "Arab"),
    (0xFB50, 0xFDFF, "Arab"),
    (0xFE70, 0xFEFE, "Arab"),
    (0x0900, 0x097F, "Deva"),
    (0x0980, 0x09FF, "Beng"),
    (0x0A00, 0x0A7F, "Guru"),
    (0x0A80, 0x0AFF, "Gujr"),
    (0x0B00, 0x0B7F, "Orya"),
    (0x0B80, 0x0BFF, "Taml"),
    (0x0C00, 0x0C7F, "Telu"),
    (0x0C80, 0x0CFF, "Knda"),
    (0x0D00, 0x0D7F, "Mlym"),
)
"""Unicode blocks of the scripts that our languages use; every other letter counts as `Zyyy`."""

OTHER: Final = "Zyyy"

SCRIPT_OF: Final = {
    "en": LATIN, "id": LATIN, "hi": "Deva", "mr": "Deva", "ta": "Taml", "te": "Telu",
    "bn": "Beng", "gu": "Gujr", "kn": "Knda", "ml": "Mlym", "pa": "Guru", "or": "Orya",
    "ur": "Arab",
}  # fmt: skip
"""Language code to the script that we show it in (ISO 15924)."""

NATIVE_SHARE: Final = 0.3
"""With this share of a script's letters a text that also has Latin words is that script's: brands
and names stay English in headlines (`Surat: સુરતમાં ફરી ...`)."""

MINOR_SHARE: Final = 0.1
"""With this share a text is in a script that its source names (`WhatsApp Undo: জেনে নিন`)."""

STRAY_SHARE: Final = 0.02
"""A Latin text with more foreign letters than this mixes languages."""


@lru_cache(maxsize=8192)
def _script_of_letter(letter: str) -> str:
    """The letter's script; "" for what is no letter (digits, marks, signs)."""
    if not letter.isalpha():
        return ""
    code = ord(letter)
    if 0x02B0 <= code <= 0x02FF:  # modifier letters serve as quotation marks in headlines
        return ""
    return next((script for low, high, script in _BLOCKS if low <= code <= high), OTHER)


def letters_by_script(text: str) -> dict[str, int]:
    """Script to its number of letters in `text`; vowel signs and digits do not count.

    >>> letters_by_script("Surat: સુરતમાં")
    {'Latn': 5, 'Gujr': 4}
    """
    counts: dict[str, int] = {}
    for letter, times in Counter(text).items():
        script = _script_of_letter(letter)
        if script:
            counts[script] = counts.get(script, 0) + times
    return counts


def script_of(text: str) -> str:
    """The script that the text is written in, or "" when it has no letters or mixes too much.

    The largest non-Latin script wins from NATIVE_SHARE of the letters; a Latin text may hold only
    STRAY_SHARE of others.
    """
    counts = letters_by_script(text)
    total = sum(counts.values())
    if not total:
        return ""
    latin = counts.pop(LATIN, 0)
    if not counts:
        return LATIN
    script, most = max(counts.items(), key=lambda pair: pair[1])
    if most >= NATIVE_SHARE * total:
        # Two native scripts in one text are two languages in one card.
        return script if most >= 0.9 * (total - latin) else ""
    return LATIN if total - latin <= STRAY_SHARE * total else ""


def written_in(text: str, script: str) -> bool:
    """Can a source that says so be right that the text is in `script`?

    True where `script_of` says the same, and for a mostly Latin text whose only other letters are
    of `script` and make up MINOR_SHARE.
    """
    if script_of(text) == script:
        return True
    counts = letters_by_script(text)
    latin, own = counts.pop(LATIN, 0), counts.get(script, 0)
    return len(counts) == 1 and own >= MINOR_SHARE * (own + latin) and script != LATIN and own > 0
