"""A creator looks at whom a video reached, and at what limits its reach."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from jhalak.api.apps import is_built
from jhalak.api.creators.access import COOKIE
from jhalak.schema.reason import REASON_INDEX
from jhalak.schema.video import Details
from tests.api.creators.reach_world import EN, HI, World
from tests.cli.conftest import Beside, begin
from tests.journeys.looks import kept_out
from tests.studio.conftest import Page
from tests.worlds import Clock, Jhalak

PHONE: dict[str, Any] = {"viewport": {"width": 412, "height": 915}, "has_touch": True}
TAMIL = 2
DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}}
SHOTS = os.environ.get("JHALAK_SHOTS", "")
"""A folder: pictures of what is looked at are left there."""


def _made(data: Path) -> str:
    """A video of twelve seconds that 462 people met in three days; the creator's secret."""
    clock = Clock(time.time_ns() // 10**6 - 3 * 86_400_000)
    world = World(Jhalak(data, clock=clock))
    world.video, world.item = world.publish("night-market", world.asha, 12.0, comments="off")
    for day in range(3):
        for seconds in (12.0, 9.0, 6.0, 3.0):
            source = "explore" if day == 0 else "taste_topic" if seconds > 6 else "followed"
            people = 20 + 10 * day
            world.meet(people, HI, like=seconds > 6, reason=REASON_INDEX[source], seconds=seconds)
        world.meet(30, EN, reason=REASON_INDEX["trending"], seconds=5.0)
        world.meet(4, TAMIL, reason=REASON_INDEX["fresh"], seconds=5.0)
        clock.forward(h=24)
    worker = world.count()
    world.jhalak.run(worker.checkpoint())
    said = Details(
        caption="Night market, five stalls #food", language="hi", ai=True, sensitive=False,
        rights="own", comments="off",
    )  # fmt: skip
    world.jhalak.services.videos.change(world.video, ("live",), clock(), details=said)
    secret = world.asha.secret
    world.log.close()
    world.jhalak.end()
    return secret


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Beside, str]]:
    """A server in front of it, and the creator's secret."""
    if not is_built("studio"):
        pytest.skip("the studio is not built: make web")
    data = tmp_path_factory.mktemp("figures") / "data"
    with ThreadPoolExecutor(1) as apart:  # the browser runs an event loop in this thread
        secret = apart.submit(_made, data).result()
    (data / "jhalak.toml").write_text("[media]\nprocesses = 0\n[understanding]\nworker = false\n")
    beside = begin(data, "--no-learner", "--no-follower")
    yield beside, secret
    beside.end()


@pytest.fixture
def look(browser: Any, counted: tuple[Beside, str], people: list[Page]) -> Any:
    """`look(language, **how)`: a browser of the creator's at the video's figures."""

    def make(language: str, **how: Any) -> Page:
        server, secret = counted
        one = Page(browser, server, "status of 404", **how)  # its poster is not there
        people.append(one)
        one.context.add_cookies([{"name": COOKIE, "value": secret, "url": one.origin}])
        one.page.goto(f"{one.origin}/studio/#/")
        one.page.evaluate(f"localStorage.setItem('jhalak.studio.language', '{language}')")
        one.page.reload()
        one.page.locator('li[data-video="night-market"] a[href^="#/video/"]').click()
        one.page.locator("[data-limit=language]").wait_for()
        return one

    return make


def shot(one: Page, name: str) -> None:
    if SHOTS:
        one.page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


def test_a_creator_reads_figures_and_reasons_and_every_picture_has_its_numbers(look: Any) -> None:
    one = look("en", **PHONE)
    page = one.page
    page.locator('[data-count="viewers"]').get_by_text("450", exact=True).wait_for()
    page.locator('[data-count="reported"]').get_by_text("Fewer than 50").wait_for()
    limits = page.locator("[data-limit]")
    codes = [limit.get_attribute("data-limit") for limit in limits.all()]
    assert codes == ["trial", "language", "comments_off"]
    one.see("A new video is first shown up to 100 times to find out who likes it. So far: 0.")
    languages = page.locator(
        "section", has=page.get_by_role("heading", name="Audience by language")
    )
    assert languages.locator("tbody tr").count() == 2, "twelve Tamils are nobody's to see"
    page.locator("section", has_text="Second by second").locator("summary").click()
    curve = page.get_by_role("region", name="Second by second").locator("tbody tr")
    assert curve.count() == 12
    assert curve.first.locator("td").all_inner_texts() == ["450", "450"]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert kept_out(page) == []
    shot(one, "en-phone")
    page.get_by_role("link", name="Figures", exact=True).first.click()
    page.get_by_text("As a table").click()
    assert page.get_by_role("region", name="The last 28 days").locator("tbody tr").count() == 3
    assert kept_out(page) == []
    shot(one, "en-all")


@pytest.mark.parametrize(
    ("language", "scheme", "how"),
    [("hi", "dark", DESK), ("ur", "light", PHONE), ("en", "light", DESK)],
)
def test_figures_are_read_in_each_language_by_day_and_by_night(
    look: Any, language: str, scheme: str, how: dict[str, Any]
) -> None:
    one = look(language, color_scheme=scheme, **how)
    assert one.page.locator("html").get_attribute("dir") == ("rtl" if language == "ur" else "ltr")
    for summary in one.page.locator("summary").all():
        summary.click()
    assert one.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert kept_out(one.page) == []
    shot(one, f"{language}-{scheme}")
