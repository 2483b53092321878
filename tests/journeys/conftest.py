"""The viewer's application in a real browser at phone size, against a real `jhalak serve`.

One browser and one server a module; each journey has a context of its own. No page may ask
another host, complain, or run what it was not given: that is asserted at the end of each.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from jhalak.api.apps import is_built
from tests.cli.conftest import Beside, begin
from tests.journeys.phone import Phone

sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")

PIXEL = {"width": 412, "height": 915}
STARTER = Path(__file__).parents[2] / "jhalak" / "demo" / "starter"


def chromium() -> str | None:
    """A Chromium: of the setting, of the system, or None."""
    named = os.environ.get("JHALAK_CHROMIUM")
    names = [named, "/usr/bin/chromium", shutil.which("chromium"), shutil.which("google-chrome")]
    return next((name for name in names if name and Path(name).exists()), None)


@pytest.fixture(scope="session")
def stocked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the starter catalogue: copied by each module's server."""
    from jhalak.cli import main

    folder = tmp_path_factory.mktemp("stocked") / "data"
    with pytest.raises(SystemExit):
        main(["ingest", str(STARTER), "--data", str(folder), "--lenient", "--reviewed"])
    return folder


@pytest.fixture(scope="module")
def server(stocked: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Beside]:
    if not is_built("viewer"):
        pytest.skip("the viewer's application is not built: make web")
    data = tmp_path_factory.mktemp("journey") / "data"
    shutil.copytree(stocked, data)
    # Small editions: the third one is soon reached.
    (data / "jhalak.toml").write_text("[lockscreen]\nslots = 6\n[understanding]\nworker = false\n")
    beside = begin(data, "--no-learner", "--no-follower")
    yield beside
    beside.end()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A module at a time: while it runs, nothing else may run an event loop in this thread."""
    path = chromium()
    if path is None:
        pytest.skip("no Chromium found: install it or name it in JHALAK_CHROMIUM")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


Opener = Callable[..., Phone]


@pytest.fixture
def phone(browser: Any, server: Beside) -> Iterator[Opener]:
    """`phone("ur", **options)`: a new phone in that language; options are of its context. `port`:
    where it finds the server, if not at its own."""
    phones: list[Phone] = []

    def take(language: str = "en", port: int = 0, **options: Any) -> Phone:
        chosen = {
            "viewport": PIXEL, "locale": f"{language}-IN", "timezone_id": "Asia/Kolkata",
            "has_touch": True, "is_mobile": True, "device_scale_factor": 1,
        } | options  # fmt: skip
        phones.append(Phone(browser.new_context(**chosen), port or server.port, language))
        if "service_workers" in options:
            phones[-1].forgiven = ("Service Worker registration blocked",)
        return phones[-1]

    yield take
    complaints = [complaint for one in phones for complaint in one.complaints]
    for one in phones:
        one.context.close()
    assert complaints == []
