"""A local authority: what it vouches for, and when its certificates are made anew."""

from __future__ import annotations

import stat
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from jhalak.embedded.authority import (
    NAMES,
    LocalCertificate,
    local_certificate,
    make_authority,
    make_server,
    may_vouch,
)
from jhalak.ports.errors import Unavailable

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
WANTED = ("192.168.1.5", "127.0.0.1", "localhost", "pi.local", "fd00::5")


def day(number: float) -> datetime:
    return NOW + timedelta(days=number)


def read(made: LocalCertificate) -> x509.Certificate:
    return x509.load_pem_x509_certificate(made.server.read_bytes())


def trusts(authority: x509.Certificate, server: x509.Certificate, name: str) -> bool:
    """Does a client that trusts `authority` take `server` for `name`?"""
    subject: x509.GeneralName = x509.DNSName(name)
    with suppress(ValueError):
        subject = x509.IPAddress(ip_address(name))
    builder = PolicyBuilder().store(Store([authority])).time(NOW)
    try:
        builder.build_server_verifier(subject).verify(server, [])  # type: ignore[arg-type]
    except VerificationError:
        return False
    return True


def test_it_is_good_for_what_was_asked_and_for_nothing_else(tmp_path: Path) -> None:
    made = local_certificate(tmp_path / "tls", WANTED, NOW)
    authority = x509.load_der_x509_certificate(made.authority)
    assert all(trusts(authority, read(made), name) for name in WANTED)
    assert not trusts(authority, read(made), "192.168.1.6")
    assert not trusts(authority, read(made), "other.local")


@pytest.mark.parametrize("name", ["example.com", "xlocal", "8.8.8.8", "2001:db8::1"])
def test_what_it_signs_for_the_internet_is_trusted_by_nobody(name: str) -> None:
    authority = make_authority(NOW)
    assert not may_vouch(name)
    assert not trusts(authority.certificate, make_server(authority, [name], NOW).certificate, name)
    fine = make_server(authority, ["10.1.2.3"], NOW)
    assert trusts(authority.certificate, fine.certificate, "10.1.2.3")


@pytest.mark.parametrize("name", ["192.0.2.1", "example.com", "local.example", ""])
def test_it_is_not_asked_to_vouch_for_what_it_may_not(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="may not vouch"):
        local_certificate(tmp_path / "tls", ["127.0.0.1", name], NOW)
    assert not (tmp_path / "tls").exists()
    assert all(may_vouch(each) and may_vouch(f"a.{each}") for each in NAMES)


def test_keys_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    local_certificate(tmp_path / "tls", WANTED, NOW)
    modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in (tmp_path / "tls").iterdir()}
    assert modes == dict.fromkeys(("authority.pem", "server.pem", "tls.lock"), 0o600)
    assert stat.S_IMODE((tmp_path / "tls").stat().st_mode) == 0o700


def test_it_stays_the_same_while_it_lasts(tmp_path: Path) -> None:
    first = local_certificate(tmp_path, WANTED, NOW)
    later = local_certificate(tmp_path, WANTED[:3], day(59))
    assert first.made and not later.made
    assert first.authority == later.authority and len(first.fingerprint) == 95


@pytest.mark.parametrize(
    ("when", "wanted"), [(61, WANTED), (-2, WANTED), (0, (*WANTED, "192.168.1.9"))]
)
def test_the_servers_is_made_anew_near_its_end_for_a_wrong_clock_and_for_a_new_address(
    tmp_path: Path, when: float, wanted: tuple[str, ...]
) -> None:
    first = local_certificate(tmp_path, WANTED, NOW)
    before = read(first)
    later = local_certificate(tmp_path, wanted, day(when))
    assert later.made and read(later) != before
    assert later.authority == first.authority or when < 0, "phones would have to trust another"


def test_an_authority_near_its_end_is_replaced_and_signs_the_server_again(tmp_path: Path) -> None:
    first = local_certificate(tmp_path, WANTED, NOW)
    later = local_certificate(tmp_path, WANTED, day(3630))
    assert later.authority != first.authority and later.made


def test_a_file_that_is_damaged_is_said(tmp_path: Path) -> None:
    local_certificate(tmp_path, WANTED, NOW)
    (tmp_path / "authority.pem").write_text("nothing")
    with pytest.raises(Unavailable, match=r"authority\.pem"):
        local_certificate(tmp_path, WANTED, NOW)
