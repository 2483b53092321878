"""Marks are put on their letters, and piles of them cost nothing."""

from __future__ import annotations

import time
import unicodedata

import pytest

from jhalak.ingest.clean import clean, headline, visible
from jhalak.people.comment_text import cleaned, refusal
from jhalak.people.composed import MOST, composed, graphemes
from jhalak.people.names import about_refusal, tidy, tidy_about

PILES = ["a" + "\u0301" * 60_000 + "\u0323" * 60_000, "\u0301\u0323" * 60_000,
         "é" + "\u0345\u0334" * 60_000]  # fmt: skip


@pytest.mark.parametrize("text", ["", "plain", "e\u0301", "क्\u200dष", "ṩ s\u0323\u0307", "한"])
def test_what_people_write_is_in_nfc(text: str) -> None:
    assert composed(text) == unicodedata.normalize("NFC", text)


def test_as_many_marks_as_any_script_has_stay() -> None:
    text = "x" + "\u0335" * MOST
    assert composed(text) == text and composed(text + "\u0335" * 9 + "y") == text + "y"


@pytest.mark.parametrize("read", [composed, clean, visible, cleaned, tidy, tidy_about])
@pytest.mark.parametrize("pile", PILES)
def test_a_pile_of_marks_stops_nobody(pile: str, read: object) -> None:
    began = time.thread_time()
    assert len(read(pile)) < 100  # type: ignore[operator]
    assert time.thread_time() - began < 0.5


def test_letters_are_counted_as_people_count_them() -> None:
    assert graphemes("e\u0301क्षि🇮🇳x", 9) == [0, 2, 6, 8]
    assert graphemes("abc", 2) == [0, 1] and graphemes("", 2) == []


@pytest.mark.parametrize("read", [headline, refusal, about_refusal])
def test_flags_without_end_stop_nobody(read: object) -> None:
    began = time.thread_time()
    assert read("🇮🇳" * 20_000)  # type: ignore[operator]
    assert time.thread_time() - began < 0.2
