"""What of a URL will be asked: read once, strictly, so that no second reading can differ."""

from __future__ import annotations

import re
from ipaddress import IPv6Address, ip_address
from typing import Final, NamedTuple
from urllib.parse import quote, urljoin, urlsplit

from jhalak.ports.fetcher import Refused

MAX_URL: Final = 4096
PORTS: Final = {"http": 80, "https": 443}

_LABEL: Final = re.compile(r"[a-z0-9_](?:[a-z0-9_\-]{0,61}[a-z0-9_])?")
_NUMBER: Final = re.compile(r"\d+|0x[0-9a-f]*")
_UNWANTED: Final = re.compile(r"[\x00-\x20\x7f\\]")


class Target(NamedTuple):
    """One place to ask."""

    scheme: str
    host: str
    """A name in ASCII and lower case, or an address; v6 without brackets."""
    port: int
    path: str
    """With the query; in ASCII."""

    @property
    def named(self) -> str:
        """The host as the Host header spells it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.named}{self.path}"


def target_of(url: str) -> Target:
    """Raises Refused, saying what is wrong with the address."""
    if len(url) > MAX_URL:
        raise Refused(f"an address has at most {MAX_URL} characters")
    if _UNWANTED.search(url):
        raise Refused("an address holds no blanks, control characters or backslashes")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as problem:
        raise Refused(f"not an address: {problem}") from None
    if parts.scheme not in PORTS:
        raise Refused(f"only http and https, not {parts.scheme or 'an address without a scheme'}")
    if "@" in parts.netloc:
        raise Refused("an address holds no name and password")
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    if parts.query:
        path += "?" + quote(parts.query, safe="/?%:@!$&'()*+,;=~-._[]{}|^`\"<>")
    return Target(parts.scheme, host_of(parts.hostname or ""), port or PORTS[parts.scheme], path)


def one_spelling(url: str) -> str:
    """Of an address that target_of takes: without what makes no difference to who is asked for
    what. Path and query stay as they are written."""
    parts = urlsplit(url)
    host = parts.netloc.lower().removesuffix(f":{PORTS[parts.scheme]}").removesuffix(":")
    return parts._replace(netloc=host, fragment="").geturl()


def joined(target: Target, location: str) -> Target:
    """Where a redirect from `target` leads. Raises Refused."""
    try:
        return target_of(urljoin(target.url, location.strip()))
    except ValueError as problem:
        raise Refused(f"a redirect to no address: {problem}") from None


def host_of(text: str) -> str:
    """The host as it will be asked for. Raises Refused.

    A number is an address only in its one usual spelling: `127.1`, `0x7f.1`, `017700000001` and
    `2130706433` would be loopback to whoever resolves them, and names end in no number.
    """
    if ":" in text:
        try:
            if "%" in text:
                raise Refused("an address holds no zone of this machine")
            return str(IPv6Address(text))
        except ValueError:
            raise Refused(f"no host: {text[:60]}") from None
    host = _ascii(text).removesuffix(".")
    labels = host.split(".")
    if _NUMBER.fullmatch(labels[-1]):
        try:
            return str(ip_address(host))
        except ValueError:
            raise Refused(f"a number, but no address as one writes it: {host[:60]}") from None
    if len(host) > 253 or not all(map(_LABEL.fullmatch, labels)):
        raise Refused(f"no host: {host[:60]!r}")
    return host


def _ascii(text: str) -> str:
    text = text.lower()
    if text.isascii():
        return text
    import idna

    try:
        # UTS 46 folds full-width and circled digits first, so that no number hides in them.
        return idna.encode(text, uts46=True).decode().lower()
    except idna.IDNAError:
        raise Refused(f"no host: {text[:60]!r}") from None
