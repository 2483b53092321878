"""Strings that are out to break a page: by what they execute, or by the room they take."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

MARK = "window.hacked=1"
"""What they would do if they were executed."""

SCRIPTS = (
    f"<script>{MARK}</script>", f"<img src=x onerror={MARK}>", f'"><svg onload={MARK}>',
    f"'><body onfocus={MARK} autofocus>", f"javascript:{MARK}//",
    f"</title><script>{MARK}</script>",
    f"<iframe srcdoc='<script>parent.{MARK}</script>'>", "<style>*{background:url(//x.example)}",
    f"<a href='javascript:{MARK}'>x</a>", f"<math><mtext><img src onerror={MARK}>",
    f"{{{{constructor.constructor('{MARK}')()}}}}", f"${{{MARK}}}", f"{{@html '<b>{MARK}'}}",
    f"#{{{MARK}}}", f"<%= {MARK} %>", "{n, plural, other {#}}", "'{'{}}", "__proto__",
    "constructor",
    "&lt;b&gt;&#x3c;script&#x3e;", f"<noscript><p title='</noscript><img src onerror={MARK}>'>",
    "<base href=//x.example>", "<meta http-equiv=refresh content=0;url=//x.example>",
    "\\u003cscript\\u003e", "%3Cscript%3E", "<!--", "]]>", "*/</style>", "';--", "\0\x01\x1b[31m",
)  # fmt: skip
BIDI = "\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u200e\u200f\u061c"
ZERO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u034f\u180e"
MARKS = "".join(map(chr, [*range(0x300, 0x36F), *range(0x483, 0x489), 0x0E4A, 0x0E4B, 0x0ECA]))
WIDE = (
    "\ufdfd", "\U0001242b", "\u2e3b", "W", "ഌൌ", "क्ष्म्य्", "𝕎", "㍿", "\u3000", "\u2028",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\U0001f3f4\U000e0067\U000e0062\U000e007f",
)  # fmt: skip
WORDS = ("समाचार", "செய்திகள்", "వార్తలు", "খবর", "خبریں", "news", "ಸುದ್ದಿ", "ਖ਼ਬਰ", "ସମ୍ବାଦ")


def _script(rng: random.Random) -> str:
    return f"{rng.choice(WORDS)} {rng.choice(SCRIPTS)} {rng.choice(WORDS)}"


def _bidi(rng: random.Random) -> str:
    parts = [rng.choice(BIDI) * rng.randint(1, 30) + rng.choice(WORDS) for _ in range(8)]
    return "".join(parts)


def _zero_width(rng: random.Random) -> str:
    flood = "".join(rng.choice(ZERO_WIDTH) for _ in range(rng.randint(1, 400)))
    return rng.choice((flood, rng.choice(WORDS) + flood + rng.choice(WORDS)))


def _combining(rng: random.Random) -> str:
    letters = (rng.choice("aकகAا") for _ in range(rng.randint(1, 12)))
    return "".join(x + "".join(rng.choices(MARKS, k=rng.randint(1, 120))) for x in letters)


def _wide(rng: random.Random) -> str:
    return rng.choice(WIDE) * rng.randint(1, 80)


def _unbroken(rng: random.Random) -> str:
    return rng.choice(WORDS) * rng.randint(1, 40)


def _lines(rng: random.Random) -> str:
    return rng.choice(("\n", "\r\n", "\t", "\v", "\u2029", " ")).join(rng.choices(WORDS, k=30))


def _anything(rng: random.Random) -> str:
    planes = ((0x20, 0xD7FF), (0xE000, 0xFFFD), (0x10000, 0x1FFFF), (0xE0000, 0xE01EF))
    return "".join(chr(rng.randint(*rng.choice(planes))) for _ in range(rng.randint(1, 120)))


KINDS: tuple[Callable[[random.Random], str], ...] = (
    _script, _bidi, _zero_width, _combining, _wide, _unbroken, _lines, _anything,
)  # fmt: skip


def strings(count: int, seed: int = 1) -> Iterator[str]:
    """`count` of them, every script first, then of all kinds in turn; the same for one seed."""
    rng = random.Random(seed)
    for n in range(count):
        yield SCRIPTS[n] if n < min(len(SCRIPTS), count // 2) else KINDS[n % len(KINDS)](rng)
