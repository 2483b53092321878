"""Passkeys: made by whoever is signed in, and signing in by them."""

from __future__ import annotations

import asyncio
import ipaddress
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

import msgspec
from litestar import delete, get, post
from litestar.datastructures import CacheControlHeader
from litestar.response import Response

from jhalak.api.creators.access import from_here
from jhalak.api.creators.signing_in import SignedIn, begin
from jhalak.api.raw import AnyRequest, Refused
from jhalak.api.services import Services
from jhalak.people import passkeys
from jhalak.people.names import MOST_NAME, name_hidden, tidy
from jhalak.people.passkeys import MOST, BadPasskey, Place
from jhalak.ports.creators import Creator
from jhalak.ports.credentials import Passkey
from jhalak.ports.errors import Conflict

NO_STORE: Final = CacheControlHeader(no_store=True)


class PasskeyIn(msgspec.Struct, forbid_unknown_fields=True):
    """What `navigator.credentials.create` answered."""

    credential: dict[str, Any]
    """Its `toJSON()`."""
    name: Annotated[str, msgspec.Meta(max_length=200)] = ""
    """By which its owner will know it."""


class PasskeySignIn(msgspec.Struct, forbid_unknown_fields=True):
    """What `navigator.credentials.get` answered."""

    credential: dict[str, Any]
    """Its `toJSON()`."""


class PasskeyOptions(msgspec.Struct):
    """For `navigator.credentials`, after `parseCreationOptionsFromJSON` or
    `parseRequestOptionsFromJSON`. The challenge is good for five minutes, once."""

    publicKey: dict[str, Any]


class PasskeyOut(msgspec.Struct):
    """One passkey of the account."""

    id: str
    name: str
    created_ms: int
    used_ms: int
    """0: never."""


class PasskeysOut(msgspec.Struct):
    """In the order in which they were made."""

    passkeys: list[PasskeyOut]


@post("/v1/creators/me/passkeys/options", tags=["creators"], status_code=200,
      cache_control=NO_STORE)  # fmt: skip
async def passkey_options(
    request: AnyRequest, creator: Creator, services: Services
) -> PasskeyOptions:
    """What an authenticator needs to make a passkey."""
    place = place_of(request, services)
    known = await asyncio.to_thread(services.passkeys.of_account, creator.num)
    challenge = services.challenges.make(creator.num, services.clock())
    options = await asyncio.to_thread(
        passkeys.making, place, creator.num, creator.handle, challenge, known
    )
    return PasskeyOptions(options)


@post("/v1/creators/me/passkeys", tags=["creators"], status_code=201, cache_control=NO_STORE)
async def create_passkey(
    data: PasskeyIn, request: AnyRequest, creator: Creator, services: Services
) -> PasskeyOut:
    """Keep a passkey that was made. 409 where it is known, or its challenge was used."""
    name, now_ms = tidy(data.name), services.clock()
    said = name_hidden(name, MOST_NAME)
    if said:
        raise Refused(400, "bad_name", said)
    try:
        challenge = services.challenges.check(data.credential, creator.num, now_ms)
        passkey = await asyncio.to_thread(
            passkeys.made, place_of(request, services), creator.num, name, data.credential,
            challenge, now_ms,
        )  # fmt: skip
    except BadPasskey as error:
        raise Refused(400, "bad_passkey", str(error)) from None
    try:
        await asyncio.to_thread(services.passkeys.add, passkey, passkeys.taken(challenge), MOST)
    except Conflict:
        raise Refused(
            409, "passkey_known",
            f"this passkey or its challenge was used before, or there are {MOST} already",
        ) from None  # fmt: skip
    return _told(passkey)


@get("/v1/creators/me/passkeys", tags=["creators"], cache_control=NO_STORE)
async def list_passkeys(creator: Creator, services: Services) -> PasskeysOut:
    """The account's passkeys."""
    found = await asyncio.to_thread(services.passkeys.of_account, creator.num)
    return PasskeysOut([_told(passkey) for passkey in found])


@delete("/v1/creators/me/passkeys/{passkey:str}", tags=["creators"], status_code=204)
async def delete_passkey(passkey: str, creator: Creator, services: Services) -> None:
    """It signs in no more. 404 for one that is not theirs."""
    try:
        credential = urlsafe_b64decode(passkey + "=" * (-len(passkey) % 4))
    except ValueError:
        credential = b""
    if not await asyncio.to_thread(services.passkeys.remove, creator.num, credential):
        raise Refused(404, "no_such_passkey", f"there is no passkey {passkey!r}")


@post("/v1/creators/session/passkey/options", tags=["creators"], status_code=200,
      cache_control=NO_STORE)  # fmt: skip
async def passkey_sign_in_options(request: AnyRequest, services: Services) -> PasskeyOptions:
    """What an authenticator needs to sign somebody in; it asks for nobody's handle."""
    challenge = services.challenges.make(0, services.clock())
    options = await asyncio.to_thread(passkeys.asking, place_of(request, services), challenge)
    return PasskeyOptions(options)


@post("/v1/creators/session/passkey", tags=["creators"], status_code=201, cache_control=NO_STORE,
      guards=[from_here])  # fmt: skip
async def passkey_sign_in(
    data: PasskeySignIn, request: AnyRequest, services: Services
) -> Response[SignedIn]:
    """Begin a session of 30 days by a passkey."""
    place, now_ms = place_of(request, services), services.clock()

    def check() -> Creator:
        challenge = services.challenges.check(data.credential, 0, now_ms)
        found = services.passkeys.find(passkeys.credential_id(data.credential))
        if found is None:
            raise BadPasskey("there is no such passkey")
        passkey, account = found
        uses = passkeys.signed(place, passkey, data.credential, challenge)
        services.passkeys.use(passkey.credential, uses, now_ms, passkeys.taken(challenge))
        return account

    try:
        account = await asyncio.to_thread(check)
    except BadPasskey as error:
        raise Refused(400, "bad_passkey", str(error)) from None
    except Conflict:
        raise Refused(400, "bad_passkey", "what was signed was used before") from None
    return await begin(request, services, account)


def place_of(request: AnyRequest, services: Services) -> Place:
    """Where passkeys hold. Raises Refused (409) where the host has no name: they need one."""
    url = services.settings.server.public_url
    parts = urlsplit(url or f"{request.scope['scheme']}://{request.headers.get('host', '')}")
    try:
        host = parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        host = port = ""
    if not host or _is_address(host):
        raise Refused(
            409,
            "no_host_name",
            "passkeys need a host with a name; see the setting server.public_url",
        )
    return Place(f"{parts.scheme}://{host}{port}", host)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _told(passkey: Passkey) -> PasskeyOut:
    name = urlsafe_b64encode(passkey.credential).decode().rstrip("=")
    return PasskeyOut(name, passkey.name, passkey.created_ms, passkey.used_ms)


ROUTES: Final[list[Any]] = [
    passkey_options, create_passkey, list_passkeys, delete_passkey, passkey_sign_in_options,
    passkey_sign_in,
]  # fmt: skip
