"""Which creator asks: a session's secret, sent as a bearer token or, by our own pages, in a cookie.

The cookie is read by no script (HttpOnly) and sent by no other site (SameSite=Strict); what comes
with it must also carry a header that another site's page cannot send. Over TLS its name
(`__Host-`) makes a browser insist on TLS and on this very host.
"""

from __future__ import annotations

import asyncio
from http.cookies import CookieError, SimpleCookie
from typing import Any, Final

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.handlers import BaseRouteHandler
from litestar.types import Scope

from jhalak.api.access import services_of
from jhalak.api.raw import Refused, header
from jhalak.api.services import Services
from jhalak.people.operator_token import token_hash
from jhalak.ports.creators import Creator

COOKIE, TLS_COOKIE = "jhalak_creator", "__Host-jhalak_creator"
HEADER: Final = "jhalak-studio"
LIFE_MS: Final = 30 * 86_400_000
"""A session lasts so long."""
_SECRET: Final = range(20, 201)
"""Letters of a session's secret."""


def secret_of(scope: Scope, *, media: bool = False) -> str:
    """The session's secret; "" for none. Raises Refused (403) for a cookie that another site's
    page may have sent. `media`: what a page of ours shows cannot carry the header; that it is of
    ours the browser says then."""
    value = header(scope, b"authorization") or ""
    if value.startswith("Bearer "):
        return value[7:]
    found = _cookie(header(scope, b"cookie") or "", tls=scope["scheme"] == "https")
    ours = media and header(scope, b"sec-fetch-site") == "same-origin"
    if found and not ours and header(scope, HEADER.encode()) is None:
        raise Refused(403, "other_site", f"what comes with a cookie carries the header {HEADER}: 1")
    return found


async def creator_of_media(scope: Scope, services: Services) -> Creator:
    """Who asks for a picture or a film. Raises Refused (401, 403)."""
    return await _creator_of(secret_of(scope, media=True), services)


async def creator_of(scope: Scope, services: Services, even_suspended: bool = False) -> Creator:
    """Who asks. Raises Refused (401, 403)."""
    return await _creator_of(secret_of(scope), services, even_suspended)


async def _creator_of(secret: str, services: Services, even_suspended: bool = False) -> Creator:
    found = None
    if len(secret) in _SECRET:
        found = await asyncio.to_thread(
            services.creator_sessions.signed_in, token_hash(secret), services.clock(),
            even_suspended,
        )  # fmt: skip
    if found is None:
        raise Refused(
            401, "no_creator", "sign in first (POST /v1/creators/session)",
            [(b"www-authenticate", b"Bearer")],
        )  # fmt: skip
    return found


async def signed_in(connection: ASGIConnection[Any, Any, Any, State], _: BaseRouteHandler) -> None:
    """Guard, where a large body must not be read for nobody. Raises Refused (401, 403)."""
    await creator_of(connection.scope, services_of(connection))


async def from_here(connection: ASGIConnection[Any, Any, Any, State], _: BaseRouteHandler) -> None:
    """Guard, where a cookie is begun: a page of another site, whose forms ask nobody, must not sign
    in whoever visits it as somebody else. Programs say nothing of a site. Raises Refused (403)."""
    scope = connection.scope
    if header(scope, HEADER.encode()) is not None:
        return
    site, origin = header(scope, b"sec-fetch-site"), header(scope, b"origin")
    if site is None and origin is not None:  # a browser, over a line that it does not trust
        same = origin.partition("://")[2] == (header(scope, b"host") or "").lower()
        site = "same-origin" if same else "cross-site"
    if site not in (None, "same-origin", "none"):
        raise Refused(403, "other_site", "a page of another site asks, which signs nobody in here")


async def current_creator(request: Request[Any, Any, State]) -> Creator:
    """The dependency `creator`. Raises Refused (401, 403)."""
    return await creator_of(request.scope, services_of(request))


async def current_creator_even_suspended(request: Request[Any, Any, State]) -> Creator:
    """The dependency `creator_even_suspended`: for seeing why one is suspended, for
    appeals, and for what is anybody's right: all that is kept of one, and to have it erased.
    Raises Refused (401, 403)."""
    return await creator_of(request.scope, services_of(request), even_suspended=True)


def _cookie(sent: str, *, tls: bool) -> str:
    try:
        held = SimpleCookie(sent).get(TLS_COOKIE if tls else COOKIE)
    except CookieError:
        return ""
    return held.value if held is not None else ""
