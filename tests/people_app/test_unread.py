"""A new part of a series is told, and a dot in the viewer's app says so until it was read."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Beside
from tests.journeys.conftest import STARTER
from tests.journeys.looks import broken, kept_out
from tests.people_app.conftest import Person
from tests.studio.conftest import Page
from tests.studio.test_studio import viewer

WORDS = Path(__file__).parents[2] / "web/viewer/src/words/messages"
UNREAD = "/v1/creators/me/notifications/unread"
DOT = "nav .mine[data-news]"


def said(language: str, *keys: str) -> list[str]:
    words = json.loads((WORDS / f"{language}.json").read_text("utf-8"))
    return [words[key] for key in keys]


def looked_at(one: Person, what: str) -> None:
    one.page.wait_for_load_state("networkidle")
    assert (what, kept_out(one.page), broken(one.page)) == (what, [], [])


@pytest.fixture(scope="module")
def part(server: Beside, browser: Any, clip: Any) -> dict[str, Any]:
    """Asha's series of one video, another one that is live, and cards for the lock screen."""
    ingest = [sys.executable, "-m", "jhalak", "ingest", str(STARTER), "--data", str(server.data)]
    subprocess.run([*ingest, "--lenient", "--reviewed"], check=True, capture_output=True)
    asha = Person(browser, server)
    asha.join("asha.pots", "Asha")
    first, second = (asha.upload(clip(hue), f"Pots {hue}") for hue in (5, 140))
    said = {"title": "Pots", "language": "en", "videos": [first]}
    made = asha.ask("POST", "/v1/creators/me/series", data=said)
    return {"asha": asha, "series": made["id"], "first": first, "second": second}


def reader(browser: Any, server: Beside, language: str, video: str) -> Person:
    """Who saved the video."""
    one = Person(browser, server, language)
    one.join(f"reader.{language}")
    token = one.ask("POST", "/v1/creators/me/viewer", data={})["token"]
    saved = one.context.request.fetch(
        f"{one.origin}/v1/me/saves/item/{video}", method="PUT",
        headers={"authorization": f"Bearer {token}"},
    )  # fmt: skip
    assert saved.ok
    return one


def test_a_dot_says_that_there_is_something_new_until_it_was_read(
    browser: Any, server: Beside, people: list[Page], part: dict[str, Any]
) -> None:
    readers = [reader(browser, server, language, part["first"]) for language in ("hi", "ur")]
    people += readers
    for one in readers:
        one.page.goto(one.origin)
        one.page.locator("nav .mine").wait_for()
        one.page.wait_for_load_state("networkidle")
        assert one.page.locator(DOT).count() == 0
    videos = {"videos": [part["first"], part["second"]]}
    part["asha"].ask("PATCH", f"/v1/creators/me/series/{part['series']}", data=videos)
    for one in readers:
        one.told("part")
        follow_the_dot(one, part["second"])
    # Whom nobody signed in for asks for nothing.
    guest = Person(browser, server)
    people.append(guest)
    asked: list[str] = []
    guest.page.on("request", lambda request: asked.append(str(request.url)))
    viewer(guest)
    guest.page.goto(guest.origin)
    guest.page.locator("nav .mine").wait_for()
    guest.page.wait_for_load_state("networkidle")
    assert asked and not [url for url in asked if "/creators/" in url]


def follow_the_dot(one: Person, video: str) -> None:
    """From the lock screen to what it is about, and back, where it is gone."""
    page, language = one.page, one.language
    me, news = said(language, "me", "newNotices")
    page.goto(one.origin)
    page.locator(DOT).wait_for()
    assert page.locator("nav .mine").get_attribute("aria-label") == f"{me}: {news}"
    side = "left" if language == "ur" else "right"
    look = f"(button) => getComputedStyle(button, '::after').{side}"
    assert page.locator(DOT).evaluate(look) == "9px", "where the line ends"
    looked_at(one, "lock screen")
    page.locator("nav .mine").click()
    row = page.locator(".row").first
    row.wait_for()
    assert row.inner_text().strip() == news
    looked_at(one, "me")
    row.click()
    notice = page.locator('[data-kind="part"]')
    notice.wait_for()
    assert "Asha" in notice.inner_text() and "Pots" in notice.inner_text()
    sentence = notice.locator(".text")
    way = sentence.evaluate("(element) => getComputedStyle(element).direction")
    assert way == ("rtl" if language == "ur" else "ltr"), "whatever script the names are of"
    looked_at(one, "notifications")
    assert one.ask("GET", UNREAD) == {"unread": 0}
    page.goto(one.origin)
    page.locator("nav .mine").wait_for()
    page.wait_for_load_state("networkidle")
    assert page.locator(DOT).count() == 0
    assert page.locator("nav .mine").get_attribute("aria-label") == me
    one.open("notifications")
    notice.locator("button").click()
    page.wait_for_url(f"**/people/v/{video}")
