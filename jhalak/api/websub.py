"""/v1/websub/{token}: where hubs confirm subscriptions and deliver what is new
(https://www.w3.org/TR/websub/). A delivery is checked and stored; the worker reads it."""

from __future__ import annotations

import asyncio
import hmac
from typing import Annotated, Final

import msgspec
from litestar import MediaType, get, post
from litestar.params import Parameter, QueryParameter
from litestar.response import Response

from jhalak.api.raw import AnyRequest, Refused
from jhalak.api.services import Services
from jhalak.schema.feed import Subscription

METHODS: Final = ("sha1", "sha256", "sha384", "sha512")
"""Of signatures: those that the specification names."""
MAX_LEASE_S: Final = 30 * 86_400
WAITING: Final = 32
"""Deliveries of one feed that may wait for the worker."""
BODY: Final = 8 << 20
"""Bytes of a delivery."""

Token = Annotated[str, Parameter(max_length=100)]


def _query(name: str, most: int = 2048) -> QueryParameter:
    return QueryParameter(name=f"hub.{name}", max_length=most)


async def _subscription(services: Services, token: str) -> Subscription:
    """Raises Refused: 410 tells a hub to stop."""
    found = await asyncio.to_thread(services.subscriptions.find, token)
    if found is None:
        raise Refused(410, "no_such_subscription", "we did not subscribe, or not any more")
    return found


@get("/v1/websub/{token:str}", tags=["feeds"], media_type=MediaType.TEXT)
async def verify_subscription(
    token: Token,
    services: Services,
    mode: Annotated[str, _query("mode", 20)],
    topic: Annotated[str, _query("topic")] = "",
    challenge: Annotated[str, _query("challenge")] = "",
    lease: Annotated[int, QueryParameter(name="hub.lease_seconds", ge=0, le=2**40)] = 864_000,
) -> Response[str]:
    """A hub asks whether we want what was asked for in our name."""
    one = await _subscription(services, token)
    now_ms = services.clock()
    if topic != one.topic:
        raise Refused(404, "not_asked", "we did not ask for this topic")
    if mode == "denied":
        changed = msgspec.structs.replace(one, status="denied")
        await asyncio.to_thread(services.subscriptions.put, changed)
    elif mode == "subscribe" and not one.ending:
        until = now_ms + min(max(lease, 60), MAX_LEASE_S) * 1000
        changed = msgspec.structs.replace(one, status="active", until_ms=until)
        await asyncio.to_thread(services.subscriptions.put, changed)
    elif mode == "unsubscribe" and one.ending:
        await asyncio.to_thread(services.subscriptions.remove, one.feed)
    else:
        raise Refused(404, "not_asked", "we did not ask for this")
    # Plain text that no browser takes for a page: the challenge is the hub's.
    return Response(challenge, media_type="text/plain",
                    headers={"x-content-type-options": "nosniff"})  # fmt: skip


@post("/v1/websub/{token:str}", tags=["feeds"], status_code=202, request_max_body_size=BODY)
async def take_delivery(token: Token, request: AnyRequest, services: Services) -> Response[None]:
    """A hub delivers. One that is not signed with our secret is acknowledged and dropped, as the
    specification wants it: a forger learns nothing."""
    one = await _subscription(services, token)
    body = await request.body()
    if not is_signed(request.headers.get("x-hub-signature", ""), one.secret, body):
        services.count("websub forged")
        return Response(None, status_code=202)
    kind = request.headers.get("content-type", "")[:200]

    def write() -> None:
        if services.deliveries.waiting(one.feed) >= WAITING:
            again = [(b"retry-after", b"10")]
            raise Refused(503, "unavailable", "too much waits; deliver it again", again)
        services.deliveries.add(one.feed, kind, body, services.clock())

    await asyncio.to_thread(write)
    services.count("websub delivered")
    return Response(None, status_code=202)


def is_signed(header: str, secret: str, body: bytes) -> bool:
    """Does `METHOD=HEX` sign the body with our secret? Takes the same time whatever differs."""
    method, _, signature = header.strip().partition("=")
    if method not in METHODS:
        return False
    made = hmac.new(secret.encode(), body, method).hexdigest()
    return hmac.compare_digest(made.encode(), signature.strip().lower().encode())


ROUTES = [verify_subscription, take_delivery]
