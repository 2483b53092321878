"""What people may be called: refused in words, and compared with whom we know."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from jhalak.api.raw import Refused
from jhalak.api.services import Services
from jhalak.people import handles
from jhalak.people.age import YOUNGEST, least_age
from jhalak.people.names import about_refusal, name_refusal, tidy, tidy_about
from jhalak.people.skeleton import likeness


async def free_handle(services: Services, handle: str) -> None:
    """Raises Refused (400, 409)."""
    said = handles.refusal(handle)
    if said:
        raise Refused(400, "bad_handle", said)
    if await asyncio.to_thread(services.creator_accounts.find, handle) is not None:
        raise handle_taken(handle)
    if await _looks_known(services, handle, 0):
        raise Refused(409, "handle_taken", f"{handle!r} looks like a verified account's name")


def handle_taken(handle: str) -> Refused:
    return Refused(409, "handle_taken", f"somebody has the handle {handle!r}")


async def free_name(services: Services, name: str, account: int) -> str:
    """The display name as it is kept. Raises Refused (400, 409)."""
    kept = tidy(name)
    said = name_refusal(kept)
    if said:
        raise Refused(400, "bad_name", said)
    if await _looks_known(services, kept, account):
        raise Refused(409, "name_taken", f"{kept!r} looks like a verified account's name")
    return kept


def allowed_about(about: str) -> str:
    """As it is kept. Raises Refused (400)."""
    kept = tidy_about(about)
    said = about_refusal(kept)
    if said:
        raise Refused(400, "bad_about", said)
    return kept


def told_age(services: Services, birth_year: int) -> int:
    """What is kept of a year of birth. Raises Refused (400, 403)."""
    year = datetime.fromtimestamp(services.clock() / 1000, UTC).year
    try:
        least = least_age(birth_year, year)
    except ValueError as error:
        raise Refused(400, "bad_birth_year", str(error)) from None
    if not least:
        raise Refused(
            403, "too_young", f"accounts are for people of {YOUNGEST} or more; nothing was kept"
        )
    return least


async def _looks_known(services: Services, name: str, account: int) -> bool:
    looks = likeness(name)
    return await asyncio.to_thread(services.verified_names.taken, [looks], account)
