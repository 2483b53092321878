"""The people's application in a real browser: one `jhalak serve` that makes videos, and phones."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from jhalak.api.apps import is_built
from tests.cli.conftest import Beside
from tests.journeys.conftest import PIXEL
from tests.journeys.conftest import browser as browser
from tests.studio.conftest import PASSWORD, Page
from tests.studio.conftest import clip as clip
from tests.studio.conftest import people as people
from tests.studio.conftest import server as server

PATIENCE_S = 180.0
"""A busy machine makes a video slowly; whoever waits longer waits in vain."""
OURS = {"Jhalak-Studio": "1"}


class Person(Page):
    """Somebody with a phone, in a language."""

    def __init__(self, browser: Any, server: Beside, language: str = "en", *forgiven: str) -> None:
        if not is_built("people"):
            pytest.skip("the people's application is not built: make web")
        # 404: whom one may not see any more, which is asked for all the same.
        super().__init__(
            browser, server, "status of 404", *forgiven, viewport=PIXEL, has_touch=True,
            is_mobile=True,
        )  # fmt: skip
        self.server, self.language, self.handle = server, language, ""
        tag = f"{language}-IN"
        self.context.add_init_script(
            f"Object.defineProperty(navigator, 'languages', {{get: () => ['{tag}']}})"
        )

    def open(self, path: str = "") -> None:
        self.page.goto(f"{self.origin}/people/{path}")

    def join(self, handle: str, name: str = "", born: int = 1990) -> list[str]:
        """Makes an account by hand; its recovery codes."""
        self.handle = handle
        self.open("join")
        form = self.page.locator("form")
        form.locator('input[autocomplete="username"]').fill(handle)
        form.locator('input[autocomplete="nickname"]').fill(name)
        form.locator('input[autocomplete="bday-year"]').fill(str(born))
        form.locator('input[autocomplete="new-password"]').fill(PASSWORD)
        form.locator("button.go").click()
        codes = self.page.locator("[data-codes] code")
        codes.first.wait_for()
        told = [str(text) for text in codes.all_inner_texts()]
        self.page.locator("button.go").click()
        self.page.locator(".who").wait_for()
        return told

    def sign_in(self, handle: str) -> None:
        form = self.page.locator("form")
        form.locator('input[autocomplete="username"]').fill(f"@{handle.upper()}")
        form.locator('input[autocomplete="current-password"]').fill(PASSWORD)
        form.locator("button.go").click()

    def ask(self, method: str, path: str, **more: Any) -> Any:
        """In the name of the account: what its pages would ask."""
        answer = self.context.request.fetch(
            f"{self.origin}{path}", method=method, headers=OURS, **more
        )
        assert answer.ok, f"{path}: {answer.status} {answer.text()}"
        return answer.json() if answer.body() else None

    def upload(self, file: Path, caption: str, **more: str) -> str:
        """A video, once it is live; its id."""
        said = {
            "caption": caption, "language": self.language, "ai": "no", "sensitive": "no",
            "rights": "own", "topic": "travel", **more,
        }  # fmt: skip
        form = said | {
            "file": {"name": "a.mp4", "mimeType": "video/mp4", "buffer": file.read_bytes()}
        }
        return self.live(str(self.ask("POST", "/v1/videos", multipart=form)["id"]))

    def live(self, video: str) -> str:
        """Waits until one's own video is live; its id."""
        ends = time.monotonic() + PATIENCE_S
        while (now := self.ask("GET", f"/v1/creators/me/videos/{video}"))["state"] != "live":
            assert now["state"] == "waiting" and time.monotonic() < ends, now
            time.sleep(0.1)
        return video

    def told(self, kind: str) -> None:
        """Waits until a notification of the kind is written; a page asks once."""
        ends = time.monotonic() + PATIENCE_S
        path = "/v1/creators/me/notifications"
        while kind not in (kinds := [n["kind"] for n in self.ask("GET", path)["notifications"]]):
            assert time.monotonic() < ends, kinds
            time.sleep(0.1)

    def write(self, text: str) -> None:
        self.page.locator("footer textarea").fill(text)
        self.page.locator("footer .send").click()

    def comment(self, text: str) -> Any:
        """The comment that says so."""
        found = self.page.locator("[data-comment]").filter(has_text=text).last
        found.wait_for()
        return found

    def act_on(self, comment: Any, at: int) -> None:
        """Its menu, and the choice at that place."""
        comment.locator(".act").nth(2).click()
        self.page.locator(".menu .row").nth(at).click()


class Desk:
    """An operator, by the console's own calls."""

    def __init__(self, browser: Any, server: Beside, name: str) -> None:
        self.context = browser.new_context(extra_http_headers={"x-jhalak-console": "1"})
        self.origin = f"http://127.0.0.1:{server.port}/console/api"
        self._ask("POST", "/session", {"name": name, "password": PASSWORD})

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body)
        answer = self.context.request.fetch(
            self.origin + path, method=method, data=data,
            headers={"content-type": "application/json"},
        )  # fmt: skip
        assert answer.ok, f"{path}: {answer.status} {answer.text()}"
        return answer.json()

    def uphold(self, kind: str, target: str) -> None:
        """What was reported of it is right."""
        waiting = self._ask("GET", "/cases")["cases"]
        case = next(one for one in waiting if (one["kind"], one["target"]) == (kind, target))
        self._ask("POST", f"/cases/{case['id']}", {"decision": "upheld"})
