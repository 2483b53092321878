"""Each of the thirteen languages on a phone: visible, inside its box, in its own script."""

from __future__ import annotations

from typing import Any

import pytest

from jhalak.schema.languages import LANGUAGES
from tests.page.mock_jhalak import starter_cards
from tests.page.test_lock_screen import turn
from tests.page.waiting import settled, until

# What sticks out of the phone, or is cut by an ancestor that hides overflow.
OVERFLOWING = """() => {
  const phone = document.getElementById("app").getBoundingClientRect();
  const shown = [".card.current .foot", "header", "footer", ".page", ".toast"]
    .map((place) => `${place} *`).join();
  return [...document.querySelectorAll(shown)].filter((e) => {
    const box = e.getBoundingClientRect();
    if (!box.width || e.closest("svg, .art, .unseen")) return false;
    const wide = e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== "inline";
    return wide || box.left < phone.left - 0.5 || box.right > phone.right + 0.5;
  }).map((e) => `${e.className || e.tagName}: ${e.textContent}`);
}"""

GAPS = """() => {
  const box = (s) => document.querySelector(s).getBoundingClientRect();
  const headline = document.querySelector(".card.current .headline");
  return {
    clock: box(".clock").bottom, text: box(".card.current .head").top,
    lines: Math.round(headline.offsetHeight / parseFloat(getComputedStyle(headline).lineHeight)),
    foot: box(".card.current .meta").bottom, segments: box(".segments").top,
    segmentsEnd: box(".segments").bottom, hint: box(".hint").top, hintEnd: box(".hint").bottom,
    phone: box("#app").bottom,
  };
}"""


def stands_well(page: Any) -> None:
    """Nothing overflows, nothing lies on anything else."""
    settled(page)
    assert page.evaluate(OVERFLOWING) == []
    at = page.evaluate(GAPS)
    assert at["clock"] < at["text"]
    assert at["lines"] <= 4
    assert at["foot"] <= at["segments"] <= at["segmentsEnd"] <= at["hint"]
    assert at["hintEnd"] <= at["phone"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_card_stands_well_in(language: str, opened: Any) -> None:
    page = opened(language)
    headline = page.locator(".card.current .headline")
    assert headline.is_visible()
    assert page.locator("html").get_attribute("lang") == language
    direction = "rtl" if language == "ur" else "ltr"
    assert headline.evaluate("e => getComputedStyle(e).direction") == direction
    assert page.locator("html").get_attribute("dir") == direction
    stands_well(page)
    turn(page, "ArrowLeft" if language == "ur" else "ArrowRight")
    stands_well(page)


@pytest.mark.parametrize("language", ["en", "hi", "ta", "ur", "ml"])
def test_a_very_long_headline_stays_below_the_clock_on_any_screen(
    language: str, opened: Any, jhalak: Any
) -> None:
    words = starter_cards(language)[0]["title"]
    jhalak.change_card = {"headline": " ".join([words] * 6)}
    page = opened(language)
    for width, height in [(412, 915), (320, 568), (360, 740), (1280, 900)]:
        page.set_viewport_size({"width": width, "height": height})
        settled(page)
        stands_well(page)
        assert page.locator(".card.current .headline").inner_text().endswith("…")


@pytest.mark.parametrize("language", ["hi", "ur", "ml"])
def test_the_first_minute_stands_well_in(language: str, opened: Any) -> None:
    page = opened()
    page.locator(f".tile[value={language}]").click()
    until(page, f"document.documentElement.lang === '{language}'")
    for width in (412, 320):
        page.set_viewport_size({"width": width, "height": 700})
        settled(page)
        assert page.evaluate(OVERFLOWING) == []
    for place in (".art", ".pill"):
        page.locator(".wide.go").click()
        page.wait_for_selector(place)
        settled(page)
        assert page.evaluate(OVERFLOWING) == []
