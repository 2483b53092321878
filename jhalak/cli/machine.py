"""This machine's own addresses."""

from __future__ import annotations

import contextlib
import socket
import struct
from ipaddress import ip_address
from typing import Final

_SIOCGIFADDR: Final = 0x8915
_ELSEWHERE: Final = ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1"))
"""Addresses that nobody has (RFC 5737, RFC 3849): which of ours would speak to them?"""


def own_addresses() -> list[str]:
    """Those under which others may find us, the likeliest first, and loopback. Nothing is sent."""
    found = [_towards(family, there) for family, there in _ELSEWHERE] + _of_interfaces()
    found += ["127.0.0.1", "::1"]
    usable = [text for text in found if text and not ip_address(text).is_link_local]
    return list(dict.fromkeys(usable))


def own_names() -> list[str]:
    """Names by which others on the network may find us: mDNS's."""
    name = socket.gethostname().partition(".")[0].lower()
    legal = name.isascii() and name.replace("-", "").isalnum() and len(name) < 64
    return ["localhost", *([f"{name}.local"] if legal and name != "localhost" else [])]


def _towards(family: socket.AddressFamily, there: str) -> str:
    """Our address on the way there; "" where there is no way. Connecting a datagram socket sends
    nothing."""
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((there, 9))
        except OSError:
            return ""
        address: str = probe.getsockname()[0]
        return address


def _of_interfaces() -> list[str]:
    """The IPv4 address of each interface: the way out need not be the way to the phone (a
    hotspot of ours). Linux only; none elsewhere."""
    found = []
    with contextlib.suppress(ImportError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_:
        from fcntl import ioctl

        for _, name in socket.if_nameindex():
            with contextlib.suppress(OSError):  # an interface without an address
                answer = ioctl(any_.fileno(), _SIOCGIFADDR, struct.pack("256s", name.encode()))
                found.append(socket.inet_ntoa(answer[20:24]))
    return found
