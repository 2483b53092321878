"""Signing in to the console: a name, a password, and a session that the server keeps.

The session's secret is a cookie that no script reads (HttpOnly), that no other site sends
(SameSite=Strict), that goes to the console only (Path), and over TLS to this very host over TLS
only (`__Host-`, which wants Path=/). What changes something, and the sign-in itself, must also
carry a header that another site's page cannot send (access.from_our_page).
"""

from __future__ import annotations

import asyncio
import secrets
from typing import Any, Final

from litestar import Request, delete, get, post
from litestar.datastructures import CacheControlHeader, Cookie, State
from litestar.response import Response

from jhalak.api.console.access import (
    COOKIE,
    IDLE_MS,
    LIFE_MS,
    TLS_COOKIE,
    Operator,
    cookie_of,
    from_our_page,
    written,
)
from jhalak.api.console.door import Door, SignIn, place_of
from jhalak.api.raw import Refused
from jhalak.api.services import Services
from jhalak.feeds.edition import rfc3339
from jhalak.people.operator_token import token_hash
from jhalak.ports.accounts import Session

KEY_LENGTH: Final = 16
"""Letters by which a session is named: of its secret's hash, which lets nobody in."""


def sign_in_route() -> Any:
    """POST /console/api/session: the only route of the console without a guard."""
    door = Door()

    @post(
        "/console/api/session", status_code=200, include_in_schema=False,
        cache_control=CacheControlHeader(no_store=True),
    )  # fmt: skip
    async def sign_in(
        data: SignIn, request: Request[Any, Any, State], services: Services
    ) -> Response[dict[str, Any]]:
        """Begin a session. Answers who one is, with the cookie."""
        from_our_page(request)
        address = request.client.host if request.client else ""
        account = await door.come_in(services, data, address)
        secret, now_ms = secrets.token_urlsafe(32), services.clock()
        await written(services, account.name, "sign in", account.role, place_of(address))
        if before := cookie_of(request):
            await asyncio.to_thread(services.sessions.end, token_hash(before))
        session = await asyncio.to_thread(
            services.sessions.open, token_hash(secret), account.name, place_of(address), now_ms,
            now_ms + IDLE_MS,
        )  # fmt: skip
        who = Operator(account.name, account.role, session)
        return Response(_who(who), cookies=[_cookie(request, secret, LIFE_MS // 1000)])

    return sign_in


@get("/session")
async def get_session(operator: Operator) -> dict[str, Any]:
    """Who one is, and when one is signed out if nothing is done; null: never, by a token."""
    return _who(operator)


@delete("/session", status_code=200)
async def sign_out(
    request: Request[Any, Any, State], operator: Operator, services: Services
) -> Response[None]:
    """The session ends, here and on the server."""
    if operator.session is not None:
        await asyncio.to_thread(services.sessions.end, operator.session.token_hash)
        await written(services, operator.name, "sign out", operator.role, "")
    return Response(None, cookies=[_cookie(request, "", 0)])


@get("/sessions")
async def get_sessions(operator: Operator, services: Services) -> list[dict[str, Any]]:
    """One's own sessions, newest first; an admin's list has everyone's."""
    return [
        {
            "id": _key(session), "account": session.account, "role": session.role,
            "place": session.place, "began": rfc3339(session.began_ms),
            "used": rfc3339(session.used_ms), "ends": rfc3339(session.until_ms),
            "this": operator.session is not None
            and session.token_hash == operator.session.token_hash,
        }
        for session in await _seen(operator, services)
    ]  # fmt: skip


@delete("/sessions/{key:str}", status_code=200)
async def end_session(key: str, operator: Operator, services: Services) -> None:
    """End one of those that `GET /sessions` lists. Raises Refused (404)."""
    for session in await _seen(operator, services):
        if _key(session) == key:
            await written(services, operator.name, "end session", session.account, key)
            await asyncio.to_thread(services.sessions.end, session.token_hash)
            return
    raise Refused(404, "no_such_session", "there is no such session, or it is over")


async def _seen(operator: Operator, services: Services) -> list[Session]:
    of = "" if operator.role == "admin" else operator.name
    return await asyncio.to_thread(services.sessions.of, of, services.clock())


def _key(session: Session) -> str:
    return session.token_hash.hex()[:KEY_LENGTH]


def _who(operator: Operator) -> dict[str, Any]:
    until = operator.session and rfc3339(operator.session.until_ms)
    return {"name": operator.name, "role": operator.role, "ends": until}


def _cookie(request: Request[Any, Any, State], secret: str, max_age_s: int) -> Cookie:
    tls = request.scope["scheme"] == "https"
    return Cookie(
        TLS_COOKIE if tls else COOKIE, value=secret, path="/" if tls else "/console",
        max_age=max_age_s, httponly=True, samesite="strict", secure=tls,
    )  # fmt: skip


ROUTES = [get_session, sign_out, get_sessions, end_session]
