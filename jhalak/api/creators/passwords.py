"""Passwords of accounts: made in threads, checked at a door. Each takes 40 ms of a core."""

from __future__ import annotations

import asyncio

from jhalak.api.door import Door
from jhalak.api.raw import AnyRequest, Refused
from jhalak.api.services import Services
from jhalak.people.password import NOBODY, hashed, matches
from jhalak.ports.creators import Creator


async def phc_of(password: str) -> str:
    """What is stored of it."""
    return await asyncio.to_thread(hashed, password)


async def who_has(
    door: Door, request: AnyRequest, services: Services, handle: str, password: str
) -> Creator | None:
    """The account with this password. Raises Refused (429, 503)."""
    return await door.enter(
        handle, address_of(request), services.clock(),
        lambda: _checked(services, handle, password),
    )  # fmt: skip


async def check_again(
    door: Door, request: AnyRequest, services: Services, creator: Creator, password: str
) -> None:
    """Is it really them, and not somebody at their open screen? Raises Refused (403, 429, 503)."""
    if await who_has(door, request, services, creator.handle, password) is None:
        raise Refused(403, "wrong_password", "that is not the password that you have now")


def address_of(request: AnyRequest) -> str:
    return request.client.host if request.client else ""


def _checked(services: Services, handle: str, password: str) -> Creator | None:
    """For a thread. An erased account has no password."""
    found = services.creator_accounts.find(handle)
    fits = matches(password, found[1] if found and found[1] else NOBODY)
    return found[0] if found and fits and found[1] else None
