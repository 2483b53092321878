"""Pictures are made for items that name one, newest first, and go when their items go."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from jhalak.config.settings import PictureSettings
from jhalak.ingest.pictures.header import NoPicture
from jhalak.ingest.pictures.maker import Maker
from jhalak.ingest.pictures.wire import Made
from jhalak.ports.errors import DiskFull
from jhalak.ports.fetcher import Answer, Failed, Refused
from jhalak.schema.item import Image
from jhalak.schema.picture import FOLDER, Picture, Variant
from jhalak.workers.make_pictures import AGAIN_MS, KEEP_MS, SWEEP_MS, MakePictures
from tests.ingest.pictures.made_up import photo, saved
from tests.worlds import DAY_MS, NOW_MS, Jhalak, make_item


class Web:
    """Answers by address; what is an exception is raised."""

    def __init__(self) -> None:
        self.pages: dict[str, bytes | int | Exception] = {}
        self.asked: list[str] = []

    async def fetch(self, url: str, *_: Any, **__: Any) -> Answer:
        self.asked.append(url)
        page = self.pages.get(url, 404)
        if isinstance(page, Exception):
            raise page
        if isinstance(page, int):
            return Answer(url, page, {}, b"")
        return Answer(url, 200, {}, page)

    async def close(self) -> None:
        """Nothing is open."""


class QuickMaker(Maker):
    """Makes of `name` the files `name` without decoding anything."""

    async def make(self, data: bytes, src: str) -> Made:
        if data == b"bad":
            raise NoPicture("not a picture")
        base = data.hex().ljust(32, "0")
        variants = (
            Variant(f"{base}-480.webp", 480, 854, 3),
            Variant(f"{base}-1440.webp", 1440, 2560),
        )
        return Made(Picture(src=src, variants=variants, digest=base), (data,))

    async def large(self, data: bytes, picture: Picture) -> bytes:
        if picture.digest != data.hex().ljust(32, "0"):
            raise NoPicture("the source is another picture by now")
        return b"large " + data


class World:
    def __init__(self, jhalak: Jhalak) -> None:
        self.jhalak, self.web = jhalak, Web()
        self.begin()

    def begin(self, maker: Maker | None = None, **rules: Any) -> None:
        """As after a restart."""
        records = self.jhalak.server.records
        self.worker = MakePictures(
            records.items, records.pictures, records.media, records.texts,
            self.jhalak.services.blobs, self.web, [maker or QuickMaker()], self.jhalak.clock,
            PictureSettings(**rules),
        )  # fmt: skip

    def put(self, name: str, page: bytes | int | Exception | None = None, **fields: Any) -> None:
        src = f"https://p.example/{name}.jpg"
        if page is not None:
            self.web.pages[src] = page
        self.jhalak.put([make_item(name, image=Image(src=src), **fields)])

    def work(self) -> None:
        async def until_done() -> None:
            while await self.worker.step():
                pass

        self.jhalak.run(until_done())

    def picture(self, name: str) -> Picture | None:
        record = self.jhalak.services.items.get(name)
        assert record is not None
        return record.picture

    def files(self) -> list[str]:
        return self.jhalak.run(self.jhalak.services.blobs.list(FOLDER))


@pytest.fixture
def world(empty: Jhalak) -> Iterator[World]:
    made = World(empty)
    yield made
    empty.run(made.worker.close())


def test_a_picture_is_fetched_made_stored_and_part_of_the_item(world: World) -> None:
    world.begin(Maker(), unchecked=True)
    world.put("a", saved(photo(700, 1300)))
    world.work()
    picture = world.picture("a")
    assert picture is not None and picture.allowed and not picture.refused
    assert world.files() == sorted(f"media/{v.name}" for v in picture.variants)
    world.jhalak.follow()
    name = picture.variants[0].name
    assert world.jhalak.ask("GET", f"/media/{name}").status_code == 200


def test_the_newest_items_come_first_and_each_is_fetched_once(world: World) -> None:
    for age in (3, 1, 2):
        world.put(f"p{age}", b"p%d" % age, published_ms=NOW_MS - age * 1000)
    world.work()
    assert world.web.asked == [f"https://p.example/p{n}.jpg" for n in (1, 2, 3)]
    world.begin()
    world.work()
    assert len(world.web.asked) == 3
    assert world.worker.waiting == 0


@pytest.mark.parametrize("page", [b"bad", 404, 403, Refused("address is not public")])
def test_what_can_never_be_shown_is_refused_for_good(
    world: World, page: bytes | int | Exception
) -> None:
    world.put("a", page)
    world.work()
    picture = world.picture("a")
    assert picture is not None and picture.refused and not picture.variants
    world.begin()
    world.work()
    assert len(world.web.asked) == 1


@pytest.mark.parametrize("page", [503, 429, Failed("no connection")])
def test_what_could_not_be_fetched_is_tried_again_later_and_given_up_at_last(
    world: World, page: int | Exception
) -> None:
    world.put("a", page)
    for tries, pause_ms in enumerate(AGAIN_MS, 1):
        world.work()
        world.begin()  # a restart does not make it forget
        world.work()
        assert len(world.web.asked) == tries
        assert world.worker.waiting == 1 and world.picture("a") is None
        world.jhalak.clock.forward(s=pause_ms / 1000)
    world.work()
    picture = world.picture("a")
    assert picture is not None and picture.refused.startswith("not fetched")


def test_a_failure_may_end(world: World) -> None:
    world.put("a", 503)
    world.work()
    world.web.pages["https://p.example/a.jpg"] = b"a"
    world.jhalak.clock.forward(s=AGAIN_MS[0] / 1000)
    world.work()
    assert world.files() == [f"media/{b'a'.hex().ljust(32, '0')}-480.webp"]
    assert world.jhalak.server.records.pictures.tries([1]) == {}


def test_a_full_disk_loses_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.put("a", b"a")

    async def full(*_: object) -> None:
        raise DiskFull("no space left")

    with monkeypatch.context() as patched:
        patched.setattr(world.jhalak.services.blobs, "put", full)
        with pytest.raises(DiskFull):
            world.work()
    world.jhalak.clock.forward(s=AGAIN_MS[0] / 1000)
    world.work()
    assert world.picture("a") is not None


def test_a_recall_removes_the_files_that_no_other_item_shows(world: World) -> None:
    world.put("a", b"same")
    world.put("b", b"same")
    world.put("c", b"other")
    world.work()
    items = world.jhalak.services.items
    assert len(world.files()) == 2
    for name, left in (("a", 2), ("b", 1), ("c", 0)):
        items.recall(name, "operator:x", "", NOW_MS)
        world.work()
        assert len(world.files()) == left


def test_an_item_with_another_picture_gets_it_and_the_old_one_goes(world: World) -> None:
    world.put("a", b"old")
    world.work()
    world.web.pages["https://p.example/new.jpg"] = b"new"
    world.jhalak.put([make_item("a", image=Image(src="https://p.example/new.jpg"))])
    world.work()
    assert world.files() == [f"media/{b'new'.hex().ljust(32, '0')}-480.webp"]


def test_what_is_recalled_while_it_is_made_leaves_nothing(world: World) -> None:
    world.put("a", b"a")
    fetch = world.web.fetch

    async def recalled_meanwhile(url: str, *more: Any, **named: Any) -> Answer:
        world.jhalak.services.items.recall("a", "operator:x", "", NOW_MS)
        return await fetch(url, *more, **named)

    world.web.fetch = recalled_meanwhile  # type: ignore[method-assign]
    world.work()
    assert world.files() == []


def test_files_that_a_backup_did_not_hold_are_made_again(world: World) -> None:
    """They answered 503 for as long as their items lived: what was made is kept in the records."""
    world.put("a", b"a")
    world.put("b", b"b")
    world.put("gone", 404)
    world.work()
    files = world.files()
    blobs = world.jhalak.services.blobs
    world.jhalak.run(blobs.delete(files[0]))
    world.begin()
    world.work()
    assert world.files() == files
    assert len(world.web.asked) == 4, "only that one"
    assert world.worker.waiting == 0
    world.jhalak.run(blobs.delete(files[0]))
    world.web.pages["https://p.example/a.jpg"] = 404
    world.begin()
    world.work()
    picture = world.picture("a")
    assert picture is not None and picture.refused


def test_the_large_file_is_made_when_it_is_asked_for(world: World) -> None:
    world.put("a", b"a")
    world.work()
    picture = world.picture("a")
    assert picture is not None
    name = picture.variants[-1].name
    assert world.jhalak.ask("GET", f"/media/{name}").status_code == 503
    world.work()
    assert world.jhalak.ask("GET", f"/media/{name}").content == b"large a"
    world.put("b", b"b")
    world.work()
    changed = world.picture("b")
    assert changed is not None
    world.web.pages["https://p.example/b.jpg"] = b"another"
    name = changed.variants[-1].name
    assert world.jhalak.ask("GET", f"/media/{name}").status_code == 503
    world.work()
    assert world.jhalak.ask("GET", f"/media/{name}").status_code == 404


def test_pictures_of_expired_items_go_a_day_later_and_so_do_files_without_an_item(
    world: World,
) -> None:
    world.jhalak.run(world.jhalak.services.blobs.put(f"{FOLDER}/{'0' * 32}-480.webp", b"left"))
    world.put("a", b"a", expires_ms=NOW_MS + DAY_MS)
    world.work()
    assert len(world.files()) == 1
    world.jhalak.clock.forward(s=(DAY_MS + KEEP_MS) / 1000 - 1)
    world.work()
    assert len(world.files()) == 1
    world.jhalak.clock.forward(s=SWEEP_MS / 1000 + 1)
    world.work()
    assert world.files() == []


def test_items_without_a_picture_and_expired_ones_are_not_waited_for(world: World) -> None:
    world.jhalak.put([make_item("plain"), make_item("local", image=Image(src="/a.jpg"))])
    world.put("old", b"x", expires_ms=NOW_MS - 1)
    world.work()
    assert world.web.asked == [] and world.worker.waiting == 0
    local = world.picture("local")
    assert local is not None and local.refused


def test_closing_ends_what_is_being_made(world: World, tmp_path: Path) -> None:
    waits = asyncio.Event()

    async def never(*_: object, **__: object) -> Answer:
        await waits.wait()
        raise AssertionError

    world.web.fetch = never  # type: ignore[method-assign]
    world.put("a")

    async def begin_and_close() -> None:
        await world.worker.step()
        await world.worker.close()

    world.jhalak.run(begin_and_close())
    assert world.picture("a") is None


@pytest.mark.parametrize(
    ("sexual", "unchecked", "allowed"),
    [(0.02, False, True), (0.29, True, True), (0.3, False, False), (0.9, True, False),
     (-1.0, False, False), (-1.0, True, True)],
)  # fmt: skip
def test_what_no_model_found_harmless_is_not_shown_while_locked(
    sexual: float, unchecked: bool, allowed: bool, world: World
) -> None:
    class Seen(QuickMaker):
        async def make(self, data: bytes, src: str) -> Made:
            made = await super().make(data, src)
            return Made(msgspec.structs.replace(made.picture, sexual=sexual), made.files)

    world.begin(Seen(), unchecked=unchecked)
    world.put("a", b"a")
    world.work()
    picture = world.picture("a")
    assert picture is not None and picture.allowed == allowed
