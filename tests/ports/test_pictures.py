"""The contracts of PictureStore and MediaStore."""

from __future__ import annotations

import msgspec
import pytest

from jhalak.ports.items import Draft
from jhalak.ports.pictures import Media, Try
from jhalak.records.database import Database
from jhalak.records.items import SqlItemStore
from jhalak.records.pictures import SqlMediaStore, SqlPictureStore
from jhalak.schema.item import Image, Item
from jhalak.schema.picture import Picture, Variant

SRC = "https://example.org/a.jpg"
MADE = Picture(
    src=SRC, placeholder="AAAA", colours=("#112233",), scrim=(0.4, 0.5, 0.1, 0.2), digest="d",
    variants=(Variant("x-480.webp", 480, 854, 9000), Variant("x-1440.webp", 1440, 2560)),
)  # fmt: skip


@pytest.fixture
def items(database: Database) -> SqlItemStore:
    store = SqlItemStore(database)
    store.put([draft("a"), draft("b")], 0)
    return store


@pytest.fixture
def store(database: Database) -> SqlPictureStore:
    return SqlPictureStore(database)


@pytest.fixture
def media(database: Database) -> SqlMediaStore:
    return SqlMediaStore(database)


def draft(name: str, src: str = SRC) -> Draft:
    item = Item(id=name, language="hi", topic="sport", title="t", image=Image(src=src))
    return Draft(item, bytes(64), 1000)


def test_a_picture_is_part_of_its_items_record_and_a_change_in_the_one_sequence(
    items: SqlItemStore, store: SqlPictureStore
) -> None:
    assert items.by_num([1])[1].picture is None
    assert store.keep(1, MADE, 7) == []
    [record] = items.changes(2, 10)
    assert (record.num, record.seq, record.changed_ms, record.picture) == (1, 3, 7, MADE)
    assert items.get("a") == record


def test_a_picture_of_another_source_says_nothing(
    items: SqlItemStore, store: SqlPictureStore
) -> None:
    store.keep(1, MADE, 7)
    items.put([draft("a", "https://example.org/new.jpg")], 8)
    assert items.by_num([1])[1].picture is None
    assert store.keep(1, MADE, 9) is None
    assert store.keep(99, MADE, 9) is None


def test_files_that_a_new_picture_replaces_are_told(
    items: SqlItemStore, store: SqlPictureStore
) -> None:
    store.keep(1, MADE, 7)
    other = msgspec.structs.replace(MADE, variants=(Variant("y-480.webp", 480, 854, 1),))
    assert sorted(store.keep(1, other, 8) or []) == ["x-1440.webp", "x-480.webp"]
    assert store.keep(1, msgspec.structs.replace(MADE, refused="flat", variants=()), 9) == [
        "y-480.webp"
    ]


def test_what_failed_is_remembered_until_it_is_made(
    items: SqlItemStore, store: SqlPictureStore
) -> None:
    store.failed(1, Try(SRC, 1, 60))
    store.failed(1, Try(SRC, 2, 600))
    assert store.tries([1, 2]) == {1: Try(SRC, 2, 600)}
    assert items.by_num([1])[1].picture is None
    store.keep(1, MADE, 7)
    assert store.tries([1, 2]) == {}


def test_a_file_is_found_while_an_item_shows_it(
    items: SqlItemStore, store: SqlPictureStore, media: SqlMediaStore
) -> None:
    assert media.find("x-480.webp") is None
    store.keep(1, MADE, 7)
    store.keep(2, MADE, 7)
    assert media.find("x-480.webp") == Media(1, True)
    assert media.find("x-1440.webp") == Media(1, False)
    items.recall("a", "operator:x", "", 8)
    assert media.find("x-480.webp") == Media(2, True)
    assert store.drop(1) == []
    items.recall("b", "operator:x", "", 9)
    assert media.find("x-480.webp") is None
    assert store.keep(2, MADE, 10) is None
    assert store.unshown(["x-480.webp", "y"]) == ["y"]
    assert sorted(store.drop(2)) == ["x-1440.webp", "x-480.webp"]
    assert store.drop(2) == []


def test_a_large_file_is_wanted_once_and_then_made(
    items: SqlItemStore, store: SqlPictureStore, media: SqlMediaStore
) -> None:
    store.keep(1, MADE, 7)
    store.keep(2, MADE, 7)
    media.want("x-1440.webp", 50)
    media.want("x-1440.webp", 60)
    media.want("x-480.webp", 40)
    media.want("unknown", 30)
    assert media.wanted(10) == [("x-1440.webp", 1)]
    media.made("x-1440.webp", there=True)
    assert media.wanted(10) == []
    assert media.find("x-1440.webp") == Media(1, True)
    media.made("x-1440.webp", there=False)
    assert media.find("x-1440.webp") is None


def test_pictures_of_expired_items_are_told(items: SqlItemStore, store: SqlPictureStore) -> None:
    store.keep(1, MADE, 7)
    assert store.expired(1000, 10) == []
    assert store.expired(1001, 10) == [1]
