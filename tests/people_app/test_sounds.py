"""A sound in the people's application: heard, used by another, taken down."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

from jhalak.media.program import find_ffmpeg
from tests.cli.conftest import Beside
from tests.media.test_fingerprint import melody
from tests.people_app.conftest import Person
from tests.studio.conftest import PASSWORD, Page


def to_music(film: Path, folder: Path, name: str, turned: str, *options: str) -> Path:
    """The pictures of a film, turned so that they look like no other, to a melody."""
    out = folder / f"{name}.mp4"
    command = [
        find_ffmpeg(), "-v", "error", "-y", "-stream_loop", "-1", "-i", film, *options,
        "-i", melody(folder / f"{name}.wav", 1), "-map", "0:v", "-map", "1:a", "-t", "8",
        "-vf", turned, "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p",
        "-c:a", "aac", out,
    ]  # fmt: skip
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    return out


def test_two_people_share_a_sound_until_it_is_taken_down(
    browser: Any, server: Beside, clip: Any, tmp_path: Path
) -> None:
    asha, ravi = Person(browser, server), Person(browser, server, "hi")
    asha.join("asha.sings", "Asha")
    ravi.join("ravi_dances", "रवि")
    first = asha.upload(to_music(clip(20), tmp_path, "a", "null"), "My song", sound="yes")

    # From the video to its sound, which is played.
    ravi.open(f"v/{first}")
    ravi.page.locator("[data-heard] button").click()
    head = ravi.page.locator(".head[data-sound]")
    head.get_by_role("heading", name="@asha.sings की आवाज़").wait_for()
    sound = str(head.get_attribute("data-sound"))
    ravi.page.wait_for_url(f"**/people/s/{sound}")
    head.get_by_role("button", name="चलाएँ").click()
    head.get_by_role("button", name="रोकें").wait_for()
    ravi.page.wait_for_function("() => document.querySelector('audio').currentTime > 0")

    # It is used: the way to the studio names the video, and the new one stands beside it.
    way = ravi.page.locator("[data-use]")
    assert way.get_attribute("href") == f"/studio/#/new?sound={first}"
    copy = to_music(clip(140), tmp_path, "b", "transpose=1", "-ss", "0.7")
    second = ravi.upload(copy, "मेरा नाच", of_kind="sound", of_video=first)
    ravi.open(f"s/{sound}")
    for video in (first, second):
        ravi.page.locator(f'[data-video="{video}"]').wait_for()

    # Its owner names it in the studio, and it is called so.
    asha.page.goto(f"{asha.origin}/studio/")
    own = asha.page.locator(f'[data-video="{first}"] [data-heard="{sound}"]')
    assert own.get_by_label("Use its sound").is_checked()
    own.get_by_role("button", name="Name the sound").click()
    own.get_by_role("textbox").fill("Barsaat")
    asha.press("Keep this")
    own.get_by_role("link", name="Barsaat").wait_for()
    asha.open(f"v/{second}")
    asha.page.locator("[data-heard]").get_by_text("Barsaat").wait_for()

    # It is taken down: at once nobody sees either video, and both are told why.
    desk = Page(browser, server, viewport={"width": 1280, "height": 900})
    desk.page.goto(f"{desk.origin}/console/#/content")
    desk.page.get_by_label("Name").fill("asha")
    desk.page.get_by_label("Password").fill(PASSWORD)
    desk.press("Sign in")
    desk.page.get_by_role("link", name="Content", exact=True).click()
    desk.page.get_by_label("Words").fill("My song")
    desk.page.get_by_role("button", name="My song").first.click()
    poster = desk.page.locator("img[src$='/poster.webp']").first
    poster.wait_for()
    assert poster.evaluate("(img) => img.decode().then(() => img.naturalWidth)") > 0
    form = desk.page.get_by_role("form", name="Sound")
    form.get_by_label("Why, for the audit log").fill("a label asked for it")
    desk.press("Take it down with all its videos")
    desk.see("taken down: copyright")
    ravi.open(f"s/{sound}")
    ravi.page.locator(".gone").wait_for()
    asha.open(f"v/{second}")
    asha.page.locator(".gone").wait_for()
    ravi.told("taken_down")
    ravi.open("notifications")
    ravi.page.locator('[data-kind="taken_down"]').wait_for()
    assert not asha.complaints and not ravi.complaints, asha.complaints + ravi.complaints
    assert not desk.complaints
