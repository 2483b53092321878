"""What a person does with the application from the first minute to the last, in six languages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Beside
from tests.journeys.conftest import Opener
from tests.journeys.looks import broken, kept_out
from tests.journeys.phone import Phone
from tests.journeys.tap import Tap
from tests.remembered import until_remembered

LANGUAGES = ("hi", "ta", "te", "bn", "ur", "en")
INSPECTED = ("hi", "ur", "en")
SLOTS = 6
"""Cards of an edition of the server of these tests (conftest.py)."""


class Inspector:
    """Looks at each screen on the way: nothing stands out of it, and axe finds nothing."""

    def __init__(self, phone: Phone) -> None:
        self.phone = phone
        self.found: dict[str, list[str]] = {}

    def look(self, name: str) -> None:
        self.phone.settled()
        axe = kept_out(self.phone.page) if self.phone.language in INSPECTED else []
        if faults := broken(self.phone.page) + axe:
            self.found[name] = faults


@pytest.mark.parametrize("language", LANGUAGES)
def test_from_the_first_minute_to_the_last(phone: Opener, language: str) -> None:
    it = phone(language, reduced_motion="reduce")
    inspector = Inspector(it)
    first_minute(it, inspector)
    three_editions(it)
    offline_and_back(it)
    why_hide_and_undo(it, inspector)
    reader_and_feed(it, inspector)
    own_pages(it, inspector)
    export(it)
    another_language(it)
    erase(it, inspector)
    assert inspector.found == {}


def first_minute(it: Phone, inspector: Inspector) -> None:
    it.open()
    it.page.locator("button.tile").first.wait_for()
    inspector.look("languages")
    it.page.locator(f'button.tile[value="{it.language}"]').click()
    it.go_on()
    it.page.locator("button.tile").first.click()
    inspector.look("topics")
    it.go_on()
    assert it.page.locator('[aria-pressed="true"], input:checked').count() == 0, "nothing is ticked"
    assert it.page.locator("button.go").is_disabled()
    it.page.locator('button.pill[value="25-34"]').click()
    it.page.locator('button.way[data-personal="true"]').click()
    inspector.look("consent")
    it.go_on()
    it.card()
    inspector.look("lock screen")
    root = it.page.locator("html")
    assert root.get_attribute("lang") == it.language
    assert root.get_attribute("dir") == ("rtl" if it.language == "ur" else "ltr")


def three_editions(it: Phone) -> None:
    """To the third edition, card by card; none comes twice."""
    seen = [it.item()]
    for _ in range(2 * SLOTS):
        it.swipe()
        seen.append(it.item())
    assert len(set(seen)) == 2 * SLOTS + 1
    it.page.keyboard.press("ArrowRight" if it.language == "ur" else "ArrowLeft")
    it.until(f"it && it.dataset.item === {json.dumps(seen[-1])}", ".card.current")


def offline_and_back(it: Phone) -> None:
    """The edition in hand works in flight mode, also after a new start."""
    it.page.evaluate("() => navigator.serviceWorker.ready.then(() => 1)")
    it.until("navigator.serviceWorker.controller", "body")
    before = it.item()
    it.forgiven = ("ERR_INTERNET_DISCONNECTED",)
    it.context.set_offline(True)
    it.page.reload()
    assert it.item() == before
    it.swipe()
    it.page.locator('.card.current [data-action="like"]').click()
    liked = it.item()
    name = json.dumps(f"likes/item/{liked}")
    until_remembered(it.page, "relations", f"it?.some(([said]) => said === {name})")
    it.context.set_offline(False)
    it.page.reload()
    assert it.item() == liked
    pressed = it.page.locator('.card.current [data-action="like"]').get_attribute("aria-pressed")
    assert pressed == "true", "what was said offline holds"


def why_hide_and_undo(it: Phone, inspector: Inspector) -> None:
    shown, publisher = it.item(), it.card().locator(".publisher").inner_text()
    it.card().locator('[data-action="why"]').click()
    sheet = it.page.locator('[role="dialog"]')
    assert sheet.locator(".sentence").inner_text().strip()
    inspector.look("why")
    row = sheet.locator('[data-verb="hides"][data-kind="creator"]')
    assert publisher in row.inner_text()
    row.click()
    it.until(
        "it && it.getAttribute('aria-pressed') === 'true'", '[data-verb="hides"][data-kind=creator]'
    )
    it.page.keyboard.press("Escape")
    sheet.wait_for(state="detached")
    assert it.card().locator(".publisher").inner_text() != publisher, "hidden at once"
    it.page.goto(f"{it.origin}/#/me/said")
    undo = it.page.locator("main li", has_text=publisher).locator("button")
    undo.click()
    it.until("it", 'main li button[aria-pressed="true"]')
    it.page.goto(f"{it.origin}/#/")
    it.card()
    held = it.page.evaluate("() => document.querySelectorAll('.segments span').length")
    assert held >= SLOTS, f"{shown} is there again"


def reader_and_feed(it: Phone, inspector: Inspector) -> None:
    headline = it.headline()
    it.page.keyboard.press("Enter")
    sheet = it.page.locator('[role="dialog"]')
    sheet.locator("article p").first.wait_for()
    assert headline.rstrip("…") in sheet.locator("h2").inner_text()
    inspector.look("reader")
    it.page.keyboard.press("Escape")
    sheet.wait_for(state="detached")
    it.page.goto(f"{it.origin}/#/feed")
    it.page.locator(".reel .stop:not([inert]) h2").wait_for()
    inspector.look("feed")


def own_pages(it: Phone, inspector: Inspector) -> None:
    every = ("", "/interests", "/history", "/said", "/languages", "/erase", "/about")
    for page in every if it.language in INSPECTED else every[:2]:
        it.page.goto(f"{it.origin}/#/me{page}")
        it.page.locator("main.page h1").wait_for()
        it.page.wait_for_load_state("networkidle")
        inspector.look(f"me{page}")


def export(it: Phone) -> None:
    it.page.goto(f"{it.origin}/#/me")
    with it.page.expect_download() as download:
        # The row before the one that erases.
        it.page.locator("main.page button.row:has(+ button.row .danger)").click()
    document = json.loads(Path(download.value.path()).read_text("utf-8"))
    assert {"viewer", "relations", "consents", "activity", "profile"} <= set(document)
    assert document["viewer"]["languages"] == [it.language]


def another_language(it: Phone) -> None:
    other = "en" if it.language != "en" else "hi"
    it.page.goto(f"{it.origin}/#/me/languages")
    it.page.locator(f'button.tile[value="{it.language}"]').click()
    it.page.locator(f'button.tile[value="{other}"]').click()
    it.go_on()
    it.until(f"it.lang === '{other}' && it.dir === 'ltr'", "html")
    it.page.goto(f"{it.origin}/#/")
    assert it.card().get_attribute("data-language") == other


def erase(it: Phone, inspector: Inspector) -> None:
    it.page.goto(f"{it.origin}/#/me/erase")
    it.page.locator("button.gone").click()
    it.page.locator("button.tile").first.wait_for()
    assert it.page.locator(".card").count() == 0
    it.page.reload()
    it.page.locator("button.tile").first.wait_for()
    inspector.look("erased")


def test_a_second_visit_costs_nothing(phone: Opener, server: Beside) -> None:
    tap = Tap(server.port)
    it = phone("hi", port=tap.port)
    it.open()
    it.first_run()
    it.page.evaluate("() => navigator.serviceWorker.ready.then(() => 1)")
    it.until("navigator.serviceWorker.controller", "body")
    it.page.wait_for_load_state("networkidle")
    it.page.close()
    tap.fresh()
    it.page = it.context.new_page()
    it.open()
    it.card()
    it.settled()
    asked = [line for line in tap.asked if "/v1/events" not in line]
    assert asked == []
    assert tap.size < 2000, "what the viewer did was told, and nothing was fetched"
    tap.close()
