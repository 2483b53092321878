"""How a text is cut into the words that search compares, in all languages alike.

A search index and a query are cut by the same functions, so that a word is found however its
letters were typed: composed or not, with or without nukta, in any digits, with chillu letters or
their old spelling. Marks stay: they are half of an Indic word.

Each word also has keys: how it sounds, roughly, in Latin letters, so that `mausam` finds मौसम and
`mausum`. Two words of one key may differ; a match by key counts for less (feeds/search.py).
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

import regex

from jhalak.understanding.romanise import romanised
from jhalak.understanding.scripts import LATIN, script_of

VERSION: Final = 2
"""Rises with any change of what is below: indexes are built again."""
LONGEST: Final = 40
"""Letters of a word that are compared."""

SOUND, BONES, SOFT = "\ue000", "\ue001", "\ue002"
"""What begins a key: the sound of a word; its consonants alone, of scripts that leave short vowels
to the reader; the sound where voiced and voiceless are one letter. Private use: in no word."""
TAG, KIND, LANGUAGE = "\ue004", "\ue005", "\ue006"
"""What begins a hashtag, the kind of what is found, and its language."""

_WORD: Final = regex.compile(r"[\p{L}\p{M}\p{N}]+")
_TAG: Final = regex.compile(r"(?<![\p{L}\p{M}\p{N}&])[#＃]([\p{L}\p{M}\p{N}_\u200c\u200d]+)")
_JOINERS: Final = regex.compile(r"[\p{Cf}\u034f\u0640'’ʼ]")
"""Joiners, tatweel and apostrophes do not part words (`don't`, `ما‌ہرین`)."""
_HARAKAT: Final = re.compile("[\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed]")
_NUKTAS: Final = re.compile("[\u093c\u09bc\u0a3c\u0abc\u0b3c\u0cbc]")
_ACCENTED: Final = regex.compile(r"(?<=\p{Latin})\p{Mn}+")

_FOLDED: Final = str.maketrans({
    "ൺ": "ണ്", "ൻ": "ന്", "ർ": "ര്", "ൽ": "ല്", "ൾ": "ള്", "ൿ": "ക്", "ൔ": "മ്", "ൕ": "യ്",
    "ൖ": "ഴ്", "ৎ": "ত্", "ൌ": "ൗ",
    "ي": "ی", "ى": "ی", "ئ": "ی", "ك": "ک", "ه": "ہ", "ة": "ہ", "ۃ": "ہ", "أ": "ا", "إ": "ا",
    "ٱ": "ا", "ؤ": "و", "ۀ": "ہ",
    "ਂ": "ੰ", "ँ": "ं", "ঁ": "ং", "ઁ": "ં",
})  # fmt: skip
"""Letters of which people type either."""

_URDU: Final = {
    "ا": "", "آ": "", "ب": "b", "پ": "p", "ت": "t", "ٹ": "t", "ث": "s", "ج": "j", "چ": "ch",
    "ح": "h", "خ": "k", "د": "d", "ڈ": "d", "ذ": "j", "ر": "r", "ڑ": "r", "ز": "j", "ژ": "j",
    "س": "s", "ش": "s", "ص": "s", "ض": "j", "ط": "t", "ظ": "j", "ع": "", "غ": "g", "ف": "p",
    "ق": "k", "ک": "k", "گ": "g", "ل": "l", "م": "m", "ن": "n", "ں": "n", "و": "", "ہ": "h",
    "ھ": "", "ی": "", "ے": "", "ء": "",
}  # fmt: skip
"""Urdu letters as consonants; those that are vowels as often as not have none."""

_SPELT: Final = (
    ("x", "ks"), ("q", "k"), ("tch", "ch"), ("ph", "p"), ("f", "p"), ("zh", "l"), ("z", "j"),
    ("w", "v"), ("gya", "jna"), ("ck", "k"),
)  # fmt: skip
_HARD_C: Final = re.compile("c(?!h)")
_SOFT_C: Final = re.compile("c(?=[eiy])")
_BREATH: Final = re.compile("(?<=[bcdgjklprst])h|h$")
_SILENT_E: Final = re.compile("[a-z]{3}[lnrt]e$")
_VOWELS: Final = re.compile("[aeiou]+")
_TWICE: Final = re.compile(r"(.)\1+")
_M_BEFORE: Final = re.compile("m(?=[bp]|$)")
_Y_BEFORE: Final = re.compile("(?<=[a-z])y(?=[^aeiouy]|$)")
_SOFTENED: Final = str.maketrans("gdbjc", "ktpss")
_SCHWA_LESS: Final = frozenset(("Beng", "Orya", "Arab"))


def plain(text: str) -> str:
    """The text as its words are compared: NFKC, case and spelling variants folded."""
    text = unicodedata.normalize("NFKC", text).casefold()
    text = _JOINERS.sub("", text).translate(_FOLDED)
    text = _NUKTAS.sub("", _HARAKAT.sub("", text))
    text = unicodedata.normalize("NFC", _ACCENTED.sub("", unicodedata.normalize("NFD", text)))
    # Composing may have brought back what has a nukta of its own.
    return "".join(map(_digit, _NUKTAS.sub("", unicodedata.normalize("NFKC", text))))


def _digit(letter: str) -> str:
    """ASCII for a digit of any script."""
    if letter < "\x80" or not letter.isdecimal():
        return letter
    return str(unicodedata.decimal(letter))


def words(text: str) -> list[str]:
    """The words of a text, in order.

    >>> words("मौसम: २० डिग्री!")
    ['मौसम', '20', 'डिग्री']
    """
    return [word[:LONGEST] for word in _WORD.findall(plain(text))]


def hashtags(text: str) -> list[str]:
    """The hashtags of a text, each once, as they are compared.

    >>> hashtags("#Monsoon in #दिल्ली, #monsoon")
    ['monsoon', 'दिल्ली']
    """
    said = (plain(tag).replace("_", "") for tag in _TAG.findall(text))
    return list(dict.fromkeys(tag[:LONGEST] for tag in said if tag))


@lru_cache(maxsize=65_536)
def keys(word: str) -> tuple[str, ...]:
    """The keys under which a word of an index is found; none for what is too short to tell."""
    script = script_of(word)
    if script == "Arab":
        said = "".join(_URDU.get(letter, "") for letter in word)
        return _kept(BONES, _TWICE.sub(r"\1", _M_BEFORE.sub("n", said)))
    sound = _sound(word, script)
    if not sound:
        return ()
    found = _kept(SOUND, sound)
    if script in _SCHWA_LESS:  # its inherent vowel is written as `o`, `a` or not at all
        found += _kept(BONES, _bones(sound))
    if script == "Taml":
        found += _kept(SOFT, sound.translate(_SOFTENED))
    return found


@lru_cache(maxsize=8192)
def asked_keys(word: str) -> tuple[str, ...]:
    """The keys that a word of a query is looked for under: in whichever script it was meant."""
    script = script_of(word)
    if script != LATIN:
        return keys(word)
    found: list[str] = []
    # English spellings of names end in an `e` that is not said: Indore is इंदौर.
    for said in (word, word[:-1]) if _SILENT_E.search(word) else (word,):
        if sound := _sound(said, script):
            found += _kept(SOUND, sound) + _kept(BONES, _bones(sound))
            found += _kept(SOFT, sound.translate(_SOFTENED))
    return tuple(dict.fromkeys(found))


def _kept(kind: str, key: str) -> tuple[str, ...]:
    least = 3 if kind == BONES else 2
    return (kind + key,) if len(key) >= least else ()


def _sound(word: str, script: str) -> str:
    """Consonants, with what kind of vowel stands between them; `a` is left out but at the start,
    as scripts and people leave it out. "" for a word in letters that we cannot say."""
    if not script:
        return ""
    said = word if script == LATIN else romanised(word)
    if not said.isascii() or not said.isalpha():
        return ""
    for spelt, folded in _SPELT:
        said = said.replace(spelt, folded)
    said = _HARD_C.sub("k", _SOFT_C.sub("s", said))
    said = _BREATH.sub("", said)
    said = _Y_BEFORE.sub("i", _M_BEFORE.sub("n", said))
    begins = _VOWELS.match(said)
    first = (_vowel(begins) or "a") if begins else ""
    return _TWICE.sub(r"\1", first + _VOWELS.sub(_vowel, said[begins.end() if begins else 0 :]))


def _vowel(found: re.Match[str]) -> str:
    """i for front vowels, u for back ones, nothing for a."""
    spelt = found.group()
    if spelt[-1] in "ei" or spelt[0] in "ei":
        return "i"
    return "u" if spelt[-1] in "ou" or spelt[0] in "ou" else ""


def _bones(sound: str) -> str:
    return _TWICE.sub(r"\1", re.sub("[aiuvy]", "", sound))
