"""How long stories stay good."""

from __future__ import annotations

import pytest

from jhalak.understanding.lifetime import half_life_h, lifetime_h, with_decay


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


def test_what_was_observed_takes_over_from_what_was_expected() -> None:
    assert with_decay(100, 10, 0) == 100
    few, many = with_decay(100, 10, 50), with_decay(100, 10, 50_000)
    assert 30 < many < few < 100
    assert many == pytest.approx(30, rel=0.05)
    assert with_decay(100, 0, 50_000) == 100


def test_a_half_life_is_read_from_falling_rates() -> None:
    hours = [1.0, 3.0, 5.0, 9.0]
    rates = [0.1 * 2 ** (-hour / 4) for hour in hours]
    assert half_life_h(hours, rates, [100.0] * 4) == pytest.approx(4.0)
    assert half_life_h(hours, rates[::-1], [100.0] * 4) == 0.0
    assert half_life_h(hours[:2], rates[:2], [100.0] * 2) == 0.0
