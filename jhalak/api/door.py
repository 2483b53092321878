"""Whoever comes in with a password: few tries at a time, and none quicker than the others."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Callable
from typing import Final, TypeVar

from jhalak.api.raw import Refused
from jhalak.people.password import Tries

T = TypeVar("T")

WINDOW_MS: Final = 15 * 60_000
OF_NAME, OF_ADDRESS = 5, 20
"""Failures within the window after which nobody may try that name, or from that address: behind
one address there may be several people, behind a name there is one."""
AT_ONCE: Final = 2
"""Passwords checked at the same time: each takes 19 MiB and a core."""


class Door:
    """Counts who failed; one for each process and kind of account."""

    def __init__(self) -> None:
        self._names, self._addresses = Tries(OF_NAME, WINDOW_MS), Tries(OF_ADDRESS, WINDOW_MS)
        self._busy = 0

    async def enter(
        self, name: str, address: str, now_ms: int, check: Callable[[], T | None]
    ) -> T | None:
        """What `check` answers, called in a thread: it takes as long for a name that nobody has.
        None is a failure. Raises Refused (429, 503)."""
        network = network_of(address)
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
            found = await asyncio.to_thread(check)
        finally:
            self._busy -= 1
        if found is not None:
            self._names.forget(name)
            # Only this one: others' names were tried from there, whoever comes in.
            self._addresses.take_back(network)
        return found


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
