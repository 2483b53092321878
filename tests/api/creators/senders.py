"""Who sends videos in tests: a creator, and a tus client of a few lines."""

from __future__ import annotations

import base64
import struct
from collections.abc import Mapping
from typing import Any

import httpx
import msgspec

from jhalak.config.settings import MediaSettings
from tests.worlds import PATIENT, Jhalak

SAID = {
    "caption": "बारिश में नाच #rain", "language": "hi", "topic": "nature", "ai": "no",
    "sensitive": "no", "rights": "own", "cover_s": "1.5",
}  # fmt: skip


def settings(**media: Any) -> Any:
    """Those of a server that makes no videos itself, and so needs no ffmpeg."""
    return msgspec.structs.replace(PATIENT, media=MediaSettings(**{"processes": 0, **media}))


def film(size: int = 4200, seed: int = 1) -> bytes:
    """As an MP4 begins; nothing in it can be played."""
    head = struct.pack(">I4s4sI", 16, b"ftyp", b"isom", 0) + struct.pack(">I4s", size - 16, b"mdat")
    return (head + bytes((seed * 31 + i) % 251 for i in range(997)) * (size // 997 + 1))[:size]


def metadata(said: Mapping[str, str]) -> str:
    return ",".join(
        f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in said.items()
    )


class Creator:
    """Somebody with an account."""

    def __init__(self, jhalak: Jhalak, handle: str) -> None:
        self.jhalak = jhalak
        body = {"handle": handle, "password": "a long enough one", "birth_year": 1990}
        answer = jhalak.ask("POST", "/v1/creators", json=body)
        assert answer.status_code == 201, answer.text
        jhalak.client.cookies.clear()  # one client speaks for all; tokens tell them apart
        self.token: str = answer.json()["token"]

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        return self.jhalak.ask(method, path, self.token, **more)

    def tus(
        self, method: str, path: str, content: bytes | None = None, **headers: str
    ) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.ask(method, path, content=content, headers={"Tus-Resumable": "1.0.0", **named})

    def create(self, length: int, **said: str) -> httpx.Response:
        return self.tus(
            "POST", "/v1/uploads", Upload_Length=str(length), Upload_Metadata=metadata(SAID | said)
        )

    def begin(self, length: int, **said: str) -> str:
        """Where the upload lies."""
        answer = self.create(length, **said)
        assert answer.status_code == 201, answer.text
        return answer.headers["location"]

    def patch(self, path: str, offset: int, data: bytes, **headers: str) -> httpx.Response:
        return self.tus(
            "PATCH", path, data, Upload_Offset=str(offset),
            Content_Type="application/offset+octet-stream", **headers,
        )  # fmt: skip

    def offset(self, path: str) -> int:
        answer = self.tus("HEAD", path)
        assert answer.status_code == 200, answer.status_code
        return int(answer.headers["upload-offset"])

    def send(self, data: bytes, **said: str) -> str:
        """The id of the video that `data` became."""
        answer = self.patch(self.begin(len(data), **said), 0, data)
        assert answer.status_code == 204, answer.text
        return answer.headers["jhalak-video"]
