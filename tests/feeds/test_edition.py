"""Packing: editions and pages as devices read them."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from jhalak.feeds.edition import Packer, rfc3339
from jhalak.feeds.media_link import MediaLinks
from jhalak.feeds.slot_token import LENGTH
from jhalak.schema.ids import spell
from jhalak.schema.item import Rendition
from jhalak.schema.reason import REASON_INDEX
from jhalak.schema.slate import Level, Slate
from jhalak.schema.video import HLS_TYPE
from jhalak.stages.world import World
from tests.worlds import NOW_MS, make_item, make_items, world_of

HOUR_MS = 3_600_000


class OneKey:
    def as_of(self, at_ms: int) -> bytes:
        return bytes(32)


LINKS = MediaLinks(OneKey())


def slate_of(world: World, **fields: Any) -> Slate:
    """Every item of the world, in the order of their numbers."""
    rows = np.flatnonzero(world.catalogue.live).astype(np.int32)
    rows = rows[np.argsort(world.catalogue.num[rows])]
    k = len(rows)
    usual: dict[str, Any] = {
        "id": 77, "viewer": 1, "surface": 0, "at_ms": NOW_MS, "level": Level.full, "model": 9,
        "profiled": True, "rows": rows, "items": world.catalogue.num[rows],
        "propensity": np.ones(k, np.float32), "reason": np.zeros(k, np.uint8),
        "features": np.zeros((0, 1), np.float16), "contributions": np.zeros((0, 1), np.float32),
        "ref": np.zeros(k, np.uint8), "valid_until_ms": NOW_MS + 6 * HOUR_MS,
    }  # fmt: skip
    return Slate(**{**usual, **fields})


def pack(world: World, slate: Slate, budget: int = 1_000_000, to: str = "en",
         recalled: list[str] | None = None) -> dict[str, Any]:  # fmt: skip
    tokens = [b"T" * LENGTH] * len(slate)
    made = Packer(world.catalogue, LINKS).edition(slate, tokens, to, recalled or [], budget)
    found: dict[str, Any] = json.loads(made.body)
    assert found["bytes"] == len(made.body)
    assert made.cards == len(found["cards"])
    assert made.etag == f'"{found["edition"]}"'
    return found


def test_a_card_has_the_fields_of_the_contract() -> None:
    world = world_of(make_item("a/b", "food", "hi", publisher='The "Paper"', url="https://x.y/z"))
    edition = pack(world, slate_of(world))
    [card] = edition["cards"]
    assert card == {
        "slot": "T" * 64, "item": "a/b", "story": "a/b", "headline": "Title of a/b",
        "summary": "Summary of a/b.", "language": "hi", "topic": "food",
        "publisher": 'The "Paper"', "image": {"art": {"topic": "food", "seed": "a/b"}},
        "url": "https://x.y/z", "show_from": edition["valid_from"],
        "show_until": edition["valid_until"], "why": card["why"],
    }  # fmt: skip
    assert edition["edition"] == spell(77)
    assert edition["level"] == "full" and edition["recalled"] == []


def test_show_times_follow_one_another_over_all_of_the_validity() -> None:
    world = world_of(*make_items({"food": 7}))
    edition = pack(world, slate_of(world))
    cards = edition["cards"]
    assert cards[0]["show_from"] == edition["valid_from"] == rfc3339(NOW_MS)
    assert cards[-1]["show_until"] == edition["valid_until"] == rfc3339(NOW_MS + 6 * HOUR_MS)
    for card, following in pairwise(cards):
        assert card["show_until"] == following["show_from"] > card["show_from"]


@pytest.mark.parametrize("count", [0, 1, 6, 24, 48])
def test_bytes_is_the_length_of_the_body(count: int) -> None:
    world = world_of(*make_items({"food": count}))
    assert len(pack(world, slate_of(world))["cards"]) == count


def test_cards_beyond_the_byte_budget_are_left_out_last_first() -> None:
    world = world_of(*(make_item(f"i{n}", summary="हिन्दी " * 100) for n in range(24)))
    whole = pack(world, slate_of(world))
    cut = pack(world, slate_of(world), budget=20_000)
    assert cut["bytes"] <= 20_000 < whole["bytes"]
    assert 0 < len(cut["cards"]) < 24
    assert [c["item"] for c in cut["cards"]] == [f"i{n}" for n in range(len(cut["cards"]))]


def test_a_card_that_the_device_holds_is_a_reference() -> None:
    world = world_of(*make_items({"food": 2}))
    edition = pack(world, slate_of(world, ref=np.array([1, 0], np.uint8)))
    held, new = edition["cards"]
    assert set(held) == {"slot", "item", "ref", "show_from", "show_until"}
    assert held["ref"] is True and held["item"] == "en-food-0"
    assert "ref" not in new and new["headline"]


def test_recalled_items_are_named() -> None:
    world = world_of()
    assert pack(world, slate_of(world), recalled=['a"b', "ç"])["recalled"] == ['a"b', "ç"]


def test_an_empty_edition_is_an_edition() -> None:
    world = world_of()
    edition = pack(world, slate_of(world, level=Level.static))
    assert edition["cards"] == [] and edition["level"] == "static"


def test_why_is_told_in_the_viewers_language() -> None:
    world = world_of(make_item("a", "sport"))
    reason = np.array([REASON_INDEX["taste_topic"]], np.uint8)
    slate = slate_of(world, reason=reason)
    assert pack(world, slate)["cards"][0]["why"] == "Because you read about Sport"
    assert "खेल" in pack(world, slate, to="hi")["cards"][0]["why"]


def test_a_page_has_the_fields_of_the_contract() -> None:
    rendition = Rendition(src="https://x/1.mp4", height=720, bitrate=900_000)
    world = world_of(
        make_item("v", "games", kind="video", duration_s=31.5, renditions=(rendition,)),
        make_item("c", "food", publisher=""),
    )
    slate = slate_of(world, surface=1, valid_until_ms=0)
    body = Packer(world.catalogue, LINKS).page(slate, [b"T" * 64] * 2, "en")
    page = json.loads(body)
    assert page["slate"] == spell(77) and page["level"] == "full"
    video, card = page["items"]
    assert video == {
        "slot": "T" * 64, "item": "v", "title": "Title of v", "language": "en", "topic": "games",
        "creator": "en games daily", "duration_s": 31.5,
        "poster": {"art": {"topic": "games", "seed": "v"}}, "why": video["why"],
        "at": None, "placeholder": None, "labels": [], "of": None,
        "renditions": [
            {"src": "https://x/1.mp4", "height": 720, "width": None, "bitrate": 900_000,
             "head_bytes": None, "type": "video/mp4"}
        ],
    }  # fmt: skip
    assert card["renditions"] == [] and card["duration_s"] is None and card["creator"] is None


MASTER = Rendition(src="master.m3u8", height=1280, width=720, type=HLS_TYPE)


def page_of(renditions: list[Rendition], *, small: bool) -> list[dict[str, Any]]:
    world = world_of(
        make_item("v", kind="video", duration_s=9, media="0a" * 16, placeholder="abc=",
                  labels=("ai",), renditions=tuple(renditions)),
    )  # fmt: skip
    slate = slate_of(world, surface=1, valid_until_ms=0)
    body = Packer(world.catalogue, LINKS).page(slate, [b"T" * 64], "en", small=small)
    found: list[dict[str, Any]] = json.loads(body)["items"]
    return found


def test_a_creators_video_says_where_its_files_lie_and_what_must_be_told() -> None:
    rungs = [
        Rendition(src=f"{side}.mp4", height=side * 16 // 9, width=side, head_bytes=9)
        for side in (240, 360, 720)
    ]
    [usual], [small] = (page_of([*rungs, MASTER], small=s) for s in (False, True))
    assert usual["at"] == small["at"] == LINKS.base("0a" * 16, NOW_MS)
    assert usual["poster"] == {
        "art": {"topic": "sport", "seed": "v"}, "src": "poster.webp", "width": 720, "height": 1280,
    }  # fmt: skip
    assert (usual["placeholder"], usual["labels"]) == ("abc=", ["ai"])
    assert [r["src"] for r in usual["renditions"]][2:] == ["720.mp4", "master.m3u8"]
    assert usual["renditions"][0]["head_bytes"] == 9
    assert [r["src"] for r in small["renditions"]] == ["240.mp4", "360.mp4"]


def test_who_saves_data_gets_the_lowest_rendition_where_all_are_large() -> None:
    large = [Rendition(src=f"{side}", height=side) for side in (1080, 720)]
    for given, told in ((large, ["720"]), ([MASTER], ["master.m3u8"]), ([], [])):
        [item] = page_of(given, small=True)
        assert [r["src"] for r in item["renditions"]] == told


@pytest.mark.parametrize("at_ms", [0, 1, 86_399_999, 86_400_000, NOW_MS, 4_102_444_800_000])
def test_times_are_those_of_the_standard_library(at_ms: int) -> None:
    at = datetime.fromisoformat(rfc3339(at_ms))
    assert at.utcoffset() == timedelta(0)
    assert int(at.timestamp()) == at_ms // 1000
