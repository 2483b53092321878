"""The two web applications, as `make web` built them: files held in memory, compressed beforehand.

A file under `assets/` carries a hash of its content in its name and may be kept for ever; anything
else is asked for again and answered 304. Nothing is compressed while somebody waits.
"""

from __future__ import annotations

import mimetypes
from collections.abc import Mapping
from hashlib import blake2b
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, NamedTuple

from litestar import get
from litestar.response import Response

from jhalak.api.raw import AnyRequest, Refused

BUILT: Final = Path(str(files("jhalak.api").joinpath("built")))
_ENCODINGS: Final = (("br", ".br"), ("gzip", ".gz"))
_KEPT: Final = "public, max-age=31536000, immutable"
_GUARDED: Final = {
    "content-security-policy": "default-src 'self'; img-src 'self' data: blob:; media-src 'self'"
    " blob:; object-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
}
mimetypes.add_type("application/manifest+json", ".webmanifest")
mimetypes.add_type("font/woff2", ".woff2")


class File(NamedTuple):
    """One file: its bytes by content coding ("" is plain)."""

    media_type: str
    etag: str
    cache: str
    bodies: Mapping[str, bytes]


def read_app(folder: Path) -> dict[str, File]:
    """The files under `folder` by their path relative to it; none where it was not built."""
    compressed = tuple(ending for _, ending in _ENCODINGS)
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_dir() or path.name.endswith(compressed):
            continue
        bodies = {"": path.read_bytes()}
        for coding, ending in _ENCODINGS:
            beside = path.with_name(path.name + ending)
            if beside.exists():
                bodies[coding] = beside.read_bytes()
        name = path.relative_to(folder).as_posix()
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        text = kind.startswith("text/") or kind.endswith(("javascript", "json", "xml"))
        found[name] = File(
            kind + "; charset=utf-8" if text else kind,
            f'"{blake2b(bodies[""], digest_size=12).hexdigest()}"',
            _KEPT if name.startswith("assets/") else "no-cache",
            bodies,
        )
    return found


def _coding(file: File, accepted: str) -> str:
    """The first coding that we hold and the browser takes."""
    taken = {one.partition(";")[0].strip() for one in accepted.split(",")}
    return next((c for c, _ in _ENCODINGS if c in taken and c in file.bodies), "")


def answer(file: File, request: AnyRequest) -> Response[bytes]:
    """`file` in the best coding that `request` takes, or 304."""
    headers = _GUARDED | {"etag": file.etag, "cache-control": file.cache, "vary": "accept-encoding"}
    if file.etag in request.headers.get("if-none-match", ""):
        return Response(b"", status_code=304, headers=headers)
    coding = _coding(file, request.headers.get("accept-encoding", ""))
    if coding:
        headers["content-encoding"] = coding
    return Response(file.bodies[coding], media_type=file.media_type, headers=headers)


def app_routes(name: str, prefix: str) -> list[Any]:
    """The routes of the application `name` (a folder under `built/`) at `prefix` ("/x/")."""
    held = read_app(BUILT / name)

    def find(path: str) -> File:
        if not held:
            raise Refused(404, "not_built", f"the {name} application is not built: run `make web`")
        file = held.get(path)
        if file is None:
            raise Refused(404, "not_found", f"there is no file {path!r}")
        return file

    @get(prefix, name=f"{name} index", include_in_schema=False)
    async def index(request: AnyRequest) -> Response[bytes]:
        return answer(find("index.html"), request)

    @get(f"{prefix}{{file_path:path}}", name=f"{name} file", include_in_schema=False)
    async def file(request: AnyRequest, file_path: Path) -> Response[bytes]:
        return answer(find(file_path.as_posix().lstrip("/")), request)

    return [index, file]
