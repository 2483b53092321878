"""The studio in a real browser, in front of a real `jhalak serve` that makes videos."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from jhalak.api.apps import is_built
from jhalak.media.program import find_ffmpeg
from jhalak.people.password import hashed
from tests.cli.conftest import Beside, begin
from tests.journeys.conftest import browser as browser
from tests.worlds import Jhalak

PASSWORD = "a few plain words"
RULES = """
[media]
unchecked = true
[understanding]
worker = false
"""
_PICTURE = "testsrc2=size=360x640:rate=15:duration=2,hue=h={hue}"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Beside]:
    """With an operator, asha."""
    if not is_built("studio"):
        pytest.skip("the studio is not built: make web")
    if find_ffmpeg() is None:
        pytest.skip("there is no ffmpeg here: install jhalak[video]")
    data = tmp_path_factory.mktemp("studio") / "data"
    data.mkdir()
    (data / "jhalak.toml").write_text(RULES)
    with ThreadPoolExecutor(1) as apart:  # the browser runs an event loop in this thread
        apart.submit(_operator, data).result()
    beside = begin(data, "--no-learner", "--no-follower")
    yield beside
    beside.end()


def _operator(data: Path) -> None:
    world = Jhalak(data)
    world.services.accounts.add("asha", "admin", hashed(PASSWORD), world.clock())
    world.end()


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """`clip(hue)`: a small video that looks like no other hue's."""
    folder = tmp_path_factory.mktemp("clips")

    def make(hue: int) -> Path:
        path = folder / f"evening {hue}.mp4"
        picture = _PICTURE.format(hue=hue)
        command = [
            find_ffmpeg(), "-v", "error", "-y", "-f", "lavfi", "-i", picture, "-f", "lavfi",
            "-i", "sine=frequency=440:duration=2", "-c:v", "libx264", "-preset", "ultrafast",
            "-pix_fmt", "yuv420p", "-c:a", "aac", path,
        ]  # fmt: skip
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
        return path

    return make


class Page:
    """A browser of one person, and what was wrong in it."""

    def __init__(self, browser: Any, server: Beside, *forgiven: str, **options: Any) -> None:
        self.origin = f"http://127.0.0.1:{server.port}"
        self.complaints: list[str] = []
        self.forgiven = forgiven
        self.context = browser.new_context(locale="en-IN", **options)
        self.context.set_default_timeout(60_000)
        self.context.on("request", self._only_ours)
        self.context.on("weberror", lambda it: self.complaints.append(f"error: {it.error}"))
        self.context.on("console", self._heard)
        self.page = self.context.new_page()

    def _only_ours(self, request: Any) -> None:
        if not request.url.startswith((self.origin + "/", "data:", "blob:")):
            self.complaints.append(f"request to another host: {request.url}")

    def _heard(self, said: Any) -> None:
        # A session that is asked for and not there.
        forgiven = ("status of 401", *self.forgiven)
        if said.type in ("error", "warning") and not any(one in said.text for one in forgiven):
            self.complaints.append(f"{said.type}: {said.text}")

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def see(self, text: str) -> Any:
        found = self.page.get_by_text(text).first
        found.wait_for()
        return found


class Studio(Page):
    """A creator's."""

    def sign_up(self, handle: str) -> None:
        self.page.goto(f"{self.origin}/studio/")
        self.press("Create an account")
        self.page.get_by_label("Handle").fill(handle)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_label("Year of birth").fill("1990")
        self.press("Create an account")
        self.press("I have saved them")
        self.see("My videos")

    def choose(self, file: Path) -> None:
        self.page.goto(f"{self.origin}/studio/#/new")
        self.page.locator("input[type=file]").set_input_files(file)

    def answer(self, caption: str, ai: str = "No") -> None:
        """What is asked of a video, and off it goes."""
        self.page.get_by_role("textbox", name="Caption").fill(caption)
        self.page.get_by_label("Topic").select_option("travel")
        questions = self.page.locator(".said fieldset")
        for question, said in zip(questions.all(), (ai, "No", "Mine"), strict=True):
            question.get_by_text(said, exact=True).click()
        self.press("Upload")

    def state(self, wanted: str) -> Any:
        """The newest video, once its state is `wanted`."""
        found = self.page.locator("li[data-video]").first.and_(
            self.page.locator(f'[data-state="{wanted}"]')
        )
        found.wait_for()
        return found


@pytest.fixture
def people() -> Iterator[list[Page]]:
    """Whoever a test puts in here may at its end have nothing to complain of."""
    found: list[Page] = []
    yield found
    complaints = [complaint for one in found for complaint in one.complaints]
    for one in found:
        one.context.close()
    assert complaints == []
