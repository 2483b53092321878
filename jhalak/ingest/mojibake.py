"""UTF-8 that was read as something else: repaired where that is certain, else found."""

from __future__ import annotations

import re
from typing import Final

_SUSPECT: Final = re.compile("[\u0080-\u009f\u00a1-\u00ff\u0152-\u0192\u0370-\u052f\u2500-\u259f]")
"""Letters that mojibake is made of: Latin-1, Greek, Cyrillic, box drawing."""

_CYRILLIC: Final = re.compile("[\u0400-\u04ff\u2500-\u259f]")
_CYRILLIC_CODECS: Final = ("cp866", "cp1251", "koi8-r")
"""ftfy does not try these; a hundred Marathi headlines of real data were read as cp866."""

_INDIC: Final = re.compile("[\u0600-\u06ff\u0900-\u0d7f]")
_LEFTOVER: Final = re.compile(
    "\u00e0[\u00a4-\u00b5][\u0080-\u00ff\u0152-\u2122]?"  # Indic letters begin with E0 A4..B5
    "|[\u00c2\u00c3][\u0080-\u00bf\u20ac\u2122]"
    "|\u00e2\u20ac[\u0080-\uffff]"
    "|[\u00d8-\u00db][\u0080-\u00bf\u0152-\u2122][\u00d8-\u00db]"  # Urdu begins with D8..DB
)


def repair(text: str) -> str:
    """The text as it was meant, or unchanged where nothing sure can be done."""
    if not _SUSPECT.search(text):
        return text
    if len(_CYRILLIC.findall(text)) >= 4:
        for codec in _CYRILLIC_CODECS:
            try:
                repaired = text.encode(codec).decode("utf-8")
            except UnicodeError:
                continue
            if _INDIC.search(repaired):
                return repaired
    from ftfy import fix_encoding

    return fix_encoding(text)


def is_mojibake(text: str) -> bool:
    """Is the text damaged beyond repair? True for U+FFFD and for sequences that no language has."""
    return "\ufffd" in text or bool(_SUSPECT.search(text) and _LEFTOVER.search(text))
