"""Who comes in to the console: a name with its password.

A name that nobody has costs the same work, and is answered the same, as a wrong password.
"""

from __future__ import annotations

import asyncio
import ipaddress
from typing import Annotated

import msgspec

from jhalak.api import door
from jhalak.api.raw import Refused
from jhalak.api.services import Services
from jhalak.people.password import MOST, MOST_NAME, NOBODY, matches, normal
from jhalak.ports.accounts import Account, Place


class SignIn(msgspec.Struct, forbid_unknown_fields=True):
    """Who says that they are whom."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=MOST_NAME)]
    password: Annotated[str, msgspec.Meta(min_length=1, max_length=MOST)]


class Door(door.Door):
    """The door, and what it writes down."""

    async def come_in(self, services: Services, said: SignIn, address: str) -> Account:
        """Raises Refused (401, 429, 503). Each failure stands in the audit log; there the name is
        told only if it is an account's: people type passwords into the wrong field."""
        now_ms, name = services.clock(), normal(said.name)
        found = await self.enter(
            name, address, now_ms, lambda: _checked(services, name, said.password)
        )
        if found is not None:
            return found
        known = await asyncio.to_thread(services.accounts.find, name)
        subject = known[0].name if known else "an unknown name"
        await asyncio.to_thread(
            services.audit.append, "system", "refused sign-in", subject, place_of(address), now_ms
        )
        raise Refused(401, "no_such_sign_in", "there is no such name with this password")


def _checked(services: Services, name: str, password: str) -> Account | None:
    """The account whose password it is and that may sign in. For a thread: 40 ms."""
    found = services.accounts.find(name)
    fits = matches(password, found[1] if found else NOBODY)
    return found[0] if found and fits and not found[0].removed_ms else None


def place_of(address: str) -> Place:
    """What is kept of an address. Without one it is a socket of this machine."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "this machine"
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    if ip.is_loopback:
        return "this machine"
    return "private network" if ip.is_private else "internet"
