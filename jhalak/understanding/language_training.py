"""Training the language model on text that Jhalak owns: its starter catalogue and what lies in
data/ beside this file."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Final

import numpy as np

from jhalak.understanding.grams import GramRule, grams, normalised
from jhalak.understanding.linear import Linear, train
from jhalak.understanding.romanise import romanised

RULE: Final = GramRule(1, 5, 17, words=True)
NAMES: Final = {"Deva": "hi mr ne", "Beng": "bn as", "Arab": "ur fa ar", "Latn": "en id hi-Latn"}
"""The languages of each script's model."""
WRITTEN: Final = ("hi", "mr", "ne", "as", "fa", "ar")
"""Languages of which lines and common words lie in data/: neighbours of each other, and such that
are not ours."""
WINDOWS: Final = 24
"""Pieces of 1 to 10 words that are cut from each text: titles are short."""
FILLED, UNFILLED = 12, 3
"""Sentences that are made of each written line with and without gaps."""


def train_languages(texts: Mapping[str, Sequence[str]], seed: int = 0) -> dict[str, Linear]:
    """Script to model, from owned texts by language (all of ours that share a script).

    Cost: about 20 s.
    """
    owned = {code: list(lines) for code, lines in texts.items()}
    for code in WRITTEN:
        owned.setdefault(code, []).extend(_lines(f"{code}.txt"))
    random = np.random.default_rng(seed)
    choices = _fillings(texts["en"])
    written = _filled(_lines("hi_latn.txt"), choices, random)
    spoken = written + [romanised(text) for text in texts["hi"]]
    owned["hi-Latn"] = [_spelt(line, random) for line in spoken]
    owned["id"] += _filled(_lines("id_short.txt"), choices, random)
    owned["en"] += _filled(_lines("en_short.txt"), choices, random)
    return {
        script: _train(script, {code: owned[code] for code in codes.split()}, seed)
        for script, codes in NAMES.items()
    }


def _train(script: str, texts: Mapping[str, Sequence[str]], seed: int) -> Linear:
    random = np.random.default_rng(seed)
    pieces: list[str] = []
    labels: list[int] = []
    for label, lines in enumerate(texts.values()):
        own = [piece for line in lines for piece in _pieces(line.lower(), random)]
        pieces += own
        labels += [label] * len(own)
    rows = normalised(grams(pieces, RULE))
    weights, bias = train(
        rows, np.array(labels), 1 << RULE.bits, len(texts), c=2.0, seed=seed, balanced=True
    )
    return Linear(
        f"language-{script}-1", RULE, tuple(texts), np.empty(0, np.float32), weights, bias
    )


def _pieces(line: str, random: np.random.Generator) -> list[str]:
    """The line, and windows of it."""
    words = line.split()
    pieces = [line]
    for _ in range(WINDOWS if len(words) > 1 else 0):
        size = int(random.integers(1, 11))
        start = int(random.integers(0, max(len(words) - size, 0) + 1))
        pieces.append(" ".join(words[start : start + size]))
    return pieces


def _fillings(english: Sequence[str]) -> dict[str, list[str]]:
    """What may stand in each gap: `n` nouns, also any word of English texts, `p`, `i`
    and `j` names, `t` times."""
    fill = dict(line.split(" ", 1) for line in _lines("fill.txt"))
    words = [word.lower() for text in english for word in re.findall(r"[A-Za-z]{4,}", text)]
    return {
        "n": fill["n"].split() + words, "t": fill["t"].split("|"),
        "p": fill["p"].split(), "i": fill["i"].split(),
        "j": fill["j"].split(),
    }  # fmt: skip


def _filled(
    lines: Sequence[str], choices: Mapping[str, Sequence[str]], random: np.random.Generator
) -> list[str]:
    """Each line a few times, its gaps filled."""
    return [
        re.sub(r"\{(.)\}", lambda gap: str(random.choice(choices[gap[1]])), line)
        for line in lines
        for _ in range(FILLED if "{" in line else UNFILLED)
    ]


_SPELLINGS: Final = (
    ("aa", "a"), ("ee", "i"), ("oo", "u"), ("v", "w"), ("mein", "me"), ("main", "mai"),
    ("ph", "f"), ("chh", "ch"), ("hain", "hai"), ("kya", "kia"), ("nahi", "nahin"),
    ("aie", "aiye"), ("aye", "aaye"), ("jiye", "jie"),
)  # fmt: skip


def _spelt(line: str, random: np.random.Generator) -> str:
    """The line with some of its spellings changed to others that are as usual."""
    for usual, other in _SPELLINGS:
        if random.random() < 0.5:
            line = line.replace(usual, other)
    return line


def _lines(name: str) -> list[str]:
    text = files("jhalak.understanding").joinpath("data", name).read_text("utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]
