"""Signing in to the console: a name, a password, and a session that the server keeps.

The session's secret is a cookie that no script reads (HttpOnly), that no other site sends
(SameSite=Strict), that goes to the console only (Path), and over TLS only where there is TLS. What
changes something must also carry a header that another site's page cannot send (access.signed_in).
"""

from __future__ import annotations

import asyncio
import secrets
from typing import Annotated, Any, Final

import msgspec
from litestar import Request, delete, get, post
from litestar.datastructures import Cookie, State
from litestar.response import Response

from jhalak.api.console.access import COOKIE, Operator, cookie_of
from jhalak.api.raw import Refused
from jhalak.api.services import Services
from jhalak.people.operator_token import token_hash
from jhalak.people.password import NOBODY, Tries, matches

LIFE_MS: Final = 12 * 3_600_000
"""A session ends so long after the sign-in."""
WINDOW_MS: Final = 15 * 60_000
OF_NAME, OF_ADDRESS = 5, 20
"""Failures within the window after which nobody may try that name, or from that address."""
AT_ONCE: Final = 2
"""Passwords checked at the same time: each takes 19 MiB."""


class SignIn(msgspec.Struct, forbid_unknown_fields=True):
    """Who says that they are whom."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    password: Annotated[str, msgspec.Meta(min_length=1, max_length=1000)]


class Door:
    """Counts who failed; one for each process."""

    def __init__(self) -> None:
        self._names, self._addresses = Tries(OF_NAME, WINDOW_MS), Tries(OF_ADDRESS, WINDOW_MS)
        self._room = asyncio.Semaphore(AT_ONCE)

    async def enter(self, services: Services, said: SignIn, address: str) -> Operator:
        """Raises Refused (401, 429). A name that nobody has takes as long as any other."""
        now_ms = services.clock()
        wait_ms = max(
            self._names.wait_ms(said.name, now_ms), self._addresses.wait_ms(address, now_ms)
        )
        if wait_ms:
            seconds = -(-wait_ms // 1000)
            raise Refused(
                429, "too_many_tries", f"too many failed sign-ins: again in {seconds} s",
                [(b"retry-after", str(seconds).encode())],
            )  # fmt: skip
        # Counted before it is known, so that many tries at once are not more than many in turn.
        self._names.failed(said.name, now_ms)
        self._addresses.failed(address, now_ms)
        found = await asyncio.to_thread(services.accounts.find, said.name)
        async with self._room:
            fits = await asyncio.to_thread(matches, said.password, found[1] if found else NOBODY)
        if not found or not fits or found[0].disabled_ms:
            raise Refused(401, "no_such_sign_in", "there is no such name with this password")
        self._names.forget(said.name)
        self._addresses.forget(address)
        return Operator(found[0].name, found[0].role)


def sign_in_route() -> Any:
    """POST /console/api/session: the only route of the console without a guard."""
    door = Door()

    @post("/console/api/session", status_code=200, include_in_schema=False)
    async def sign_in(
        data: SignIn, request: Request[Any, Any, State], services: Services
    ) -> Response[dict[str, str]]:
        """Begin a session. Answers who one is, with the cookie."""
        address = request.client.host if request.client else ""
        who = await door.enter(services, data, address)
        secret, now_ms = secrets.token_urlsafe(32), services.clock()
        until_ms = now_ms + LIFE_MS
        await asyncio.to_thread(
            services.sessions.open, token_hash(secret), who.name, now_ms, until_ms
        )
        await asyncio.to_thread(
            services.audit.append, f"operator:{who.name}", "sign in", who.role, "", now_ms
        )
        return Response(who._asdict(), cookies=[_cookie(request, secret, LIFE_MS // 1000)])

    return sign_in


@get("/session")
async def get_session(operator: Operator) -> dict[str, str]:
    """Who one is."""
    return operator._asdict()


@delete("/session", status_code=200)
async def sign_out(request: Request[Any, Any, State], services: Services) -> Response[None]:
    """The session ends, here and on the server."""
    await asyncio.to_thread(services.sessions.end, token_hash(cookie_of(request)))
    return Response(None, cookies=[_cookie(request, "", 0)])


def _cookie(request: Request[Any, Any, State], secret: str, max_age_s: int) -> Cookie:
    return Cookie(
        COOKIE, value=secret, path="/console", max_age=max_age_s, httponly=True,
        samesite="strict", secure=request.url.scheme == "https",
    )  # fmt: skip


ROUTES = [get_session, sign_out]
