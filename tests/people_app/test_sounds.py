"""A sound in the people's application: heard, used by another, taken down."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

from jhalak.media.program import find_ffmpeg
from tests.cli.conftest import Beside
from tests.media.test_fingerprint import melody
from tests.people_app.conftest import Desk, Person


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

    # Its owner names it, and it is called so.
    asha.ask("PATCH", f"/v1/sounds/{sound}", data={"title": "Barsaat"})
    asha.open(f"v/{second}")
    asha.page.locator("[data-heard]").get_by_text("Barsaat").wait_for()

    # It is taken down: at once nobody sees either video, and both are told why.
    desk = Desk(browser, server, "asha")
    desk._ask(
        "POST", f"/sounds/{sound}/takedown", {"code": "copyright", "why": "a label asked for it"}
    )
    ravi.open(f"s/{sound}")
    ravi.page.locator(".gone").wait_for()
    asha.open(f"v/{second}")
    asha.page.locator(".gone").wait_for()
    ravi.told("taken_down")
    ravi.open("notifications")
    ravi.page.locator('[data-kind="taken_down"]').wait_for()
    assert not asha.complaints and not ravi.complaints, asha.complaints + ravi.complaints
