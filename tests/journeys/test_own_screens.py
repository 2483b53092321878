"""Reader, why, feed and the viewer's own pages, against a real server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from jhalak.schema.languages import LANGUAGES
from tests.journeys.conftest import Opener
from tests.journeys.looks import broken, kept_out
from tests.journeys.phone import Phone

WORDS = Path(__file__).parents[2] / "web" / "viewer" / "src" / "words" / "messages"
SCREENS = {
    "#/feed": "article h2",
    "#/me": "[data-topic], [data-language]",
    "#/me/interests": "[data-topic]",
    "#/me/history": "li",
    "#/me/said": "li",
    "#/me/languages": ".tile",
    "#/me/erase": ".list",
    "#/me/about": "h1",
}
"""Where each is, and what is there once it is."""


def go(it: Phone, place: str, there: str) -> Any:
    """The first of what `there` selects, once the app is at `place`."""
    it.page.evaluate("(place) => { location.hash = place; }", place)
    found = it.page.locator(there).first
    found.wait_for()
    it.settled()
    return found


@pytest.mark.parametrize("language", ["hi", "ur"])
def test_no_screen_keeps_anybody_out_or_breaks(phone: Opener, language: str) -> None:
    it = phone(language, reduced_motion="reduce").open()
    it.first_run("en")
    it.page.keyboard.press("ArrowUp")
    it.page.locator(".sheet h2").wait_for()
    it.settled()
    assert (kept_out(it.page), broken(it.page)) == ([], []), "reader"
    it.page.keyboard.press("Escape")
    it.page.locator(".sheet").wait_for(state="detached")
    it.page.keyboard.press("?")
    it.page.locator(".sheet [data-verb]").first.wait_for()
    it.settled()
    assert (kept_out(it.page), broken(it.page)) == ([], []), "why"
    for place, there in SCREENS.items():
        go(it, place, there)
        assert (kept_out(it.page), broken(it.page)) == ([], []), place
        small = it.page.evaluate("""() => [...document.querySelectorAll("button, a, select")]
          .filter((e) => !e.closest("[inert], [aria-hidden]") && e.checkVisibility())
          .map((e) => [e.innerText, e.getBoundingClientRect()])
          .filter(([, box]) => box.width < 47.5 || box.height < 47.5).map(([text]) => text)""")
        assert small == [], place


def test_large_text_still_fits(phone: Opener) -> None:
    it = phone("hi", reduced_motion="reduce").open()
    it.first_run()
    it.page.evaluate("document.documentElement.style.fontSize = '200%'")
    for place, there in SCREENS.items():
        go(it, place, there)
        assert broken(it.page) == [], place


def test_a_card_is_read_to_its_end(phone: Opener) -> None:
    it = phone("en")
    it.page.clock.install()
    it.open().first_run()
    headline = it.headline()
    it.page.keyboard.press("ArrowUp")
    assert it.page.locator(".sheet h2").first.inner_text() == headline
    it.page.locator("article > p:not(.credit)").first.wait_for()
    it.page.clock.fast_forward(4000)
    it.page.keyboard.press("Escape")
    it.card()
    go(it, "#/me/history", "li")
    assert "To the end" in it.page.locator("ul").inner_text()


def test_less_of_a_topic_holds_at_once_and_can_be_taken_back(phone: Opener) -> None:
    it = phone("en").open()
    it.first_run()
    before = it.item()
    it.page.locator(".card.current [data-action=why]").click()
    assert it.page.locator(".sheet .sentence").inner_text()
    less = it.page.locator(".sheet [data-verb=hides][data-kind=topic]")
    less.click()
    it.until(f"it && it.dataset.item !== {json.dumps(before)}", ".card.current")
    less.click()
    it.until("it && it.getAttribute('aria-pressed') === 'false'", "[data-verb=hides]")
    it.page.keyboard.press("Escape")
    go(it, "#/me/said", "li")
    assert it.page.get_by_role("heading", name="Hidden").count() == 0


def test_the_feed_goes_on_swipe_by_swipe(phone: Opener) -> None:
    it = phone("en", reduced_motion="reduce").open()
    it.first_run()
    go(it, "#/feed", "article h2")
    for n in range(1, 6):
        before = it.page.locator(".stop:not([inert]) article").get_attribute("data-item")
        it.page.keyboard.press("ArrowDown")
        it.until(f"it && it.dataset.item !== {json.dumps(before)}", ".stop:not([inert]) article")
        assert it.page.locator("article").count() <= 5, n
    front = it.page.locator(".stop:not([inert])")
    front.locator("[data-action=like]").click()
    it.until(
        "it && it.getAttribute('aria-pressed') === 'true'", ".stop:not([inert]) [data-action=like]"
    )
    front.locator("[data-action=why]").click()
    it.page.locator(".sheet .row").last.click()
    it.page.locator("[data-reason=spam]").click()
    it.page.locator(".toast").wait_for()
    go(it, "#/me/said", "li")
    go(it, "#/me/history", "li")
    assert "Reported" in it.page.locator("ul").inner_text()


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_follows_nobody_is_told_so_and_led_back(phone: Opener, language: str) -> None:
    it = phone(language, reduced_motion="reduce", viewport={"width": 390, "height": 844}).open()
    it.first_run()
    title = go(it, "#/following", ".words h2")
    catalogue = json.loads((WORDS / f"{language}.json").read_text("utf-8"))
    assert title.inner_text() == catalogue["followsNone"]
    assert title.evaluate("it => it.scrollWidth <= it.clientWidth"), "a word is too long"
    tab = it.page.locator("header .tab[aria-current=true]")
    assert tab.evaluate(
        "it => it.getBoundingClientRect().right <= it.parentElement.getBoundingClientRect().right"
        " && it.getBoundingClientRect().left >= it.parentElement.getBoundingClientRect().left"
    ), "the open tab is out of sight"
    it.page.locator(".words button").first.click()
    it.page.locator("article h2").first.wait_for()
    assert it.page.evaluate("location.hash") == "#/feed"


def test_the_search_is_a_touch_away_from_the_feed(phone: Opener) -> None:
    it = phone("en", reduced_motion="reduce").open()
    it.forgiven = ("401",)  # whether somebody is signed in, and nobody is
    it.first_run()
    go(it, "#/feed", "article h2")
    it.page.locator("header button[aria-expanded]").click()
    it.page.locator("header .find").click()
    it.page.locator("[role=dialog] input").wait_for()
    assert it.page.locator("[role=dialog] h1").inner_text() == "Search"


def test_what_is_said_below_a_card_goes_in_the_cards_direction(phone: Opener) -> None:
    it = phone("ur", reduced_motion="reduce").open()
    it.first_run("en")
    for _ in range(12):
        if it.card().locator(".text").get_attribute("lang") == "en":
            break
        it.swipe()
    parts = it.card().locator(".meta > *")
    ways = parts.evaluate_all("all => all.map((it) => getComputedStyle(it).direction)")
    assert ways == ["ltr"] * 3, "the Urdu ones took their separators along"


def test_what_is_known_is_seen_taken_along_and_erased(phone: Opener, tmp_path: Path) -> None:
    it = phone("en").open()
    it.first_run(topics=2)
    it.page.keyboard.press("ArrowUp")
    it.page.locator(".sheet h2").wait_for()
    known = go(it, "#/me/interests", "[data-topic]").get_attribute("data-topic")
    it.page.get_by_role("button", name="Forget").first.click()
    it.page.locator(".toast").wait_for()
    it.until(f"!it || it.dataset.topic !== {json.dumps(known)}", "[data-topic]")
    go(it, "#/me", "[role=switch]")
    with it.page.expect_download() as coming:
        it.page.get_by_role("button", name="Take my data with me").click()
    coming.value.save_as(tmp_path / "mine.json")
    assert json.loads((tmp_path / "mine.json").read_text("utf-8"))["viewer"]["languages"] == ["en"]
    go(it, "#/me/erase", ".list")
    it.forgiven = ("401",)  # a request under way when the viewer is erased
    it.page.get_by_role("button", name="Delete everything").click()
    it.page.locator("button.tile").first.wait_for()
    assert it.page.evaluate("location.hash") in ("", "#/")


def test_off_stays_off_until_the_viewer_says_so(phone: Opener) -> None:
    it = phone("en").open()
    it.first_run()
    go(it, "#/me", "[role=switch]")
    it.page.get_by_role("switch", name="Turn the lock screen off").click()
    it.page.get_by_role("switch", name="Turn the lock screen off", checked=True).wait_for()
    it.page.goto(f"{it.origin}/")
    it.page.locator("[data-kind=off]").wait_for()
    it.page.get_by_role("button", name="Turn on").click()
    it.card()
