"""Who may call the console's API, what for, and that a look at a person is recorded.

`signed_in` guards every route of the console: nothing of it answers without an operator, and none
answers one whose role is below the route's (roles.py).
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any, Final, NamedTuple, get_args

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.handlers.base import BaseRouteHandler

from jhalak.api.access import current_operator, services_of
from jhalak.api.console.roles import least_of
from jhalak.api.raw import Refused
from jhalak.api.services import Services
from jhalak.people.operator_token import token_hash
from jhalak.ports.accounts import Role, Session
from jhalak.ports.errors import PortError

Connection = ASGIConnection[Any, Any, Any, State]
COOKIE, TLS_COOKIE = "jhalak_console", "__Host-jhalak_console"
"""Over TLS the name alone makes a browser insist on TLS and on this very host."""
HEADER: Final = "x-jhalak-console"
"""What changes something carries it: a page of another site cannot send it with our cookie."""
SAFE: Final = ("GET", "HEAD", "OPTIONS")
RANK: Final = {role: rank for rank, role in enumerate(get_args(Role))}
IDLE_MS, LIFE_MS = 12 * 3_600_000, 7 * 86_400_000
"""A session ends when it was not used for so long, and so long after the sign-in in any case."""
MARK_MS: Final = 5 * 60_000
"""How often it is written down that a session is used."""
LEAST_REASON: Final = 3
"""Letters of a reason."""


class Operator(NamedTuple):
    """Who asks."""

    name: str
    role: Role
    session: Session | None = None
    """None: by a token."""


def cookie_of(connection: Connection) -> str:
    """The session's secret; "" for none."""
    tls = connection.scope["scheme"] == "https"
    return connection.cookies.get(TLS_COOKIE if tls else COOKIE, "")


def from_our_page(connection: Connection) -> None:
    """Raises Refused (403) for what another site's page may have sent."""
    if HEADER not in connection.headers:
        raise Refused(403, "other_site", f"what changes something carries the header {HEADER}: 1")
    origin, host = connection.headers.get("origin"), connection.headers.get("host", "")
    if origin is not None and origin.partition("://")[2].lower() != host.lower():
        raise Refused(403, "other_site", f"a page of {origin[:200]} asks, and this is {host}")


async def signed_in(connection: Connection, _: BaseRouteHandler) -> None:
    """Guard: an operator asks who may, by a session, or by a token of `jhalak operator token`,
    which may do everything here as elsewhere in the API. Raises Refused (401, 403)."""
    if not cookie_of(connection):
        token = await current_operator(Request(connection.scope))
        connection.state.operator = Operator(token.name, "admin")
        return
    method = connection.scope["method"]  # type: ignore[typeddict-item]
    if method not in SAFE:
        from_our_page(connection)
    operator = await _of_session(services_of(connection), token_hash(cookie_of(connection)))
    path = connection.scope["path_template"]
    try:
        may(operator, least_of(method, path))
    except Refused as refused:
        subject, said = f"{method} {path}", refused.detail
        await written(services_of(connection), operator.name, "refused role", subject, said)
        raise
    connection.state.operator = operator


async def _of_session(services: Services, hashed: bytes) -> Operator:
    """Who is signed in; the session ends later for it. Raises Refused (401)."""
    now_ms = services.clock()
    session = await asyncio.to_thread(services.sessions.find, hashed, now_ms)
    if session is None:
        raise Refused(401, "signed_out", "the session is over: sign in again")
    if now_ms - session.used_ms >= MARK_MS:
        until_ms = min(now_ms + IDLE_MS, session.began_ms + LIFE_MS)
        with contextlib.suppress(PortError):  # a full disk keeps no operator from a recall
            await asyncio.to_thread(services.sessions.used, hashed, now_ms, until_ms)
            session = session._replace(used_ms=now_ms, until_ms=until_ms)
    return Operator(session.account, session.role, session)


async def the_operator(request: Request[Any, Any, State]) -> Operator:
    """Whom `signed_in` found."""
    operator: Operator = request.state.operator
    return operator


def may(operator: Operator, least: Role) -> None:
    """Has the operator this role or a higher one? Raises Refused (403)."""
    if RANK[operator.role] < RANK[least]:
        raise Refused(403, "not_allowed", f"this needs the role {least}; yours is {operator.role}")


async def recorded(
    services: Services, operator: Operator, action: str, subject: str, reason: str
) -> None:
    """Write into the audit log who does what to whom and why, before it is done. Raises Refused
    (400) without a reason, and Unavailable: then nothing is done."""
    if len(reason.strip()) < LEAST_REASON:
        raise Refused(400, "no_reason", "say why: it stands in the audit log")
    await written(services, operator.name, action, subject, reason.strip())


async def written(services: Services, name: str, action: str, subject: str, detail: str) -> None:
    """Write into the audit log what operator `name` did. Raises Unavailable."""
    who, now_ms = f"operator:{name}", services.clock()
    await asyncio.to_thread(services.audit.append, who, action, subject, detail, now_ms)
