"""The web applications' files: what a browser gets, in which coding, and what it may do."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from jhalak.api.apps import app_routes, coding_of, is_built, policy, read_app
from tests.worlds import Jhalak

SCRIPT = b"console.log('a script that gets smaller');" * 40
PAGE = b"<!doctype html><title>A page</title>"


def built(folder: Path) -> Path:
    """An application as `make web` leaves it."""
    (folder / "assets").mkdir(parents=True)
    for name, text in (("index.html", PAGE), ("sw.js", SCRIPT), ("assets/a-1.js", SCRIPT)):
        (folder / name).write_bytes(text)
        (folder / f"{name}.gz").write_bytes(gzip.compress(text))
    (folder / "assets/a-1.js.br").write_bytes(b"as Brotli would have it")
    (folder / "assets/f.woff2").write_bytes(b"a font")
    (folder / "assets/drawn.svg").write_bytes(b"<svg/>")
    (folder / "app.webmanifest").write_text("{}")
    (folder / ".made").write_text("")
    return folder


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jhalak]:
    folder = tmp_path_factory.mktemp("built")
    built(folder / "viewer")
    built(folder / "people")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("jhalak.api.app.BUILT", folder)
        made = Jhalak(tmp_path_factory.mktemp("apps") / "data")
    yield made
    made.end()


@pytest.fixture(scope="module")
def prefix(world: Jhalak) -> str:
    """Where the viewer's application is."""
    return "/" if b"A page" in world.run(world.client.get("/")).content else "/app/"


@pytest.fixture
def get(world: Jhalak, prefix: str) -> Any:
    def ask(name: str = "", method: str = "GET", base: str = "", **headers: str) -> httpx.Response:
        usual = {"accept-encoding": "identity"}
        given = usual | {key.replace("_", "-"): value for key, value in headers.items()}
        request = world.client.build_request(method, f"{base}{prefix}{name}", headers=given)
        response: httpx.Response = world.run(world.client.send(request, stream=True))
        return response

    return ask


def body(world: Jhalak, response: httpx.Response) -> bytes:
    """As it was sent, not decompressed."""

    async def whole() -> bytes:
        return b"".join([chunk async for chunk in response.aiter_raw()])

    return world.run(whole())


def test_the_index_is_the_page_and_is_asked_for_again(world: Jhalak, get: Any) -> None:
    answer = get()
    assert answer.status_code == 200 and body(world, answer) == PAGE
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"
    same = get(if_none_match=answer.headers["etag"])
    assert same.status_code == 304 and body(world, same) == b""
    assert same.headers["etag"] == answer.headers["etag"] and "content-length" not in same.headers
    assert get(if_none_match='"other", ' + answer.headers["etag"][2:]).status_code == 304
    assert get(if_none_match='W/"other"').status_code == 200
    assert get(if_none_match=answer.headers["etag"][:-2]).status_code == 200


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br, zstd", "br"), ("gzip", "gzip"), ("", ""), ("identity", ""),
        ("br;q=0, gzip;q=0.5", "gzip"), ("BR", "br"), ("br;q=0.0", ""), ("brotli", ""), ("*", ""),
    ],
)  # fmt: skip
def test_what_was_compressed_beforehand_is_sent_as_the_browser_takes_it(
    world: Jhalak, get: Any, accepted: str, coding: str
) -> None:
    answer = get("assets/a-1.js", accept_encoding=accepted)
    assert answer.headers.get("content-encoding", "") == coding
    assert answer.headers["vary"] == "accept-encoding"
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    sent = body(world, answer)
    assert int(answer.headers["content-length"]) == len(sent)
    known = {"br": b"as Brotli would have it", "": SCRIPT}
    assert (gzip.decompress(sent) if coding == "gzip" else sent) == known.get(coding, SCRIPT)


def test_what_does_not_get_smaller_is_sent_as_it_is(get: Any) -> None:
    answer = get("assets/f.woff2", accept_encoding="br, gzip")
    assert "content-encoding" not in answer.headers
    assert answer.headers["content-type"] == "font/woff2"


def test_assets_are_kept_for_ever_and_nothing_else_is(get: Any) -> None:
    assert "immutable" in get("assets/a-1.js").headers["cache-control"]
    for name in ("", "index.html", "sw.js", "app.webmanifest"):
        assert get(name).headers["cache-control"] == "no-cache"


def test_pages_and_workers_may_do_little_and_nothing_inline(get: Any) -> None:
    for name in ("", "index.html", "sw.js", "app.webmanifest", "assets/drawn.svg"):
        policy = get(name).headers["content-security-policy"]
        rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
        assert rules["default-src"] == "'none'" and rules["frame-ancestors"] == "'none'"
        assert {rules[f"{part}-src"] for part in ("script", "style", "connect")} == {"'self'"}
        assert "unsafe" not in policy and "http" not in policy and "*" not in policy
        assert "camera=()" in get(name).headers["permissions-policy"]
    part = get("assets/a-1.js")
    assert part.headers["x-content-type-options"] == "nosniff"
    assert "content-security-policy" not in part.headers


@pytest.mark.parametrize(
    ("base", "sent"),
    [
        ("http://jhalak.example", False), ("https://jhalak.example", True),
        ("https://jhalak.example:8443", True), ("https://localhost:8787", False),
        ("https://pi.local", False),
    ],
)  # fmt: skip
def test_browsers_are_bound_to_tls_only_by_tls_and_only_for_a_name_of_its_own(
    get: Any, base: str, sent: bool
) -> None:
    assert ("strict-transport-security" in get(base=base).headers) == sent


def test_head_tells_the_length_and_sends_nothing(world: Jhalak, get: Any) -> None:
    answer = get("assets/a-1.js", method="HEAD")
    assert answer.status_code == 200 and int(answer.headers["content-length"]) == len(SCRIPT)
    assert body(world, answer) == b""


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_files_are_only_read(get: Any, method: str) -> None:
    answer = get("sw.js", method=method)
    assert answer.status_code == 405 and answer.headers["allow"] == "GET, HEAD"


@pytest.mark.parametrize(
    "name",
    [
        "nothing.js", "assets/", "assets", "assets/a-1.js/", "assets/a-1.js.br", ".made", "%00",
        "index.html%00.js", "a" * 9000, "..%2f..%2fapp.py", "%2e%2e/%2e%2e/app.py",
        "assets/..%5c..%5capp.py", "assets//a-1.js", "%C0%AE%C0%AE/app.py", "%ff", "Index.html",
        "sw.js%20", "%E0%A4%9D",
    ],
)  # fmt: skip
def test_a_path_that_names_no_file_is_not_found(world: Jhalak, get: Any, name: str) -> None:
    answer = get(name)
    assert answer.status_code == 404, answer.headers
    assert b'"not_found"' in body(world, answer)


@pytest.mark.parametrize("name", ["@asha.films", "v/0f3a", "sessions"])
def test_an_address_of_a_person_or_a_video_is_its_applications_page(
    world: Jhalak, name: str
) -> None:
    answer = world.run(world.client.get(f"/people/{name}", headers={"accept-encoding": "identity"}))
    assert answer.status_code == 200 and answer.content == PAGE
    assert b"default-src 'none'" in answer.headers["content-security-policy"].encode()
    assert world.run(world.client.post(f"/people/{name}")).status_code == 405


@pytest.mark.parametrize("name", ["assets/gone-1.js", "v/", "v/a/b"])
def test_what_is_no_such_address_is_not_found(world: Jhalak, name: str) -> None:
    assert world.run(world.client.get(f"/people/{name}")).status_code == 404


def test_an_application_that_was_not_built_says_what_to_do(world: Jhalak) -> None:
    answer = world.ask("GET", "/console/")
    assert answer.status_code == 404 and answer.json()["error"] == "not_built"
    assert "make web" in answer.json()["detail"]
    moved = world.ask("GET", "/console")
    assert moved.status_code == 308 and moved.headers["location"] == "/console/"
    assert not is_built("nothing")


def test_the_api_is_found_beside_it(world: Jhalak) -> None:
    assert world.ask("GET", "/healthz").text == "ok"
    assert world.ask("POST", "/v1/nothing").status_code == 404


def test_an_application_at_the_root_takes_only_its_own_paths(tmp_path: Path) -> None:
    routes = app_routes(built(tmp_path / "viewer"), "/")
    assert {"/", "/index.html", "/sw.js", "/assets/a-1.js"} <= set(routes)
    assert all("//" not in path and not path.startswith("/v1") for path in routes)


def test_every_coding_is_of_the_same_file(tmp_path: Path) -> None:
    held = read_app(built(tmp_path / "app"))
    assert set(held["assets/a-1.js"].bodies) == {"", "br", "gzip"}
    assert set(held["sw.js"].bodies) == {"", "gzip"}
    assert coding_of(held["sw.js"], "br") == ""
    assert ".made" not in held and len({file.etag for file in held.values()}) == len(held) - 1


def test_films_may_come_from_an_origin_that_is_named_and_from_no_other() -> None:
    told = policy(["https://media.example", "http://127.0.0.1:9000"]).decode()
    assert "media-src 'self' blob: https://media.example http://127.0.0.1:9000;" in told
    assert "img-src 'self' data: blob: https://media.example http://127.0.0.1:9000;" in told
    assert "script-src 'self';" in told and b"media-src 'self' blob:;" in policy()
    for odd in ("*", "https://a b", "https://a;script-src *", "https://a/path", "//a", ""):
        with pytest.raises(ValueError, match="is no origin"):
            policy([odd])
