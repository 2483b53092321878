"""What must not be shown while locked: word lists, the classifier, and failures that end closed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from jhalak.schema.languages import LANGUAGES
from jhalak.understanding import safety
from jhalak.understanding.safety import UNCHECKED, bait, verdicts
from jhalak.understanding.words import CLASSES, BadWords, Words, parse

LINES = [
    line.split("\t")
    for line in (Path(__file__).parent / "lines" / "safety.tsv").read_text("utf-8").splitlines()
]
WORDS = Words()


def language_of(code: str, text: str) -> str:
    return "hi-Latn" if code == "hi" and text.isascii() else code


def found(text: str, language: str = "en") -> set[str]:
    return {hit.kind for hit in WORDS.hits(text, language)}


def test_the_lines_are_300_in_13_languages_half_of_them_clean() -> None:
    assert len(LINES) == 300
    assert {code for code, _, _ in LINES} == set(LANGUAGES)
    assert sum(label == "clean" for _, label, _ in LINES) == 150
    assert {label for _, label, _ in LINES} == {"clean", *CLASSES}


def test_the_judged_half_of_the_lines() -> None:
    """Lists and thresholds were set on the lines with even places; these are the others."""
    judged = LINES[1::2]
    texts = [text for _, _, text in judged]
    said = verdicts(texts, [language_of(code, text) for code, _, text in judged], WORDS)
    unsafe = [bool(verdict.classes) for verdict in said]
    harmful = [label != "clean" for _, label, _ in judged]
    assert sum(a and b for a, b in zip(unsafe, harmful, strict=True)) >= 0.85 * sum(harmful)
    false = sum(a and not b for a, b in zip(unsafe, harmful, strict=True))
    assert false <= 0.05 * (len(harmful) - sum(harmful))


@pytest.mark.parametrize(
    "text",
    [
        "Scunthorpe and Essex share the cup",
        "Killer whale filmed off the coast",
        "A cocktail of fruit juices",
        "Sex education in schools",
    ],
)
def test_words_inside_words_and_shielded_ones_are_harmless(text: str) -> None:
    assert found(text) == set()


def test_disguised_words_are_read_through() -> None:
    assert "self_harm" in found("ways to k1ll myself")
    assert "gambling" in found("free c@sino spins")
    assert "sexual" in found("f.u.c.k you")
    assert "sexual" in found("f u c k you")


def test_hindi_is_found_as_people_type_it() -> None:
    assert "self_harm" in found("usne aatmahatya kar li", "hi-Latn")
    assert "self_harm" in found("usne atmahatya kar li", "hi-Latn")


def test_english_words_count_in_every_language() -> None:
    assert "sexual" in found("नया porn वीडियो", "hi")


def test_an_operator_s_own_list_adds_and_shields(tmp_path: Path) -> None:
    (tmp_path / "en.txt").write_text("violence: paintball*\nok: murder mystery weekend, casino\n")
    own = Words(tmp_path)
    assert {hit.kind for hit in own.hits("Paintballs fly", "en")} == {"violence"}
    assert own.hits("the casino closes", "en") == []


def test_a_line_that_is_no_list_is_named() -> None:
    with pytest.raises(BadWords, match=r"en\.txt:2: begin a line with one of violence"):
        parse(["violence: blood", "cruelty: whip"], "en.txt")


def broken(*_: object, **__: object) -> None:
    raise OSError("injected")


@pytest.mark.parametrize("what", ["model", "confidence", "bait"])
def test_whatever_fails_leaves_texts_unchecked(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(safety, what, broken)
    assert [verdict.classes for verdict in verdicts(["rain", "sun"], ["en", "en"], WORDS)] == [
        (UNCHECKED,), (UNCHECKED,),
    ]  # fmt: skip


def test_a_bad_list_leaves_texts_unchecked(tmp_path: Path) -> None:
    (tmp_path / "en.txt").write_bytes(b"\xff\xfe broken")
    assert verdicts(["rain"], ["en"], Words(tmp_path))[0].classes == (UNCHECKED,)
    (tmp_path / "en.txt").write_text("no such class: rain")
    assert verdicts(["rain"], ["en"], Words(tmp_path))[0].classes == (UNCHECKED,)


def test_vectors_of_a_wrong_width_leave_texts_unchecked() -> None:
    wrong = np.ones((1, 3), np.float32)
    assert verdicts(["rain"], ["en"], WORDS, wrong)[0].classes == (UNCHECKED,)


def test_bait_is_a_score() -> None:
    plain: Callable[[str], float] = bait
    assert plain("India beat Australia by six wickets") == 0.0
    assert 0 < bait("You won't believe what happened next!!!") <= 1.0
    assert bait("SHOCKING: DOCTORS HATE THIS ONE TRICK!!") > bait("Shocking price of onions")
