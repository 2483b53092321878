"""Who may call a handler: the viewer of a token, or an operator."""

from __future__ import annotations

import asyncio
from typing import Any

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import State

from jhalak.api.raw import Refused, claim_of_header
from jhalak.api.services import Services
from jhalak.people.operator_token import token_hash
from jhalak.ports.operators import OperatorToken
from jhalak.ports.publishers import PublisherKey
from jhalak.ports.viewers import Viewer


def services_of(connection: ASGIConnection[Any, Any, Any, State]) -> Services:
    services: Services = connection.app.state.services
    return services


async def current_services(request: Request[Any, Any, State]) -> Services:
    """The process's services."""
    return services_of(request)


async def current_viewer(request: Request[Any, Any, State]) -> Viewer:
    """The viewer of the request's token, as stored. Raises Refused (401, 421)."""
    services = services_of(request)
    claim = claim_of_header(request.headers.get("authorization"), services.viewer_tokens)
    viewer = await services.directory.get(claim.viewer)
    if viewer is None:
        raise Refused(401, "no_such_viewer", "this viewer was erased")
    return viewer


def _bearer(request: Request[Any, Any, State]) -> str:
    """The opaque token of the request; "" for none."""
    value = request.headers.get("authorization", "")
    token = value.removeprefix("Bearer ")
    return token if value.startswith("Bearer ") and 20 <= len(token) <= 200 else ""


async def current_publisher(request: Request[Any, Any, State]) -> PublisherKey:
    """The publisher of the request's key. Raises Refused (401)."""
    services, key = services_of(request), _bearer(request)
    found = await asyncio.to_thread(services.publishers.find, token_hash(key)) if key else None
    if found is None:
        raise Refused(
            401, "no_publisher", "this needs a publisher's key (jhalak publisher add NAME)",
            [(b"www-authenticate", b"Bearer")],
        )  # fmt: skip
    return found


async def current_operator(request: Request[Any, Any, State]) -> OperatorToken:
    """The operator of the request's token. Raises Refused (401)."""
    services, token = services_of(request), _bearer(request)
    found = None
    if token:
        found = await asyncio.to_thread(services.operators.find, token_hash(token))
    if found is None:
        raise Refused(
            401, "no_operator", "this needs an operator token (jhalak operator token NAME)",
            [(b"www-authenticate", b"Bearer")],
        )  # fmt: skip
    return found
