"""A series, lists and what comes next, by hand on phones: one in Hindi, one in Urdu."""

from __future__ import annotations

import time
from typing import Any

from tests.cli.conftest import Beside
from tests.journeys.looks import broken, kept_out
from tests.people_app.conftest import PATIENCE_S, Person
from tests.studio.conftest import Page

GRANTED = {"consents": [{"purpose": "personalisation", "granted": True}]}


def looked_at(one: Person, what: str) -> None:
    """Nobody is kept out of what is to be seen, and nothing stands over the edge."""
    one.page.wait_for_load_state("networkidle")
    assert (what, kept_out(one.page), broken(one.page)) == (what, [], [])


def joined(
    browser: Any, server: Beside, people: list[Page], language: str, handle: str, name: str
) -> Person:
    one = Person(browser, server, language)
    people.append(one)
    one.join(handle, name)
    return one


def test_a_series_and_lists(browser: Any, server: Beside, people: list[Page], clip: Any) -> None:
    asha = joined(browser, server, people, "hi", "asha.parts", "आशा")
    first = asha.upload(clip(5), "पहाड़ों में, पहला दिन <b>")
    second = asha.upload(clip(140), "पहाड़ों में, दूसरा दिन")
    series = _series_by_hand(asha, first, second)
    asha.open(f"series/{series}")
    asha.page.locator("[data-video]").nth(1).wait_for()
    looked_at(asha, "series")

    ravi = joined(browser, server, people, "ur", "ravi.lists", "روی")
    ravi.open(f"v/{first}")
    ravi.page.locator(f'[data-next="{second}"]').click()
    ravi.page.locator(f'[data-item="{second}"]').wait_for()
    assert ravi.page.locator("[data-next]").count() == 0, "it is the last part"
    ravi.page.locator("[data-add]").click()
    ravi.page.locator(".new input").fill("شام کے لیے <i>")
    ravi.page.locator(".new button").click()
    mark = ravi.page.locator('[data-list][aria-pressed="true"]')
    mark.wait_for()
    looked_at(ravi, "adding")
    ravi.page.keyboard.press("Escape")
    ravi.open(f"v/{first}")
    ravi.page.locator("[data-add]").click()
    ravi.page.locator("[data-list]").click()
    mark.wait_for()

    ravi.open("lists")
    looked_at(ravi, "lists")
    ravi.page.locator("[data-list]").click()
    videos = ravi.page.locator("[data-video]")
    videos.nth(1).wait_for()
    looked_at(ravi, "list")
    videos.nth(1).locator(".do button").nth(0).click()
    ravi.page.locator(f'[data-video="{first}"]:first-child').wait_for()
    ravi.page.locator(".check input").click()
    ravi.page.locator(".check input:checked").wait_for()
    listed = ravi.page.url.rpartition("/")[2]

    asha.open("@ravi.lists")
    asha.page.locator(f'[data-to="list/{listed}"]').click()
    asha.page.locator("[data-video]").nth(1).wait_for()
    assert asha.page.locator(".do").count() == 0, "it is not hers to change"
    assert asha.page.locator("h1").inner_text() == "شام کے لیے <i>"
    looked_at(asha, "another's list")
    asha.ask("PUT", f"/v1/creators/me/videos/{first}/audience", data={"audience": "followers"})
    ravi.page.reload()
    ravi.page.locator("[data-video]").first.wait_for()
    assert videos.count() == 1, "what one may not see is left out"
    looked_at(ravi, "what is not available is counted")
    asha.ask("PUT", f"/v1/creators/me/videos/{first}/audience", data={"audience": "everyone"})
    _goes_on(ravi, first, second)

    ravi.open(f"list/{listed}")
    ravi.page.locator(".ways .danger").click()
    ravi.page.locator(".ways .danger").click()
    ravi.page.wait_for_url(lambda url: listed not in url)  # it goes back once it is erased
    ravi.open("lists")
    ravi.page.locator(".new").wait_for()
    assert ravi.page.locator("[data-list]").count() == 0


def _series_by_hand(creator: Person, *videos: str) -> str:
    """Makes it in the studio, in which the last one comes first until it is moved."""
    page = creator.page
    page.goto(f"{creator.origin}/studio/#/series")
    page.locator(".make button").click()
    page.locator('input[name="title"]').fill("पहाड़ों में")
    page.locator('textarea[name="about"]').fill("धीरे-धीरे ऊपर")
    for video in reversed(videos):
        page.locator('select[name="add"]').select_option(video)
    page.locator("[data-part]").nth(1).get_by_role("button").first.click()
    looked_at(creator, "studio")
    page.locator("form button.go").click()
    made = page.locator("[data-series]")
    made.wait_for()
    looked_at(creator, "all series")
    [told] = creator.ask("GET", "/v1/creators/me/series")["series"]
    assert told["videos"] == list(videos) and told["language"] == creator.language
    return str(told["id"])


def _played(one: Person, until_s: float) -> None:
    """A film was played to there. The page runs no strings: it is asked again and again."""
    at = "Math.max(0, ...[...document.querySelectorAll('video')].map((one) => one.currentTime))"
    ends = time.monotonic() + PATIENCE_S
    while one.page.evaluate(at) < until_s:
        assert time.monotonic() < ends, "it does not play"
        one.page.wait_for_timeout(20)


def _shown(one: Person, token: str, video: str) -> None:
    """Waits until feeds know that it is for everybody again, within a second or so."""
    ends = time.monotonic() + PATIENCE_S
    while True:
        answer = one.context.request.fetch(
            f"{one.origin}/v1/video/feed?start={video}",
            headers={"authorization": f"Bearer {token}"},
        )  # fmt: skip
        if answer.ok and answer.json()["items"][0]["item"] == video:
            return
        assert answer.status in (200, 404) and time.monotonic() < ends, answer.status
        time.sleep(0.1)


def _goes_on(one: Person, first: str, second: str) -> None:
    """In the viewer's app: the first part to its end, the next one by its slide, and what is left
    of it all."""
    token = one.ask("POST", "/v1/creators/me/viewer", data={})["token"]
    answer = one.context.request.fetch(
        f"{one.origin}/v1/me/consents", method="PUT", data=GRANTED,
        headers={"authorization": f"Bearer {token}"},
    )  # fmt: skip
    assert answer.ok
    _shown(one, token, first)
    page = one.page
    page.goto(f"{one.origin}/#/go/{first}")
    slide = page.locator(f'article[data-item="{first}"]')
    slide.wait_for()
    _played(one, 1.95)
    looked_at(one, "part of a series")
    page.locator(f'article[data-item="{first}"] [data-part] button').click()
    page.locator(f'article[data-item="{second}"]').wait_for()
    page.goto(f"{one.origin}/#/me/continue")
    page.locator(f'[data-left="{second}"]').wait_for()
    looked_at(one, "what comes next")
    page.locator(f'[data-left="{second}"] .forget').click()
    page.locator("[data-left]").wait_for(state="detached")
