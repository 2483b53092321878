"""The wire of tus 1.0 (https://tus.io/protocols/resumable-upload): headers in, headers out."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any, Final, NamedTuple

from litestar.types import Scope

from jhalak.api.raw import Headers, Refused, header

VERSION: Final = "1.0.0"
RESUMABLE: Final = (b"tus-resumable", VERSION.encode())
BODY: Final = "application/offset+octet-stream"
METADATA: Final = 32_768
"""Most bytes of Upload-Metadata: a caption of 2,200 characters has up to 12,000 there."""
HASHES: Final[dict[str, Callable[[], Any]]] = {
    "sha1": lambda: hashlib.sha1(usedforsecurity=False),
    "sha256": hashlib.sha256,
}
_NUMBER: Final = 15
"""Digits of a size."""


class Checksum(NamedTuple):
    """What a PATCH says of its body."""

    begin: Callable[[], Any]
    digest: bytes


def abilities(most_bytes: int) -> Headers:
    """What OPTIONS answers."""
    return [
        (b"tus-version", VERSION.encode()),
        (b"tus-extension", b"creation,termination,checksum,expiration"),
        (b"tus-checksum-algorithm", ",".join(HASHES).encode()),
        (b"tus-max-size", str(most_bytes).encode()),
    ]


def method_of(scope: Scope) -> str:
    """The method, also where a client can send only POST."""
    return (header(scope, b"x-http-method-override") or str(scope.get("method"))).upper()


def check_version(scope: Scope) -> None:
    """Raises Refused (412)."""
    said = header(scope, b"tus-resumable")
    if said != VERSION:
        raise Refused(
            412, "wrong_version", f"send Tus-Resumable: {VERSION}; yours is {said!r}",
            [(b"tus-version", VERSION.encode())],
        )  # fmt: skip


def size_of(scope: Scope, name: bytes) -> int:
    """A header that is a number of bytes. Raises Refused (400)."""
    text = header(scope, name) or ""
    if not (text.isascii() and text.isdigit() and len(text) <= _NUMBER):
        raise Refused(400, "bad_header", f"{name.decode()} is a number of bytes; yours is {text!r}")
    return int(text)


def metadata_of(scope: Scope) -> dict[str, str]:
    """Upload-Metadata: `KEY BASE64,KEY BASE64`. Raises Refused (400)."""
    text = header(scope, b"upload-metadata") or ""
    if len(text) > METADATA:
        raise Refused(400, "bad_metadata", f"Upload-Metadata may have {METADATA} bytes")
    said: dict[str, str] = {}
    for pair in filter(None, (one.strip() for one in text.split(","))):
        key, _, value = pair.partition(" ")
        if key in said:
            raise Refused(400, "bad_metadata", f"Upload-Metadata has {key[:40]!r} twice")
        try:
            said[key] = base64.b64decode(value.strip(), validate=True).decode()
        except ValueError:
            raise Refused(
                400, "bad_metadata", f"Upload-Metadata: {key[:40]!r} is not UTF-8 in base 64"
            ) from None
    return said


def checksum_of(scope: Scope) -> Checksum | None:
    """Upload-Checksum: `ALGORITHM BASE64`. Raises Refused (400)."""
    text = header(scope, b"upload-checksum")
    if text is None:
        return None
    name, _, value = text.strip().partition(" ")
    if name not in HASHES:
        raise Refused(400, "bad_checksum", f"Upload-Checksum is of {' or '.join(HASHES)}")
    try:
        digest = base64.b64decode(value, validate=True)
    except binascii.Error:
        digest = b""
    if len(digest) != HASHES[name]().digest_size:
        raise Refused(400, "bad_checksum", f"Upload-Checksum is no {name} in base 64")
    return Checksum(HASHES[name], digest)


def expires(until_ms: int) -> tuple[bytes, bytes]:
    """The header that says when an unfinished upload is gone."""
    at = datetime.fromtimestamp(until_ms // 1000, UTC)
    return (b"upload-expires", format_datetime(at, usegmt=True).encode())
