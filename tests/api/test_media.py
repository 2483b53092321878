"""/media and /v1/reader: files of pictures while an item shows them, entries whole."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from jhalak.ports.items import Draft
from jhalak.schema.item import Image
from jhalak.schema.picture import FOLDER, Block, Picture, Variant
from tests.worlds import DAY_MS, NOW_MS, Jhalak, make_item

SRC = "https://example.org/a.jpg"
SMALL, LARGE = f"{'0a' * 16}-480.webp", f"{'0a' * 16}-1440.webp"
PICTURE = Picture(
    src=SRC, digest="d", variants=(Variant(SMALL, 480, 854, 4), Variant(LARGE, 1440, 2560)),
)  # fmt: skip


def put(jhalak: Jhalak, name: str, text: tuple[Block, ...] = ()) -> int:
    item = make_item(name, image=Image(src=SRC), language="ur")
    jhalak.services.items.put([Draft(item, bytes(64), DAY_MS, text)], NOW_MS)
    record = jhalak.services.items.get(name)
    assert record is not None
    return record.num


def keep(jhalak: Jhalak, num: int) -> None:
    assert jhalak.server.records.pictures.keep(num, PICTURE, NOW_MS) == []
    jhalak.run(jhalak.services.blobs.put(f"{FOLDER}/{SMALL}", b"webp"))


def test_a_file_is_served_for_ever_and_is_nothing_but_a_picture(empty: Jhalak) -> None:
    keep(empty, put(empty, "a"))
    answer = empty.ask("GET", f"/media/{SMALL}")
    assert answer.status_code == 200
    assert answer.content == b"webp"
    assert answer.headers["content-type"] == "image/webp"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]


def test_a_recall_takes_the_picture_out_at_once(empty: Jhalak) -> None:
    keep(empty, put(empty, "a"))
    keep(empty, put(empty, "b"))
    empty.services.items.recall("a", "operator:x", "", NOW_MS)
    assert empty.ask("GET", f"/media/{SMALL}").status_code == 200
    empty.services.items.recall("b", "operator:x", "", NOW_MS)
    answer = empty.ask("GET", f"/media/{SMALL}")
    assert (answer.status_code, answer.json()["error"]) == (404, "no_such_file")


def test_a_large_file_is_wished_for_by_who_asks_first(empty: Jhalak) -> None:
    num = put(empty, "a")
    keep(empty, num)
    answer = empty.ask("GET", f"/media/{LARGE}")
    assert (answer.status_code, answer.json()["error"]) == (503, "being_made")
    assert answer.headers["retry-after"] == "2"
    assert empty.services.media.wanted(9) == [(LARGE, num)]
    empty.run(empty.services.blobs.put(f"{FOLDER}/{LARGE}", b"large"))
    empty.services.media.made(LARGE, there=True)
    assert empty.ask("GET", f"/media/{LARGE}").content == b"large"


@pytest.mark.parametrize("name", ["x", "..%2F..%2Frecords.sqlite", "%00", "a" * 99, f"{SMALL}x"])
def test_a_name_that_is_none_names_no_file(name: str, empty: Jhalak) -> None:
    assert empty.ask("GET", f"/media/{name}").status_code in (400, 404)


def test_a_live_items_text_is_told_in_blocks(empty: Jhalak) -> None:
    put(empty, "https://x.example/1", (Block("h", "عنوان"), Block("p", "متن <b>")))
    answer = empty.ask("GET", f"/v1/reader/{quote('https://x.example/1', safe='')}")
    assert answer.json() == {
        "item": "https://x.example/1", "title": "Title of https://x.example/1", "language": "ur",
        "direction": "rtl", "publisher": "ur sport daily", "url": None,
        "blocks": [{"kind": "h", "text": "عنوان"}, {"kind": "p", "text": "متن <b>"}], "more": [],
    }  # fmt: skip


def test_without_a_text_the_summary_is_all_there_is(empty: Jhalak) -> None:
    put(empty, "a")
    answer = empty.ask("GET", "/v1/reader/a")
    assert answer.json()["blocks"] == [{"kind": "p", "text": "Summary of a."}]


def test_a_recalled_an_expired_and_an_unknown_item_are_not_read(empty: Jhalak) -> None:
    put(empty, "a")
    put(empty, "b")
    empty.services.items.recall("a", "operator:x", "", NOW_MS)
    assert empty.ask("GET", "/v1/reader/a").status_code == 410
    empty.clock.forward(days=30)
    assert empty.ask("GET", "/v1/reader/b").json()["error"] == "expired"
    assert empty.ask("GET", "/v1/reader/c").status_code == 404
