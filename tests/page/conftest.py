"""The viewer's app in a real browser at phone size, against a small Jhalak of the test's own."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.page.mock_jhalak import APP, MockJhalak

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
    usual = {"viewport": PHONE, "locale": "en-IN", "timezone_id": "Asia/Kolkata"}
    chosen = usual | {"has_touch": True, "is_mobile": True} | options
    context = browser.new_context(**chosen)
    # As over plain HTTP: what works offline is the journeys' business.
    context.add_init_script("delete Navigator.prototype.serviceWorker")
    context.set_default_timeout(5000)
    return context


@pytest.fixture(scope="module")
def server() -> Iterator[MockJhalak]:
    if not (APP / "index.html").exists():
        pytest.skip("the viewer's app is not built: run `make web`")
    mock = MockJhalak()
    yield mock
    mock.close()


@pytest.fixture
def jhalak(server: MockJhalak) -> MockJhalak:
    server.reset()
    return server


Opener = Callable[..., Any]

# A known viewer, as after the first minute.
KNOWN = """(viewer) => new Promise((done, failed) => {
  const opening = indexedDB.open("jhalak", 1);
  opening.onupgradeneeded = () => ["kept", "events", "spent"]
    .forEach((box) => opening.result.createObjectStore(box));
  opening.onerror = failed;
  opening.onsuccess = () => {
    const writing = opening.result.transaction("kept", "readwrite");
    writing.objectStore("kept").put(viewer, "viewer");
    writing.oncomplete = () => { opening.result.close(); done(); };
  };
})"""


@pytest.fixture
def opened(browser: Any, usual: Any, jhalak: MockJhalak) -> Iterator[Opener]:
    """Opens the app and waits for its first card: for a viewer who reads `languages`, or, without
    any, as on a first visit.

    At the end no page may have complained.

    `opened("hi", "en", expect_failures=True, alone=True, clock=True, **options)`. `alone`: in a
    context of its own, whose settings the test may change. `clock`: the page's time is the test's,
    moved by `page.clock`.
    """
    contexts: list[Any] = []
    pages: list[Any] = []
    complaints: list[str] = []

    def open_page(
        *languages: str, expect_failures: bool = False, alone: bool = False, clock: bool = False,
        **options: Any,
    ) -> Any:  # fmt: skip
        if alone or clock or options:
            contexts.append(_context(browser, **options))
        page = (contexts[-1] if alone or clock or options else usual).new_page()
        pages.append(page)
        page.on("pageerror", lambda error: complaints.append(f"error: {error}"))
        page.on("request", lambda request: _only_ours(request.url, jhalak, complaints))
        if not expect_failures:
            page.on("console", lambda said: complaints.append(f"{said.text} {said.location}"))
        storage = {"origin": jhalak.origin, "storageTypes": "indexeddb"}
        page.context.new_cdp_session(page).send("Storage.clearDataForOrigin", storage)
        if clock:
            page.clock.install()
        if languages:
            jhalak.languages = list(languages)
            page.goto(f"{jhalak.origin}/icons/icon.svg")
            known = {"viewer": "v1", "token": jhalak.token, "languages": languages}
            page.evaluate(KNOWN, known)
        page.goto(jhalak.origin)
        page.wait_for_selector(".card.current .headline" if languages else ".tile")
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
