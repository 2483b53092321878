"""The fetcher: the only way out to addresses that other people wrote, feeds and pictures alike."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from jhalak.ports.errors import PortError


class FetchError(PortError):
    """There is no answer; says why, in words for an operator."""


class Refused(FetchError):
    """The address may not be asked: by its spelling, its port, the allowlist, or where its name
    leads. Nothing was sent there."""


class Failed(FetchError):
    """It was asked, or could not be reached: no such name, no connection, too slow, too large,
    damaged, too many redirects. The same call may succeed later."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one fetch may cost, over all its redirects."""

    seconds: float = 15.0
    """From the call to the last byte."""
    sent: int = 8 << 20
    """Bytes of an answer's body on the wire."""
    whole: int = 24 << 20
    """Bytes of it when decompressed."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whatever its status."""

    url: str
    """Where the answer came from, after redirects."""
    status: int
    headers: dict[str, str]
    """Names in lower case; values of a name that came several times are joined by `, `."""
    body: bytes
    """Decompressed."""
    moved: str = ""
    """The new address where every redirect on the way said that it is for good; else ""."""
    sent: int = 0
    """Bytes of the body on the wire."""
    hosts: tuple[str, ...] = field(default=())
    """Every host that was asked, in order."""


class Fetcher(Protocol):
    """Asks public hosts only, follows at most three redirects, keeps no cookies."""

    async def fetch(
        self,
        url: str,
        headers: dict[str, str] | None = None,
        limits: Limits = Limits(),
        *,
        method: str = "GET",
        body: bytes = b"",
    ) -> Answer:
        """Ask `url` (http or https). `headers` are added to what is sent: validators such as
        if-none-match, or accept. A method with a body is sent on only where a redirect says 307
        or 308; else its redirect is the answer. Raises Refused or Failed.
        """

    async def close(self) -> None:
        """End what is open."""
