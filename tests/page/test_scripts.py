"""Each of the thirteen languages on a phone: visible, inside its box, in its own script."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import Any

import pytest

from jhalak.schema.languages import LANGUAGES
from tests.page.mock_jhalak import PAGE, starter_cards
from tests.page.waiting import settled

FACES = {
    "hi": "Devanagari", "mr": "Devanagari", "bn": "Bengali", "ta": "Tamil", "te": "Telugu",
    "gu": "Gujarati", "kn": "Kannada", "ml": "Malayalam", "pa": "Gurmukhi", "or": "Oriya",
    "ur": "Nastaliq", "en": "Noto Sans", "id": "Noto Sans",
}  # fmt: skip

# What sticks out of the phone, or is cut by an ancestor that hides overflow.
OVERFLOWING = """() => {
  const phone = document.getElementById("phone").getBoundingClientRect();
  const shown = [".card.current .foot", ".top", ".bottom-line", ".sheet-body", ".first", ".toast"]
    .map((place) => `${place} *`).join();
  return [...document.querySelectorAll(shown)].filter((e) => {
    const box = e.getBoundingClientRect();
    if (!box.width || e.closest("svg")) return false;
    const wide = e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== "inline";
    return wide || box.left < phone.left - 0.5 || box.right > phone.right + 0.5;
  }).map((e) => `${e.className || e.tagName}: ${e.textContent}`);
}"""

GAPS = """() => {
  const box = (s) => document.querySelector(s).getBoundingClientRect();
  const headline = document.querySelector(".card.current .headline");
  return {
    clock: box(".clock").bottom, text: box(".card.current .text").top,
    lines: Math.round(headline.offsetHeight / parseFloat(getComputedStyle(headline).lineHeight)),
    foot: box(".card.current .actions").bottom, segments: box(".segments").top,
    segmentsEnd: box(".segments").bottom, hint: box(".hint").top, hintEnd: box(".hint").bottom,
    phone: box("#phone").bottom,
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
def test_a_card_stands_well_in(language: str, opened: Any, jhalak: Any) -> None:
    page = opened(f"?lang={language}")
    assert jhalak.calls("POST", "/v1/viewers")[0].body == {"languages": [language]}
    headline = page.locator(".card.current .headline")
    assert headline.is_visible()
    assert page.locator("html").get_attribute("lang") == language
    direction = "rtl" if language == "ur" else "ltr"
    assert headline.evaluate("e => getComputedStyle(e).direction") == direction
    assert page.locator("html").get_attribute("dir") == direction
    stands_well(page)
    page.keyboard.press("ArrowLeft" if language == "ur" else "ArrowRight")
    stands_well(page)
    page.keyboard.press("Enter")
    page.wait_for_selector(".sheet .summary")
    settled(page)
    assert page.evaluate(OVERFLOWING) == []
    page.keyboard.press("Escape")
    page.locator(".card.current [data-action=taste]").click()
    page.wait_for_selector(".sheet .interests:not([aria-busy])")
    settled(page)
    assert page.evaluate(OVERFLOWING) == []


@pytest.mark.parametrize("language", ["en", "hi", "ta", "ur", "ml"])
def test_a_very_long_headline_stays_below_the_clock_on_any_screen(
    language: str, opened: Any, jhalak: Any
) -> None:
    words = starter_cards(language)[0]["title"]
    jhalak.change_card = {"headline": " ".join([words] * 6)}
    page = opened(f"?lang={language}")
    for width, height in [(412, 915), (320, 568), (360, 740), (1280, 900)]:
        page.set_viewport_size({"width": width, "height": height})
        settled(page)
        stands_well(page)
        assert page.locator(".card.current .headline").inner_text().endswith("…")


@pytest.mark.parametrize("language", ["hi", "ta", "te", "bn", "ur", "or", "pa"])
def test_no_letter_falls_to_a_box(language: str, opened: Any) -> None:
    if not shutil.which("fc-list") or FACES[language] not in _faces():
        pytest.skip(f"no Noto face for {language} on this machine")
    page = opened(f"?lang={language}")
    session = page.context.new_cdp_session(page)
    session.send("DOM.enable")
    session.send("CSS.enable")
    root = session.send("DOM.getDocument")["root"]["nodeId"]
    used = set()
    for place in (".card.current .headline", ".card.current .meta", ".date", ".hint"):
        node = session.send("DOM.querySelector", {"nodeId": root, "selector": place})["nodeId"]
        fonts = session.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]
        used |= {font["familyName"] for font in fonts}
    assert any(FACES[language] in name for name in used)
    assert all(name.startswith("Noto") for name in used)


def _faces() -> str:
    return subprocess.run(["fc-list"], capture_output=True, text=True, check=True).stdout


def test_the_languages_are_shown_in_their_own_scripts_and_fit(opened: Any) -> None:
    page = opened(card=False)
    assert page.locator(".tile").count() == len(LANGUAGES)
    assert set(page.locator(".tile").evaluate_all("a => a.map((e) => e.value)")) == set(LANGUAGES)
    for code in LANGUAGES:
        page.locator(f".tile[value={code}]").click()
        assert page.evaluate(OVERFLOWING) == []
        page.locator(f".tile[value={code}]").click()


def test_every_module_is_asked_for_at_once() -> None:
    named = set(re.findall(r'href="/page/(\w+\.js)"', (PAGE / "index.html").read_text("utf-8")))
    assert named | {"page.js"} == {file.name for file in PAGE.glob("*.js")}


def test_every_text_is_there_in_every_language_with_the_same_places(opened: Any) -> None:
    page = opened(card=False)
    texts = page.evaluate("""async () => (await import("/page/texts.js")).TEXTS""")
    assert set(texts) == set(LANGUAGES)
    for language in LANGUAGES:
        assert texts[language].keys() == texts["en"].keys(), language
        for key, english in texts["en"].items():
            places = sorted(re.findall(r"\{\w+\}", english))
            assert sorted(re.findall(r"\{\w+\}", texts[language][key])) == places, (language, key)


@pytest.mark.parametrize(
    ("language", "time", "date"),
    [
        ("hi", "7:42", "सोमवार, 23 नवंबर"), ("bn", "৭:৪২", "সোমবার ২৩ নভেম্বর"),
        ("pa", "7:42", "ਸੋਮਵਾਰ, 23 ਨਵੰਬਰ"), ("or", "7:42", "ସୋମବାର, 23 ନଭେମ୍ବର"),
        ("ur", "7:42", "پیر، 23 نومبر"), ("id", "19.42", "Senin, 23 November"),
    ],
)  # fmt: skip
def test_clock_and_date_are_written_as_the_language_writes_them(
    language: str, time: str, date: str, opened: Any
) -> None:
    page = opened(card=False)
    written = page.evaluate(
        """async (language) => {
          const { timeText, dateText } = await import("/page/clock.js");
          const now = new Date(2026, 10, 23, 19, 42);
          return [timeText(now, language), dateText(now, language)];
        }""",
        language,
    )
    assert written == [time, date]
