"""Who may call the console's API, what for, and that a look at a person is recorded.

`signed_in` guards every route of the console: nothing of it answers without an operator.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final, NamedTuple, get_args

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.handlers.base import BaseRouteHandler

from jhalak.api.access import current_operator, services_of
from jhalak.api.raw import Refused
from jhalak.api.services import Services
from jhalak.people.operator_token import token_hash
from jhalak.ports.accounts import Role

COOKIE: Final = "jhalak_console"
HEADER: Final = "x-jhalak-console"
"""What changes something carries it: a page of another site cannot send it with our cookie."""
SAFE: Final = ("GET", "HEAD", "OPTIONS")
RANK: Final = {role: rank for rank, role in enumerate(get_args(Role))}
LEAST_REASON: Final = 3
"""Letters of a reason."""


class Operator(NamedTuple):
    """Who asks."""

    name: str
    role: Role


def cookie_of(connection: ASGIConnection[Any, Any, Any, State]) -> str:
    """The session's secret; "" for none."""
    return connection.cookies.get(COOKIE, "")


async def signed_in(connection: ASGIConnection[Any, Any, Any, State], _: BaseRouteHandler) -> None:
    """Guard: an operator asks, by a session, or by a token of `jhalak operator token`, which may do
    everything here as elsewhere in the API. Raises Refused (401, 403)."""
    if not cookie_of(connection):
        token = await current_operator(Request(connection.scope))
        connection.state.operator = Operator(token.name, "admin")
        return
    if connection.scope["method"] not in SAFE and HEADER not in connection.headers:  # type: ignore[typeddict-item]
        raise Refused(403, "other_site", f"what changes something carries the header {HEADER}")
    services = services_of(connection)
    hashed, now_ms = token_hash(cookie_of(connection)), services.clock()
    account = await asyncio.to_thread(services.sessions.find, hashed, now_ms)
    if account is None:
        raise Refused(401, "signed_out", "the session is over: sign in again")
    connection.state.operator = Operator(account.name, account.role)


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
    who, now_ms = f"operator:{operator.name}", services.clock()
    await asyncio.to_thread(services.audit.append, who, action, subject, reason.strip(), now_ms)
