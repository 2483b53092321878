"""The fetcher on httpcore: addresses are looked up once, judged, and connected to as judged."""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from collections import Counter
from collections.abc import AsyncIterable, Awaitable, Callable, Collection, Iterable
from functools import cache
from typing import Any, Final

import certifi
import httpcore

from jhalak import __version__
from jhalak.embedded.addresses import why_not
from jhalak.embedded.targets import Target, joined, target_of
from jhalak.embedded.unpack import Damaged, TooLarge, Unpacker
from jhalak.ports.fetcher import Answer, Failed, FetchError, Limits, Refused

log = logging.getLogger(__name__)

Resolve = Callable[[str], Awaitable[list[str]]]

MAX_REDIRECTS: Final = 3
MAX_HOSTS: Final = 10_000
"""Hosts that are counted by name; further ones together."""

_REDIRECTS: Final = frozenset((301, 302, 303, 307, 308))
_PERMANENT: Final = frozenset((301, 308))
_METHOD_STAYS: Final = frozenset((307, 308))
_OURS: Final = frozenset(
    ("host", "cookie", "authorization", "connection", "content-length", "transfer-encoding")
)
_HTTPCORE_FAILS: Final = (
    httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError,
    httpcore.UnsupportedProtocol, httpcore.ProxyError,
)  # fmt: skip


async def resolve(host: str) -> list[str]:
    """Addresses of a name, as the machine's resolver orders them. Raises OSError."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class PinnedBackend(httpcore.AsyncNetworkBackend):
    """httpcore's hook for connections: a name is resolved once, each address is judged, and the
    connection goes to the address that was judged. TLS still asks for the name, since httpcore
    names the URL's host when it starts it."""

    def __init__(self, resolve: Resolve, allow: Collection[str]) -> None:
        self._resolve, self._allow = resolve, frozenset(allow)
        self._backend = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        last: Exception | None = None
        for address in await self.addresses(host):
            try:
                stream = await self._backend.connect_tcp(address, port, timeout, local_address)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as problem:
                last = problem
                continue
            peer = stream.get_extra_info("server_addr")
            if peer is not None and self._why_not(str(peer[0])):
                await stream.aclose()
                raise Refused(f"{host} was answered by {peer[0]}, which is not public")
            return stream
        raise Failed(f"{host}:{port} does not accept a connection ({last})")

    async def addresses(self, host: str) -> list[str]:
        """The host's addresses that may be connected to, up to four. Raises Refused, Failed."""
        try:
            found = [host] if _is_address(host) else await self._resolve(host)
        except OSError as problem:
            raise Failed(f"no host {host}: {problem.strerror or problem}") from None
        reasons = {address: self._why_not(address) for address in found}
        public = [address for address, reason in reasons.items() if not reason]
        if reasons and not public:
            address, reason = next(iter(reasons.items()))
            raise Refused(f"{host} leads to {address}, which {reason}: not a public address")
        if not public:
            raise Failed(f"no host {host}: no addresses")
        return public[:4]

    def _why_not(self, address: str) -> str:
        return "" if address in self._allow else why_not(address)

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.AsyncNetworkStream:
        raise Refused("no sockets of this machine")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def _is_address(host: str) -> bool:
    return ":" in host or host.replace(".", "").isdecimal()


class SafeFetcher:
    """Fetcher (ports/fetcher.py).

    `hosts`: an allowlist, names that also let in the names below them; empty: every public host.
    `allow`: addresses that are asked although they are not public. For tests and for services
    inside a cell that its operator names; never a default.
    `resolve`: a name to its addresses; raises OSError.
    Used by the event loop that first fetches with it.
    """

    def __init__(
        self,
        *,
        hosts: Collection[str] = (),
        ports: Collection[int] = (80, 443),
        allow: Collection[str] = (),
        resolve: Resolve = resolve,
        tls: ssl.SSLContext | None = None,
        agent: str = f"Jhalak/{__version__}",
    ) -> None:
        self._hosts = tuple(host.lower().strip(".") for host in hosts)
        self._ports = ports
        self._agent = agent
        self.asked: Counter[str] = Counter()
        """Requests by host."""
        self.refused: Counter[str] = Counter()
        """Refusals by host."""
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=tls or _tls(), max_connections=200, max_keepalive_connections=20,
            keepalive_expiry=5.0, network_backend=PinnedBackend(resolve, allow),
        )  # fmt: skip

    async def fetch(
        self,
        url: str,
        headers: dict[str, str] | None = None,
        limits: Limits = Limits(),
        *,
        method: str = "GET",
        body: bytes = b"",
    ) -> Answer:
        try:
            async with asyncio.timeout(limits.seconds):
                return await self._follow(target_of(url), headers or {}, limits, method, body)
        except TimeoutError:
            raise Failed(f"no whole answer within {limits.seconds:g} s") from None

    async def close(self) -> None:
        await self._pool.aclose()

    async def _follow(
        self, target: Target, headers: dict[str, str], limits: Limits, method: str, body: bytes
    ) -> Answer:
        asked: list[str] = []
        for_good = True
        while True:
            answer = await self._ask(target, headers, limits, method, body)
            asked.append(target.host)
            location = answer.headers.get("location", "")
            stays = method in ("GET", "HEAD") or answer.status in _METHOD_STAYS
            if answer.status not in _REDIRECTS or not location or not stays:
                moved = target.url if for_good and len(asked) > 1 else ""
                return Answer(
                    target.url, answer.status, answer.headers, answer.body, moved, answer.sent,
                    tuple(asked),
                )  # fmt: skip
            if len(asked) > MAX_REDIRECTS:
                raise Failed(f"more than {MAX_REDIRECTS} redirects")
            for_good = for_good and answer.status in _PERMANENT
            target = joined(target, _spelt(location))

    async def _ask(
        self, target: Target, headers: dict[str, str], limits: Limits, method: str, body: bytes
    ) -> Answer:
        """One request, no redirects."""
        try:
            self._check(target)
            answer = await self._sent(target, headers, limits, method, body)
        except Refused as refusal:
            self._count(self.refused, target.host)
            log.warning("fetch %s refused: %s", target.host, refusal)
            raise
        except FetchError as problem:
            log.info("fetch %s failed: %s", target.host, problem)
            raise
        log.info("fetch %s %s: %d, %d bytes", method, target.host, answer.status, answer.sent)
        return answer

    def _check(self, target: Target) -> None:
        if target.port not in self._ports:
            raise Refused(f"port {target.port} is not among those allowed")
        if self._hosts and not any(
            target.host == host or target.host.endswith(f".{host}") for host in self._hosts
        ):
            raise Refused(f"{target.host} is not on this cell's list of hosts")

    def _count(self, counter: Counter[str], host: str) -> None:
        counter[host if host in counter or len(counter) < MAX_HOSTS else "(others)"] += 1

    async def _sent(
        self, target: Target, headers: dict[str, str], limits: Limits, method: str, body: bytes
    ) -> Answer:
        self._count(self.asked, target.host)
        url = httpcore.URL(
            scheme=target.scheme, host=target.host, port=target.port, target=target.path
        )
        sent = self._headers(target, headers, method, body)
        each = dict.fromkeys(("connect", "read", "write", "pool"), limits.seconds)
        try:
            async with self._pool.stream(
                method, url, headers=sent, content=body or None, extensions={"timeout": each}
            ) as response:
                received = _received(response.headers)
                assert isinstance(response.stream, AsyncIterable)
                data, wire = await _body(response.stream, received, limits)
                return Answer(target.url, response.status, received, data, sent=wire)
        except _HTTPCORE_FAILS as problem:
            what = str(problem) or type(problem).__name__
            raise Failed(f"{target.host}: {what[:200]}") from None

    def _headers(
        self, target: Target, headers: dict[str, str], method: str, body: bytes
    ) -> list[tuple[bytes, bytes]]:
        sent = {"host": target.named, "user-agent": self._agent, "accept": "*/*"}
        sent |= {name.lower(): value for name, value in headers.items()
                 if name.lower() not in _OURS or _names_its_host(name, value)}  # fmt: skip
        sent["accept-encoding"] = "gzip, deflate"
        if body or method == "POST":
            sent["content-length"] = str(len(body))
        # As they were received: a server's own ETag may hold any byte.
        return [(name.encode(), value.encode("latin-1")) for name, value in sent.items()]


def _names_its_host(name: str, value: str) -> bool:
    """An authorization that says for which host alone it is good (VAPID): wherever a redirect
    leads, nobody else can use it."""
    return name.lower() == "authorization" and value.startswith("vapid t=")


@cache
def _tls() -> ssl.SSLContext:
    """The machine's authorities and Mozilla's. 40 ms: once a process, not once a connection."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def _received(raw: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    received: dict[str, str] = {}
    for name_bytes, value_bytes in raw:
        name, value = name_bytes.decode("latin-1").lower(), value_bytes.decode("latin-1")
        received[name] = f"{received[name]}, {value}" if name in received else value
    return received


def _spelt(location: str) -> str:
    """A redirect's address, of which many servers send the letters bare, in UTF-8."""
    try:
        return location.encode("latin-1").decode()
    except UnicodeDecodeError:
        return location


async def _body(
    stream: AsyncIterable[bytes], headers: dict[str, str], limits: Limits
) -> tuple[bytes, int]:
    """The body, decompressed, and its bytes on the wire. Raises Failed."""
    declared = headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > limits.sent:
        raise Failed(f"larger than {limits.sent:,} bytes")
    sent = 0
    try:
        unpacker = Unpacker(headers.get("content-encoding", ""), limits.whole)
        async for piece in stream:
            sent += len(piece)
            if sent > limits.sent:
                raise Failed(f"larger than {limits.sent:,} bytes")
            unpacker.add(piece)
        return unpacker.end(), sent
    except TooLarge:
        raise Failed(f"larger than {limits.whole:,} bytes when decompressed") from None
    except Damaged as problem:
        raise Failed(f"its compression is damaged: {problem}") from None
