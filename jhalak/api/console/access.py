"""Who may call the console's API, what for, and that a look at a person is recorded.

`signed_in` guards every route of the console: nothing of it answers without an operator.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final, Literal, NamedTuple, get_args

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.handlers.base import BaseRouteHandler

from jhalak.api.access import current_operator
from jhalak.api.raw import Refused
from jhalak.api.services import Services

Role = Literal["observer", "moderator", "editor", "admin"]
RANK: Final = {role: rank for rank, role in enumerate(get_args(Role))}
LEAST_REASON: Final = 3
"""Letters of a reason."""


class Operator(NamedTuple):
    """Who asks."""

    name: str
    role: Role


async def signed_in(connection: ASGIConnection[Any, Any, Any, State], _: BaseRouteHandler) -> None:
    """Guard: an operator asks. A token of `jhalak operator token` may do everything, as elsewhere
    in the API. Raises Refused (401)."""
    token = await current_operator(Request(connection.scope))
    connection.state.operator = Operator(token.name, "admin")


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
