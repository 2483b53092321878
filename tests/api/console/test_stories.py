"""Content: duplicates, and which editions still hold what was recalled."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from jhalak.people.operator_token import token_hash
from tests.api.console.conftest import TOKEN
from tests.worlds import NOW_MS, Jhalak, make_item, make_items


@pytest.fixture
def jhalak(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jhalak]:
    """90 cards, and a story that four publishers tell."""
    world = Jhalak(tmp_path_factory.mktemp("stories") / "data")
    world.put(make_items({"sport": 40, "games": 50}))
    world.put(
        make_item(f"rain-{i}", "weather", publisher=f"teller {i}", story="rain",
                  published_ms=NOW_MS - 60_000 * i)
        for i in range(4)
    )  # fmt: skip
    world.services.operators.add("asha", token_hash(TOKEN), world.clock())
    yield world
    world.end()


def get(jhalak: Jhalak, path: str) -> httpx.Response:
    return jhalak.ask("GET", f"/console/api/content/{path}", TOKEN)


def test_duplicates_are_told_with_their_items(jhalak: Jhalak) -> None:
    (story,) = get(jhalak, "stories").json()["stories"]
    assert (story["members"], story["publishers"], story["language"]) == (4, 4, "en")
    assert [one["item"] for one in story["items"]] == [f"rain-{i}" for i in range(4)]


def test_editions_that_hold_a_recalled_item_are_counted_until_they_end(jhalak: Jhalak) -> None:
    editions = [jhalak.phone().edition(24) for _ in range(3)]
    item = editions[0]["cards"][0]["item"]
    holding = sum(any(c["item"] == item for c in edition["cards"]) for edition in editions)
    jhalak.settle()
    assert get(jhalak, f"recalled?item={item}").status_code == 404
    jhalak.clock.forward(s=1)
    body = {"item": item, "reason": "a court order"}
    jhalak.ask("POST", "/console/api/content/recall", TOKEN, json=body)
    told = get(jhalak, f"recalled?item={item}").json()
    assert told["here"] and told["editions_out"] == holding >= 1
    assert told["served_after"] == 0 and told["last_until_ms"] > jhalak.clock()
    jhalak.clock.forward(h=7)
    assert get(jhalak, f"recalled?item={item}").json()["editions_out"] == 0
