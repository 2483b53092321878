"""The page in a real browser at phone size, against a small Jhalak of the test's own."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.page.mock_jhalak import MockJhalak

sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")

PHONE = {"width": 412, "height": 915}


def chromium() -> str | None:
    """A Chromium: of the setting, of the system, or None."""
    named = os.environ.get("JHALAK_CHROMIUM")
    names = [named, "/usr/bin/chromium", shutil.which("chromium"), shutil.which("google-chrome")]
    return next((name for name in names if name and Path(name).exists()), None)


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


@pytest.fixture(scope="module")
def usual(browser: Any) -> Any:
    """One context for most tests; a page starts with empty storage."""
    return _context(browser)


def _context(browser: Any, **options: Any) -> Any:
    chosen = {"viewport": PHONE, "locale": "en-IN", "timezone_id": "Asia/Kolkata"} | options
    context = browser.new_context(**chosen)
    context.set_default_timeout(5000)
    return context


@pytest.fixture(scope="module")
def server() -> Iterator[MockJhalak]:
    mock = MockJhalak()
    yield mock
    mock.close()


@pytest.fixture
def jhalak(server: MockJhalak) -> MockJhalak:
    server.reset()
    return server


Opener = Callable[..., Any]


@pytest.fixture
def opened(browser: Any, usual: Any, jhalak: MockJhalak) -> Iterator[Opener]:
    """Opens the page as on a first visit and waits for its first card.

    At the end no page may have complained.

    `opened("?lang=hi", card=False, expect_failures=True, alone=True, clock=True, **options)`.
    `alone`: in a context of its own, whose settings the test may change. `clock`: the page's time
    is the test's, moved by `page.clock`.
    """
    contexts: list[Any] = []
    pages: list[Any] = []
    complaints: list[str] = []

    def open_page(
        address: str = "", card: bool = True, expect_failures: bool = False, alone: bool = False,
        clock: bool = False, **options: Any,
    ) -> Any:  # fmt: skip
        if alone or clock or options:
            contexts.append(_context(browser, **options))
        page = (contexts[-1] if alone or clock or options else usual).new_page()
        pages.append(page)
        if clock:
            page.clock.install()
        page.on("pageerror", lambda error: complaints.append(f"error: {error}"))
        page.on("request", lambda request: _only_ours(request.url, jhalak, complaints))
        if not expect_failures:
            page.on("console", lambda said: complaints.append(f"{said.type}: {said.text}"))
        storage = {"origin": jhalak.origin, "storageTypes": "local_storage"}
        page.context.new_cdp_session(page).send("Storage.clearDataForOrigin", storage)
        page.goto(f"{jhalak.origin}/{address}")
        if card:
            page.wait_for_selector(".card.current .headline")
        return page

    yield open_page
    for page in pages:
        page.close()
    for context in contexts:
        context.close()
    assert complaints == []


def _only_ours(url: str, jhalak: MockJhalak, complaints: list[str]) -> None:
    if not url.startswith((jhalak.origin + "/", "data:")):
        complaints.append(f"request to another host: {url}")
