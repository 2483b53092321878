"""/video: byte ranges of creators' videos, for whoever has a link, while the video may be seen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from jhalak.config.settings import MediaSettings, Settings
from jhalak.feeds.media_link import BUCKET_MS
from jhalak.ports.errors import Unavailable
from jhalak.schema.video import FOLDER, HLS_TYPE, Details, Media, Video
from tests import bucket
from tests.worlds import NOW_MS, Jhalak

SET, HELD = "0a" * 16, "0b" * 16
FILM = bytes(range(256)) * 1000
PLAYLIST = b"#EXTM3U\n240.m3u8\n"


def put(jhalak: Jhalak, set_: str) -> None:
    s = jhalak.services
    details = Details(language="hi", ai=False, sensitive=False, rights="own")
    found = s.creator_accounts.find("asha")
    creator = found[0] if found else s.creator_accounts.add("asha", "x", NOW_MS)
    video = Video(
        id=set_[:22], account=creator.num, handle="asha", upload=f"up-{set_}",
        content=set_.encode(), details=details,
    )  # fmt: skip
    s.videos.begin(video, NOW_MS)
    media = Media(set=set_, duration_s=3, width=240, height=426, sound=True, files=())
    assert s.videos.change(video.id, ["waiting"], NOW_MS, media=media)
    for name, data in (("240.mp4", FILM), ("master.m3u8", PLAYLIST), ("poster.webp", b"RIFF")):
        jhalak.run(s.blobs.put(f"{FOLDER}/{set_}/{name}", data))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jhalak]:
    made = Jhalak(tmp_path_factory.mktemp("films") / "data")
    put(made, SET)
    put(made, HELD)
    assert made.services.videos.change(SET[:22], ["waiting"], NOW_MS, state="live")
    yield made
    made.end()


def ask(
    jhalak: Jhalak, name: str = "240.mp4", set_: str = SET, method: str = "GET", **headers: str
) -> httpx.Response:
    base = jhalak.services.media_links.base(set_, jhalak.clock())
    sent = {key.replace("_", "-"): value for key, value in headers.items()}
    return jhalak.ask(method, base + name, headers=sent)


def test_a_file_comes_whole_and_may_be_kept_for_the_week(world: Jhalak) -> None:
    answer = ask(world)
    assert answer.status_code == 200 and answer.content == FILM
    told = answer.headers
    assert told["content-type"] == "video/mp4" and told["accept-ranges"] == "bytes"
    assert told["cache-control"] == "public, max-age=604800, immutable"
    assert told["x-content-type-options"] == "nosniff"
    assert told["content-security-policy"] == "default-src 'none'; sandbox"
    assert told["cross-origin-resource-policy"] == "same-origin"
    assert ask(world, "master.m3u8").headers["content-type"] == HLS_TYPE
    assert ask(world, "poster.webp").headers["content-type"] == "image/webp"
    head = ask(world, method="HEAD")
    assert head.content == b"" and head.headers["content-length"] == str(len(FILM))
    again = ask(world, if_none_match=told["etag"])
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    ("wanted", "begin", "end"),
    [("bytes=0-1", 0, 2), ("bytes=250-", 250, len(FILM)), ("bytes=-7", len(FILM) - 7, len(FILM)),
     ("bytes=255990-999999999", 255_990, len(FILM)), ("bytes=100000-199999", 100_000, 200_000)],
)  # fmt: skip
def test_a_range_is_the_bytes_that_it_names(
    wanted: str, begin: int, end: int, world: Jhalak
) -> None:
    answer = ask(world, range=wanted)
    assert answer.status_code == 206
    assert answer.content == FILM[begin:end]
    assert answer.headers["content-range"] == f"bytes {begin}-{end - 1}/{len(FILM)}"
    etag = answer.headers["etag"]
    assert ask(world, range=wanted, if_range=etag).status_code == 206
    whole = ask(world, range=wanted, if_range='"another"')
    assert whole.status_code == 200 and whole.content == FILM


@pytest.mark.parametrize("wanted", ["bytes=256000-", "bytes=999999-999999", "bytes=-0"])
def test_bytes_that_are_not_there_are_416(wanted: str, world: Jhalak) -> None:
    answer = ask(world, range=wanted)
    assert answer.status_code == 416
    assert answer.headers["content-range"] == f"bytes */{len(FILM)}"


@pytest.mark.parametrize(
    "wanted",
    ["", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=0-1,5-6", "lines=0-1", "bytes=٣-٤",
     "bytes=+1-2", f"bytes=0-1{',0-1' * 500}", "bytes=0-" + "9" * 400],
)  # fmt: skip
def test_any_other_range_is_answered_whole(wanted: str, world: Jhalak) -> None:
    base = world.services.media_links.base(SET, world.clock())
    answer = world.ask("GET", f"{base}240.mp4", headers={b"range": wanted.encode()})  # type: ignore[dict-item]
    assert answer.status_code == 200 and answer.content == FILM


@pytest.mark.parametrize(
    "name",
    ["1.mp4", "720.mp4", "240.mp4.x", "240.avi", "..%2F240.mp4", "%2e%2e%2f%2e%2e%2frecords.sqlite",
     "240.mp4%00", "poster.webp/x", "x" * 300, ".mp4", "٢٤٠.mp4"],
)  # fmt: skip
def test_no_other_name_is_a_file(name: str, world: Jhalak) -> None:
    assert ask(world, name).status_code == 404


def test_without_a_good_link_or_before_the_gate_there_is_nothing(world: Jhalak) -> None:
    good = world.services.media_links.base(SET, NOW_MS)
    other = world.services.media_links.base(HELD, NOW_MS)
    old = world.services.media_links.base(SET, NOW_MS - 2 * BUCKET_MS)
    upper = good.replace(SET, SET.upper())
    odd = [good.replace(SET, HELD), f"/video/{SET}/1.x/", f"/video/{'z' * 32}/1.x/", upper]
    for base in (other, old, *odd):
        answer = world.ask("GET", f"{base}240.mp4")
        assert (answer.status_code, answer.json()["error"]) == (404, "no_such_file"), base
    assert world.ask("POST", f"{good}240.mp4").status_code == 405


def test_what_is_taken_down_is_gone_within_a_second_and_asked_about_once_a_second(
    world: Jhalak, monkeypatch: pytest.MonkeyPatch
) -> None:
    videos, asked = world.services.videos, []
    shows = type(videos).shows

    def counted(self: Any, set_: str) -> bool:
        asked.append(set_)
        return shows(self, set_)

    monkeypatch.setattr(type(videos), "shows", counted)
    world.clock.forward(s=5)
    for _ in range(10):
        assert ask(world).status_code == 200
    assert videos.change(SET[:22], ["live"], NOW_MS, state="held")
    world.clock.forward(s=1)
    assert ask(world).status_code == 404
    assert asked == [SET, SET]
    assert videos.change(SET[:22], ["held"], NOW_MS, state="live")
    world.clock.forward(s=1)
    assert ask(world).status_code == 200


def test_a_store_that_fails_shows_nothing_and_is_asked_again(
    world: Jhalak, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.clock.forward(s=5)
    with monkeypatch.context() as patch:
        patch.setattr(type(world.services.videos), "shows", _fails)
        assert ask(world).status_code == 503
    world.clock.forward(s=1)
    assert ask(world).status_code == 200


def _fails(*_: Any) -> bool:
    raise Unavailable("no records")


class Bucket:
    """A blob store that lies elsewhere."""

    async def address(self, path: str, seconds: int) -> str:
        return f"https://s3.example/{path}?for={seconds}"

    async def get(self, path: str) -> bytes | None:
        return PLAYLIST if path.endswith("master.m3u8") else None


def test_a_bucket_is_redirected_to_but_for_playlists_and_another_origin_is_told(
    tmp_path: Path,
) -> None:
    rules = MediaSettings(origin="https://media.example/", bucket_origin="https://s3.example")
    jhalak = Jhalak(tmp_path / "data", Settings(media=rules))
    put(jhalak, SET)
    assert jhalak.services.videos.change(SET[:22], ["waiting"], NOW_MS, state="live")
    base = jhalak.services.media_links.base(SET, NOW_MS)
    assert base.startswith(f"https://media.example/video/{SET}/")
    jhalak.services.blobs = Bucket()  # type: ignore[assignment]
    path = base.removeprefix("https://media.example")
    film, playlist, none = (
        jhalak.ask("GET", path + name) for name in ("240.mp4", "master.m3u8", "240.m3u8")
    )
    assert film.status_code == 302
    assert film.headers["location"] == f"https://s3.example/video/{SET}/240.mp4?for=600"
    assert film.headers["cache-control"] == "private, max-age=300"
    assert film.headers["access-control-allow-origin"] == "*"
    assert film.headers["cross-origin-resource-policy"] == "cross-origin"
    assert (playlist.status_code, playlist.content) == (200, PLAYLIST)
    assert none.status_code == 404
    policy = jhalak.ask("GET", "/").headers.get("content-security-policy", "")
    if policy:  # the applications are built
        assert "media-src 'self' blob: https://media.example https://s3.example;" in policy
    jhalak.end()


def test_from_a_real_bucket_films_come_by_its_own_address_until_they_are_taken_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with bucket.running() as environment:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        world = Jhalak(tmp_path / "data", Settings(blob_url="s3://films/cell"))
        put(world, SET)
        video = world.services.videos.change(SET[:22], ["waiting"], NOW_MS, state="live")
        assert video is not None
        film = ask(world)
        assert film.status_code == 302
        there = film.headers["location"]
        assert there.startswith(environment["AWS_ENDPOINT"])
        assert httpx.get(there).content == FILM
        part = httpx.get(there, headers={"range": "bytes=5-9"})
        assert (part.status_code, part.content) == (206, FILM[5:10])
        assert ask(world, "master.m3u8").content == PLAYLIST
        world.run(world.services.take_down.withdraw(video))
        world.clock.forward(s=1)
        assert ask(world).status_code == ask(world, "master.m3u8").status_code == 404
        assert httpx.get(there).status_code == 404
        assert world.run(world.services.blobs.list(FOLDER)) == []
        world.end()
