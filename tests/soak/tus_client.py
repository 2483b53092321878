"""A tus client of the standard library alone, which goes on after whatever breaks."""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from typing import Final

AGAIN_S: Final = 0.05
LATEST_S: Final = 120.0


class Refused(Exception):
    """The server will not take this upload."""


@dataclass
class TusClient:
    """Sends one file after another."""

    port: Callable[[], int]
    """Where the server is now."""
    token: str
    said: Mapping[str, str]
    chunk: int
    """Bytes of a request."""
    checksum: bool = False
    resumed: int = 0
    """So often it went on after a line broke."""

    def send(self, data: bytes) -> str:
        """The id of the video that the file became."""
        path, sure, broken = "", 0, False
        latest = time.monotonic() + LATEST_S
        while time.monotonic() < latest:
            try:
                if not path:
                    path = self.create(len(data))
                answer = self.ask("HEAD", path, {})
                self.resumed += broken
                broken = False
                while True:
                    at = int(answer["upload-offset"])
                    if at < sure:
                        raise AssertionError(f"{sure} bytes were acknowledged, {at} are there")
                    if "jhalak-video" in answer:
                        return answer["jhalak-video"]
                    answer = self.patch(path, at, data[at : at + self.chunk])
                    sure = int(answer["upload-offset"])
            except (OSError, HTTPException):
                broken = True
                time.sleep(AGAIN_S)
        raise AssertionError(f"{path} was not done in {LATEST_S} s")

    def create(self, length: int) -> str:
        told = ",".join(
            f"{k} {base64.b64encode(v.encode()).decode()}" for k, v in self.said.items()
        )
        headers = {"Upload-Length": str(length), "Upload-Metadata": told}
        return self.ask("POST", "/v1/uploads", headers)["location"]

    def patch(self, path: str, at: int, piece: bytes) -> dict[str, str]:
        headers = {
            "Upload-Offset": str(at), "Content-Type": "application/offset+octet-stream",
            "Content-Length": str(len(piece)),
        }  # fmt: skip
        if self.checksum:
            digest = base64.b64encode(hashlib.sha256(piece).digest()).decode()
            headers["Upload-Checksum"] = f"sha256 {digest}"
        return self.ask("PATCH", path, headers, piece)

    def ask(
        self, method: str, path: str, headers: dict[str, str], body: bytes = b""
    ) -> dict[str, str]:
        connection = HTTPConnection("127.0.0.1", self.port(), timeout=30)
        told = {"Tus-Resumable": "1.0.0", "Authorization": f"Bearer {self.token}", **headers}
        try:
            connection.request(method, path, body, told)
            answer = connection.getresponse()
            text = answer.read().decode(errors="replace")
        finally:
            connection.close()
        if answer.status in (409, 503):
            raise HTTPException(text)
        if answer.status >= 300:
            raise Refused(f"{method} {path}: {answer.status} {text}")
        return {name.lower(): value for name, value in answer.getheaders()}
