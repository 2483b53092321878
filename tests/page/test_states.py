"""What is not a usual day: used up, offline, forgotten; and the other rooms of the page."""

from __future__ import annotations

from typing import Any

import pytest

from tests.page.mock_jhalak import MockJhalak
from tests.page.waiting import until


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "You have seen everything. These are cards from before."),
        ("hi", "आपने सब देख लिया। ये पहले के कार्ड हैं।"),
        ("ur", "آپ سب دیکھ چکے ہیں۔ یہ پہلے کے کارڈ ہیں۔"),
    ],
)
def test_a_used_up_catalogue_is_said_clearly(
    language: str, words: str, opened: Any, jhalak: MockJhalak
) -> None:
    jhalak.level = "exhausted"
    page = opened(f"?lang={language}")
    told = page.locator(".level .exhausted")
    assert told.inner_text() == words
    assert told.is_visible()
    box = told.bounding_box()
    text = page.locator(".card.current .text").bounding_box()
    assert box and text and box["y"] + box["height"] <= text["y"]
    page.locator(".card.current [data-action=like]").click()
    note = page.locator(".toast").bounding_box()
    assert note and note["y"] >= box["y"] + box["height"], "a note does not cover it"
    page.locator(".card.current [data-action=taste]").click()
    assert page.locator(".sheet .exhausted").inner_text() == words


def test_videos_say_so_too_when_they_are_used_up(opened: Any, jhalak: MockJhalak) -> None:
    page = opened("?lang=en")
    jhalak.level = "exhausted"
    page.get_by_role("button", name="Videos").click()
    page.wait_for_selector(".videos .exhausted")
    assert page.locator(".videos .exhausted").is_visible()


def test_a_lower_level_is_said_quietly_and_a_full_one_not_at_all(
    opened: Any, jhalak: MockJhalak
) -> None:
    page = opened("?lang=en")
    assert page.locator(".level .note").count() == 0
    jhalak.level = "popular"
    page = opened("?lang=en")
    assert page.locator(".level .note").inner_text() == "Popular now"


@pytest.mark.parametrize("kind", ["offline", "server"])
def test_trouble_is_told_in_words_with_a_retry_and_the_cards_stay(
    kind: str, opened: Any, jhalak: MockJhalak
) -> None:
    page = opened("?lang=en", expect_failures=True, alone=True)
    first = page.locator(".card.current .headline").inner_text()
    page.context.set_offline(kind == "offline")
    jhalak.failing = kind == "server"
    for _ in range(12):
        page.keyboard.press("ArrowRight")
    words = page.locator(".words")
    words.wait_for()
    expected = "No connection" if kind == "offline" else "Something went wrong on our side"
    assert words.locator("h2").inner_text() == expected
    words.get_by_text("Back to the cards").click()
    for _ in range(11):
        page.keyboard.press("ArrowLeft")
    assert page.locator(".card.current .headline").inner_text() == first
    for _ in range(12):
        page.keyboard.press("ArrowRight")
    page.locator(".words").wait_for()
    page.context.set_offline(False)
    jhalak.failing = False
    page.get_by_role("button", name="Try again").click()
    until(page, "localStorage.getItem('jhalak.edition').includes('edition2')")
    assert len({e["slot"] for e in jhalak.events("impression")}) >= 12, "nothing seen was lost"


def test_the_first_visit_says_when_there_is_no_server(opened: Any, jhalak: MockJhalak) -> None:
    jhalak.failing = True
    page = opened(card=False, expect_failures=True)
    page.locator(".tile[value=hi]").click()
    page.locator(".go").click()
    page.wait_for_selector(".told:not(:empty)")
    assert page.locator(".told").inner_text() == "हमारी तरफ़ से कुछ गड़बड़ हुई"
    jhalak.failing = False
    page.locator(".go").click()
    page.wait_for_selector(".card.current")


def test_a_viewer_that_the_server_forgot_begins_again(opened: Any, jhalak: MockJhalak) -> None:
    page = opened("?lang=en", expect_failures=True)
    jhalak.known = False
    page.goto(jhalak.origin)
    page.wait_for_selector(".card.current")
    for _ in range(12):
        page.keyboard.press("ArrowRight")
    page.wait_for_selector(".tiles")
    assert page.evaluate("Object.keys(localStorage).length") == 0


def test_the_language_is_switched_for_the_same_viewer(opened: Any, jhalak: MockJhalak) -> None:
    page = opened("?lang=en")
    page.get_by_role("button", name="Languages").click()
    chosen = page.locator(".tile[aria-pressed=true]")
    assert chosen.evaluate_all("all => all.map((e) => e.value)") == ["en"]
    page.locator(".tile[value=en]").click()
    page.locator(".tile[value=ta]").click()
    page.locator(".go").click()
    page.wait_for_selector(".card.current[data-language=ta]")
    put = jhalak.calls("PUT", "/v1/me/preferences")[0]
    assert put.body == {"languages": ["ta"], "profiled": True, "data_budget_bytes": 5_000_000}
    assert len(jhalak.calls("POST", "/v1/viewers")) == 1
    page.goto(f"{jhalak.origin}/?lang=ur")
    page.wait_for_selector(".card.current[data-language=ur], .card.current[data-language=ta]")
    assert jhalak.languages == ["ur", "ta"]
    assert page.locator("html").get_attribute("dir") == "rtl"


def test_starting_over_asks_once_more_then_forgets_everything(
    opened: Any, jhalak: MockJhalak
) -> None:
    page = opened("?lang=en")
    page.locator(".card.current [data-action=taste]").click()
    restart = page.locator(".row.danger")
    restart.click()
    assert jhalak.calls("DELETE", "/v1/me") == []
    assert "Tap again" in restart.inner_text()
    restart.click()
    page.wait_for_selector(".tiles")
    assert len(jhalak.calls("DELETE", "/v1/me")) == 1
    assert page.evaluate("Object.keys(localStorage).length") == 0


def test_videos_lie_one_under_the_other_and_what_was_watched_is_told(
    opened: Any, jhalak: MockJhalak
) -> None:
    page = opened("?lang=hi", clock=True)
    page.get_by_role("button", name="वीडियो").click()
    page.wait_for_selector(".video.current h2")
    first = page.locator(".video.current h2").inner_text()
    assert page.locator(".video.current .duration").inner_text() == "0:34"
    page.clock.run_for(160)
    page.keyboard.press("ArrowDown")
    until(page, "document.querySelector('.video.current')?.dataset.at === '1'")
    assert page.locator(".video.current h2").inner_text() != first
    page.keyboard.press("Escape")
    page.wait_for_selector(".card.current")
    page.clock.run_for(3000)
    jhalak.wait(lambda: bool(jhalak.events("play")))
    played = jhalak.events("play")[0]
    assert played["slot"].startswith("f")
    assert played["slot"].endswith(".0")
    assert played["value"] >= 100


def test_a_page_that_may_store_nothing_still_works(opened: Any, jhalak: MockJhalak) -> None:
    page = opened(card=False, alone=True)
    page.context.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new Error('refused'); } })"
    )
    page.goto(f"{jhalak.origin}/?lang=en")
    page.wait_for_selector(".card.current")
    page.keyboard.press("ArrowRight")
    assert page.locator(".segments .done").count() == 2
