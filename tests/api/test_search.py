"""/v1/search: what people find, and what they may not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from jhalak.workers.index_search import IndexSearch
from tests.worlds import DAY_MS, Jhalak, Phone, make_item


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jhalak]:
    jhalak = Jhalak(tmp_path_factory.mktemp("search") / "data")
    jhalak.put(
        [
            make_item("card", title="Monsoon reaches Kerala", publisher="Kerala Times"),
            make_item("film", kind="video", title="Boats #Monsoon", publisher="@asha",
                      sound="Bhor Raga", duration_s=12.5),
            make_item("fierce", title="Monsoon fight", publisher="@cruel", unsafe=("violence",)),
            make_item("hindi", language="hi", title="मौसम का हाल", publisher="@asha"),
        ]
    )  # fmt: skip
    index(jhalak)
    yield jhalak
    jhalak.end()


def index(jhalak: Jhalak) -> None:
    follower = IndexSearch(jhalak.services.items, jhalak.services.search, jhalak.clock)
    while jhalak.run(follower.step()):
        pass


def search(phone: Phone, q: str, **more: Any) -> dict[str, Any]:
    answer = phone.ask("GET", f"/v1/search?{urlencode({'q': q, **more})}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def items(found: dict[str, Any]) -> list[str]:
    return [hit["item"] for hit in found["items"]]


def test_everything_of_a_word_is_found_at_once(world: Jhalak) -> None:
    found = search(world.phone("en"), "monsoon")
    assert sorted(items(found)) == ["card", "film"]
    assert found["hashtags"] == [{"name": "monsoon", "items": 1}]
    film = next(hit for hit in found["items"] if hit["item"] == "film")
    assert film["kind"], film["duration_s"] == ("video", 12.5)
    assert film["creator"] == "@asha"
    assert search(world.phone("en"), "bhor")["sounds"] == [
        {"name": "Bhor Raga", "sound": None, "named": True, "handle": None, "items": 1}
    ]


def test_one_kind_and_a_limit(world: Jhalak) -> None:
    found = search(world.phone("en"), "asha", kind="creator")
    asha = {"name": "@asha", "items": 1, "called": "", "verified": False}
    assert found == {"items": [], "creators": [asha], "hashtags": [], "sounds": []}
    assert len(items(search(world.phone("en"), "monsoon", limit=1))) == 1


def test_only_languages_that_were_chosen(world: Jhalak) -> None:
    assert items(search(world.phone("en"), "mausam")) == []
    assert items(search(world.phone("hi"), "mausam")) == ["hindi"]
    assert search(world.phone("en", "hi"), "asha")["creators"][0]["items"] == 2


@pytest.mark.parametrize(
    ("band", "found"), [("25-34", True), ("18-24", True), ("13-17", False), (None, False)]
)
def test_only_who_is_known_to_be_18_may_turn_safety_off(
    world: Jhalak, band: str | None, found: bool
) -> None:
    phone = world.phone("en", age_band=band)
    assert items(search(phone, "fight")) == []
    assert items(search(phone, "fight", safe="false")) == (["fierce"] if found else [])
    creators = search(phone, "cruel", safe="false", kind="creator")["creators"]
    assert [hit["name"] for hit in creators] == (["@cruel"] if found else [])


def test_whom_one_hides_is_not_found(world: Jhalak) -> None:
    phone = world.phone("en")
    phone.ask("PUT", "/v1/me/hides/creator/Kerala Times")
    found = search(phone, "kerala")
    assert items(found) == []
    assert found["creators"] == []


def test_typing_finds_what_begins_so(world: Jhalak) -> None:
    assert items(search(world.phone("en"), "kera")) == ["card"]
    assert items(search(world.phone("en"), "kera", typing="false")) == []


def test_what_is_recalled_is_gone_before_the_index_knows(tmp_path: Path) -> None:
    jhalak = Jhalak(tmp_path / "data")
    jhalak.put([make_item("a", title="Fox #den"), make_item("b", title="Fox")])
    index(jhalak)
    phone = jhalak.phone("en")
    assert sorted(items(search(phone, "fox"))) == ["a", "b"]
    jhalak.services.items.recall("a", "operator:x", "wrong", jhalak.clock())
    jhalak.follow()
    found = search(phone, "fox")
    assert items(found) == ["b"]
    assert search(phone, "den")["hashtags"] == []
    jhalak.clock.now_ms += 40 * DAY_MS
    jhalak.follow()
    assert items(search(phone, "fox")) == []
    jhalak.end()


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 400), ("q=", 400), ("q=%20%20", 400), (f"q={'x' * 201}", 400), ("q=a&limit=0", 400),
        ("q=a&limit=51", 400), ("q=a&kind=person", 400), ("q=a&safe=perhaps", 400),
        ("q=%F0%9F%A6%8A", 200), ("q=%22%27%3A*%20OR%20%28", 200), ("q=%00", 200),
        ("q=%EE%80%85item", 200), ("q=" + "a%20" * 60, 200),
    ],
)  # fmt: skip
def test_whatever_is_typed_has_an_answer(world: Jhalak, query: str, status: int) -> None:
    answer = world.phone("en").ask("GET", f"/v1/search?{query}")
    assert answer.status_code == status, answer.text
    if status == 200 and "%EE" in query:
        assert answer.json()["items"] == []


def test_it_needs_a_viewer(world: Jhalak) -> None:
    assert world.ask("GET", "/v1/search?q=monsoon").status_code == 401
