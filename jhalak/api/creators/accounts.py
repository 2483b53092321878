"""/v1/creators: accounts of people who upload, and their sessions."""

from __future__ import annotations

import asyncio
import secrets
from typing import Annotated, Any, Final

import msgspec
from litestar import delete, get, post
from litestar.datastructures import CacheControlHeader, Cookie
from litestar.response import Response

from jhalak.api.creators.access import COOKIE, LIFE_MS, TLS_COOKIE, secret_of
from jhalak.api.door import Door, network_of
from jhalak.api.raw import AnyRequest, Refused
from jhalak.api.services import Services
from jhalak.media.probe import LONGEST_S
from jhalak.people.handles import refusal
from jhalak.people.operator_token import token_hash
from jhalak.people.password import LEAST, MOST, NOBODY, Tries, hashed, matches
from jhalak.ports.creators import Creator
from jhalak.ports.errors import Conflict

NEW_ACCOUNTS, NEW_WINDOW_MS = 20, 3_600_000
"""Accounts made from one address within the window."""
DAY_MS: Final = 86_400_000
NO_STORE: Final = CacheControlHeader(no_store=True)


class SignUpIn(msgspec.Struct, forbid_unknown_fields=True):
    """A new account."""

    handle: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    password: Annotated[str, msgspec.Meta(min_length=LEAST, max_length=MOST)]


class SignInIn(msgspec.Struct, forbid_unknown_fields=True):
    """Who says that they are whom."""

    handle: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    password: Annotated[str, msgspec.Meta(min_length=1, max_length=MOST)]


class SignedIn(msgspec.Struct):
    """A session. The token is for programs; a browser has it in a cookie."""

    handle: str
    token: str
    until_ms: int


class Quota(msgspec.Struct):
    """What may still be uploaded."""

    videos_left_today: int
    bytes_left_today: int
    most_bytes: int
    """Of one upload."""
    most_s: float
    """Of one video."""


class CreatorOut(msgspec.Struct):
    handle: str
    created_ms: int
    quota: Quota


def account_routes() -> list[Any]:
    """Sign up and sign in; what they count is one for each process."""
    door, made = Door(), Tries(NEW_ACCOUNTS, NEW_WINDOW_MS)

    @post("/v1/creators", tags=["creators"], status_code=201, cache_control=NO_STORE)
    async def create_creator(
        data: SignUpIn, request: AnyRequest, services: Services
    ) -> Response[SignedIn]:
        """Make an account and sign in. 409 where the handle is taken."""
        said = refusal(data.handle)
        if said:
            raise Refused(400, "bad_handle", said)
        network, now_ms = network_of(_address(request)), services.clock()
        wait_ms = made.wait_ms(network, now_ms)
        if wait_ms:
            again = str(-(-wait_ms // 1000)).encode()
            raise Refused(
                429, "too_many_accounts", "too many new accounts come from your network",
                [(b"retry-after", again)],
            )  # fmt: skip
        made.failed(network, now_ms)
        if await asyncio.to_thread(services.creator_accounts.find, data.handle) is not None:
            raise Refused(409, "handle_taken", f"somebody has the handle {data.handle!r}")
        phc = await asyncio.to_thread(hashed, data.password)
        try:
            account = await asyncio.to_thread(
                services.creator_accounts.add, data.handle, phc, now_ms
            )
        except Conflict:
            raise Refused(409, "handle_taken", f"somebody has the handle {data.handle!r}") from None
        return await _signed_in(request, services, account, 201)

    @post("/v1/creators/session", tags=["creators"], status_code=201, cache_control=NO_STORE)
    async def sign_in(
        data: SignInIn, request: AnyRequest, services: Services
    ) -> Response[SignedIn]:
        """Begin a session of 30 days."""
        account = await door.enter(
            data.handle, _address(request), services.clock(), lambda: _checked(services, data)
        )
        if account is None:
            raise Refused(401, "no_such_sign_in", "there is no such handle with this password")
        if account.suspended_ms:
            raise Refused(403, "suspended", "this account is suspended")
        return await _signed_in(request, services, account, 201)

    return [create_creator, sign_in, sign_out, get_creator]


@delete("/v1/creators/session", tags=["creators"], status_code=204)
async def sign_out(request: AnyRequest, creator: Creator, services: Services) -> Response[None]:
    """End the session, here and on the server."""
    del creator  # only who is signed in can sign out
    await asyncio.to_thread(services.creator_accounts.end, token_hash(secret_of(request.scope)))
    return Response(None, status_code=204, cookies=[cookie(request, "", 0)])


@get("/v1/creators/me", tags=["creators"], cache_control=NO_STORE)
async def get_creator(creator: Creator, services: Services) -> CreatorOut:
    """Who one is, and what may still be uploaded."""
    rules = services.settings.media
    since_ms = services.clock() - DAY_MS
    count, size = await asyncio.to_thread(services.uploads.used, creator.num, since_ms)
    quota = Quota(
        max(rules.videos_a_day - count, 0), max(rules.bytes_a_day - size, 0), rules.most_bytes,
        LONGEST_S,
    )  # fmt: skip
    return CreatorOut(creator.handle, creator.created_ms, quota)


async def _signed_in(
    request: AnyRequest, services: Services, account: Creator, status: int
) -> Response[SignedIn]:
    secret, now_ms = secrets.token_urlsafe(32), services.clock()
    try:
        await asyncio.to_thread(
            services.creator_accounts.open, token_hash(secret), account.num, now_ms,
            now_ms + LIFE_MS,
        )  # fmt: skip
    except Conflict:
        raise Refused(403, "suspended", "this account is suspended") from None
    body = SignedIn(account.handle, secret, now_ms + LIFE_MS)
    cookies = [cookie(request, secret, LIFE_MS // 1000)]
    return Response(body, status_code=status, cookies=cookies)


def _checked(services: Services, said: SignInIn) -> Creator | None:
    """The account whose password it is. For a thread: 40 ms. An erased one has no password."""
    found = services.creator_accounts.find(said.handle)
    fits = matches(said.password, found[1] if found and found[1] else NOBODY)
    return found[0] if found and fits and found[1] else None


def cookie(request: AnyRequest, secret: str, max_age_s: int) -> Cookie:
    """The session's cookie; "" and 0 end it."""
    tls = request.scope["scheme"] == "https"
    return Cookie(
        TLS_COOKIE if tls else COOKIE, value=secret, path="/" if tls else "/v1",
        max_age=max_age_s, httponly=True, samesite="strict", secure=tls,
    )  # fmt: skip


def _address(request: AnyRequest) -> str:
    return request.client.host if request.client else ""
