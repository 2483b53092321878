"""Letters as people see them, in a time that is linear whatever somebody sends."""

from __future__ import annotations

import unicodedata
from itertools import islice
from typing import Final

import regex

MOST: Final = 32
"""Marks on one letter that are kept: no script has a third of them."""
_GRAPHEME: Final = regex.compile(r"\X")
_PILE: Final = regex.compile(rf"(\p{{M}}{{{MOST}}})\p{{M}}+")


def composed(text: str) -> str:
    """NFC, without what piles up beyond MOST marks. To put n marks of one letter in their order
    costs n * n: of 250 kB of them a minute, and nothing else runs in the process meanwhile."""
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", _PILE.sub(r"\1", text))


def graphemes(text: str, most: int) -> list[int]:
    """Where the first `most` letters begin, as people count them. All of 20,000 flags without a
    blank would take a second: which two make one is told from where they begin."""
    return [match.start() for match in islice(_GRAPHEME.finditer(text), most)]
