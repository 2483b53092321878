"""How long stories stay good."""

from __future__ import annotations

import pytest

from jhalak.understanding.lifetime import lifetime_h


@pytest.mark.parametrize(
    ("text", "topic_h", "least", "most"),
    [
        ("Gold rate today in your city", 72, 12, 24),
        ("India beat Australia by six wickets", 48, 24, 36),
        ("How to make crispy samosa: recipe", 72, 500, 700),
        ("आज का राशिफल", 720, 12, 60),
        ("Cara membuat rendang", 72, 500, 700),
        ("A new bridge opens", 72, 72, 72),
    ],
)
def test_words_and_topic_tell_a_lifetime(
    text: str, topic_h: float, least: float, most: float
) -> None:
    hours, sure = lifetime_h(text, topic_h)
    assert least <= hours <= most
    assert 0 < sure <= 1
