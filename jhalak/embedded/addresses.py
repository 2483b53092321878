"""Which addresses are public: nothing of ours, of our neighbours, or of the network's own.

From the special-purpose registries of IANA (RFC 6890 and its updates), written down here because
`ipaddress.is_global` has changed between the Python versions that we run on.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

_NOT_PUBLIC_V4: Final = tuple(
    IPv4Network(text)
    for text in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
        "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24",
        "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15",
        "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
    )
)  # fmt: skip

_GLOBAL_V6: Final = IPv6Network("2000::/3")
"""All that is ever routed; loopback, link-local, unique-local, multicast lie outside."""

_NOT_PUBLIC_V6: Final = tuple(
    IPv6Network(text)
    for text in (
        "2001::/23",  # Teredo, ORCHID, benchmarking and other protocols' own
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: leads to whatever v4 address it holds
        "2620:4f:8000::/48",  # AS112
        "3fff::/20",  # documentation
    )
)

_MAPPED: Final = IPv6Network("::ffff:0:0/96")
_TRANSLATED: Final = IPv6Network("64:ff9b::/96")
"""NAT64's well-known prefix: networks without v4 reach every v4 host by it."""


def why_not(text: str) -> str:
    """Why the address may not be connected to; "" where it may. A v6 address that stands for a
    v4 one is judged by that."""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return "is no address"
    if isinstance(address, IPv6Address):
        if address not in _MAPPED and address not in _TRANSLATED:
            return _why_not_v6(address)
        address = IPv4Address(int(address) & 0xFFFFFFFF)
    return next((f"lies in {net}" for net in _NOT_PUBLIC_V4 if address in net), "")


def _why_not_v6(address: IPv6Address) -> str:
    if address not in _GLOBAL_V6:
        return f"lies outside {_GLOBAL_V6}"
    return next((f"lies in {net}" for net in _NOT_PUBLIC_V6 if address in net), "")
