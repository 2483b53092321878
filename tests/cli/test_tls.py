"""TLS as a client meets it: the local authority's certificate, an operator's, and plain ports."""

from __future__ import annotations

import asyncio
import http.client
import json
import socket
import ssl
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from jhalak.api.trust_page import trust_app
from jhalak.cli import tls as tls_module
from jhalak.cli.failure import Failure
from jhalak.cli.tls import Tls, kept, phone_host, tls_of
from jhalak.cli.web import Web, listen
from jhalak.embedded.authority import make_authority, make_server
from tests.cli.conftest import Beside, begin

NOW = datetime.now(UTC)


def options(tmp_path: Path, **given: Any) -> Namespace:
    return Namespace(**{"data": tmp_path, "tls": None, "tls_cert": None, "tls_key": None} | given)


def write_pair(folder: Path, name: str = "localhost") -> tuple[Path, Path, bytes]:
    """An operator's files with a certificate, its key; and the authority's certificate."""
    authority = make_authority(NOW)
    pem = make_server(authority, [name, "127.0.0.1"], NOW).pem().decode()
    key, _, chain = pem.partition("-----BEGIN CERTIFICATE-----")
    (folder / "key.pem").write_text(key)
    (folder / "chain.pem").write_text("-----BEGIN CERTIFICATE-----" + chain)
    return folder / "chain.pem", folder / "key.pem", authority.pem()


def client(authority: bytes) -> ssl.SSLContext:
    """As strict as a browser."""
    context = ssl.create_default_context()
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    chain = authority.decode().partition("-----END PRIVATE KEY-----")[2]
    context.load_verify_locations(cadata=chain)
    return context


def get(port: int, path: str, trust: ssl.SSLContext | None) -> http.client.HTTPResponse:
    connection = (
        http.client.HTTPSConnection("127.0.0.1", port, timeout=30, context=trust)
        if trust
        else http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    )
    connection.request("GET", path)
    return connection.getresponse()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Beside]:
    data = tmp_path_factory.mktemp("tls") / "data"
    beside = begin(data, "--tls=local", "--no-learner", scheme="https")
    yield beside
    beside.end()


class TestLocal:
    def trust(self, server: Beside) -> ssl.SSLContext:
        return client((server.data / "tls" / "authority.pem").read_bytes())

    def test_a_client_that_trusts_the_authority_is_served(self, server: Beside) -> None:
        answer = get(server.port, "/healthz", self.trust(server))
        assert answer.status == 200 and answer.read() == b"ok"

    def test_a_client_that_does_not_turns_away(self, server: Beside) -> None:
        with pytest.raises(ssl.SSLCertVerificationError):
            get(server.port, "/healthz", ssl.create_default_context())

    def test_plain_http_is_not_answered_there(self, server: Beside) -> None:
        with pytest.raises((http.client.HTTPException, ConnectionError)):
            get(server.port, "/healthz", None)

    def test_old_versions_of_tls_are_refused(self, server: Beside) -> None:
        trust = self.trust(server)
        with pytest.deprecated_call():
            trust.maximum_version = ssl.TLSVersion.TLSv1_1
        with pytest.raises((ssl.SSLError, ConnectionError)):
            get(server.port, "/healthz", trust)


@contextmanager
def served(tls: Tls) -> Iterator[Callable[[ssl.SSLContext], bytes]]:
    """A server with `tls`; the certificate that a client gets."""
    app = trust_app(b"", "", "")
    listening = listen("127.0.0.1", 0)
    port = listening.getsockname()[1]

    def peer(trust: ssl.SSLContext) -> bytes:
        with (
            socket.create_connection(("127.0.0.1", port), 30) as plain,
            trust.wrap_socket(plain, server_hostname="localhost") as connection,
        ):
            return connection.getpeercert(binary_form=True) or b""

    def from_thread(trust: ssl.SSLContext) -> bytes:
        async def go() -> bytes:
            web = Web(app, tls.context)
            serving = asyncio.create_task(web.serve(sockets=[listening.dup()]))
            try:
                return await asyncio.to_thread(peer, trust)
            finally:
                web.should_exit = True
                await serving

        return asyncio.run(go())

    with listening:
        yield from_thread


class TestGiven:
    def test_a_renewed_certificate_is_taken_without_a_restart(self, tmp_path: Path) -> None:
        chain, key, authority = write_pair(tmp_path)
        tls = tls_of(options(tmp_path, tls_cert=chain, tls_key=key), "127.0.0.1")
        assert tls is not None and not tls.refresh()
        with served(tls) as peer:
            first = peer(client(authority))
            assert peer(tls.client()) == first
            _, _, other = write_pair(tmp_path)
            assert tls.refresh()
            assert peer(client(other)) != first
            with pytest.raises(ssl.SSLCertVerificationError):
                peer(client(authority))

    def test_a_pair_that_does_not_fit_changes_nothing(self, tmp_path: Path) -> None:
        chain, key, authority = write_pair(tmp_path)
        tls = tls_of(options(tmp_path, tls_cert=chain, tls_key=key), "127.0.0.1")
        assert tls is not None
        (tmp_path / "other").mkdir()
        write_pair(tmp_path / "other")
        key.write_bytes((tmp_path / "other" / "key.pem").read_bytes())
        with pytest.raises(ssl.SSLError):
            tls.refresh()
        with served(tls) as peer:
            assert peer(client(authority))

    @pytest.mark.parametrize(
        ("given", "said"),
        [
            ({"tls_cert": Path("a.pem")}, "belong together"),
            ({"tls_key": Path("a.pem")}, "belong together"),
            ({"tls_cert": Path("no.pem"), "tls_key": Path("no.pem")}, "no.pem"),
            ({"tls": "local", "tls_cert": Path("a"), "tls_key": Path("b")}, "leave --tls-cert"),
        ],
    )
    def test_what_cannot_be_is_said(self, tmp_path: Path, given: Any, said: str) -> None:
        with pytest.raises(Failure, match=said) as failure:
            tls_of(options(tmp_path, **given), "127.0.0.1")
        assert failure.value.code == 2

    def test_a_public_address_gets_no_local_certificate(self, tmp_path: Path) -> None:
        with pytest.raises(Failure, match="--tls-cert"):
            tls_of(options(tmp_path, tls="local"), "8.8.8.8")
        assert tls_of(options(tmp_path), "8.8.8.8") is None


class TestPhone:
    def test_it_is_sent_to_an_address_that_it_can_reach(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ours = ["203.0.113.9", "fd00::5", "192.168.1.5", "127.0.0.1", "::1"]
        monkeypatch.setattr("jhalak.cli.machine.own_addresses", lambda: ours)
        assert phone_host("0.0.0.0") == "192.168.1.5"
        assert phone_host("::") == "fd00::5"
        assert phone_host("10.0.0.7") == "10.0.0.7"
        assert phone_host("127.0.0.1") == phone_host("localhost") == phone_host("::1") == ""

    def test_the_plain_port_tells_how_to_trust_and_nothing_else(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        tls = tls_of(options(tmp_path, tls="local"), "127.0.0.1")
        assert tls is not None and tls.local is not None
        monkeypatch.setattr(tls_module, "phone_host", lambda host: host)

        def look(port: int) -> None:
            page = get(port, "/", None)
            text = page.read().decode()
            assert page.status == 200 and "https://127.0.0.1:443" in text
            assert tls.local is not None and tls.local.fingerprint in text
            policy = page.headers["content-security-policy"]
            assert "default-src 'none'" in policy and "unsafe" not in policy
            file = get(port, "/jhalak.crt", None)
            assert file.headers["content-type"] == "application/x-x509-ca-cert"
            assert file.read() == tls.local.authority
            assert x509.load_der_x509_certificate(tls.local.authority)
            assert get(port, "/trust.css", None).status == 200
            for path in ("/v1/keys", "/console/", "/authority.pem", "/%00", "/../tls"):
                refused = get(port, path, None)
                assert refused.status == 404 and json.loads(refused.read())["error"] == "not_found"

        async def go() -> None:
            async with kept(tls, "127.0.0.1", 443, 0):
                said = capsys.readouterr().out
                [first] = [line for line in said.splitlines() if "how to trust" in line]
                await asyncio.to_thread(look, int(first.split(":")[2].partition("/")[0]))
                assert "▄" in said and "SHA-256" in said

        asyncio.run(go())
