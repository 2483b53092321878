"""Claim: the viewer's application is there within seconds on a cheap phone and a slow network."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from time import perf_counter
from typing import Any, Final

from benchmarks.processes import jhalak
from benchmarks.result import Result, middle
from benchmarks.setting import Setting

CPU: Final = 4
"""So many times slower than this machine."""
KBIT_S: Final = 400
LATENCY_MS: Final = 150
LANGUAGE_S, HEADLINE_S, REPEAT_S, INTERACTION_MS = 2.5, 2.5, 1.0, 200
PHONE: Final = {"width": 412, "height": 915}
PLAIN: Final = """<!doctype html><html lang="hi"><meta charset="utf-8"><title>Plain</title>
<h1>आप किस भाषा में पढ़ते हैं?</h1><p>{}</p>"""
SLOWEST: Final = """() => {
  window.slowest = 0;
  const heard = (list) => list.getEntries()
    .forEach((e) => { window.slowest = Math.max(window.slowest, e.duration); });
  new PerformanceObserver(heard).observe({ type: "event", durationThreshold: 16 });
}"""


def page_load(setting: Setting) -> Result:
    """Seconds until the languages can be chosen, on a first visit."""
    found: dict[str, list[float]] = {}
    plain: list[float] = []
    with ExitStack() as stack:
        world = stack.enter_context(setting.worlds.copy(setting.sizes[0]))
        server = stack.enter_context(jhalak(world.data))
        folder = stack.enter_context(setting.worlds.scratch())
        address = stack.enter_context(_plain_page(folder))
        browser = stack.enter_context(_browser())
        for _ in range(setting.pick(7, 2)):
            plain.append(_plain(browser, address))
            for name, value in _visit(browser, f"http://127.0.0.1:{server.port}/").items():
                found.setdefault(name, []).append(value)
    took = {name: middle(values) for name, values in found.items()}
    met = (
        took["language_screen_s"] <= LANGUAGE_S and took["first_headline_s"] <= HEADLINE_S
        and took["repeat_visit_s"] <= REPEAT_S and took["interaction_ms"] <= INTERACTION_MS
    )  # fmt: skip
    return Result(
        benchmark="page_load",
        what=f"first visit to the language screen, CPU {CPU}x slower, {KBIT_S} kbit/s,"
        f" {LATENCY_MS} ms",
        figure=took["language_screen_s"],
        unit="s",
        anchor="plain page",
        anchor_figure=middle(plain),
        ratio=took["language_screen_s"] / middle(plain),
        target=f"{LANGUAGE_S} s; first headline {HEADLINE_S} s, repeat visit {REPEAT_S} s,"
        f" interaction {INTERACTION_MS} ms",
        met=met,
        details={**took, "each": found, "chromium": browser.version},
    )


def _visit(browser: Any, address: str) -> dict[str, float]:
    """A first visit, the first edition, five turns, and a second visit."""
    context = browser.new_context(viewport=PHONE, locale="hi-IN", is_mobile=True, has_touch=True)
    page = context.new_page()
    slow = partial(_slow, context)
    slow(page)
    began = perf_counter()
    page.goto(address, wait_until="commit")
    _painted(page, "button.tile")
    language_s = perf_counter() - began
    page.locator('button.tile[value="hi"]').click()
    page.locator("button.go").click()
    page.locator("button.go").click()
    page.locator('button.pill[value="25-34"]').click()
    page.locator('button.way[data-personal="true"]').click()
    page.wait_for_load_state("networkidle")
    began = perf_counter()
    page.locator("button.go").click()
    _painted(page, ".card.current .headline")
    headline_s = perf_counter() - began
    page.evaluate(SLOWEST)
    for _ in range(5):
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(400)
    interaction_ms = float(page.evaluate("window.slowest"))
    page.close()
    again = context.new_page()
    slow(again)
    began = perf_counter()
    again.goto(address, wait_until="commit")
    _painted(again, ".card.current .headline")
    repeat_s = perf_counter() - began
    context.close()
    return {"language_screen_s": language_s, "first_headline_s": headline_s,
            "repeat_visit_s": repeat_s, "interaction_ms": interaction_ms}  # fmt: skip


def _plain(browser: Any, address: str) -> float:
    """The same words on a page without a script or a style."""
    context = browser.new_context(viewport=PHONE, is_mobile=True)
    page = context.new_page()
    _slow(context, page)
    began = perf_counter()
    page.goto(address, wait_until="commit")
    _painted(page, "h1")
    took = perf_counter() - began
    context.close()
    return took


def _slow(context: Any, page: Any) -> None:
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    rate = KBIT_S * 1000 / 8
    conditions = {"offline": False, "latency": LATENCY_MS, "downloadThroughput": rate,
                  "uploadThroughput": rate}  # fmt: skip
    session.send("Network.emulateNetworkConditions", conditions)
    session.send("Emulation.setCPUThrottlingRate", {"rate": CPU})


def _painted(page: Any, selector: str) -> None:
    """Wait until the element is there and a frame with it was drawn."""
    page.locator(selector).first.wait_for()
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")


@contextmanager
def _browser() -> Iterator[Any]:
    """Chromium, headless. Raises RuntimeError where there is none."""
    from playwright.sync_api import sync_playwright

    named = os.environ.get("JHALAK_CHROMIUM") or shutil.which("chromium")
    if not named:
        raise RuntimeError("no Chromium found: install it or name it in JHALAK_CHROMIUM")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=named, args=["--no-sandbox"])
        yield browser
        browser.close()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        """A benchmark prints its figures, not a log."""


@contextmanager
def _plain_page(folder: Path) -> Iterator[str]:
    """Where a page with the same words is served, and nothing more."""
    from jhalak.schema.languages import LANGUAGES

    (folder / "index.html").write_text(PLAIN.format("</p><p>".join(LANGUAGES)), "utf-8")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
