"""Drafts, schedules and changes of many videos, as creators make them on a phone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Error

from jhalak.api.apps import is_built
from jhalak.assembly import now_ms as now
from jhalak.media.program import find_ffmpeg
from jhalak.schema.languages import LANGUAGES
from jhalak.schema.video import KEPT_BACK, Details, Media, Video, VideoFile
from tests.cli.conftest import Beside, begin
from tests.journeys.looks import broken, kept_out
from tests.studio.conftest import PASSWORD, RULES, Page, Studio
from tests.worlds import Jhalak

PHONE = {
    "viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True,
    "timezone_id": "Asia/Kolkata",
}  # fmt: skip
CAPTIONS = ("Rain on the bridge", "A boat at noon")


def signed_in(one: Studio) -> None:
    one.page.goto(f"{one.origin}/studio/")
    one.page.get_by_label("Handle").fill("bina.films")
    one.page.get_by_label("Password").fill(PASSWORD)
    one.press("Sign in")
    one.see("My videos")


def looked_at(one: Page, name: str) -> None:
    """Nobody is kept out and nothing sticks out, in each language; pictures where LOOKS says."""
    for language in LANGUAGES:
        one.page.locator("header select").select_option(language)
        one.page.locator(f'html[lang="{language}"]').wait_for()
        if folder := os.environ.get("LOOKS"):
            one.page.screenshot(path=Path(folder) / f"{name}-{language}.png", full_page=True)
        assert broken(one.page) == []
    one.page.locator("header select").select_option("en")
    assert kept_out(one.page) == []


def row(one: Page, caption: str) -> Any:
    return one.page.locator("li[data-video]").filter(has_text=caption)


def seen_by_a_stranger(one: Page, server: Beside, handle: str) -> set[str]:
    token = server.ask("POST", "/v1/viewers", {"languages": ["en"]})[1]["token"]
    answer = one.page.request.get(
        f"{one.origin}/v1/people/{handle}/videos", headers={"Authorization": f"Bearer {token}"}
    )
    return {item["title"] for item in answer.json()["items"]}


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory, clip: Any) -> Iterator[Beside]:
    """A server with a creator, bina.films, and two drafts of hers."""
    if not is_built("studio") or find_ffmpeg() is None:
        pytest.skip("the studio is not built, or there is no ffmpeg")
    data = tmp_path_factory.mktemp("drafts") / "data"
    data.mkdir()
    (data / "jhalak.toml").write_text(RULES)
    film = clip(40).read_bytes()
    with ThreadPoolExecutor(1) as apart:  # the browser runs an event loop in this thread
        apart.submit(_seed, data, film).result()
    beside = begin(data, "--no-learner", "--no-follower")
    yield beside
    beside.end()


def _seed(data: Path, film: bytes) -> None:
    world = Jhalak(data)
    said = {"handle": "bina.films", "password": PASSWORD, "birth_year": 1990}
    made = world.ask("POST", "/v1/creators", json=said)
    assert made.status_code == 201, made.text
    found = world.services.creator_accounts.find("bina.films")
    assert found is not None
    for at, caption in enumerate(CAPTIONS):
        _draft(world, found[0].num, f"draft{at}", caption, film)
    world.end()


def _draft(world: Jhalak, account: int, name: str, caption: str, film: bytes) -> None:
    s, now_ms = world.services, now()
    details = Details(caption=caption, language="en", ai=False, sensitive=False, rights="own",
                      publish_ms=KEPT_BACK)  # fmt: skip
    video = Video(id=name, account=account, handle="bina.films", upload="", content=name.encode(),
                  details=details, created_ms=now_ms)  # fmt: skip
    s.videos.begin(video, now_ms)
    file = VideoFile(name="360.mp4", type="video/mp4", bytes=len(film), width=360, height=640)
    media = Media(set=name.encode().hex().ljust(32, "0"), duration_s=2, width=360, height=640,
                  sound=True, files=(file,), complete=True)  # fmt: skip
    world.run(s.blobs.put(f"video/{media.set}/{file.name}", film))
    assert s.videos.change(name, ("waiting",), now_ms, media=media, state="draft")


@pytest.mark.parametrize(
    ("state", "own", "leads", "changes"),
    [("live", True, True, True), ("refused", True, False, False), ("draft", True, False, True),
     ("refused", False, True, False)],
)  # fmt: skip
def test_of_a_sound_what_can_be_is_offered(
    browser: Any, seeded: Beside, people: list[Page], state: str, own: bool, leads: bool,
    changes: bool,
) -> None:  # fmt: skip
    heard = {
        "sound": "s1", "title": "original sound – @bina.films", "named": False, "own": own,
        "handle": "bina.films", "open": True, "down": "",
    }  # fmt: skip

    def answer(route: Any) -> None:
        try:
            told = route.fetch().json()
        except Error:  # the page that asked was left
            return
        told["videos"] = [video | {"state": state, "heard": heard} for video in told["videos"]]
        route.fulfill(json=told)

    creator = Studio(browser, seeded, "status of 404", **PHONE)
    people.append(creator)
    page = creator.page
    page.route("**/v1/creators/me/videos*", answer)
    signed_in(creator)
    it = page.locator("[data-heard]").first
    it.get_by_text("♪").wait_for()
    assert it.locator("a").count() == leads
    assert it.get_by_role("button").count() == it.get_by_role("checkbox").count() == changes
    page.set_viewport_size({"width": 360, "height": 640})
    page.locator("header select").select_option("ta")
    page.locator('html[lang="ta"]').wait_for()
    wide = it.evaluate("""it => {
      const right = (one) => one.getBoundingClientRect().right;
      const edge = right(it.closest("li"));
      return [...it.querySelectorAll("*")].filter((one) => right(one) > edge).length;
    }""")
    assert wide == 0, "Tamil has the longest words"
    page.unroute_all(behavior="ignoreErrors")


def test_a_draft_is_watched_scheduled_and_published_and_many_are_changed_at_once(
    browser: Any, seeded: Beside, people: list[Page]
) -> None:
    creator = Studio(browser, seeded, "status of 404", **PHONE)  # no picture was made of them
    people.append(creator)
    page = creator.page
    signed_in(creator)
    page.get_by_text("Drafts", exact=True).click()
    for caption in CAPTIONS:
        row(creator, caption).and_(page.locator('[data-state="draft"]')).wait_for()
    assert seen_by_a_stranger(creator, seeded, "bina.films") == set()
    rain = row(creator, "Rain on the bridge")
    rain.get_by_role("button", name="Watch it").click()
    rain.locator("video").evaluate("""(film) => new Promise((done) => {
      film.muted = true;
      film.addEventListener("timeupdate", () => film.currentTime > 0.2 && done());
      void film.play();
    })""")
    looked_at(creator, "drafts")
    rain.get_by_role("button", name="Close").click()

    rain.get_by_role("button", name="Set when").click()
    rain.get_by_text("At a time", exact=True).click()
    rain.get_by_text("In your time zone, Asia/Calcutta").or_(
        rain.get_by_text("In your time zone, Asia/Kolkata")
    ).wait_for()
    looked_at(creator, "when")
    rain.get_by_role("button", name="Keep this").click()
    rain.wait_for(state="detached")
    page.get_by_text("Scheduled", exact=True).first.click()
    rain.get_by_text("Goes live on").wait_for()
    looked_at(creator, "scheduled")
    rain.get_by_role("button", name="Do not publish it").click()
    creator.see("None of these.")
    page.get_by_text("Drafts", exact=True).click()
    rain.get_by_role("button", name="Edit").click()
    looked_at(creator, "edit")
    rain.get_by_role("textbox", name="Caption").fill("Rain on the old bridge #rain")
    rain.get_by_role("button", name="Keep this").click()
    row(creator, "Rain on the old bridge #rain").wait_for()

    page.get_by_text("All", exact=True).first.click()
    page.get_by_role("button", name="Select", exact=True).click()
    ticks = page.get_by_role("checkbox")
    ticks.first.focus()
    page.keyboard.press("Space")
    ticks.nth(1).check()
    creator.see("2 selected")
    page.locator("select[name=what]").select_option("add")
    page.locator("input[name=value]").fill("#monsoon")
    looked_at(creator, "many")
    creator.press("Apply")
    creator.see("2 videos are so now.")
    creator.see("A boat at noon #monsoon")
    page.locator("select[name=what]").select_option("schedule")
    page.locator("select[name=apart]").select_option("86400")
    creator.see("In your time zone")
    looked_at(creator, "apart")
    panel, at = (page.locator(it).bounding_box() for it in (".bulk", "input[name=at]"))
    assert at["x"] + at["width"] <= panel["x"] + panel["width"], "the time sticks out"
    creator.press("Apply")
    creator.see("2 videos are so now.")
    told = page.request.get(
        f"{creator.origin}/v1/creators/me/videos?which=scheduled", headers={"Jhalak-Studio": "1"}
    ).json()["videos"]
    newest, oldest = (video["publish_ms"] for video in told)
    assert newest - oldest == 86_400_000
    page.locator("select[name=what]").select_option("publish")
    creator.press("Apply")
    page.locator('li[data-state="live"]').nth(1).wait_for()
    wanted = {"Rain on the old bridge #rain #monsoon", "A boat at noon #monsoon"}
    while seen_by_a_stranger(creator, seeded, "bina.films") != wanted:
        page.wait_for_timeout(100)
    page.locator("select[name=what]").select_option("delete")
    creator.press("Apply")
    creator.see("There is no way back.")
    looked_at(creator, "delete")
    creator.press("Delete them")
    page.locator('li[data-state="removed"]').nth(1).wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Select", exact=True).wait_for()
    assert seen_by_a_stranger(creator, seeded, "bina.films") == set()
