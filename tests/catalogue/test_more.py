"""More on a story: the other live items of it."""

from __future__ import annotations

from jhalak.catalogue.live import LiveCatalogue, prepare
from jhalak.catalogue.more import same_story
from tests.worlds import NOW_MS, make_item, record_of

ITEMS = [
    make_item("first", story="rain", publisher="a", published_ms=NOW_MS - 4000),
    make_item("old", story="rain", publisher="b", published_ms=NOW_MS - 3000),
    make_item("new", story="rain", publisher="c", published_ms=NOW_MS - 1000),
    make_item("own", story="rain", publisher="a", published_ms=NOW_MS - 2000),
    make_item("grave", story="rain", publisher="d", sensitive=True),
    make_item("other", story="sun", publisher="e"),
    make_item("alone", publisher="f"),
]


def found(name: str, most: int = 4) -> list[str]:
    catalogue = LiveCatalogue()
    records = [record_of(item, num) for num, item in enumerate(ITEMS, 1)]
    catalogue.commit([prepare(record) for record in records], NOW_MS)
    rows = same_story(catalogue, catalogue.by_id[name], most)
    return [catalogue.record(row).item.id for row in rows.tolist()]


def test_others_on_the_story_come_newest_first_and_one_a_publisher() -> None:
    assert found("first") == ["new", "old"]
    assert found("old") == ["new", "own"]
    assert found("first", most=1) == ["new"]


def test_beside_a_sensitive_item_another_one_may_stand() -> None:
    assert "grave" not in found("first")
    assert found("grave") == ["new", "own", "old"]


def test_an_item_without_a_story_has_no_others() -> None:
    assert found("alone") == found("other") == []
