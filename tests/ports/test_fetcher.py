"""The contract of Fetcher, against a real server on this machine, which must be let in by name."""

from __future__ import annotations

import asyncio
import gzip
import ssl
import zlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from jhalak.embedded.fetcher import SafeFetcher
from jhalak.ports.fetcher import Answer, Failed, Limits, Refused
from tests.site import Asked, Reply, Site, site

HERE = "127.0.0.1"


async def home(_: str) -> list[str]:
    return [HERE]


def fetcher(**more: Any) -> SafeFetcher:
    return SafeFetcher(**{"allow": {HERE}, "ports": range(1, 65536), "resolve": home, **more})


def against(test: Callable[[Site, SafeFetcher], Awaitable[None]], **more: Any) -> None:
    async def main() -> None:
        async with site() as here:
            made = fetcher(**more)
            await test(here, made)
            await made.close()

    asyncio.run(main())


def test_an_answer_is_given_whole_whatever_its_status() -> None:
    async def test(here: Site, made: SafeFetcher) -> None:
        here.routes["/feed"] = Reply(200, b"<rss/>", {"ETag": '"1"', "X-A": "1", "x-b": "2"})
        answer = await made.fetch(here.url("/feed?x=1", "news.example"))
        assert (answer.status, answer.body, answer.headers["etag"]) == (200, b"<rss/>", '"1"')
        assert answer.moved == "" and answer.hosts == ("news.example",) and answer.sent == 6
        assert here.asked[0].path == "/feed?x=1"
        assert here.asked[0].headers["host"] == f"news.example:{here.port}"
        assert (await made.fetch(here.url("/none"))).status == 404
        assert made.asked == {"news.example": 1, HERE: 1}

    against(test)


def test_validators_are_sent_and_cookies_and_credentials_never() -> None:
    async def test(here: Site, made: SafeFetcher) -> None:
        here.routes["/"] = Reply(304, headers={"set-cookie": "a=1"})
        unwanted = {"Cookie": "a=1", "Authorization": "Bearer x", "Host": "other"}
        for _ in range(2):
            answer = await made.fetch(here.url("/"), {"If-None-Match": '"1"', **unwanted})
            assert answer.status == 304 and answer.body == b""
        for asked in here.asked:
            assert asked.headers["if-none-match"] == '"1"'
            assert not {"cookie", "authorization", "referer"} & set(asked.headers)
            assert asked.headers["host"] == f"127.0.0.1:{here.port}"

    against(test)


def test_a_validator_goes_back_byte_for_byte() -> None:
    async def test(here: Site, made: SafeFetcher) -> None:
        here.routes["/"] = Reply(200, headers={"etag": '"समाचार"'})
        etag = (await made.fetch(here.url("/"))).headers["etag"]
        await made.fetch(here.url("/"), {"if-none-match": etag})
        assert here.asked[1].headers["if-none-match"].encode("latin-1").decode() == '"समाचार"'

    against(test)


def test_a_redirect_may_spell_its_letters_bare() -> None:
    async def test(here: Site, made: SafeFetcher) -> None:
        here.routes["/"] = Reply(301, headers={"location": "/खेल?क=1"})
        await made.fetch(here.url("/"))
        assert here.asked[1].path == "/%E0%A4%96%E0%A5%87%E0%A4%B2?%E0%A4%95=1"
        here.routes["/"] = Reply(raw=b"HTTP/1.1 301 x\r\nLocation: /caf\xe9\r\n\r\n")
        await made.fetch(here.url("/"))
        assert here.asked[3].path == "/caf%C3%A9", "as Latin-1 spells it"

    against(test)


def test_three_redirects_are_followed_and_a_fourth_is_not() -> None:
    async def test(here: Site, made: SafeFetcher) -> None:
        for number in range(4):
            here.routes[f"/{number}"] = Reply(301, headers={"location": f"/{number + 1}"})
        here.routes["/4"] = Reply(200, b"here")
        answer = await made.fetch(here.url("/1"))
        assert answer.body == b"here" and answer.moved == answer.url == here.url("/4")
        with pytest.raises(Failed, match="more than 3 redirects"):
            await made.fetch(here.url("/0"))
        here.routes["/2"] = Reply(302, headers={"location": "/3"})
        assert (await made.fetch(here.url("/1"))).moved == "", "one of them was not for good"

    against(test)


@pytest.mark.parametrize("location", ["ftp://x/", "http://u:p@x/", "http://-/", "http://[", "\x00"])
def test_a_redirect_to_what_may_not_be_asked_is_refused(location: str) -> None:
    async def test(here: Site, made: SafeFetcher) -> None:
        here.routes["/"] = Reply(raw=f"HTTP/1.1 302 x\r\nLocation: {location}\r\n\r\n".encode())
        with pytest.raises((Refused, Failed)):
            await made.fetch(here.url("/"))
        assert len(here.asked) == 1

    against(test)


def test_what_is_posted_goes_on_only_where_the_redirect_keeps_the_method() -> None:
    async def test(here: Site, made: SafeFetcher) -> None:
        here.routes["/307"] = Reply(307, headers={"location": "/hub"})
        here.routes["/302"] = Reply(302, headers={"location": "/hub"})
        here.routes["/hub"] = Reply(202)
        for path, status in (("/hub", 202), ("/307", 202), ("/302", 302)):
            answer = await made.fetch(here.url(path), method="POST", body=b"a=1")
            assert answer.status == status
        assert [a.path for a in here.asked] == ["/hub", "/307", "/hub", "/302"]
        assert all(a.method == "POST" and a.body == b"a=1" for a in here.asked)

    against(test)


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [("gzip", gzip.compress), ("deflate", zlib.compress), ("x-gzip", gzip.compress),
     ("deflate", lambda data: zlib.compress(data)[2:-4]), ("identity", bytes),
     ("deflate, gzip", lambda data: gzip.compress(zlib.compress(data)))],
)  # fmt: skip
def test_compressed_answers_are_unpacked(encoding: str, pack: Callable[[bytes], bytes]) -> None:
    async def test(here: Site, made: SafeFetcher) -> None:
        data = b"<rss>" + bytes(range(256)) * 400
        here.routes["/"] = Reply(200, pack(data), {"content-encoding": encoding})
        assert (await made.fetch(here.url("/"))).body == data

    against(test)


def bomb(layers: int) -> bytes:
    data = bytes(50 << 20)
    for _ in range(layers):
        data = gzip.compress(data, 9)
    return data


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (Reply(200, bytes(2000)), "larger than 1,000 bytes"),
        (Reply(raw=b"HTTP/1.1 200 x\r\n\r\n" + bytes(2000)), "larger than 1,000 bytes"),
        (Reply(200, bomb(2), {"content-encoding": "gzip, gzip"}), "when decompressed"),
        (Reply(200, gzip.compress(bytes(3000)), {"content-encoding": "gzip"}), "when decompressed"),
        (Reply(200, bomb(2), {"content-encoding": "gzip, gzip, gzip"}), "damaged"),
        (Reply(200, b"no gzip", {"content-encoding": "gzip"}), "damaged"),
        (Reply(200, gzip.compress(b"x" * 99)[:20], {"content-encoding": "gzip"}), "damaged"),
        (Reply(200, b"x", {"content-encoding": "br"}), "damaged"),
        (Reply(raw=b"HTTP/1.1 200 x\r\ncontent-length: 9\r\n\r\nabc"), "."),
        (Reply(raw=b"SSH-2.0-OpenSSH_9.2\r\n\r\n"), "."),
        (Reply(raw=b"HTTP/1.1 200 x\r\n" + b"a: b\r\n" * 60_000 + b"\r\n"), "."),
        (Reply(raw=b""), "."),
    ],
)
def test_what_is_too_large_or_damaged_fails(reply: Reply, why: str) -> None:
    async def test(here: Site, made: SafeFetcher) -> None:
        here.routes["/"] = reply
        with pytest.raises(Failed, match=why):
            await made.fetch(here.url("/"), limits=Limits(seconds=5, sent=1000, whole=2000))

    small = bomb(2) if "gzip, gzip" in str(reply.headers) else b""
    assert len(small) < 1000, "the bomb passes the limit on the wire"
    against(test)


def test_an_answer_that_does_not_end_fails_in_time() -> None:
    async def test(here: Site, made: SafeFetcher) -> None:
        here.routes["/"] = Reply(raw=b"HTTP/1.1 200 x\r\n", hang=True)
        with pytest.raises(Failed, match="within"):
            await made.fetch(here.url("/"), limits=Limits(seconds=0.05))

    against(test)


def test_nobody_listening_and_no_such_name_fail() -> None:
    async def nowhere(_: str) -> list[str]:
        raise OSError("no such name")

    async def main() -> None:
        async with site() as here:
            port = here.port
        with pytest.raises(Failed, match="does not accept"):
            await fetcher().fetch(f"http://127.0.0.1:{port}/")
        with pytest.raises(Failed, match="no host"):
            await fetcher(resolve=nowhere).fetch("http://news.example/")

    asyncio.run(main())


def test_only_hosts_and_ports_of_the_cells_lists_are_asked() -> None:
    async def test(here: Site, made: SafeFetcher) -> None:
        here.routes["/"] = Reply(200, b"ok")
        here.routes["/away"] = Reply(302, headers={"location": here.url("/", "evil.example")})
        for host in ("news.example", "www.news.example", "NEWS.example"):
            assert (await made.fetch(here.url("/", host))).body == b"ok"
        for host in ("evil.example", "badnews.example", HERE):
            with pytest.raises(Refused, match="list of hosts"):
                await made.fetch(here.url("/", host))
        with pytest.raises(Refused, match="list of hosts"):
            await made.fetch(here.url("/away", "news.example"))
        assert made.refused == {"evil.example": 2, "badnews.example": 1, HERE: 1}
        with pytest.raises(Refused, match="port 81"):
            await fetcher(ports=(80, 443)).fetch("http://news.example:81/")

    against(test, hosts=["news.example"])


def certificate(folder: Path, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """TLS of a server with that name, and of a client that trusts it."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject).issuer_name(subject).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - timedelta(1)).not_valid_after(now + timedelta(1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    (folder / "cert").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )  # fmt: skip
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / "cert", folder / "key")
    client = ssl.create_default_context(cafile=folder / "cert")
    return server, client


def test_tls_asks_for_the_name_although_the_address_is_pinned(tmp_path: Path) -> None:
    server, client = certificate(tmp_path, "news.example")
    names: list[str] = []
    server.sni_callback = lambda _, name, __: names.append(name)

    async def main() -> None:
        async with site(server) as here:
            here.routes["/"] = lambda asked: Reply(200, asked.headers["host"].encode())
            made = fetcher(tls=client)
            answer: Answer = await made.fetch(here.url("/", "news.example", "https"))
            assert answer.body.decode() == f"news.example:{here.port}"
            assert names == ["news.example"]
            with pytest.raises(Failed, match=r"(?i)certificate|hostname"):
                await made.fetch(here.url("/", "other.example", "https"))
            with pytest.raises(Failed, match=r"(?i)certificate|self"):
                await fetcher().fetch(here.url("/", "news.example", "https"))
            await made.close()

    asyncio.run(main())


def test_this_machine_is_not_let_in_unless_it_is_named() -> None:
    async def main() -> None:
        async with site() as here:
            plain = SafeFetcher(ports=range(1, 65536))
            with pytest.raises(Refused):
                await plain.fetch(here.url("/"))
            with pytest.raises(Refused):
                await plain.fetch(here.url("/", "localhost"))
            assert here.connections == 0

    asyncio.run(main())


def test_several_are_asked_at_once() -> None:
    async def test(here: Site, made: SafeFetcher) -> None:
        def told(asked: Asked) -> Reply:
            return Reply(200, asked.path.encode())

        here.routes = {f"/{n}": told for n in range(50)}
        answers = await asyncio.gather(*(made.fetch(here.url(f"/{n}")) for n in range(50)))
        assert [a.body.decode() for a in answers] == [f"/{n}" for n in range(50)]

    against(test)
