"""Lists of words that an operator edits: which classes a text's words belong to.

A file a language in data/words/; files of the same names in a data folder's words/ come on top.
Words count whole, at their boundaries, or with `*` whatever follows; phrases word by word. What
stands under `ok` shields the words inside it. Texts in Latin letters are read twice, as they are
and with digits, signs and gaps in words undone (`k1ll`, `c@sino`, `f.u.c.k`); romanised Hindi also
meets the Hindi list as people spell it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Final, NamedTuple

import regex

from jhalak.understanding.embedding import prepare
from jhalak.understanding.romanise import romanised

CLASSES: Final = ("violence", "sexual", "self_harm", "hate", "gambling", "minors")
OK: Final = "ok"
ROMANISED: Final = "hi-Latn"
SHORTEST_ROMANISED: Final = 5
"""Letters; shorter ones are too often English words."""

_WORD: Final = regex.compile(r"[\p{L}\p{M}\p{N}]+")
_JOINERS: Final = regex.compile("[\u200b-\u200d\ufeff\u00ad'’]")
_LEET: Final = str.maketrans("01345@$!", "oieasasi")
_LEET_WORD: Final = re.compile(r"\S*[a-z]\S*")
_SPACED: Final = re.compile(r"(?<![a-z])(?:[a-z][.\-_* ]){2,}[a-z](?![a-z])")
_SPELLINGS: Final = (("aa", "a"), ("ee", "i"), ("oo", "u"), ("w", "v"), ("chh", "ch"))


class BadWords(Exception):
    """A line of a word list that we do not understand."""


class Entry(NamedTuple):
    """One word or phrase."""

    words: tuple[str, ...]
    open: bool
    """The last word may go on."""
    kind: str
    """One of CLASSES, or OK."""


class Hit(NamedTuple):
    """Where a text holds an entry."""

    kind: str
    words: str


@dataclass(slots=True)
class WordList:
    """Entries by their first word."""

    whole: dict[str, list[Entry]] = field(default_factory=dict)
    begun: dict[str, list[Entry]] = field(default_factory=dict)
    """One-word entries whose word may go on, by that word."""

    def add(self, entry: Entry) -> None:
        at = self.begun if entry.open and len(entry.words) == 1 else self.whole
        at.setdefault(entry.words[0], []).append(entry)

    def hits(self, text: str) -> list[Hit]:
        """What a text from `prepared` holds, shielded words left out."""
        words = _WORD.findall(text)
        found = [
            (at, entry) for at, word in enumerate(words) for entry in self._at(words, at, word)
        ]
        shielded = {
            place for at, entry in found if entry.kind == OK
            for place in range(at, at + len(entry.words))
        }  # fmt: skip
        return [
            Hit(entry.kind, " ".join(words[at : at + len(entry.words)]))
            for at, entry in found
            if entry.kind != OK and not shielded & set(range(at, at + len(entry.words)))
        ]

    def _at(self, words: Sequence[str], at: int, word: str) -> Iterator[Entry]:
        for entry in self.whole.get(word, ()):
            rest = words[at : at + len(entry.words)]
            if len(rest) == len(entry.words) and all(
                have == want or (entry.open and place == len(rest) - 1 and have.startswith(want))
                for place, (have, want) in enumerate(zip(rest, entry.words, strict=True))
            ):
                yield entry
        for end in range(2, len(word) + 1):
            yield from self.begun.get(word[:end], ())


@dataclass(frozen=True, slots=True)
class Words:
    """The lists of all languages."""

    folder: Path | None = None
    """An operator's own files."""
    _lists: dict[str, WordList] = field(default_factory=dict)

    def hits(self, text: str, language: str) -> list[Hit]:
        """What the text holds of its language's list and of the English one. 30 us a headline.

        Raises BadWords for a list that cannot be read.
        """
        own = self._list(language)
        found = own.hits(prepared(text))
        for reading in _readings(text):
            found += own.hits(_folded(reading) if language == ROMANISED else reading)
        return list(dict.fromkeys(found))

    def _list(self, language: str) -> WordList:
        if language not in self._lists:
            made = WordList()
            for entry in self._entries(language):
                made.add(entry)
            self._lists[language] = made
        return self._lists[language]

    def _entries(self, language: str) -> Iterator[Entry]:
        for code in dict.fromkeys((language, "en")):
            for entry in _read(code, self.folder):
                yield entry
                if language == ROMANISED:
                    yield entry._replace(words=tuple(map(_folded, entry.words)))
        if language == ROMANISED:
            for entry in _read("hi", self.folder):
                words = tuple(_folded(romanised(word)) for word in entry.words)
                if len("".join(words)) >= SHORTEST_ROMANISED:
                    yield entry._replace(words=words)


def prepared(text: str) -> str:
    """The text as lists see it: case, compatibility forms and joiners folded."""
    folded: str = _JOINERS.sub("", prepare(text))
    return folded


def parse(lines: Iterable[str], source: str) -> list[Entry]:
    """Entries of a list. Raises BadWords naming the line."""
    found: list[Entry] = []
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        kind, colon, rest = line.partition(":")
        if not colon or kind.strip() not in (*CLASSES, OK):
            raise BadWords(
                f"{source}:{number}: begin a line with one of {', '.join((*CLASSES, OK))} and `:`"
            )
        for phrase in rest.split(","):
            words = tuple(_WORD.findall(prepared(phrase)))
            if words:
                found.append(Entry(words, phrase.rstrip().endswith("*"), kind.strip()))
    return found


def _read(code: str, folder: Path | None) -> list[Entry]:
    path = files("jhalak.understanding").joinpath("data", "words", f"{code}.txt")
    found = parse(path.read_text("utf-8").splitlines(), path.name) if path.is_file() else []
    own = folder / f"{code}.txt" if folder else None
    if own is not None and own.exists():
        try:
            found += parse(own.read_text("utf-8").splitlines(), str(own))
        except (OSError, UnicodeDecodeError) as error:
            raise BadWords(f"{own}: {error}") from None
    return found


def _readings(text: str) -> list[str]:
    """The Latin words of a text with digits and signs undone, and spelt-out words joined."""
    plain = prepared(text)
    if not plain.isascii() and not re.search("[a-z]", plain):
        return []
    leet = _LEET_WORD.sub(lambda word: word[0].translate(_LEET), plain)
    spaced = _SPACED.sub(lambda word: re.sub(r"[^a-z]", "", word[0]), plain)
    return [reading for reading in (leet, spaced) if reading != plain] or (
        [plain] if plain.isascii() else []
    )


@lru_cache(maxsize=4096)
def _folded(text: str) -> str:
    """Romanised Hindi in one of its spellings."""
    for usual, one in _SPELLINGS:
        text = text.replace(usual, one)
    return re.sub(r"(.)\1", r"\1", text)
