"""Beginning a session, however somebody showed who they are; and ending the tokens with it."""

from __future__ import annotations

import asyncio
import secrets
from typing import TypeVar

import msgspec
from litestar.datastructures import Cookie
from litestar.response import Response

from jhalak.api.creators.access import COOKIE, LIFE_MS, TLS_COOKIE
from jhalak.api.raw import AnyRequest, Refused
from jhalak.api.services import Services
from jhalak.people.age import band_of, grown
from jhalak.people.device import device_words
from jhalak.people.operator_token import token_hash
from jhalak.ports.creators import Creator
from jhalak.ports.errors import Conflict


class SignedIn(msgspec.Struct):
    """A session. The token is for programs; a browser has it in a cookie."""

    handle: str
    token: str
    until_ms: int


class SignedUp(SignedIn):
    """The first session of a new account."""

    recovery_codes: list[str]
    """Shown this once: each gives a new password to whoever forgot theirs."""


S = TypeVar("S", bound=SignedIn)


async def begin(
    request: AnyRequest, services: Services, account: Creator, even_suspended: bool = False
) -> Response[SignedIn]:
    """A session of 30 days. Raises Refused (403)."""
    said = await opened(request, services, account, even_suspended)
    return answered(request, said)


async def opened(
    request: AnyRequest, services: Services, account: Creator, even_suspended: bool = False
) -> SignedIn:
    if account.suspended_ms and not even_suspended:
        raise suspended()
    secret, now_ms = secrets.token_urlsafe(32), services.clock()
    device = device_words(request.headers.get("user-agent", ""))
    try:
        await asyncio.to_thread(
            services.creator_sessions.open, token_hash(secret), account.num, now_ms,
            now_ms + LIFE_MS, device, even_suspended,
        )  # fmt: skip
    except Conflict:
        raise suspended() from None
    await _grow(services, account, now_ms)
    return SignedIn(account.handle, secret, now_ms + LIFE_MS)


def answered(request: AnyRequest, said: S) -> Response[S]:
    """With the cookie that a browser keeps."""
    cookies = [cookie(request, said.token, LIFE_MS // 1000)]
    return Response(said, status_code=201, cookies=cookies)


def suspended() -> Refused:
    return Refused(403, "suspended", "this account is suspended")


def cookie(request: AnyRequest, secret: str, max_age_s: int) -> Cookie:
    """The session's cookie; "" and 0 end it."""
    tls = request.scope["scheme"] == "https"
    return Cookie(
        TLS_COOKIE if tls else COOKIE, value=secret, path="/" if tls else "/v1",
        max_age=max_age_s, httponly=True, samesite="strict", secure=tls,
    )  # fmt: skip


async def tokens_ended(services: Services, viewer: int) -> None:
    """The store revoked all tokens of an account's viewer: obey it at once, not only when this
    process reads of it."""
    stored = await asyncio.to_thread(services.viewers.get, viewer) if viewer else None
    services.directory.drop(viewer)
    if stored is not None:
        revoked = services.viewer_tokens.revoked
        revoked[viewer] = max(stored.epoch, revoked.get(viewer, 0))


async def _grow(services: Services, account: Creator, now_ms: int) -> None:
    """Bands rise with the years."""
    least = grown(account.least_age, account.told_ms, now_ms)
    if least and band_of(least) != account.age_band:
        await asyncio.to_thread(
            services.creator_accounts.change, account.num, age_band=band_of(least)
        )
        services.directory.drop(account.viewer)
