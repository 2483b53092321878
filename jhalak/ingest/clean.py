"""A source's text as plain text: no markup, no control characters, NFC, single blanks."""

from __future__ import annotations

import html
import re
from typing import Final

from jhalak.ingest.boilerplate import strip_boilerplate
from jhalak.ingest.mojibake import repair
from jhalak.people.composed import composed, graphemes

MAX_TEXT: Final = 20_000
"""Letters of a field that are looked at; what a card shows is far shorter."""
HEADLINE: Final = 80
"""Graphemes of a card's headline."""
SUMMARY: Final = 1000
"""Letters of a summary."""

_BLOCK: Final = re.compile(
    r"<(script|style)\b[^<>]*>.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)", re.IGNORECASE | re.S
)
"""What is between two tags and no text. One that never ends goes to the end of the text, as in a
browser; so a text of nothing but beginnings costs linear time."""
_BREAK: Final = re.compile(r"<(?:br|/?p|/?div|/?li)\b[^<>]*>", re.IGNORECASE)
_TAG: Final = re.compile(r"<(?:/?[a-zA-Z]|![a-zA-Z\[])[^<>]*>")
_LONG_NUMBER: Final = re.compile(r"&#[0-9]{100,};?")
"""More digits than any letter's number has, zeros before it included; above 4,300 int() raises."""
_VIRAMA: Final = "\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d"
_MEANT_AS_ZWNJ: Final = re.compile(f"(?<=[{_VIRAMA}])[\u200b\u200f\u202d\u206c](?=\\w)")
"""A zero-width space or direction mark between a virama and a letter: sources write it where a
zero-width non-joiner is meant (`ಆರ್ಸಿಬಿ`), and without either the letters would join."""
_INVISIBLE: Final = re.compile(
    "[\u0000-\u0008\u000e-\u001b\u007f-\u0084\u0086-\u009f\u00ad\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffb]"
)
"""Control characters, direction marks and embeddings (which can make a text read otherwise than
it is stored), soft hyphens. Joiners (U+200C, U+200D) are spelling and stay."""
_JOINERS: Final = "\u200c\u200d"
_LOOSE: Final = " ,;:&-–—|/(‘“'\"،؛"
"""What does not stand before an ellipsis."""


def clean(text: str) -> str:
    """Plain text of one field of any kind. Cost: 2 us for a plain headline.

    >>> clean("  <b>AT&amp;T</b>\\n5 &lt; 6 ")
    'AT&T 5 < 6'
    """
    text = repair(_without_markup(text[:MAX_TEXT]))
    if not text.isascii():
        text = _MEANT_AS_ZWNJ.sub("\u200c", text)
    text = composed(_INVISIBLE.sub("", text))
    text = " ".join(text.split())
    return text if text.isascii() else _trimmed(text)


def visible(text: str) -> str:
    """Of what a person typed: control characters and direction marks go, line breaks stay."""
    return composed(_INVISIBLE.sub("", text)).strip()


def clean_title(text: str) -> str:
    """As `clean`, and without the lines that scraping left behind the headline."""
    text = text[:MAX_TEXT].strip()
    return clean(strip_boilerplate(text))


def headline(title: str) -> tuple[str, bool]:
    """At most HEADLINE graphemes of a clean title, with an ellipsis where it was cut, and whether
    it was. It is cut at a word's end; inside a word only when that alone is longer, and there not
    behind a virama, which would show where the letters were to join."""
    if len(title) <= HEADLINE:
        return title, False
    starts = graphemes(title, HEADLINE + 1)
    if len(starts) <= HEADLINE:
        return title, False
    end = starts[HEADLINE - 1]
    if title[end] != " ":
        blank = title.rfind(" ", 0, end)
        word = title[blank + 1 :].partition(" ")[0]
        if blank > 0 and len(graphemes(word, HEADLINE)) < HEADLINE:
            end = blank
        else:
            end = _inside_word(title, starts[: HEADLINE - 1], end)
    return (title[:end].rstrip(_LOOSE) or title[:end]) + "…", True


def _inside_word(title: str, starts: list[int], end: int) -> int:
    """The last of `starts` or `end` that no virama stands before."""
    while len(starts) > 1 and title[:end].rstrip(_JOINERS)[-1:] in _VIRAMA:
        end = starts.pop()
    return end


def shortened(summary: str) -> str:
    """At most SUMMARY letters, cut between words with an ellipsis."""
    if len(summary) <= SUMMARY:
        return summary
    cut = summary[: SUMMARY - 1]
    blank = cut.rfind(" ")
    return (cut[:blank] if blank > SUMMARY // 2 else cut).rstrip() + "…"


def _trimmed(text: str) -> str:
    """Without joiners at the edges, where they join nothing; but one after a virama is spelling:
    Malayalam writes its chillu letters so (`പിടിയില്‍`)."""
    text = text.lstrip(_JOINERS + " ")
    bare = text.rstrip(_JOINERS + " ")
    spelt = bare[-1:] in _VIRAMA and text[len(bare) : len(bare) + 1] in _JOINERS
    return text[: len(bare) + 1] if bare and spelt else bare


def unescaped(text: str) -> str:
    """Entities decoded. A number that names no letter, however long it is, becomes U+FFFD."""
    return html.unescape(_LONG_NUMBER.sub("\ufffd", text) if "&#" in text else text)


def _without_markup(text: str) -> str:
    """Tags out, entities decoded, also where a source escaped them twice."""
    for _ in range(3):
        if "<" in text:
            text = _TAG.sub("", _BREAK.sub(" ", _BLOCK.sub(" ", text)))
        if "&" not in text:
            return text
        decoded = unescaped(text)
        if decoded == text:
            return text
        text = decoded
    return _TAG.sub("", text)
