"""Which of the thirteen languages a text is in, or that it is in none of them.

The script decides first, alone for seven languages. Where languages share a script, our own model
(language_training.py, trained on text we own) chooses among those that are ours and their nearest
neighbours, helped by py3langid (BSD, 97+ languages, model in its wheel), which knows the rest of
the world. Hindi in Latin letters is `hi-Latn`: told from English, and not shown as either.
Editions hold one language only, so a doubtful text is `und` rather than guessed.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from jhalak.schema.languages import LANGUAGES
from jhalak.understanding.grams import grams, normalised
from jhalak.understanding.linear import Linear, load
from jhalak.understanding.scripts import LATIN, SCRIPT_OF, script_of, written_in

UNDETERMINED: Final = "und"

_DECIDED_BY_SCRIPT: Final = {
    "Taml": "ta", "Telu": "te", "Gujr": "gu", "Knda": "kn", "Mlym": "ml", "Guru": "pa",
    "Orya": "or",
}  # fmt: skip

_PLAUSIBLE: Final = {
    "Deva": ("hi", "mr", "ne"),
    "Beng": ("bn", "as"),
    "Arab": ("ur", "ar", "fa", "ps", "ug", "sdh"),
    LATIN: (
        "en", "id", "ms", "jv", "tl", "vi", "fr", "de", "es", "pt", "it", "nl", "tr", "sw", "pl",
        "ro", "sv", "da", "no", "fi", "hu", "cs", "sk", "hr", "sl", "sq", "lt", "lv", "et", "ca",
        "af", "so", "ha", "zu", "yo", "rw", "mg", "uz", "la",
    ),
}  # fmt: skip

_SECOND_OPINION: Final = 0.5
"""Weight of py3langid's log-probability (over the root of the bytes) beside our own model's score
in Devanagari, Bengali and Arabic script. Of 0 to 1 the best on sib200's training rows cut to four
words: Hindi 95.3 %, Marathi 93.0 % right."""

_OURS: Final = {"en": 3.0, "id": 3.0, "hi-Latn": 8.0}
"""How much our own model's score counts, in a Latin text, against the distance by which py3langid
likes a foreign language better. With 3 every one of 48 foreign headlines is found, also cut to
four words, at the cost of 2 % of English and Indonesian ones cut so."""

_ROMANISED_BIAS: Final = 0.3
"""Added for Hindi in Latin letters: half of its words are English ones. Of 0 to 0.3 the value at
which both sides of hinglish-top's training rows are right most evenly (98.2 and 94.7 %); English
headlines full of Indian names stay 99.6 % right."""

_HINT_BIAS: Final = 0.8
"""Added for the language that the rest of the source is in."""

_SHARP: Final = 3.0
"""Turns differences of scores into odds."""

_SURE: Final = 0.42
"""With less confidence, and no hint, a text stays undetermined."""

_ASSAMESE: Final = re.compile("[ৰৱ]")
_BENGALI: Final = re.compile("র")
_URDU: Final = re.compile("[ٹڈڑےںہ]")
NAME: Final = "language-1"
"""What is stored with each language that was told from the text."""


def detect(text: str, hint: str = "") -> tuple[str, float]:
    """The language of `text`, one of LANGUAGES or `und`, and how sure that is, in [0, 1].

    `hint` is the language that its source is otherwise in: it decides between neighbours, never
    against the script.
    """
    language, confidence = classify(text, hint)
    return (language, confidence) if language in LANGUAGES else (UNDETERMINED, confidence)


def classify(text: str, hint: str = "") -> tuple[str, float]:
    """As `detect`, but names a language that is not ours where it can (`fr`, `ne`), and a text of
    two scripts `mixed`; `und` is left for a text without letters or between two languages."""
    script = script_of(text)
    if script in _DECIDED_BY_SCRIPT:
        return _DECIDED_BY_SCRIPT[script], 1.0
    if not script:
        return ("mixed" if any(map(str.isalpha, text)) else UNDETERMINED), 0.0
    if script == "Beng" and _ASSAMESE.search(text):
        return "as", 1.0
    if script == "Beng" and _BENGALI.search(text):
        return "bn", 1.0
    if script == "Arab" and len(_URDU.findall(text)) >= 2:
        return "ur", 0.95
    return _nearest(text, script, hint)


def agrees(language: str, text: str) -> bool:
    """Is the text written in the script of `language`, as far as scripts can tell?"""
    return written_in(text, SCRIPT_OF[language])


def dominant(texts: Iterable[str]) -> str:
    """The language that most of a source's texts are in, "" when none has 60 % (of at least 5).

    It is the `hint` for each of them.
    """
    votes = Counter(detect(text)[0] for text in texts)
    if not votes:
        return ""
    language, most = votes.most_common(1)[0]
    total = votes.total()
    return language if language in LANGUAGES and most >= max(5, 0.6 * total) else ""


def _nearest(text: str, script: str, hint: str) -> tuple[str, float]:
    """The likeliest language of the script."""
    # Headlines in Title Case look like names to py3langid: lower case raises English from 91 % to
    # 99 % right on 3,000 news headlines.
    lowered = text.lower()
    model = models().get(script)
    if model is None:
        language, confidence = _identifier()[0].classify(text)
        return str(language), float(confidence)
    own = model.scores(normalised(grams([lowered], model.rule)))[0].astype(np.float64)
    codes = _PLAUSIBLE[script]
    world = _scores(lowered, script) / math.sqrt(len(lowered.encode()) or 1)
    if script == LATIN:
        own[model.labels.index("hi-Latn")] += _ROMANISED_BIAS
        foreign = _foreign(own, model.labels, codes, world, hint)
        if foreign:
            return foreign, 0.5
    else:
        own += _SECOND_OPINION * np.array([world[codes.index(label)] for label in model.labels])
    if hint in model.labels:
        own[model.labels.index(hint)] += _HINT_BIAS
    best = int(own.argmax())
    confidence = float(1.0 / np.exp((own - own[best]) * _SHARP).sum())
    if model.labels[best] != hint and confidence < _SURE:
        return UNDETERMINED, confidence
    return model.labels[best], confidence


def _foreign(
    own: NDArray[np.float64], labels: tuple[str, ...], codes: tuple[str, ...],
    world: NDArray[np.float64], hint: str,
) -> str:  # fmt: skip
    """The foreign language that a Latin text is in, "" where it is one of ours.

    py3langid knows no Hindi in Latin letters, so its best guess for that is foreign: there our
    own model counts more.
    """
    ours = max(world[codes.index("en")], world[codes.index("id")])
    strange = [
        -np.inf if code in LANGUAGES else score for code, score in zip(codes, world, strict=True)
    ]
    best = int(np.argmax(strange))
    mine = labels[int(own.argmax())]
    liking = _OURS[mine] * (float(own.max()) + (_HINT_BIAS if hint in labels else 0.0))
    return codes[best] if ours - strange[best] + liking < 0 else ""


def _scores(text: str, script: str) -> NDArray[np.float64]:
    """float64[plausible languages of the script]: log-probabilities up to a constant."""
    identifier, columns = _identifier()
    raw = identifier._raw_score(identifier._encode(text))
    scores: NDArray[np.float64] = np.asarray(raw, dtype=np.float64)[columns[script]]
    return scores


@lru_cache(maxsize=1)
def models() -> dict[str, Linear]:
    """Script to our own model."""
    folder = files("jhalak.understanding").joinpath("models")
    return {
        script: load(folder.joinpath(f"language-{script}.npz").read_bytes())
        for script in _PLAUSIBLE
    }


@lru_cache(maxsize=1)
def _identifier() -> tuple[Any, dict[str, Any]]:
    """py3langid's model, loaded at the first doubtful text (about a second), and where in its
    scores the plausible languages of each script stand."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    classes = list(identifier.nb_classes)
    columns = {
        script: np.array([classes.index(code) for code in codes])
        for script, codes in _PLAUSIBLE.items()
    }
    return identifier, columns
