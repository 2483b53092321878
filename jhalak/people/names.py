"""Display names, and what people say about themselves: any script, nothing that hides or deceives.

ZWJ and ZWNJ shape letters of Arabic and Indic scripts and join emoji; elsewhere, and at the ends,
nobody sees them, so they are refused there.
"""

from __future__ import annotations

import unicodedata
from typing import Final

import regex

from jhalak.people.composed import composed, graphemes
from jhalak.people.handles import imitates_us

MOST_NAME, MOST_ABOUT = 40, 300
"""Grapheme clusters."""
MOST_MARKS: Final = 4
"""Combining marks on one letter: more of them run over the lines around."""
_HIDDEN: Final = regex.compile(
    r"[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}"
    r"\u2800\u3164\uffa0\u115f\u1160]"
)
"""What is not seen, turns the direction, or means nothing to anybody else."""
_JOINS: Final = regex.compile(
    # Between letters of scripts that it shapes, after a virama or an Arabic letter; in emoji.
    r"(?<=[\p{Arab}\p{Syrc}\p{Mong}\p{Deva}\p{Beng}\p{Guru}\p{Gujr}\p{Orya}\p{Taml}\p{Telu}\p{Knda}"
    r"\p{Mlym}\p{Sinh}])[\u200c\u200d](?=[\p{L}\p{M}])"
    r"|(?<=[\p{Extended_Pictographic}\ufe0f\U0001f3fb-\U0001f3ff])\u200d(?=\p{Extended_Pictographic})"
    r"|(?<=[\p{Extended_Pictographic}#*0-9])\ufe0f"
)
_TAGS: Final = regex.compile(r"(?<=\U0001f3f4)[\U000e0020-\U000e007e]+\U000e007f")
"""Flags of countries that are parts of others."""
_SPACES: Final = regex.compile(r"\s+")
_PILED: Final = regex.compile(rf"\p{{M}}{{{MOST_MARKS + 1},}}")
_READ: Final = regex.compile(r"[\p{L}\p{N}\p{So}]")


def tidy(text: str) -> str:
    """NFC, white space single and none around it."""
    single: str = _SPACES.sub(" ", composed(text))
    return single.strip()


def tidy_about(text: str) -> str:
    """The same line by line, without empty lines at either end."""
    lines = text.replace("\r\n", "\n").split("\n")
    return "\n".join(tidy(line) for line in lines).strip()


def name_refusal(name: str) -> str:
    """Why nobody may be called so; "" where somebody may. `name` is tidy; "" is no name, which is
    allowed."""
    if not name:
        return ""
    said = name_hidden(name, MOST_NAME)
    if said:
        return said
    if not _READ.search(name):
        return "a name has a letter, a digit or a picture at least"
    if imitates_us(name):
        return f"{name!r} is kept free: people would take it for ours"
    return ""


def name_hidden(name: str, most: int) -> str:
    """The same for a name that only its owner sees."""
    return _hidden(name) or _too_long(name, most, "name")


def about_refusal(about: str) -> str:
    """The same for what one says about oneself, which may have several lines."""
    return _hidden(about.replace("\n", " ")) or _too_long(about, MOST_ABOUT, "text")


def _hidden(text: str) -> str:
    """Why it must not be shown."""
    visible = _TAGS.sub("", _JOINS.sub("", text))
    found = _HIDDEN.search(visible)
    if found:
        return (
            f"there is a sign in it that nobody sees, or that turns letters: U+{ord(found[0]):04X}"
        )
    if _PILED.search(unicodedata.normalize("NFD", visible)):
        return f"at most {MOST_MARKS} marks stand on one letter"
    return ""


def _too_long(text: str, most: int, what: str) -> str:
    many = len(graphemes(text, most + 1)) > most
    return f"a {what} has at most {most} letters" if many else ""
