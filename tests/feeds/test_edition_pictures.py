"""An edition names pictures while its bytes suffice, and drawn art where they do not."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import numpy as np
import pytest

from jhalak.catalogue.live import prepare
from jhalak.catalogue.pictures import shown_while_locked
from jhalak.config.settings import LockscreenSettings
from jhalak.feeds.edition import Packer
from jhalak.schema.item import Image, ItemRecord
from jhalak.schema.picture import Picture, Variant
from jhalak.stages.world import World
from tests.feeds.test_edition import LINKS, slate_of
from tests.worlds import NOW_MS, make_item, world_of

SRC = "https://e.example/a.jpg"
BASE = "0a" * 16


def pictured(record: ItemRecord, **fields: Any) -> ItemRecord:
    facts: dict[str, Any] = {
        "src": SRC, "placeholder": "AAAA", "colours": ("#101010", "#202020"), "allowed": True,
        "scrim": (0.1, 0.2, 0.3, 0.4), "digest": "d",
        "variants": (Variant(f"{BASE}-480.webp", 480, 854, 14_000),
                     Variant(f"{BASE}-720.webp", 720, 1280, 60_000),
                     Variant(f"{BASE}-1440.webp", 1440, 2560)),
    } | fields  # fmt: skip
    item = msgspec.structs.replace(record.item, reviewed=True, image=Image(src=SRC, alt="a dog"))
    return msgspec.structs.replace(record, item=item, picture=Picture(**facts))


def world_with_pictures(count: int) -> World:
    world = world_of(*(make_item(f"i{n}") for n in range(count)))
    rows = [row for row in world.catalogue.records if row is not None]
    world.catalogue.commit([prepare(pictured(record)) for record in rows], NOW_MS)
    return world


def pack(world: World, budget: int, *, small: bool = False) -> dict[str, Any]:
    slate = slate_of(world)
    tokens = [b"T" * 64] * len(slate)
    made = Packer(world.catalogue, LINKS).edition(slate, tokens, "en", [], budget, small=small)
    found: dict[str, Any] = json.loads(made.body)
    cost = max if not small else min
    assert found["bytes"] == len(made.body)
    assert found["picture_bytes"] == sum(
        cost(v["bytes"] for v in card["image"]["variants"])
        for card in found["cards"] if card["image"].get("variants")
    )  # fmt: skip
    return found


def test_a_card_tells_of_its_picture_as_the_contract_says() -> None:
    [card] = pack(world_with_pictures(1), 1_500_000)["cards"]
    assert card["image"] == {
        "art": {"topic": "sport", "seed": "i0"},
        "variants": [
            {"src": f"/media/{BASE}-480.webp", "width": 480, "height": 854, "bytes": 14_000},
            {"src": f"/media/{BASE}-720.webp", "width": 720, "height": 1280, "bytes": 60_000},
            {"src": f"/media/{BASE}-1440.webp", "width": 1440, "height": 2560, "bytes": 0},
        ],
        "whole": False, "placeholder": "AAAA", "colours": ["#101010", "#202020"],
        "scrim": [0.1, 0.2, 0.3, 0.4], "alt": "a dog",
    }  # fmt: skip


def test_a_usual_edition_of_the_heaviest_pictures_keeps_its_promise() -> None:
    rules = LockscreenSettings()
    edition = pack(world_with_pictures(rules.max_slots), rules.edition_bytes)
    assert len(edition["cards"]) == rules.max_slots
    assert edition["bytes"] + edition["picture_bytes"] <= rules.edition_bytes
    with_picture = [bool(card["image"].get("variants")) for card in edition["cards"]]
    assert sum(with_picture) == edition["picture_bytes"] // 60_000 >= 22
    assert with_picture == sorted(with_picture, reverse=True)


def test_who_saves_data_gets_small_pictures_within_400_kilobytes() -> None:
    rules = LockscreenSettings()
    edition = pack(world_with_pictures(rules.slots), rules.saver_bytes, small=True)
    assert edition["bytes"] + edition["picture_bytes"] <= rules.saver_bytes == 400_000
    for card in edition["cards"]:
        assert [v["width"] for v in card["image"]["variants"]] == [480]
    assert len(edition["cards"]) == 24


def test_texts_come_before_pictures() -> None:
    edition = pack(world_with_pictures(24), 40_000)
    assert len(edition["cards"]) == 24
    assert edition["picture_bytes"] == 0
    assert edition["bytes"] <= 40_000


def test_a_card_that_the_device_holds_costs_no_picture() -> None:
    world = world_with_pictures(2)
    slate = slate_of(world, ref=np.array([1, 0], np.uint8))
    made = Packer(world.catalogue, LINKS).edition(slate, [b"T" * 64] * 2, "en", [], 1_500_000)
    assert json.loads(made.body)["picture_bytes"] == 60_000


@pytest.mark.parametrize(
    "change",
    [{"allowed": False}, {"variants": ()}, {"refused": "flat", "variants": ()}],
)
def test_what_speaks_against_a_picture_leaves_art(change: dict[str, Any]) -> None:
    [record] = [r for r in world_of(make_item("a")).catalogue.records if r is not None]
    assert shown_while_locked(record) is None
    assert shown_while_locked(pictured(record)) is not None
    assert shown_while_locked(pictured(record, **change)) is None


def test_of_a_source_that_nobody_reviewed_no_picture_is_shown_while_locked() -> None:
    [record] = [r for r in world_of(make_item("a")).catalogue.records if r is not None]
    unreviewed = pictured(record)
    item = msgspec.structs.replace(unreviewed.item, reviewed=False)
    assert shown_while_locked(msgspec.structs.replace(unreviewed, item=item)) is None


def test_of_a_story_with_an_unsafe_text_no_picture_is_shown_while_locked() -> None:
    [record] = [r for r in world_of(make_item("a")).catalogue.records if r is not None]
    violent = pictured(record)
    item = msgspec.structs.replace(violent.item, unsafe=("violence",))
    assert shown_while_locked(msgspec.structs.replace(violent, item=item)) is None


def test_items_that_wait_for_their_picture_are_counted() -> None:
    world = world_of(make_item("a"), make_item("b"), make_item("c"))
    records = [world.catalogue.record(world.catalogue.by_id[name]) for name in "abc"]
    image = Image(src="https://p.example/new.jpg")
    named = msgspec.structs.replace(records[0].item, image=image)
    renamed = msgspec.structs.replace(pictured(records[1]).item, image=image)
    changed = [
        msgspec.structs.replace(records[0], item=named),
        msgspec.structs.replace(pictured(records[1]), item=renamed),
        pictured(records[2]),
    ]
    world.catalogue.commit([prepare(record) for record in changed], NOW_MS)
    assert world.catalogue.count_unpictured() == 2, "also where the old picture is there still"
