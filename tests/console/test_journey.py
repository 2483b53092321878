"""An operator's day: sign in, watch it learn, look a viewer up, change a weight, stop an arm."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.console.conftest import PASSWORD, Cell
from tests.journeys.looks import kept_out

DESK = {"width": 1280, "height": 900}
PATIENCE_MS = 30_000


class Desk:
    """A browser at an operator's desk, and what was wrong in it."""

    def __init__(self, browser: Any, cell: Cell, **options: Any) -> None:
        self.origin = f"http://127.0.0.1:{cell.server.port}"
        self.complaints: list[str] = []
        self.context = browser.new_context(viewport=DESK, **options)
        self.context.set_default_timeout(PATIENCE_MS)
        self.context.on("request", self._only_ours)
        self.context.on("weberror", lambda it: self.complaints.append(f"error: {it.error}"))
        self.context.on("console", self._heard)
        self.page = self.context.new_page()

    def _only_ours(self, request: Any) -> None:
        if not request.url.startswith((self.origin + "/", "data:", "blob:")):
            self.complaints.append(f"request to another host: {request.url}")

    def _heard(self, said: Any) -> None:
        if said.type in ("error", "warning") and "status of 40" not in said.text:
            self.complaints.append(f"{said.type}: {said.text}")

    def sign_in(self) -> None:
        self.page.goto(f"{self.origin}/console/")
        self.page.get_by_label("Name").fill("asha")
        for password in ("not this one", PASSWORD):
            self.page.get_by_label("Password").fill(password)
            self.press("Sign in")
            self.page.get_by_text("asha, admin").or_(self.page.get_by_role("alert")).wait_for()

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def go(self, page: str) -> None:
        self.page.get_by_role("link", name=page, exact=True).click()

    def see(self, text: str | re.Pattern[str]) -> Any:
        found = self.page.get_by_text(text).first
        found.wait_for()
        return found

    def ask_why(self) -> None:
        """R, once the decision before is through: until then keys mean nothing."""
        self.page.locator('button[aria-keyshortcuts="R"]').click(trial=True)
        self.page.keyboard.press("r")
        self.page.get_by_role("group", name="Why?").wait_for()

    def whole(self) -> None:
        """Nothing is wider than the window, and axe finds nothing."""
        wide = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0
        assert kept_out(self.page) == []


@pytest.fixture
def desk(browser: Any, cell: Cell) -> Iterator[Desk]:
    made = Desk(browser, cell, color_scheme="dark")
    made.sign_in()
    yield made
    made.context.close()
    assert made.complaints == []


def test_an_operator_watches_looks_up_changes_and_stops(desk: Desk, cell: Cell) -> None:
    desk.go("Learning")
    desk.see("Taps by position")
    desk.page.reload()  # the session stays
    desk.page.get_by_role("region", name="Taps by topic").get_by_text("Numbers").click()
    assert desk.page.get_by_role("cell", name="games").first.is_visible()

    desk.go("Viewer")
    desk.page.get_by_label("Viewer's token or id").fill(cell.viewer)
    desk.page.get_by_label("Why do you look?").fill("a complaint")
    desk.press("Look")
    desk.page.get_by_role("region", name="Profile").get_by_text("games", exact=True).wait_for()
    desk.page.get_by_role("button", name=re.compile("^Title of en-")).first.click()
    desk.see("Every column, as it was scored")
    desk.page.get_by_label("games").check()
    desk.press("See")
    desk.see("Neither was served or recorded")
    desk.whole()

    desk.go("Policy")
    desk.page.get_by_label("tap", exact=True).fill("0")
    desk.press("Replay this draft")
    desk.page.get_by_role("region", name="Draft", exact=True).get_by_text("replayed").wait_for()
    desk.see("an impression, by the weights that hold")
    drafts = desk.page.get_by_role("region", name="Drafts")
    assert "1: tap 0" in drafts.inner_text()
    drafts.get_by_role("button", name="Effect").wait_for()
    desk.page.get_by_label("Why?").fill("less clickbait")
    desk.press("Save as policy 1")
    desk.see("Policy 1 holds: tap 0. Saved by asha")
    desk.whole()

    desk.go("Experiments")
    desk.page.get_by_label("Name", exact=True).fill("bolder")
    desk.page.get_by_label("Why?").fill("do trials cost taps?")
    desk.press("Start it")
    one = desk.page.get_by_role("article", name="Experiment bolder")
    one.get_by_role("button", name="Stop it").click()
    one.get_by_label("Why stop bolder?").fill("it is known now")
    one.get_by_role("button", name="Stop for good").click()
    one.get_by_text("ended", exact=True).wait_for()
    desk.whole()


def edition(desk: Desk, token: str) -> dict[str, Any]:
    """A viewer's next edition."""
    headers = {"authorization": f"Bearer {token}"}
    answer = desk.context.request.get(f"{desk.origin}/v1/lockscreen/edition", headers=headers)
    assert answer.ok, answer.text()
    found: dict[str, Any] = answer.json()
    return found


def test_now_moves_and_what_is_recalled_is_gone_from_the_next_edition(desk: Desk) -> None:
    desk.go("Now")
    desk.page.get_by_role("region", name="Slates by level").wait_for()
    made = desk.context.request.post(f"{desk.origin}/v1/viewers", data={"languages": ["en"]})
    token = made.json()["token"]
    first = edition(desk, token)["cards"][0]
    # A second later the stream says that a slate was answered.
    desk.page.wait_for_function(
        """() => [...document.querySelectorAll("section[aria-label='Feeds / s'] strong")]
          .some((e) => Number(e.textContent) > 0)"""
    )
    desk.whole()

    desk.go("Content")
    desk.page.get_by_label("Words").fill(first["headline"])
    desk.page.get_by_label("topic").select_option(first["topic"])
    region = desk.page.get_by_role("region", name="Catalogue")
    region.get_by_role("button", name=first["headline"]).first.click()
    desk.see("first impressions")
    desk.whole()
    desk.page.get_by_label("Why is it recalled?").fill("a court said so")
    desk.press("Recall for good")
    desk.see("this server shows it no more")
    told = edition(desk, token)
    assert first["item"] not in [card["item"] for card in told["cards"]]
    assert first["item"] in told["recalled"]
    desk.page.get_by_label("status").select_option("recalled")
    desk.press("Close")
    assert desk.page.get_by_label("Words").is_disabled(), "of what is gone only ids are known"
    desk.press(first["item"])
    desk.see("this server shows it no more")
    desk.press("Sign out")
    desk.page.get_by_label("Password").wait_for()


_SEEN = """(it) => {
  const { top } = it.getBoundingClientRect();
  return 0 <= top && top < innerHeight;
}"""


def test_what_is_chosen_on_a_phone_is_seen_and_closed_one_is_where_one_was(
    browser: Any, cell: Cell
) -> None:
    desk = Desk(browser, cell)
    desk.sign_in()
    page = desk.page
    page.set_viewport_size({"width": 390, "height": 844})
    desk.go("Content")
    chosen = page.get_by_role("region", name="Catalogue").locator("li button").nth(20)
    chosen.click()
    page.wait_for_function(_SEEN, arg=page.get_by_role("region", name="Item").element_handle())
    desk.press("Close")
    page.wait_for_function(_SEEN, arg=chosen.element_handle())
    assert chosen.evaluate("(it) => it === document.activeElement")
    desk.go("Channels")
    page.get_by_role("button", name=re.compile("^Food")).click()
    title = page.get_by_role("heading", name="Food")
    assert title.evaluate("(it) => it === document.activeElement")
    desk.context.close()
    assert desk.complaints == []


def test_a_channel_made_here_is_a_feed(desk: Desk) -> None:
    desk.go("Channels")
    desk.page.get_by_role("button", name=re.compile("^Food")).click()
    desk.page.get_by_role("cell", name=re.compile("^Title of en-food")).first.wait_for()
    desk.whole()
    desk.press("New")
    desk.page.get_by_label("Id, for its address").fill("trips")
    desk.page.get_by_label("en", exact=True).first.fill("Trips")
    for topic in ("travel", "nature"):
        desk.page.get_by_label(topic, exact=True).check()
    desk.page.get_by_label("Why?").fill("people ask for it")
    desk.press("Save")
    desk.page.get_by_role("button", name=re.compile("^Trips")).wait_for()
    desk.see(re.compile(r"en (59|60)\b"))  # one of them may be what another test recalls
    desk.whole()
    made = desk.context.request.post(f"{desk.origin}/v1/viewers", data={"languages": ["en"]})
    headers = {"authorization": f"Bearer {made.json()['token']}"}
    feed = f"{desk.origin}/v1/video/feed?channel=trips"
    page = desk.context.request.get(feed, headers=headers).json()
    assert {item["topic"] for item in page["items"]} <= {"travel", "nature"}
    assert len(page["items"]) == 12
    desk.page.get_by_label("Why?").fill("no use any more")
    desk.press("Forget it")
    desk.page.get_by_role("button", name=re.compile("^Trips")).wait_for(state="detached")
    assert desk.context.request.get(feed, headers=headers).status == 404


def test_a_moderator_decides_with_keys_and_nothing_is_seen_that_was_not_asked_for(
    desk: Desk,
) -> None:
    page = desk.page
    desk.go("Reviews")
    case = page.get_by_role("region", name="Review", exact=True)
    case.get_by_text("caption: gambling").wait_for()
    blurred = "document.querySelector('video') && getComputedStyle(document.querySelector('video'))"
    film = case.get_by_label("Video").locator("video")
    if film.count():  # without ffmpeg there is none
        assert "blur" in page.evaluate(f"{blurred}.filter")
        page.keyboard.press("b")
        assert page.evaluate(f"{blurred}.filter") == "none"
        page.keyboard.press("p")
        page.wait_for_function("() => document.querySelector('video').currentTime > 0")
    desk.whole()
    page.keyboard.press("j")
    case.get_by_text("It may be a copy of this one").wait_for()
    assert not film.count() or "blur" in page.evaluate(f"{blurred}.filter")
    desk.whole()
    page.keyboard.press("k")
    case.get_by_text("caption: gambling").wait_for()
    refused = {"status": 409, "json": {"error": "conflict", "detail": "somebody was faster"}}
    page.route("**/console/api/reviews/1", lambda route: route.fulfill(**refused))
    page.keyboard.press("s")
    desk.see("somebody was faster")
    page.locator('button[aria-keyshortcuts="S"]').click(trial=True)  # all is read anew
    assert page.get_by_role("alert").inner_text() == "somebody was faster"
    page.unroute("**/console/api/reviews/1")
    page.keyboard.press("s")
    desk.see("Review 1: allowed.")
    case.get_by_text("It may be a copy of this one").wait_for()
    desk.ask_why()
    desk.whole()
    page.keyboard.press("Enter")
    desk.see("Review 2: refused.")
    page.get_by_label("Language").select_option("en")
    case.get_by_text("what they did to our street").wait_for()
    desk.ask_why()
    page.keyboard.press("3")
    desk.see("Nothing waits here.")

    desk.go("Content")
    page.get_by_label("kind").select_option("video")
    page.get_by_role("region", name="Catalogue").get_by_text("1 live item", exact=True).wait_for()
    page.get_by_role("region", name="Catalogue").get_by_role("button").first.click()
    desk.see("sensitive")
    page.get_by_label("Why is it recalled?").fill("a court said so")
    desk.press("Recall for good")
    desk.see("this server shows it no more")


_READABLE = """() => {
  const all = [...document.querySelectorAll("svg .tick")];
  return all.length > 0 && all.every((it) => it.getBoundingClientRect().height > 10);
}"""
"""Are there charts, and are their words of a size that is read?"""


def test_pages_are_whole_by_day_too_and_in_a_small_window(browser: Any, cell: Cell) -> None:
    desk = Desk(browser, cell, color_scheme="light")
    desk.sign_in()
    for page, said in (
        ("Learning", "What the last"), ("Policy", "What actions are worth"),
        ("Experiments", "Define an experiment"), ("Channels", "30 channels"),
    ):  # fmt: skip
        desk.go(page)
        desk.see(re.compile(said))
        desk.whole()
    desk.page.set_viewport_size({"width": 420, "height": 800})
    desk.go("Learning")
    desk.see("Taps by position")
    assert desk.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    for page in ("Learning", "Now"):
        desk.go(page)
        desk.page.wait_for_function(_READABLE)  # drawn anew whenever something is told
    outside = desk.page.evaluate("""() => [...document.querySelectorAll(".panel")]
      .filter((it) => it.scrollWidth > it.clientWidth + 1).map((it) => it.ariaLabel)""")
    assert outside == []
    desk.context.close()
    assert desk.complaints == []


def test_a_moderator_decides_cases_with_keys_and_those_that_are_late_come_first(
    desk: Desk,
) -> None:
    page = desk.page
    desk.go("Cases")
    case = page.get_by_role("region", name="Case", exact=True)
    case.get_by_text("पहली बात").wait_for()
    waiting = page.get_by_role("navigation", name="Waiting")
    assert "late by" in waiting.get_by_role("button").first.inner_text()
    case.get_by_text("it hurts").wait_for()
    page.keyboard.press("u")
    case.get_by_text("with a strike").wait_for()
    desk.whole()
    page.keyboard.press("Enter")
    desk.see("comment-late: upheld.")
    case.get_by_text("دوسری بات").wait_for()
    # What happened to the first is told beside the second.
    case.get_by_text("1 strike counts; one more means no uploads and comments").wait_for()
    page.keyboard.press("d")
    desk.see("Nothing waits")
    desk.whole()
