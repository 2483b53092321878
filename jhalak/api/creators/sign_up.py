"""POST /v1/creators: a new account, with its viewer and its recovery codes."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Final

import msgspec
from litestar import post
from litestar.datastructures import CacheControlHeader
from litestar.response import Response

from jhalak.api.creators.access import from_here
from jhalak.api.creators.joining import anonymous, consented, mirror_blocks
from jhalak.api.creators.naming import free_handle, free_name, handle_taken, told_age
from jhalak.api.creators.passwords import address_of, phc_of
from jhalak.api.creators.signing_in import SignedUp, answered, opened
from jhalak.api.door import network_of
from jhalak.api.raw import AnyRequest, Refused
from jhalak.api.services import Services
from jhalak.api.viewers import Languages, unique
from jhalak.people.age import band_of, is_minor
from jhalak.people.password import LEAST, MOST, Tries
from jhalak.people.recovery import code_hash, new_codes
from jhalak.ports.creators import Creator, Newcomer
from jhalak.ports.errors import Conflict
from jhalak.ports.viewers import Viewer
from jhalak.schema.ids import new_id

NEW_ACCOUNTS, NEW_WINDOW_MS = 20, 3_600_000
"""Accounts made from one address within the window."""
NO_STORE: Final = CacheControlHeader(no_store=True)


class SignUpIn(msgspec.Struct, forbid_unknown_fields=True):
    """A new account."""

    handle: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    password: Annotated[str, msgspec.Meta(min_length=LEAST, max_length=MOST)]
    birth_year: int
    """Only a band is kept of it. Under 13: 403, and nothing is kept."""
    name: Annotated[str, msgspec.Meta(max_length=1000)] = ""
    """Display name; "": called by the handle."""
    languages: Languages | None = None
    """Of the account's viewer; null: English, or those of the viewer that joins."""
    join: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    """Token of an anonymous viewer who becomes the account's; needs `consent`."""
    consent: bool = False
    """That what this viewer did before is the account's from now on."""


def sign_up_route() -> Any:
    """What it counts is one for each process."""
    made = Tries(NEW_ACCOUNTS, NEW_WINDOW_MS)

    @post("/v1/creators", tags=["creators"], status_code=201, cache_control=NO_STORE,
          guards=[from_here])  # fmt: skip
    async def create_creator(
        data: SignUpIn, request: AnyRequest, services: Services
    ) -> Response[SignedUp]:
        """Make an account and sign in. 409 where the handle is taken."""
        least = told_age(services, data.birth_year)
        network, now_ms = network_of(address_of(request)), services.clock()
        wait_ms = made.wait_ms(network, now_ms)
        if wait_ms:
            again = str(-(-wait_ms // 1000)).encode()
            raise Refused(
                429, "too_many_accounts", "too many new accounts come from your network",
                [(b"retry-after", again)],
            )  # fmt: skip
        await free_handle(services, data.handle)
        name = await free_name(services, data.name, 0)
        viewer = await _viewer(services, data)
        made.failed(network, now_ms)
        codes, phc = new_codes(), await phc_of(data.password)
        band = band_of(least)
        newcomer = Newcomer(viewer, name, band, least, private=is_minor(band), codes=_hashes(codes))
        account = await _add(services, data, phc, newcomer)
        said = await opened(request, services, account)
        return answered(request, SignedUp(said.handle, said.token, said.until_ms, codes))

    return create_creator


def _hashes(codes: list[str]) -> tuple[bytes, ...]:
    return tuple(hashed for code in codes if (hashed := code_hash(code)) is not None)


async def _viewer(services: Services, data: SignUpIn) -> Viewer:
    """Whose account it will be. Raises Refused (400, 401, 409, 421)."""
    if data.join is None:
        languages = unique(data.languages) if data.languages else ("en",)
        return Viewer(id=new_id(), created_ms=services.clock(), languages=languages)
    return await anonymous(services, data.join, consent=data.consent)


async def _add(services: Services, data: SignUpIn, phc: str, newcomer: Newcomer) -> Creator:
    """Raises Refused (409)."""
    try:
        account = await asyncio.to_thread(
            services.creator_accounts.add, data.handle, phc, services.clock(), newcomer
        )
    except Conflict:
        raise handle_taken(data.handle) from None
    services.directory.drop(account.viewer)
    if data.join is not None:
        await consented(services, account.viewer)
        await mirror_blocks(services, account.viewer)
    return account
