"""Requests that nobody should send, byte by byte.

Each says which statuses are right. Where the bytes are no HTTP at all, a plain refusal or an
ended connection is right too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

BAD: Final = frozenset({400})
GONE: Final = frozenset({404})
NOT_FOUND_OR_BAD: Final = frozenset({400, 404})
ANY_4XX: Final = frozenset(range(400, 500))
FINE: Final = frozenset({200})
TAKEN: Final = frozenset({202})
NO_TOKEN: Final = frozenset({401})


class Request(NamedTuple):
    """Bytes for a connection of their own, and what is right to answer."""

    name: str
    raw: bytes
    statuses: frozenset[int] = ANY_4XX
    http: bool = True
    """False: these bytes are no HTTP/1.1; text or an ended connection is an answer too."""
    rejects: bool = False
    """A 202 rejects each event, with a reason."""
    answers: int = 1


@dataclass(frozen=True)
class Seeds:
    """Real things, so that a request gets past the first check."""

    viewer: str
    """A viewer's token."""
    operator: str
    slot: str
    """Served to that viewer."""
    item: str
    other_slot: str
    """Served to another viewer."""
    other_cell: str
    expired_slot: str
    erased: str
    """The token of a viewer that is gone."""


def build(
    method: str, target: str | bytes, body: bytes | None = None, *headers: str | bytes,
    token: str = "", version: str = "1.1",
) -> bytes:  # fmt: skip
    """One request; headers beyond Host, Authorization and Content-Length as given."""
    lines: list[bytes] = [
        b"%s %s HTTP/%s" % (method.encode(), as_bytes(target), version.encode()),
        b"Host: a.example",
    ]  # fmt: skip
    if token:
        lines.append(b"Authorization: Bearer " + as_bytes(token))
    if body is not None and not any(
        as_bytes(h).lower().startswith(b"content-type") for h in headers
    ):
        lines.append(b"Content-Type: application/json")
    if body is not None:
        lines.append(b"Content-Length: %d" % len(body))
    lines += [as_bytes(header) for header in headers]
    return b"\r\n".join([*lines, b"", b""]) + (body or b"")


def as_bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")


def flip(token: str, at: int) -> str:
    return token[:at] + ("B" if token[at] == "A" else "A") + token[at + 1 :]
