"""/v1/creators/me/push: the browsers of an account that ask to be woken."""

from __future__ import annotations

import asyncio
import secrets
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

import msgspec
from litestar import delete, get, post
from litestar.params import Parameter

from jhalak.api.notifications.notices import NO_STORE
from jhalak.api.raw import Refused
from jhalak.api.services import Services
from jhalak.people.web_push import AUTH_BYTES, is_point, read, spelled
from jhalak.ports.creators import Creator
from jhalak.ports.push import PushSubscription

MOST: Final = 20
"""Browsers of one account."""
PushId = Annotated[str, Parameter(max_length=64)]


class PushKeys(msgspec.Struct, forbid_unknown_fields=True):
    """As the browser's PushSubscription has them, in base 64 for addresses."""

    p256dh: Annotated[str, msgspec.Meta(max_length=200)]
    auth: Annotated[str, msgspec.Meta(max_length=100)]


class PushIn(msgspec.Struct, forbid_unknown_fields=True):
    """A browser's PushSubscription, as its `toJSON` gives it."""

    endpoint: Annotated[str, msgspec.Meta(max_length=1000)]
    keys: PushKeys
    expirationTime: float | None = None


class BrowserOut(msgspec.Struct):
    """One browser."""

    id: str
    service: str
    """The host of its push service."""
    created_ms: int


class PushOut(msgspec.Struct):
    """Whether this server pushes, and to which browsers of the account."""

    on: bool
    key: str
    """`applicationServerKey` for the browser; "" where it does not push."""
    browsers: list[BrowserOut]


def _browser(one: PushSubscription) -> BrowserOut:
    return BrowserOut(one.id, urlsplit(one.endpoint).hostname or "", one.created_ms)


@get("/v1/creators/me/push", tags=["notifications"], cache_control=NO_STORE)
async def get_push(creator: Creator, services: Services) -> PushOut:
    """What a browser needs to ask, and the browsers that did."""
    found = await asyncio.to_thread(services.pushes.of, creator.num)
    key = spelled(services.push_key) if services.push_key else ""
    return PushOut(bool(key), key, [_browser(one) for one in found])


@post("/v1/creators/me/push", tags=["notifications"], status_code=201)
async def post_push(data: PushIn, creator: Creator, services: Services) -> BrowserOut:
    """This browser asks to be woken; again, it is the same one. 409 where the server does not
    push."""
    if not services.push_key:
        raise Refused(409, "push_off", "this server does not push")
    key, auth = _keys(data.keys)
    if not _is_address(data.endpoint):
        raise Refused(400, "bad_body", "endpoint is an address that begins with https://")
    made = PushSubscription(
        secrets.token_urlsafe(16), creator.num, data.endpoint, key, auth, services.clock()
    )
    if await asyncio.to_thread(services.pushes.subscribe, made, MOST) is None:
        raise Refused(429, "too_many_browsers", f"{MOST} browsers of an account can be woken")
    return _browser(made)


def _is_address(endpoint: str) -> bool:
    try:
        parts = urlsplit(endpoint)
        known = parts.scheme == "https" and bool(parts.hostname) and parts.port != 0
        return known and endpoint.isascii() and endpoint.isprintable()
    except ValueError:
        return False


def _keys(keys: PushKeys) -> tuple[bytes, bytes]:
    """Raises Refused (400)."""
    try:
        key, auth = read(keys.p256dh), read(keys.auth)
    except ValueError:
        key, auth = b"", b""
    if not is_point(key) or len(auth) != AUTH_BYTES:
        raise Refused(400, "bad_body", "keys: p256dh is a point of P-256, auth has 16 bytes")
    return key, auth


@delete("/v1/creators/me/push/{browser:str}", tags=["notifications"], status_code=204)
async def delete_push(browser: PushId, creator: Creator, services: Services) -> None:
    """Wake it no more."""
    if not await asyncio.to_thread(services.pushes.end, creator.num, browser):
        raise Refused(404, "no_such_browser", "you have no such browser")


ROUTES: list[Any] = [get_push, post_push, delete_push]
