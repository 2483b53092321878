"""Nothing of ours, our neighbours' or the network's own is ever connected to."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import httpcore
import pytest

from jhalak.embedded.addresses import why_not
from jhalak.embedded.fetcher import SafeFetcher
from jhalak.embedded.targets import host_of, one_spelling, target_of
from jhalak.ports.fetcher import Failed, FetchError, Refused
from tests.site import Reply, site

HOSTILE = (
    # v4, as resolvers answer and as URLs spell it
    "127.0.0.1", "127.0.0.2", "127.1.2.3", "127.255.255.255", "0.0.0.0", "0.1.2.3", "10.0.0.1",
    "10.255.255.255", "100.64.0.1", "100.127.255.254", "169.254.0.1", "169.254.169.254",
    "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.0.170", "192.0.2.1", "192.31.196.1",
    "192.52.193.1", "192.88.99.1", "192.168.0.1", "192.168.255.255", "192.175.48.1", "198.18.0.1",
    "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1",
    "255.255.255.255",
    # v6
    "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254",
    "::ffff:0:127.0.0.1", "64:ff9b::127.0.0.1", "64:ff9b::a00:1", "64:ff9b:1::1", "100::1",
    "2001::1", "2001:0:7f00:1::", "2001:2::1", "2001:10::1", "2001:20::1", "2001:db8::1",
    "2002:7f00:1::", "2002:a00:1::1", "2620:4f:8000::1", "3fff::1", "4000::1", "5f00::1",
    "fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1", "ff0e::1",
)  # fmt: skip

SPELLINGS = (
    "http://2130706433", "http://0x7f000001", "http://017700000001", "http://127.1",
    "http://127.0.1", "http://0x7f.1", "http://0x7f.0.0.1", "http://0177.0.0.1",
    "http://0177.0.0.01", "http://127.0.0.01", "http://127.0.0.0x1", "http://1", "http://0",
    "http://00000000177.0.0.1", "http://127.0.0.1.", "http://0x", "http://1.2.3.4.5",
    "http://256.256.256.256", "http://4294967297", "http://127.0.0.1%00.example",
    "http://１２７.０.０.１", "http://①②⑦.⓪.⓪.①", "http://127。0。0。1", "http://[::1]",
    "http://[0:0:0:0:0:0:0:1]", "http://[::ffff:7f00:1]", "http://[::1%25lo]",
    "http://[::ffff:127.0.0.1]", "http://[0000::1]", "http://user@127.0.0.1",
    "http://news.example@127.0.0.1", "http://news.example:80@127.0.0.1",
    "http://news.example\\@127.0.0.1", "http:\\\\127.0.0.1", "http://news.example#@127.0.0.1",
    "http:///127.0.0.1", "http://", "http://[", "http://-x.example", "http://a..b",
    "http://" + "a" * 64 + ".example", "http://" + "a." * 130 + "b", "http://news.example:99999",
    "//127.0.0.1", "file:///etc/passwd", "ftp://127.0.0.1", "gopher://127.0.0.1", "unix:/run/x",
    "data:text/xml,<rss/>", "javascript:alert(1)", "http://news.ex ample", "http://news.example\t",
    "http://news.example\r\nhost: x", "http://x/" + "a" * 5000, "", " ", "127.0.0.1",
)  # fmt: skip


def resolving(*answers: list[str]) -> tuple[Callable[[str], Any], list[str]]:
    """A resolver that gives these answers one after the other, the last again and again."""
    told: list[str] = []

    async def resolve(host: str) -> list[str]:
        told.append(host)
        return answers[min(len(told), len(answers)) - 1]

    return resolve, told


@pytest.fixture
def connects(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every address that a connection was tried to; none succeeds."""
    tried: list[str] = []

    async def connect(_: Any, host: str, *__: Any, **___: Any) -> Any:
        tried.append(host)
        raise httpcore.ConnectError("the test lets nobody out")

    monkeypatch.setattr(httpcore.AnyIOBackend, "connect_tcp", connect)
    return tried


def fetcher(resolve: Callable[[str], Any], **more: Any) -> SafeFetcher:
    return SafeFetcher(resolve=resolve, ports=range(1, 65536), **more)


def test_there_are_at_least_sixty_hostile_addresses() -> None:
    assert len({*HOSTILE}) >= 60 and all(why_not(address) for address in HOSTILE)


@pytest.mark.parametrize("address", HOSTILE)
def test_a_name_that_leads_to_a_hostile_address_is_not_connected_to(
    address: str, connects: list[str]
) -> None:
    async def main() -> None:
        resolve, told = resolving([address])
        with pytest.raises(Refused, match="not a public address"):
            await fetcher(resolve).fetch("http://news.example/feed")
        assert told == ["news.example"]

    asyncio.run(main())
    assert connects == []


@pytest.mark.parametrize("address", HOSTILE)
def test_a_hostile_address_in_the_url_is_not_connected_to(
    address: str, connects: list[str]
) -> None:
    host = f"[{address}]" if ":" in address else address
    with pytest.raises(Refused, match="not a public address"):
        asyncio.run(fetcher(resolving([])[0]).fetch(f"http://{host}/feed"))
    assert connects == []


@pytest.mark.parametrize("url", SPELLINGS)
def test_another_spelling_is_refused_or_means_a_public_name(url: str, connects: list[str]) -> None:
    resolve, told = resolving(["93.184.216.34"])
    with pytest.raises(FetchError):
        asyncio.run(fetcher(resolve).fetch(url))
    assert set(told) <= {"news.example"}
    assert set(connects) <= {"93.184.216.34"}


PUBLIC = "93.184.216.34"


@pytest.fixture
def internet(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """Public addresses that a port of this machine stands for; all others are really tried."""
    ports: dict[str, int] = {}
    really = httpcore.AnyIOBackend.connect_tcp

    async def connect(self: Any, host: str, port: int, *rest: Any) -> Any:
        if host in ports:
            host, port = "127.0.0.1", ports[host]
            stream = await really(self, host, port, *rest)
            monkeypatch.setattr(stream, "get_extra_info", lambda _: None)
            return stream
        return await really(self, host, port, *rest)

    monkeypatch.setattr(httpcore.AnyIOBackend, "connect_tcp", connect)
    return ports


def test_no_spelling_and_no_redirect_reaches_a_real_listener(internet: dict[str, int]) -> None:
    async def main() -> None:
        async with site() as inside, site() as outside:
            internet[PUBLIC] = outside.port
            urls = [f"http://[{a}]" if ":" in a else f"http://{a}" for a in HOSTILE]
            urls += [url for url in SPELLINGS if url.startswith("http://") and len(url) < 80]
            leading = [f"{url}:{inside.port}/" for url in urls]
            for number, url in enumerate(leading):
                location = url.encode().decode("latin-1")
                outside.routes[f"/{number}"] = Reply(302, headers={"location": location})
            resolve, _ = resolving([PUBLIC])
            out = fetcher(resolve)
            for number, url in enumerate(leading):
                with pytest.raises(FetchError):
                    await fetcher(resolving(["127.0.0.1"])[0]).fetch(url)
                with suppress(FetchError):  # `http://news.example#@...` is only news.example
                    await out.fetch(f"http://news.example/{number}")
            assert len(outside.asked) >= len(leading), "each redirect was read"
            assert inside.connections == 0
            await out.close()

    asyncio.run(main())


def test_a_name_that_moves_home_between_redirects_is_refused(internet: dict[str, int]) -> None:
    async def main() -> None:
        async with site() as inside, site() as outside:
            internet[PUBLIC] = outside.port
            back = Reply(302, headers={"location": f"http://news.example:{inside.port}/secret"})
            outside.routes["/"] = back
            resolve, told = resolving([PUBLIC], ["127.0.0.1"])
            with pytest.raises(Refused, match=r"127\.0\.0\.1"):
                await fetcher(resolve).fetch("http://news.example/")
            assert told == ["news.example"] * 2 and len(outside.asked) == 1
            assert inside.connections == 0

    asyncio.run(main())


def test_a_name_is_looked_up_once_and_what_was_judged_is_connected_to(connects: list[str]) -> None:
    resolve, told = resolving([PUBLIC], ["127.0.0.1"])
    with pytest.raises(Failed):
        asyncio.run(fetcher(resolve).fetch("http://news.example/"))
    assert told == ["news.example"] and connects == [PUBLIC]


def test_only_the_public_ones_of_several_addresses_are_tried(connects: list[str]) -> None:
    resolve, _ = resolving(["127.0.0.1", "2606:2800:220:1::1", "::1", PUBLIC, "10.0.0.1"])
    with pytest.raises(Failed, match="does not accept"):
        asyncio.run(fetcher(resolve).fetch("http://news.example/"))
    assert connects == ["2606:2800:220:1::1", PUBLIC]


def test_whoever_really_answers_is_judged_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where a machine's own rules send a public address to itself."""
    really = httpcore.AnyIOBackend.connect_tcp

    async def main() -> None:
        async with site() as inside:

            async def diverted(self: Any, _: str, __: int, *rest: Any) -> Any:
                return await really(self, "127.0.0.1", inside.port, *rest)

            monkeypatch.setattr(httpcore.AnyIOBackend, "connect_tcp", diverted)
            with pytest.raises(Refused, match=r"answered by 127\.0\.0\.1"):
                await fetcher(resolving([PUBLIC])[0]).fetch("http://news.example/")
            assert inside.asked == []

    asyncio.run(main())


def test_nat64_of_a_public_address_is_public() -> None:
    assert why_not("64:ff9b::8.8.8.8") == "" and why_not("::ffff:8.8.8.8") == ""
    assert why_not("2606:4700::1111") == "" and why_not("no address")


def test_a_url_is_read_as_it_will_be_asked() -> None:
    target = target_of("HTTP://News.Example:8080/a b".replace(" ", "%20") + "/ख?q=ख#frag")
    assert target.url == "http://news.example:8080/a%20b/%E0%A4%96?q=%E0%A4%96"
    assert target.named == "news.example:8080"
    assert target_of("https://[2606:4700::1111]").url == "https://[2606:4700::1111]/"
    assert host_of("समाचार.भारत") == "xn--61b3bh3a5ab.xn--h2brj9c"


@pytest.mark.parametrize(
    ("written", "kept"),
    [("HTTPS://News.Example/D.xml", "https://news.example/D.xml"),
     ("https://news.example/d.xml#Frag", "https://news.example/d.xml"),
     ("https://news.example:443/d.xml", "https://news.example/d.xml"),
     ("http://news.example:/d.xml", "http://news.example/d.xml"),
     ("http://news.example:443/d.xml", "http://news.example:443/d.xml"),
     ("http://[2606:4700::80]:80/", "http://[2606:4700::80]/"),
     ("http://[2606:4700::80]/", "http://[2606:4700::80]/"),
     ("https://News.Example/%7Ea/../B;c?Q=%D0%90&a=//X",
      "https://news.example/%7Ea/../B;c?Q=%D0%90&a=//X"),
     ("https://समाचार.example/ख?q=ख", "https://समाचार.example/ख?q=ख")],
)  # fmt: skip
def test_an_address_has_one_spelling(written: str, kept: str) -> None:
    assert one_spelling(written) == kept == one_spelling(kept)
    assert target_of(written) == target_of(kept), "the same is asked for"
