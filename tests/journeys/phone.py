"""A phone: what a person does with the application, in any language."""

from __future__ import annotations

import json
from typing import Any

HOME = "/"
PATIENCE_MS = 30_000
"""Nothing here takes so long; whoever waits longer waits in vain."""


class Phone:
    """A browser context with one page, and what was wrong with it in `complaints`."""

    def __init__(self, context: Any, port: int, language: str) -> None:
        self.context, self.language = context, language
        self.origin = f"http://127.0.0.1:{port}"
        self.complaints: list[str] = []
        self.forgiven: tuple[str, ...] = ()
        context.set_default_timeout(PATIENCE_MS)
        context.on("request", self._only_ours)
        context.on("weberror", lambda it: self.complaints.append(f"error: {it.error}"))
        context.on("console", self._heard)
        context.on("dialog", lambda it: (self.complaints.append("a dialog"), it.dismiss()))
        self.page = context.new_page()

    def _only_ours(self, request: Any) -> None:
        if not request.url.startswith((self.origin + "/", "data:", "blob:")):
            self.complaints.append(f"request to another host: {request.url}")

    def _heard(self, said: Any) -> None:
        forgiven = any(text in said.text for text in self.forgiven)
        if said.type in ("error", "warning") and not forgiven:
            self.complaints.append(f"{said.type}: {said.text}")

    def open(self, path: str = "") -> Phone:
        self.page.goto(f"{self.origin}{HOME}{path}")
        return self

    def first_run(self, *more: str, topics: int = 2, personal: bool = True) -> None:
        """Through the first minute to the first card."""
        self.choose(*more, topics=topics, personal=personal)
        self.go_on()
        self.card()

    def choose(self, *more: str, topics: int = 2, personal: bool = True) -> None:
        """The first minute but its last button: languages, topics, age and consent."""
        page = self.page
        for language in (self.language, *more):
            page.locator(f'button.tile[value="{language}"]').click()
        self.go_on()
        page.locator(".tiles .art").first.wait_for()
        for n in range(topics):
            page.locator("button.tile").nth(n).click()
        self.go_on()
        page.locator('button.pill[value="25-34"]').click()
        page.locator(f'button.way[data-personal="{str(personal).lower()}"]').click()

    def go_on(self) -> None:
        self.page.locator("button.go").click()

    def card(self) -> Any:
        """The card in front, once it is there."""
        found = self.page.locator(".card.current")
        found.locator(".headline").wait_for()
        return found

    def headline(self) -> str:
        return str(self.card().locator(".headline").inner_text())

    def item(self) -> str:
        return str(self.card().get_attribute("data-item"))

    def swipe(self) -> None:
        """To the next card, by keyboard as a switch device would."""
        before = self.item()
        left = self.page.evaluate("document.documentElement.dir") == "rtl"
        self.page.keyboard.press("ArrowLeft" if left else "ArrowRight")
        self.until(f"it && it.dataset.item !== {json.dumps(before)}", ".card.current")

    def until(self, holds: str, selector: str) -> None:
        """Wait until an expression of `it`, what the selector finds first, holds.
        (wait_for_function would need unsafe-eval.)"""
        self.page.evaluate(f"""() => new Promise((done, failed) => {{
          const ends = performance.now() + {PATIENCE_MS};
          const look = () => {{
            const it = document.querySelector({json.dumps(selector)});
            if ({holds}) done();
            else if (performance.now() > ends) failed(new Error("never came"));
            else requestAnimationFrame(look);
          }};
          look();
        }})""")

    def settled(self) -> None:
        """Wait until the page has laid itself out and nothing moves any more."""
        self.page.evaluate("""async () => {
          const frame = () => new Promise((done) => requestAnimationFrame(done));
          await document.fonts.ready;
          await frame();
          await frame();
          await Promise.allSettled(
            document.getAnimations().filter((a) => a.effect.getTiming().iterations !== Infinity)
              .map((a) => a.finished));
        }""")
