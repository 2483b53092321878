"""The hot routes' own HTTP: raw bodies in, whole bytes out, one write each."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final
from urllib.parse import parse_qsl, quote, unquote

import msgspec
from litestar import Request
from litestar.datastructures import State
from litestar.types import Receive, Scope, Send

from jhalak.people.viewer_token import Unauthorised, ViewerClaim, ViewerTokens, WrongCell
from jhalak.ports.errors import DiskFull, PortError

Headers = list[tuple[bytes, bytes]]
AnyRequest = Request[Any, Any, State]
JSON: Final = (b"content-type", b"application/json")
PRIVATE: Final = (b"cache-control", b"private, no-store")


class Refused(Exception):
    """The request ends here with `status` and a reason."""

    def __init__(self, status: int, code: str, detail: str, headers: Headers | None = None) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail = status, code, detail
        self.headers = headers or []

    def body(self) -> bytes:
        return msgspec.json.encode({"error": self.code, "detail": self.detail})


def not_taken(error: PortError) -> Refused:
    """Of a batch nothing was kept: the device sends it again."""
    if isinstance(error, DiskFull):
        said = "nothing can be stored now; nothing was taken; send it again"
        return Refused(507, "disk_full", said, [(b"retry-after", b"30")])
    return Refused(503, "unavailable", str(error), [(b"retry-after", b"1")])


def header(scope: Scope, name: bytes) -> str | None:
    """A request header's value, or None. `name` is lower case."""
    for key, value in scope["headers"]:
        if key == name:
            return value.decode("latin-1")
    return None


def claim_of(scope: Scope, tokens: ViewerTokens) -> ViewerClaim:
    """Who asks. Raises Refused (401, 421)."""
    return claim_of_header(header(scope, b"authorization"), tokens)


def claim_of_header(value: str | None, tokens: ViewerTokens) -> ViewerClaim:
    """The claim of an Authorization header. Raises Refused (401, 421)."""
    if value is None or not value.startswith("Bearer "):
        raise Refused(
            401, "no_token", "send Authorization: Bearer TOKEN, with a token of POST /v1/viewers",
            [(b"www-authenticate", b"Bearer")],
        )  # fmt: skip
    try:
        return tokens.verify(value[7:])
    except Unauthorised as error:
        challenge = [(b"www-authenticate", b'Bearer error="invalid_token"')]
        raise Refused(401, "bad_token", str(error), challenge) from None
    except WrongCell as error:
        raise Refused(421, "wrong_cell", str(error)) from None


async def read_body(scope: Scope, receive: Receive, limit: int) -> bytes:
    """The whole body. Raises Refused (413) beyond `limit` bytes, having read no more, and (400)
    when the sender went away before its end: half a body may look whole."""
    declared = header(scope, b"content-length")
    if declared is not None and declared.isdecimal() and int(declared) > limit:
        raise Refused(413, "too_large", f"the body may have {limit} bytes")
    message: Any = await receive()
    body: bytes = message.get("body", b"")
    while message.get("more_body"):
        if len(body) > limit:
            break
        message = await receive()
        body += message.get("body", b"")
    if message["type"] == "http.disconnect":
        raise Refused(400, "incomplete", "the body ended too early")
    if len(body) > limit:
        raise Refused(413, "too_large", f"the body may have {limit} bytes")
    return body


async def respond(send: Send, status: int, body: bytes, headers: Headers) -> None:
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*headers, length]})
    await send({"type": "http.response.body", "body": body, "more_body": False})


def path_after(scope: Scope, segments: int) -> str:
    """What follows so many segments of the path, as it was sent. The framework's own parameter
    has lost an empty segment by then, and ids are often addresses: `https://...`."""
    raw = scope.get("raw_path") or quote(scope["path"]).encode()
    return unquote(raw.decode("latin-1").partition("?")[0].split("/", segments + 1)[-1])


def query_values(scope: Scope, allowed: tuple[str, ...]) -> dict[str, str]:
    """The query string's values. Raises Refused (400) for a name that is not allowed, or given
    twice."""
    raw = scope["query_string"]
    return dict(_values(raw, allowed)) if raw else {}


@lru_cache(maxsize=256)
def _values(raw: bytes, allowed: tuple[str, ...]) -> dict[str, str]:
    """Devices ask for the same few again and again."""
    values: dict[str, str] = {}
    for name, value in parse_qsl(raw.decode("latin-1"), keep_blank_values=True):
        if name not in allowed:
            known = ", ".join(allowed)
            raise Refused(400, "unknown_parameter", f"there is no parameter {name!r}: {known}")
        if name in values:
            raise Refused(400, "bad_parameter", f"{name} is given twice")
        values[name] = value
    return values


def whole_number(values: dict[str, str], name: str, default: int, low: int, high: int) -> int:
    """A parameter as an integer. Raises Refused (400)."""
    text = values.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 12 and low <= int(text) <= high):
        raise Refused(400, "bad_parameter", f"{name} is a whole number from {low} to {high}")
    return int(text)
