"""/v1/creators/me/password and .../recovery-codes: what signs in, made anew. Both ask for the
password that holds now: a screen left open must not be enough to take an account over."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Final

import msgspec
from litestar import post, put
from litestar.datastructures import CacheControlHeader

from jhalak.api.creators.access import secret_of
from jhalak.api.creators.passwords import check_again, phc_of
from jhalak.api.creators.signing_in import tokens_ended
from jhalak.api.door import Door
from jhalak.api.raw import AnyRequest
from jhalak.api.services import Services
from jhalak.people.operator_token import token_hash
from jhalak.people.password import LEAST, MOST
from jhalak.people.recovery import code_hash, new_codes
from jhalak.ports.creators import Creator

NO_STORE: Final = CacheControlHeader(no_store=True)


class PasswordIn(msgspec.Struct, forbid_unknown_fields=True):
    """Another password."""

    password: Annotated[str, msgspec.Meta(min_length=1, max_length=MOST)]
    """The one that holds now."""
    new: Annotated[str, msgspec.Meta(min_length=LEAST, max_length=MOST)]


class PasswordAgainIn(msgspec.Struct, forbid_unknown_fields=True):
    """That it is really they."""

    password: Annotated[str, msgspec.Meta(min_length=1, max_length=MOST)]


class RecoveryCodes(msgspec.Struct):
    """Shown this once; those of before are void."""

    recovery_codes: list[str]


def renewal_routes() -> list[Any]:
    """What the door counts is one for each process."""
    door = Door()

    @put("/v1/creators/me/password", tags=["creators"], status_code=204)
    async def put_password(
        data: PasswordIn, request: AnyRequest, creator: Creator, services: Services
    ) -> None:
        """Change the password; all other sessions end. 403 where the old one is wrong."""
        await check_again(door, request, services, creator, data.password)
        phc, this = await phc_of(data.new), token_hash(secret_of(request.scope))
        await asyncio.to_thread(services.recovery.set_password, creator.num, phc, this)
        await tokens_ended(services, creator.viewer)

    @post("/v1/creators/me/recovery-codes", tags=["creators"], status_code=201,
          cache_control=NO_STORE)  # fmt: skip
    async def post_recovery_codes(
        data: PasswordAgainIn, request: AnyRequest, creator: Creator, services: Services
    ) -> RecoveryCodes:
        """Ten new recovery codes. 403 where the password is wrong."""
        await check_again(door, request, services, creator, data.password)
        codes = new_codes()
        hashes = [hashed for code in codes if (hashed := code_hash(code)) is not None]
        await asyncio.to_thread(services.recovery.set_codes, creator.num, hashes)
        return RecoveryCodes(codes)

    return [put_password, post_recovery_codes]
