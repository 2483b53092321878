"""What a phone finds on the plain port of `jhalak serve --tls=local`: how to trust this server's
certificates, the authority's certificate to install, and nothing else."""

from __future__ import annotations

from html import escape
from importlib.resources import files

from litestar.types import ASGIApp, Receive, Scope, Send

from jhalak.api.raw import JSON, Headers, Refused, respond

CERTIFICATE = "/jhalak.crt"
_GUARDED: Headers = [
    (b"content-security-policy", b"default-src 'none'; style-src 'self'; frame-ancestors 'none';"
     b" base-uri 'none'; form-action 'none'"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
]  # fmt: skip


def trust_app(authority: bytes, fingerprint: str, address: str) -> ASGIApp:
    """The application: `authority` is a certificate in DER, `address` where the server is."""
    folder = files("jhalak.api").joinpath("trust")
    page = folder.joinpath("index.html").read_text("utf-8")
    for name, text in (("address", address), ("fingerprint", fingerprint)):
        page = page.replace("{" + name + "}", escape(text))
    held = {
        "/": ("text/html; charset=utf-8", page.encode()),
        "/trust.css": ("text/css; charset=utf-8", folder.joinpath("trust.css").read_bytes()),
        CERTIFICATE: ("application/x-x509-ca-cert", authority),
    }

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        found = held.get(scope["path"])
        if scope.get("method") not in ("GET", "HEAD"):
            allow = (b"allow", b"GET, HEAD")
            refused = Refused(405, "method_not_allowed", "this takes GET", [allow])
        elif found is None:
            refused = Refused(404, "not_found", f"Jhalak itself is at {address}")
        else:
            kind, body = found
            await respond(send, 200, body, [*_GUARDED, (b"content-type", kind.encode())])
            return
        headers = [*_GUARDED, JSON, *refused.headers]
        await respond(send, refused.status, refused.body(), headers)

    return app
