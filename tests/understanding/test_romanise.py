"""Indic scripts as people type them in Latin letters."""

from __future__ import annotations

import pytest

from jhalak.understanding.romanise import romanised


@pytest.mark.parametrize(
    ("native", "latin"),
    [
        ("नमक तेल", "namak tel"),
        ("की हिंदी", "kee hindee"),
        ("বাংলা", "baanlaa"),
        ("ગુજરાત", "gujaraat"),
        ("फ़िल्म", "film"),
        ("ਪੰਜਾਬ", "panjaab"),
        ("மழை", "mazhai"),
        ("rain 12 في", "rain 12 في"),
    ],
)
def test_letters_sound_alike_in_every_script(native: str, latin: str) -> None:
    assert romanised(native) == latin


def test_the_last_vowel_stays_where_it_is_asked_for() -> None:
    assert romanised("रस", schwa=True) == "rasa"
