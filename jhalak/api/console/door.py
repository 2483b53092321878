"""Who comes in: a name with its password, few tries at a time.

A name that nobody has costs the same work, and is answered the same, as a wrong password.
"""

from __future__ import annotations

import asyncio
import ipaddress
from typing import Annotated, Final

import msgspec

from jhalak.api.raw import Refused
from jhalak.api.services import Services
from jhalak.people.password import MOST, MOST_NAME, NOBODY, Tries, matches, normal
from jhalak.ports.accounts import Account, Place

WINDOW_MS: Final = 15 * 60_000
OF_NAME, OF_ADDRESS = 5, 20
"""Failures within the window after which nobody may try that name, or from that address: behind
one address there may be several operators, behind a name there is one."""
AT_ONCE: Final = 2
"""Passwords checked at the same time: each takes 19 MiB and a core."""


class SignIn(msgspec.Struct, forbid_unknown_fields=True):
    """Who says that they are whom."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=MOST_NAME)]
    password: Annotated[str, msgspec.Meta(min_length=1, max_length=MOST)]


class Door:
    """Counts who failed; one for each process."""

    def __init__(self) -> None:
        self._names, self._addresses = Tries(OF_NAME, WINDOW_MS), Tries(OF_ADDRESS, WINDOW_MS)
        self._busy = 0

    async def enter(self, services: Services, said: SignIn, address: str) -> Account:
        """Raises Refused (401, 429, 503). Each failure stands in the audit log; there the name is
        told only if it is an account's: people type passwords into the wrong field."""
        now_ms, name, network = services.clock(), normal(said.name), network_of(address)
        wait_ms = max(self._names.wait_ms(name, now_ms), self._addresses.wait_ms(network, now_ms))
        if wait_ms:
            raise _later(429, "too_many_tries", "too many failed sign-ins", -(-wait_ms // 1000))
        if self._busy >= AT_ONCE:
            raise _later(503, "busy", "others are signing in", 1)
        # Counted before it is known, so that many tries at once are not more than many in turn.
        self._names.failed(name, now_ms)
        self._addresses.failed(network, now_ms)
        self._busy += 1
        try:
            found, fits = await asyncio.to_thread(_checked, services, name, said.password)
        finally:
            self._busy -= 1
        if found is None or not fits:
            subject = found.name if found else "an unknown name"
            await asyncio.to_thread(
                services.audit.append, "system", "refused sign-in", subject, place_of(address),
                now_ms,
            )  # fmt: skip
            raise Refused(401, "no_such_sign_in", "there is no such name with this password")
        self._names.forget(name)
        self._addresses.forget(network)
        return found


def _checked(services: Services, name: str, password: str) -> tuple[Account | None, bool]:
    """The account, and whether its password it is and it may sign in. For a thread: 40 ms."""
    found = services.accounts.find(name)
    fits = matches(password, found[1] if found else NOBODY)
    return (found[0], fits and not found[0].removed_ms) if found else (None, False)


def _later(status: int, code: str, detail: str, seconds: int) -> Refused:
    said = f"{detail}: again in {seconds} s"
    return Refused(status, code, said, [(b"retry-after", str(seconds).encode())])


def network_of(address: str) -> str:
    """Whose tries are counted together: an address; of IPv6, which gives everyone many, the /64."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if ip.version == 4:
        return address
    return str(ip.ipv4_mapped or ipaddress.ip_network((ip, 64), strict=False))


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
