"""The web applications, as `make web` built them: files held in memory, compressed beforehand.

A file under `assets/` carries a hash of its content in its name and may be kept for ever; anything
else is asked for again and answered 304. Nothing is compressed, read or looked for on a disk while
somebody waits: each file is one entry among the routes that are answered without the framework, so
a path that names no file, however odd, is none of theirs.
"""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from importlib.resources import files
from pathlib import Path
from typing import Final, NamedTuple

from litestar import route
from litestar.handlers import HTTPRouteHandler
from litestar.types import ASGIApp, Receive, Scope, Send

from jhalak.api.raw import Headers, Refused, header, respond

BUILT: Final = Path(str(files("jhalak.api").joinpath("built")))
_ENCODINGS: Final = (("br", ".br"), ("gzip", ".gz"))
_KEPT: Final = b"public, max-age=31536000, immutable"
_ASKED_AGAIN: Final = b"no-cache"
_POLICY: Final = (
    b"default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self';"
    b" img-src 'self' data: blob:%b; media-src 'self' blob:%b; connect-src 'self';"
    b" worker-src 'self'; manifest-src 'self'; object-src 'none'; frame-ancestors 'none';"
    b" base-uri 'none'; form-action 'self'"
)
_ORIGIN: Final = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d{1,5})?", re.ASCII)
_DOCUMENT: Final[Headers] = [
    (b"permissions-policy", b"camera=(), display-capture=(), geolocation=(), microphone=(),"
     b" payment=(), usb=(), browsing-topics=()"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
]  # fmt: skip
"""What pages, and workers, may do. Nothing inline, and nobody else's."""
_EVERY: Final[Headers] = [
    (b"x-content-type-options", b"nosniff"),
    (b"cross-origin-resource-policy", b"same-origin"),
]
_ONLY_TLS: Final = (b"strict-transport-security", b"max-age=31536000")
_PARTS: Final = ("text/javascript", "text/css", "font/", "image/webp", "image/png", "image/jpeg")
"""Of these, under `assets/`, a browser makes no page or worker: they are sent without a policy, a
packet less on the way to the first card."""
mimetypes.add_type("application/manifest+json", ".webmanifest")
mimetypes.add_type("font/woff2", ".woff2")
mimetypes.add_type("text/javascript", ".js")


class File(NamedTuple):
    """One file, ready to be sent."""

    etag: str
    """Weak: the same for each coding."""
    headers: Headers
    bodies: Mapping[str, bytes]
    """By content coding; "" is plain."""


def policy(origins: Sequence[str] = ()) -> bytes:
    """What a document may load: nothing from elsewhere but pictures and films of `origins`, such
    as `https://media.example`. Raises ValueError for one that is none."""
    for origin in origins:
        if not _ORIGIN.fullmatch(origin):
            raise ValueError(f"{origin!r} is no origin, such as https://media.example")
    named = b"".join(b" " + origin.encode() for origin in origins)
    return _POLICY % (named, named)


def read_app(folder: Path, origins: Sequence[str] = ()) -> dict[str, File]:
    """The files under `folder` by their path relative to it; none where it was not built.
    `origins`: where else films lie."""
    document = [(b"content-security-policy", policy(origins)), *_DOCUMENT]
    compressed = tuple(ending for _, ending in _ENCODINGS)
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_dir() or path.name.endswith(compressed) or path.name.startswith("."):
            continue
        bodies = {"": path.read_bytes()}
        for coding, ending in _ENCODINGS:
            beside = path.with_name(path.name + ending)
            if beside.exists():
                bodies[coding] = beside.read_bytes()
        name = path.relative_to(folder).as_posix()
        etag = f'W/"{blake2b(bodies[""], digest_size=12).hexdigest()}"'
        found[name] = File(etag, [(b"etag", etag.encode()), *_headers(name, document)], bodies)
    return found


def _headers(name: str, document: Headers) -> Headers:
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    text = kind.startswith("text/") or kind.endswith(("javascript", "json", "xml"))
    kept = name.startswith("assets/")
    part = kept and kind.startswith(_PARTS)
    return [
        (b"content-type", (kind + "; charset=utf-8" if text else kind).encode()),
        (b"cache-control", _KEPT if kept else _ASKED_AGAIN),
        (b"vary", b"accept-encoding"),
        *_EVERY,
        *([] if part else document),
    ]


def coding_of(file: File, accepted: str) -> str:
    """The first coding that we hold and the browser takes; "" is plain."""
    taken = set()
    for one in accepted.lower().split(","):
        name, _, weight = one.replace(" ", "").partition(";q=")
        if not weight or weight.strip("0.") != "":
            taken.add(name)
    return next((c for c, _ in _ENCODINGS if c in taken and c in file.bodies), "")


def _held(scope: Scope, etag: str) -> bool:
    """Does the browser hold this very file?"""
    names = (header(scope, b"if-none-match") or "").split(",")
    return any(name.strip().removeprefix("W/") == etag[2:] for name in names)


def _only_tls(scope: Scope) -> Headers:
    """Ask for TLS from now on; not of names that only mean this machine or network, which others
    serve too."""
    host = (header(scope, b"host") or "").lower().rpartition("@")[2].split(":")[0]
    local = host == "localhost" or host.endswith((".local", ".localhost", ".internal"))
    return [_ONLY_TLS] if scope["scheme"] == "https" and not local else []


async def _send(file: File, scope: Scope, send: Send) -> None:
    headers = [*file.headers, *_only_tls(scope)]
    if _held(scope, file.etag):
        await send({"type": "http.response.start", "status": 304, "headers": headers})
        await send({"type": "http.response.body", "body": b"", "more_body": False})
        return
    coding = coding_of(file, header(scope, b"accept-encoding") or "")
    body = file.bodies[coding]
    headers.append((b"content-length", str(len(body)).encode()))
    if coding:
        headers.append((b"content-encoding", coding.encode()))
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    shown = b"" if scope.get("method") == "HEAD" else body
    await send({"type": "http.response.body", "body": shown, "more_body": False})


def _sender(file: File) -> ASGIApp:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await _send(file, scope, send)

    return app


def _not_built(name: str) -> ASGIApp:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        raise Refused(404, "not_built", _run_make(name))

    return app


def _run_make(name: str) -> str:
    return f"the {name} application is not built: run `make web`"


def _to(address: str) -> ASGIApp:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await respond(send, 308, b"", [(b"location", address.encode())])

    return app


def app_routes(folder: Path, prefix: str, origins: Sequence[str] = ()) -> dict[str, ASGIApp]:
    """What answers GET and HEAD of each path of the application in `folder` at `prefix` ("/x/").
    What it answers with may raise Refused."""
    held = read_app(folder, origins)
    routes = {prefix + name: _sender(file) for name, file in held.items()}
    index = held.get("index.html")
    routes[prefix] = _sender(index) if index else _not_built(folder.name)
    if prefix != "/":
        routes[prefix.rstrip("/")] = _to(prefix)
    return routes


def page_route(folder: Path, paths: Sequence[str], origins: Sequence[str] = ()) -> HTTPRouteHandler:
    """Addresses within the application in `folder` that name no file of it: its page answers, and
    shows what they name."""
    index = read_app(folder, origins).get("index.html")
    page = _sender(index) if index else None

    @route(list(paths), http_method=["GET", "HEAD"], include_in_schema=False)
    async def get_page() -> ASGIApp:
        if page is None:
            raise Refused(404, "not_built", _run_make(folder.name))
        return page

    return get_page


def is_built(name: str) -> bool:
    """Is the application `name` part of this installation?"""
    return (BUILT / name / "index.html").exists()
