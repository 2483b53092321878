"""What is not a usual day: used up, offline, out of time, recalled, forgotten."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.page.mock_jhalak import MockJhalak
from tests.page.test_lock_screen import item, turn
from tests.page.waiting import until


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "You have seen everything. These are cards from before."),
        ("ur", "آپ سب دیکھ چکے ہیں۔ یہ پہلے کے کارڈ ہیں۔"),
    ],
)
def test_a_used_up_catalogue_is_said_clearly(
    language: str, words: str, opened: Any, jhalak: MockJhalak
) -> None:
    jhalak.level = "exhausted"
    page = opened(language)
    told = page.locator(".level.exhausted")
    assert told.inner_text() == words
    box = told.bounding_box()
    text = page.locator(".card.current .text").bounding_box()
    assert box and text and box["y"] + box["height"] <= text["y"]


def test_a_lower_level_is_said_quietly_and_a_full_one_not_at_all(
    opened: Any, jhalak: MockJhalak
) -> None:
    page = opened("en")
    assert page.locator(".level").count() == 0
    jhalak.level = "popular"
    assert opened("en").locator(".level").inner_text() == "Popular now"


@pytest.mark.parametrize("kind", ["offline", "trouble"])
def test_trouble_is_told_in_words_with_a_retry_and_the_cards_stay(
    kind: str, opened: Any, jhalak: MockJhalak
) -> None:
    jhalak.cards = 3
    page = opened("en", expect_failures=True, alone=True)
    first = item(page)
    turn(page)
    turn(page)
    page.context.set_offline(kind == "offline")
    jhalak.failing = kind == "trouble"
    page.keyboard.press("ArrowRight")
    words = page.locator(".words")
    words.wait_for()
    said = {"offline": "No connection", "trouble": "Something went wrong on our side"}
    assert words.locator("h2").inner_text() == said[kind]
    words.get_by_text("Back to the cards").click()
    turn(page, "ArrowLeft")
    turn(page, "ArrowLeft")
    assert item(page) == first
    turn(page)
    turn(page)
    page.keyboard.press("ArrowRight")
    words.wait_for()
    jhalak.failing = False
    page.context.set_offline(False)
    if kind == "trouble":
        page.get_by_role("button", name="Try again").click()
    until(page, "!document.querySelector('.words')")
    jhalak.wait(lambda: jhalak.editions >= 1 + (kind == "trouble"))
    page.goto("about:blank")
    jhalak.wait(lambda: len({e["slot"] for e in jhalak.events("impression")}) >= 3)


def test_opened_late_it_catches_up_with_the_schedule(opened: Any, jhalak: MockJhalak) -> None:
    now = datetime.now(UTC)

    def times(n: int) -> dict[str, str]:
        begins = now + timedelta(minutes=15 * n - 1)
        edges = (begins, begins + timedelta(minutes=15))
        return dict(zip(("show_from", "show_until"), (e.isoformat() for e in edges), strict=True))

    jhalak.make_card = times
    page = opened("en", clock=True)
    assert page.locator(".segments .done").count() == 1
    page.clock.set_system_time(now + timedelta(minutes=50))
    assert page.locator(".segments .done").count() == 1, "nothing moves while one looks"
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    until(page, "document.querySelectorAll('.segments .done').length === 4")


def test_an_edition_that_is_over_is_not_shown(opened: Any, jhalak: MockJhalak) -> None:
    jhalak.valid_until = (datetime.now(UTC) + timedelta(hours=2)).isoformat()
    page = opened("en", clock=True)
    first = item(page)
    page.clock.set_system_time(datetime.now(UTC) + timedelta(hours=3))
    jhalak.valid_until = (datetime.now(UTC) + timedelta(hours=9)).isoformat()
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    jhalak.wait(lambda: jhalak.editions == 2)
    until(page, f"document.querySelector('.card.current')?.dataset.item !== {first!r}")


def test_before_a_card_whose_check_is_old_recalls_are_asked_for_and_obeyed(
    opened: Any, jhalak: MockJhalak
) -> None:
    jhalak.make_card = lambda n: {"item": f"card{n}"}
    page = opened("en", clock=True)
    turn(page)
    assert jhalak.calls("GET", "/v1/recalls") == []
    page.clock.set_system_time(datetime.now(UTC) + timedelta(minutes=16))
    jhalak.recalls.append("card2")
    page.keyboard.press("ArrowRight")
    until(page, "document.querySelector('.card.current').dataset.item === 'card3'")
    (asked,) = jhalak.calls("GET", "/v1/recalls")
    assert asked.query == {"since": "0"}
    turn(page, "ArrowLeft")
    assert item(page) == "card1"
    assert len(jhalak.calls("GET", "/v1/recalls")) == 1


def test_a_viewer_that_the_server_forgot_begins_again(opened: Any, jhalak: MockJhalak) -> None:
    jhalak.cards = 2
    page = opened("en", expect_failures=True)
    jhalak.known = False
    turn(page)
    page.keyboard.press("ArrowRight")
    page.wait_for_selector(".tile")
    page.reload()
    page.wait_for_selector(".tile")


def test_a_browser_that_may_store_nothing_still_works(opened: Any, jhalak: MockJhalak) -> None:
    page = opened(alone=True)
    page.context.add_init_script(
        "Object.defineProperty(window, 'indexedDB', { get() { throw new Error('refused'); } })"
    )
    page.reload()
    page.locator(".tile[value=en]").click()
    page.locator(".wide.go").click()
    page.locator(".wide.go").click()
    page.locator(".pill").last.click()
    page.locator("[data-personal=true]").click()
    page.locator(".wide.go").click()
    page.wait_for_selector(".card.current")
    turn(page)
    assert page.locator(".segments .done").count() == 2
