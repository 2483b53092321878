"""/v1/creators/session and /v1/creators/me/sessions: signing in and out, and where one is signed
in."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Final

import msgspec
from litestar import delete, get, post
from litestar.datastructures import CacheControlHeader
from litestar.response import Response

from jhalak.api.creators.access import from_here, secret_of
from jhalak.api.creators.passwords import address_of, who_has
from jhalak.api.creators.signing_in import SignedIn, begin, cookie, tokens_ended
from jhalak.api.door import Door
from jhalak.api.raw import AnyRequest, Refused
from jhalak.api.services import Services
from jhalak.people.operator_token import token_hash
from jhalak.people.password import LEAST, MOST, hashed
from jhalak.people.recovery import code_hash
from jhalak.ports.creators import Creator
from jhalak.ports.credentials import session_id

NO_STORE: Final = CacheControlHeader(no_store=True)
OTHERS: Final = "others"
"""In place of a session's id: all but this one."""


class SignInIn(msgspec.Struct, forbid_unknown_fields=True):
    """Who says that they are whom."""

    handle: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    password: Annotated[str, msgspec.Meta(min_length=1, max_length=MOST)]
    even_suspended: bool = False
    """Also where the account is suspended: the session is then good for
    /v1/creators/me/standing, /v1/creators/me/appeals, /v1/creators/me/export and DELETE
    /v1/creators/me only."""


class RecoveryIn(msgspec.Struct, forbid_unknown_fields=True):
    """A printed code, for a new password."""

    handle: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    code: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    password: Annotated[str, msgspec.Meta(min_length=LEAST, max_length=MOST)]
    """The new one."""


class SessionOut(msgspec.Struct):
    """A device that is signed in."""

    id: str
    device: str
    """In words; "" unknown."""
    began_ms: int
    used_ms: int
    """To within ten minutes."""
    until_ms: int
    this: bool
    """Asked from there."""


class SessionsOut(msgspec.Struct):
    """The last used first."""

    sessions: list[SessionOut]


def session_routes() -> list[Any]:
    """What the door counts is one for each process."""
    door, recovering = Door(), Door()

    @post("/v1/creators/session", tags=["creators"], status_code=201, cache_control=NO_STORE,
          guards=[from_here])  # fmt: skip
    async def sign_in(
        data: SignInIn, request: AnyRequest, services: Services
    ) -> Response[SignedIn]:
        """Begin a session of 30 days."""
        account = await who_has(door, request, services, data.handle, data.password)
        if account is None:
            raise Refused(401, "no_such_sign_in", "there is no such handle with this password")
        return await begin(request, services, account, data.even_suspended)

    @post("/v1/creators/session/recovery", tags=["creators"], status_code=201,
          cache_control=NO_STORE, guards=[from_here])  # fmt: skip
    async def recover(
        data: RecoveryIn, request: AnyRequest, services: Services
    ) -> Response[SignedIn]:
        """A new password for a recovery code, which is used up. All sessions end, all
        passkeys go, one session begins."""
        account = await _recovered(recovering, data, request, services)
        if account is None:
            raise Refused(401, "no_such_code", "there is no such handle with this recovery code")
        await tokens_ended(services, account.viewer)
        return await begin(request, services, account)

    return [sign_in, recover, sign_out, list_sessions, end_session]


@delete("/v1/creators/session", tags=["creators"], status_code=204)
async def sign_out(request: AnyRequest, creator: Creator, services: Services) -> Response[None]:
    """End the session, here and on the server, and all tokens of the account's viewer."""
    await asyncio.to_thread(services.creator_sessions.end, token_hash(secret_of(request.scope)))
    await tokens_ended(services, creator.viewer)
    return Response(None, status_code=204, cookies=[cookie(request, "", 0)])


@get("/v1/creators/me/sessions", tags=["creators"], cache_control=NO_STORE)
async def list_sessions(request: AnyRequest, creator: Creator, services: Services) -> SessionsOut:
    """Where one is signed in."""
    store, now_ms = services.creator_sessions, services.clock()
    found = await asyncio.to_thread(store.of_account, creator.num, now_ms)
    this = session_id(token_hash(secret_of(request.scope)))
    return SessionsOut(
        [SessionOut(s.id, s.device, s.began_ms, s.used_ms, s.until_ms, s.id == this) for s in found]
    )


@delete("/v1/creators/me/sessions/{session:str}", tags=["creators"], status_code=204)
async def end_session(
    session: str, request: AnyRequest, creator: Creator, services: Services
) -> None:
    """End one session, or with `others` all but this one; and all tokens of the account's viewer.
    404 for one that is not theirs."""
    store = services.creator_sessions
    if session == OTHERS:
        this = token_hash(secret_of(request.scope))
        await asyncio.to_thread(store.end_others, creator.num, this)
    elif not await asyncio.to_thread(store.end_one, creator.num, session):
        raise Refused(404, "no_such_session", f"there is no session {session!r}")
    await tokens_ended(services, creator.viewer)


async def _recovered(
    door: Door, data: RecoveryIn, request: AnyRequest, services: Services
) -> Creator | None:
    """Whose password is another one now. Raises Refused (429, 503)."""
    code = code_hash(data.code)

    def check() -> Creator | None:
        found, phc = services.people.of_handle(data.handle), hashed(data.password)
        fits = found and code and services.recovery.recover(found.num, code, phc)
        return found if fits else None

    return await door.enter(data.handle, address_of(request), services.clock(), check)
