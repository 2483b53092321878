"""Requests as bytes, and a plain client for preparations that nobody times."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from http.client import HTTPConnection
from itertools import count
from typing import Any, Final

VIDEO: Final = "/v1/video/feed?limit=12"
EDITION: Final = "/v1/lockscreen/edition?slots=24"

_event_ids = count()


def get(path: str, token: str = "") -> bytes:
    """A GET as a phone's client sends it, with the headers that matter."""
    head = f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: application/json\r\n"
    if token:
        head += f"authorization: Bearer {token}\r\n"
    return f"{head}\r\n".encode()


def post(path: str, token: str, body: bytes) -> bytes:
    """A POST of JSON."""
    head = (
        f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
        f"authorization: Bearer {token}\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def now_text() -> str:
    """Now in RFC 3339, as devices write it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def event(slot: str, kind: str, value: float | None = None) -> dict[str, Any]:
    """One event with an id of its own."""
    number = next(_event_ids)
    made = {"id": f"{number:08x}-5be1-4c0f-9a3d-{id(made_by):012x}", "slot": slot, "type": kind}
    made["at"] = now_text()
    return made if value is None else {**made, "value": value}


made_by = object()
"""Its address sets the event ids of this process apart."""


class Client:
    """One keep-alive connection. Raises RuntimeError for an answer that is no success."""

    def __init__(self, port: int) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=30)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def ask(self, method: str, path: str, token: str = "", body: Any = None) -> Any:
        """The answer's JSON; text for other types, None for no body."""
        headers = {"authorization": f"Bearer {token}"} if token else {}
        data = None
        if body is not None:
            data, headers["content-type"] = json.dumps(body), "application/json"
        self._connection.request(method, path, data, headers)
        answer = self._connection.getresponse()
        raw = answer.read()
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status} {raw[:300]!r}")
        if "json" in (answer.headers.get("content-type") or ""):
            return json.loads(raw)
        return raw.decode()

    def crowded(self) -> float:
        """How many slates were made in a crowd so far."""
        what = 'jhalak_counts_total{what="slates in a crowd"} '
        lines = self.ask("GET", "/metrics").splitlines()
        return sum(float(line[len(what) :]) for line in lines if line.startswith(what))

    def stages(self) -> dict[tuple[str, str, str], tuple[float, float]]:
        """(surface, kind, stage) to (calls, seconds) since the start, from /metrics."""
        found: dict[tuple[str, str, str], list[float]] = {}
        for line in self.ask("GET", "/metrics").splitlines():
            for name, place in (
                ("jhalak_stage_calls_total{", 0),
                ("jhalak_stage_seconds_total{", 1),
            ):
                if line.startswith(name):
                    labels, _, value = line[len(name) :].rpartition("} ")
                    parts = dict(part.split("=", 1) for part in labels.split(","))
                    key = tuple(parts[k].strip('"') for k in ("surface", "kind", "stage"))
                    found.setdefault(key, [0.0, 0.0])[place] = float(value)
        return {key: (calls, seconds) for key, (calls, seconds) in found.items()}
