"""TLS of `jhalak serve`: with a certificate of the operator's, or of this machine's own authority.

Certificates are looked at every minute: new connections use what lies there then.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import ssl
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Final, NamedTuple

from jhalak.cli.failure import Failure
from jhalak.embedded.authority import LocalCertificate, local_certificate, may_vouch

log = logging.getLogger("jhalak")

LOOK_S: Final = 60.0
WILDCARDS: Final = ("0.0.0.0", "::", "")


class Pair(NamedTuple):
    """Files with a certificate chain and its key; without `key` both lie in the first."""

    certificate: Path
    key: Path | None

    def stamp(self) -> tuple[int, ...]:
        return tuple(path.stat().st_mtime_ns for path in self if path is not None)


class Tls:
    """What new connections are answered with. `find` says where it lies, and makes it if due."""

    def __init__(self, find: Callable[[], Pair], local: LocalCertificate | None = None) -> None:
        self._find = find
        self._stamp: tuple[int, ...] = ()
        self.local = local
        self.context = _context()
        self.refresh()

    def refresh(self) -> bool:
        """Take what lies there, if it is another; was it? Raises OSError (an ssl.SSLError is
        one), ValueError, PortError, and then goes on with what it had."""
        pair = self._find()
        stamp = pair.stamp()
        if stamp == self._stamp:
            return False
        for context in (_context(), self.context):  # a pair that does not fit would spoil it
            context.load_cert_chain(pair.certificate, pair.key, _no_passphrase)
        self._stamp = stamp
        return True

    def client(self) -> ssl.SSLContext:
        """For clients in this very process: exactly our certificate is good, whatever it names."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        context.load_verify_locations(self._find().certificate)
        return context

    async def keep_fresh(self) -> None:
        """Until it is cancelled."""
        while True:
            await asyncio.sleep(LOOK_S)
            try:
                if await asyncio.to_thread(self.refresh):
                    log.warning("new connections get the new TLS certificate")
            except Exception as error:
                log.error("the TLS certificate stays as it was: %s", error)


def _context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    return context


def _no_passphrase() -> str:
    raise ValueError("the key has a passphrase: store it without, readable by its owner only")


def tls_of(arguments: argparse.Namespace, host: str) -> Tls | None:
    """What the options ask for; None: plain HTTP. Raises Failure."""
    certificate, key = arguments.tls_cert, arguments.tls_key
    if arguments.tls and (certificate or key):
        raise Failure("--tls=local makes its own certificate: leave --tls-cert, --tls-key out", 2)
    if bool(certificate) != bool(key):
        raise Failure("--tls-cert and --tls-key belong together: name both files", 2)
    try:
        if arguments.tls:
            return _local(arguments.data / "tls", host)
        return Tls(lambda: Pair(certificate, key)) if certificate else None
    except (OSError, ValueError) as error:
        where = f"{certificate}, {key}" if certificate else str(arguments.data / "tls")
        raise Failure(f"no TLS with {where}: {error}", 2) from error


def _local(folder: Path, host: str) -> Tls:
    if host not in WILDCARDS and not may_vouch(host):
        raise ValueError(
            f"{host} is no private address, and a local authority vouches for nothing else;"
            " get a certificate for it and name it with --tls-cert and --tls-key"
        )

    def made() -> LocalCertificate:
        return local_certificate(folder, _vouched(host), datetime.now(UTC))

    return Tls(lambda: Pair(made().server, None), made())


def _vouched(host: str) -> list[str]:
    """The addresses and names that a certificate for this machine names."""
    from jhalak.cli.machine import own_addresses, own_names

    named = [] if host in WILDCARDS else [host]
    wanted = [*named, *filter(may_vouch, own_addresses()), *own_names()]
    return list(dict.fromkeys(wanted))


def phone_host(host: str) -> str:
    """The address at which a phone on the same network finds a server that listens on `host`;
    "" when it cannot."""
    candidates = _vouched(host) if host in WILDCARDS else [host]
    for text in candidates:
        both = host != "0.0.0.0" or ":" not in text
        if (
            both
            and text != "localhost"
            and not (_is_address(text) and ip_address(text).is_loopback)
        ):
            return text
    return ""


def _is_address(text: str) -> bool:
    with contextlib.suppress(ValueError):
        return bool(ip_address(text))
    return False


def bracketed(host: str) -> str:
    """`host` as it stands in an address."""
    return f"[{host}]" if ":" in host else host


@asynccontextmanager
async def kept(tls: Tls | None, host: str, port: int, plain_port: int) -> AsyncIterator[None]:
    """Meanwhile certificates are renewed and, with one of our own, phones are told how to trust
    it, on a plain port. Raises Failure when somebody else listens there."""
    if tls is None:
        yield
        return
    from jhalak.cli.web import Web, listen

    fresh = asyncio.create_task(tls.keep_fresh())
    telling: tuple[Web, asyncio.Task[None]] | None = None
    phone = phone_host(host)
    if tls.local is not None and phone:
        from jhalak.api.trust_page import trust_app

        listening = listen(host, plain_port)
        address = f"https://{bracketed(phone)}:{port}"
        web = Web(trust_app(tls.local.authority, tls.local.fingerprint, address))
        telling = web, asyncio.create_task(web.serve(sockets=[listening]))
        first = f"http://{bracketed(phone)}:{listening.getsockname()[1]}/"
        _tell(first, address, tls.local.fingerprint)
    elif tls.local is not None:
        print(
            "No phone can reach this: listen on a private address of this machine, or on all of"
            " them with --host 0.0.0.0",
            flush=True,
        )
    try:
        yield
    finally:
        fresh.cancel()
        if telling:
            telling[0].should_exit = True
            await telling[1]


def _tell(first: str, address: str, fingerprint: str) -> None:
    """Show a phone the way."""
    import segno

    print("\nA phone on the same network:\n")
    if "utf" in (sys.stdout.encoding or "").lower():
        segno.make(first, error="l", micro=False).terminal(out=sys.stdout, border=2, compact=True)
    print(
        f"  1. {first} says how to trust this server\n"
        f"     (SHA-256 {fingerprint})\n"
        f"  2. {address}/ is Jhalak\n",
        flush=True,
    )
