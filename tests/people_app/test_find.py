"""Somebody finds a video by how its words sound, follows a channel, and uses a sound; its creator
reads what limits its reach."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path
from typing import Any

from jhalak.media.program import find_ffmpeg
from tests.cli.conftest import Beside
from tests.journeys.looks import kept_out
from tests.people_app.conftest import PATIENCE_S, Person
from tests.studio.conftest import Page

CAPTION = "आज का मौसम #comedy"
SHOTS = os.environ.get("JHALAK_SHOTS", "")
"""A folder: pictures of what is looked at are left there."""


def shot(one: Person, name: str) -> None:
    assert kept_out(one.page) == []
    if SHOTS:
        one.page.screenshot(path=f"{SHOTS}/{name}.png")


def filmed(folder: Path) -> Path:
    """A small video that looks and sounds like no other of these tests."""
    path = folder / "answer.mp4"
    command = [
        find_ffmpeg(), "-v", "error", "-y", "-f", "lavfi", "-i", "mandelbrot=size=360x640:rate=15",
        "-f", "lavfi", "-i", "sine=frequency=330", "-t", "2", "-c:v", "libx264", "-preset",
        "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac", path,
    ]  # fmt: skip
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    return path


def typed(one: Person, words: str, found: str) -> Any:
    """Types until what the selector finds is there: a busy machine indexes slowly."""
    field, ends = one.page.locator("input[type=search]"), time.monotonic() + PATIENCE_S
    place = one.page.locator(found)
    while time.monotonic() < ends:
        with one.page.expect_response(lambda answer: "/v1/search?" in answer.url):
            field.fill("")
            field.press_sequentially(words, delay=20)
        one.page.wait_for_load_state("networkidle")
        if place.count():
            return place.first
    raise AssertionError(f"{words}: {found} never came")


def find_video(one: Person, video: str) -> None:
    one.open("find")
    hit = typed(one, "aaj ka mausam", f'[data-item="{video}"] button')
    shot(one, "found")
    hit.click()
    one.page.locator(f'.player[data-item="{video}"] video').wait_for()
    one.page.locator("q, p", has_text=CAPTION).first.wait_for()


def find_person(one: Person) -> None:
    """Who has only a profile, by their name in another script."""
    one.open("find")
    typed(one, "deepak", '[data-handle="deepak.v"], button:has-text("@deepak.v")').click()
    one.page.locator(".who", has_text="दीपक").first.wait_for()
    # Back leads to what was found, and from there to the cards: one did not come from elsewhere.
    one.page.go_back()
    one.page.locator('button:has-text("@deepak.v")').wait_for()
    assert one.page.locator("input[type=search]").input_value() == "deepak"
    one.page.locator("header button").first.click()
    one.page.wait_for_url(f"{one.origin}/")


def follow_channel(one: Person, video: str) -> None:
    one.open("find")
    comedy = one.page.get_by_role("button", name="कॉमेडी", exact=True)
    comedy.click()
    one.page.locator(f'[data-item="{video}"]').wait_for()
    follow = one.page.locator("button.wide[aria-pressed]")
    follow.click()
    one.page.locator('button.wide[aria-pressed="true"]').wait_for()
    shot(one, "channel")
    one.page.reload()
    first = one.page.locator(".chips button").first
    first.wait_for()
    assert first.inner_text() == "कॉमेडी", "what is followed comes first"


def use_sound(one: Person, video: str, file: Any) -> None:
    """Finds the sound of that video by whose it is, and makes another one with it in the studio."""
    one.open("find")
    typed(one, "asha", "[data-sound] button").click()
    one.page.locator("[data-use]").wait_for()
    sound = one.page.url.rpartition("/")[2]
    shot(one, "sound")
    one.page.locator("[data-use]").click()
    one.page.locator('[data-made="sound"]', has_text="@asha.k").wait_for()
    one.page.locator("input[type=file]").set_input_files(file)
    one.page.locator("form.panel textarea").fill("मौसम पर मेरा जवाब")
    for name, value in (("ai", "false"), ("sensitive", "false"), ("rights", "own")):
        one.page.locator(f'label:has(input[name="{name}"][value="{value}"])').click()
    shot(one, "with-sound")
    one.page.locator("form.panel button.go").click()
    one.page.locator('.choices a[href="#/"]').click()  # it has arrived
    own = one.page.locator("li[data-video]")
    own.wait_for()
    made = one.live(str(own.get_attribute("data-video")))
    one.open(f"v/{made}")
    one.page.locator("[data-heard] button").click()
    one.page.wait_for_url(f"**/people/s/{sound}")
    for name in (video, made):
        one.page.locator(f'[data-video="{name}"]').wait_for()
    shot(one, "made-with-it")


def read_reach(one: Person, video: str) -> None:
    one.page.goto(f"{one.origin}/studio/#/")
    one.page.locator(f'li[data-video="{video}"] a[href^="#/video/"]').click()
    limits = one.page.locator("[data-limit]")
    limits.first.wait_for()
    codes = [limit.get_attribute("data-limit") for limit in limits.all()]
    assert {"trial", "language", "comments_off"} <= set(codes), codes
    assert all(len(text) > 20 for text in limits.all_inner_texts()), "each is told in words"
    shot(one, "reach")


def test_found_by_its_sound_followed_used_and_told_why_it_does_not_reach_more(
    browser: Any, server: Beside, people: list[Page], clip: Any, tmp_path: Path
) -> None:
    asha, bina = Person(browser, server, "hi"), Person(browser, server, "hi")
    deepak = Person(browser, server, "en")
    people.extend((asha, bina, deepak))
    asha.join("asha.k", "आशा")
    deepak.join("deepak.v", "दीपक")
    video = asha.upload(clip(20), CAPTION, sound="yes", comments="off")
    bina.join("bina.k", "बीना")
    find_video(bina, video)
    find_person(bina)
    follow_channel(bina, video)
    read_reach(asha, video)
    use_sound(bina, video, filmed(tmp_path))
