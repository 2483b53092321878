"""What people write below videos: plain text, as others can read it, and what is found in it.

Nothing is ever markup, nothing leads anywhere: whoever shows it shows its letters. What nobody sees
or what turns letters goes, and so do marks that pile up over the lines around.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import Final

import regex

from jhalak.people.composed import composed, graphemes
from jhalak.people.handles import PATTERN
from jhalak.people.skeleton import likeness

MOST: Final = 1000
"""Graphemes of a comment."""
MOST_LETTERS: Final = 8000
"""Code points; a grapheme may have many."""
MOST_LINES: Final = 20
MOST_MARKS: Final = 4
"""Combining marks on one letter."""
MENTIONS: Final = 10
"""Handles in one comment that are looked up."""
WORDS: Final = 200
"""Words and phrases that one account may filter."""
WORD: Final = 60
"""Letters of one of them."""

_KEPT: Final = (
    # Joiners between letters of scripts that they shape and in emoji; emoji's own forms; flags.
    r"(?<=[\p{Arab}\p{Deva}\p{Beng}\p{Guru}\p{Gujr}\p{Orya}\p{Taml}\p{Telu}\p{Knda}\p{Mlym}\p{Sinh}])"
    r"[\u200c\u200d](?=[\p{L}\p{M}])"
    r"|(?<=[\p{Extended_Pictographic}\ufe0f\U0001f3fb-\U0001f3ff])\u200d"
    r"(?=\p{Extended_Pictographic})"
    r"|(?<=[\p{Extended_Pictographic}#*0-9])\ufe0f"
    r"|(?<=\U0001f3f4)[\U000e0020-\U000e007e]+\U000e007f"
)
_UNSEEN: Final = regex.compile(
    rf"({_KEPT})|[\p{{Cc}}\p{{Cf}}\p{{Cs}}\p{{Co}}\p{{Cn}}\p{{Default_Ignorable_Code_Point}}"
    r"\u2800\u115f\u1160\u3164\uffa0]"
)
_BREAKS: Final = regex.compile(r"\r\n?|[\n\v\f\x85\u2028\u2029]")
_BLANKS: Final = regex.compile(r"[^\S\n]+")
_PILED: Final = regex.compile(rf"(\p{{M}}{{{MOST_MARKS}}})\p{{M}}+")
_MENTION: Final = regex.compile(
    rf"(?<![\p{{L}}\p{{M}}\p{{N}}_.@/])@({PATTERN})(?![\p{{L}}\p{{M}}\p{{N}}_])"
)
_READ: Final = regex.compile(r"[\p{L}\p{N}\p{P}\p{S}]")


def cleaned(text: str) -> str:
    """`text` as it is kept: NFC, single blanks, at most one empty line running and MOST_LINES
    lines, nothing unseen. Twice is as good as once."""
    plain = _BREAKS.sub("\n", text)
    lines = [_tidy(line) for line in plain.split("\n")]
    kept = [line for at, line in enumerate(lines) if line or (at and lines[at - 1])]
    while kept and not kept[-1]:
        kept.pop()
    while kept and not kept[0]:
        kept.pop(0)
    return "\n".join([*kept[: MOST_LINES - 1], *filter(None, [" ".join(kept[MOST_LINES - 1 :])])])


def _tidy(line: str) -> str:
    shown: str = _UNSEEN.sub(lambda found: found[1] or "", line.replace("\t", " "))
    single: str = _BLANKS.sub(" ", _few_marks(composed(shown)))
    return single.strip()


def _few_marks(text: str) -> str:
    return text if text.isascii() else str(_PILED.sub(r"\1", text))


def refusal(text: str) -> str:
    """Why a cleaned text is no comment; "" where it is one."""
    if not _READ.search(text):
        return "a comment says something: a letter, a digit or a picture at least"
    if len(text) > MOST and len(graphemes(text, MOST + 1)) > MOST:
        return f"a comment has at most {MOST} letters"
    if len(text) > MOST_LETTERS:
        return f"a comment has at most {MOST_LETTERS} code points; this has {len(text)}"
    return ""


def mentions(text: str) -> list[str]:
    """Handles that it names with an @, each once, in their order; MENTIONS at most.

    >>> mentions("@Asha, @ravi.k. and @asha: not a@b.example")
    ['asha', 'ravi.k']
    """
    found = (match[1].rstrip(".") for match in _MENTION.finditer(text.casefold()))
    return list(dict.fromkeys(name for name in found if len(name) > 2))[:MENTIONS]


def mark(text: str) -> bytes:
    """The same for texts that people would read as the same."""
    alike = _likeness(unicodedata.normalize("NFKC", text)) or text
    return blake2b(alike.encode(), digest_size=12).digest()


def tokens(text: str) -> list[str]:
    """Its words as people would read them: `s.p.a.m`, `S P A M` and `ｓｐａｍ` are `spam`.

    >>> tokens("Free S.p.a.m and s p a m")
    ['free', 'sparn', 'and', 'sparn']
    """
    found: list[str] = []
    spelt = False
    for part in unicodedata.normalize("NFKC", text).split():
        word = _likeness(part)
        single = len(part.strip(".,!?*-_")) == 1 and part.strip(".,!?*-_").isalnum()
        if single and spelt and found:
            found[-1] += word
        elif word:
            found.append(word)
        spelt = single
    return found


def holds(text: str, words: Sequence[str]) -> bool:
    """Does it hold one of these words or phrases, whole? `*` at a word's end: whatever follows."""
    if not words:
        return False
    said = tokens(text)
    return any(_within(said, word) for word in words)


def _within(said: Sequence[str], word: str) -> bool:
    wanted, going_on = _wanted(word)
    for start in range(len(said) - len(wanted) + 1) if wanted else ():
        part = said[start : start + len(wanted)]
        last = part[-1].startswith(wanted[-1]) if going_on else part[-1] == wanted[-1]
        if last and tuple(part[:-1]) == wanted[:-1]:
            return True
    return False


@lru_cache(maxsize=4096)
def _wanted(word: str) -> tuple[tuple[str, ...], bool]:
    bare = word.strip()
    return tuple(tokens(bare.rstrip("*"))), bare.endswith("*")


@lru_cache(maxsize=8192)
def _likeness(text: str) -> str:
    return likeness(text)
