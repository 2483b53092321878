"""Somebody who signs up and in, and what their programs ask."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from jhalak.api.creators import passwords, sessions
from jhalak.schema.ids import parse
from jhalak.schema.video import Details, Video
from tests.worlds import Jhalak

PASSWORD = "बारिश में भीगा शहर"
DETAILS = Details(caption="बारिश", language="hi", ai=True, sensitive=False, rights="own")


def new(handle: str, **more: Any) -> dict[str, Any]:
    """What somebody says who signs up."""
    return {"handle": handle, "password": PASSWORD, "birth_year": 1990, **more}


def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hash takes 40 ms; that they are hashed is tested by itself."""
    for module in (passwords, sessions):
        monkeypatch.setattr(module, "hashed", lambda password: password)
    monkeypatch.setattr(passwords, "matches", lambda password, phc: password == phc)


class Studio:
    """A creator's programs."""

    def __init__(self, jhalak: Jhalak) -> None:
        self.jhalak = jhalak
        self.videos = jhalak.server.records.videos

    def ask(self, method: str, path: str, token: str = "", **more: Any) -> httpx.Response:
        self.jhalak.client.cookies.clear()
        return self.jhalak.ask(method, f"/v1/creators{path}", token, **more)

    def sign_up(self, handle: str, **more: Any) -> str:
        token: str = self.signed_up(handle, **more)["token"]
        return token

    def signed_up(self, handle: str, **more: Any) -> dict[str, Any]:
        answer = self.ask("POST", "", json=new(handle, **more))
        assert answer.status_code == 201, answer.text
        said: dict[str, Any] = answer.json()
        return said

    def signed_up_once(self, handle: str) -> str:
        """The same account for several tests."""
        said = {"handle": handle, "password": PASSWORD}
        answer = self.ask("POST", "/session", json=said)
        token: str = answer.json()["token"] if answer.status_code == 201 else self.sign_up(handle)
        return token

    def number_of(self, viewer: str) -> int:
        return parse(viewer)

    def viewer(self, token: str, **body: Any) -> httpx.Response:
        """Ask for this device's token of the account's viewer."""
        return self.ask("POST", "/me/viewer", token, json=body)

    def video(self, name: str, handle: str, **changes: Any) -> Video:
        found = self.jhalak.server.records.creators.find(handle)
        assert found is not None
        begun = self.videos.begin(
            Video(
                id=name, account=found[0].num, handle=handle, upload="", content=name.encode(),
                details=DETAILS, created_ms=self.jhalak.clock(),
            ),
            self.jhalak.clock(),
        )  # fmt: skip
        return self.videos.change(name, ("waiting",), 1, **changes) if changes else begun
