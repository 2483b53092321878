"""A certificate authority of this machine's own, and the server's certificate signed by it.

For a phone on the same network: browsers give apps their offline parts only over TLS, and nobody
signs certificates for private addresses. The authority may vouch for private addresses and for
names that no public one can have, and for nothing else (name constraints, RFC 5280 4.2.1.10): who
trusts it on a phone does not trust it with the rest of the Internet.

`authority.pem` and `server.pem` hold key and certificate together, readable by their owner only,
so that no crash can leave a key beside another's certificate.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Final, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from jhalak.embedded.files import locked, make_folder, write_durably
from jhalak.ports.errors import Unavailable

AUTHORITY_FOR: Final = timedelta(days=3650)
"""Each new authority must be installed on every phone again."""
SERVER_FOR: Final = timedelta(days=90)
RENEWED_BEFORE: Final = timedelta(days=30)
"""With less than this left a certificate is made anew."""
BACKDATED: Final = timedelta(days=1)
"""Phones' clocks run behind."""
NAMES: Final = ("localhost", "local", "internal", "home.arpa")
"""The names, and all below them, that the authority may vouch for."""
NETWORKS: Final[tuple[IPv4Network | IPv6Network, ...]] = tuple(
    ip_network(text)
    for text in (
        "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
        "192.168.0.0/16", "::1/128", "fc00::/7", "fe80::/10",
    )
)  # fmt: skip
"""The addresses that it may vouch for: none of them is anyone's on the Internet."""

Key = ec.EllipticCurvePrivateKey


class Certified(NamedTuple):
    """A certificate with its key."""

    key: Key
    certificate: x509.Certificate

    def pem(self) -> bytes:
        private = self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )  # fmt: skip
        return private + self.certificate.public_bytes(serialization.Encoding.PEM)


class LocalCertificate(NamedTuple):
    """What a server on this machine needs."""

    server: Path
    """Key and certificate, PEM."""
    authority: bytes
    """The authority's certificate, DER: what a phone installs."""
    fingerprint: str
    """SHA-256 of that, as phones spell it: pairs of digits and colons."""
    made: bool
    """The server's certificate is new."""


def may_vouch(text: str) -> bool:
    """May a local authority vouch for this address or name?"""
    try:
        address = ip_address(text)
    except ValueError:
        return any(text == name or text.endswith("." + name) for name in NAMES)
    return any(address in network for network in NETWORKS)


def local_certificate(folder: Path, wanted: Sequence[str], now: datetime) -> LocalCertificate:
    """The certificate in `folder` for the addresses and names `wanted`, made when there is none,
    it names others, or it nears its end; its authority likewise. Raises ValueError for what a
    local authority may not vouch for, Unavailable for a file that is none of ours, OSError."""
    refused = [text for text in wanted if not may_vouch(text)]
    if refused:
        raise ValueError(f"a local authority may not vouch for {', '.join(refused)}")
    make_folder(folder, 0o700)
    with locked(folder / "tls.lock"):
        authority = _read(folder / "authority.pem")
        if authority is None or not _lasts(authority.certificate, now):
            authority = make_authority(now)
            write_durably(folder / "authority.pem", authority.pem())
        server = _read(folder / "server.pem")
        made = server is None or not _serves(server.certificate, authority, wanted, now)
        if made:
            server = make_server(authority, wanted, now)
            write_durably(folder / "server.pem", server.pem())
    der = authority.certificate.public_bytes(serialization.Encoding.DER)
    digest = authority.certificate.fingerprint(hashes.SHA256()).hex(":").upper()
    return LocalCertificate(folder / "server.pem", der, digest, made)


def _lasts(certificate: x509.Certificate, now: datetime) -> bool:
    """Is it valid, and for some time to come? A clock that was wrong may have made it."""
    ends = certificate.not_valid_after_utc - RENEWED_BEFORE
    return certificate.not_valid_before_utc <= now <= ends


def _serves(
    certificate: x509.Certificate, authority: Certified, wanted: Sequence[str], now: datetime
) -> bool:
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    held = {str(name.value) for name in names}
    by_this = (
        _key_id(authority)
        == certificate.extensions.get_extension_for_class(
            x509.AuthorityKeyIdentifier
        ).value.key_identifier
    )
    return set(wanted) <= held and by_this and _lasts(certificate, now)


def make_authority(now: datetime) -> Certified:
    """A new authority. Its name says where it comes from, and since when: a phone lists it."""
    name = f"Jhalak on this network, {now:%Y-%m-%d}"
    key = ec.generate_private_key(ec.SECP256R1())
    limits = x509.NameConstraints(
        [*map(x509.DNSName, NAMES), *map(x509.IPAddress, NETWORKS)], excluded_subtrees=None
    )
    builder = (
        _begin(_named(name), key, now, AUTHORITY_FOR)
        .issuer_name(_named(name))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(limits, critical=True)
    )
    return Certified(key, builder.sign(key, hashes.SHA256()))


def make_server(authority: Certified, wanted: Sequence[str], now: datetime) -> Certified:
    """A server's certificate for the addresses and names `wanted`."""
    key = ec.generate_private_key(ec.SECP256R1())
    issuer = authority.certificate
    builder = (
        _begin(_named("Jhalak"), key, now, SERVER_FOR)
        .issuer_name(issuer.subject)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName([_general(t) for t in wanted]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier(_key_id(authority), None, None), critical=False)
    )
    return Certified(key, builder.sign(authority.key, hashes.SHA256()))


def _begin(
    subject: x509.Name, key: Key, now: datetime, valid: timedelta
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATED)
        .not_valid_after(now + valid)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _general(text: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(text))
    except ValueError:
        return x509.DNSName(text)


def _key_id(authority: Certified) -> bytes:
    return x509.SubjectKeyIdentifier.from_public_key(authority.key.public_key()).digest


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates, key_cert_sign=signs_certificates,
        crl_sign=signs_certificates, content_commitment=False, key_encipherment=False,
        data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip


def _read(path: Path) -> Certified | None:
    """Raises Unavailable."""
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return None
    try:
        key = serialization.load_pem_private_key(text, None)
        certificate = x509.load_pem_x509_certificate(text)
    except (ValueError, TypeError) as error:
        raise Unavailable(f"{path} is no key and certificate ({error}); remove it") from None
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise Unavailable(f"{path} holds a key of another kind; remove it")
    return Certified(key, certificate)


def utc(now_ms: int) -> datetime:
    return datetime.fromtimestamp(now_ms / 1000, UTC)
