"""The list of publishers that ships, and following it in the demonstration."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from jhalak.demo.publishers import follow_publishers, publishers
from jhalak.embedded.targets import target_of
from jhalak.ports.fetcher import Failed
from jhalak.schema.languages import LANGUAGES
from tests.feed_world import NOW_MS, Cell, answer


@pytest.fixture
def cell(tmp_path: Path) -> Iterator[Cell]:
    made = Cell(tmp_path)
    yield made
    made.end()


def test_every_language_has_a_publisher_and_every_address_may_be_asked() -> None:
    listed = publishers()
    counts = Counter(one.language for one in listed)
    assert set(counts) == set(LANGUAGES)
    assert len({one.url for one in listed}) == len(listed) and all(one.title for one in listed)
    assert all(target_of(one.url).scheme == "https" for one in listed)


def follow(cell: Cell) -> tuple[bool, str]:
    said: list[str] = []
    work = follow_publishers(cell.records.feeds, cell.network, NOW_MS, said.append)
    return asyncio.run(work), "".join(said)


def test_with_a_network_all_are_followed_once(cell: Cell) -> None:
    first = publishers()[0]
    cell.network.pages = {one.url: Failed("no such host") for one in publishers()}
    cell.network.pages[first.url] = answer(status=200)
    for _ in range(2):
        followed, said = follow(cell)
        assert followed and "13 languages" in said
    feeds = cell.records.feeds.all()
    assert [feed.url for feed in feeds] == [one.url for one in publishers()]
    assert feeds[0].language == "en" and feeds[0].publisher == first.title
    assert {feed.tier for feed in feeds} == {"unreviewed"}


def test_without_a_network_it_says_so_and_goes_on(cell: Cell) -> None:
    cell.network.pages = {one.url: Failed("no such host") for one in publishers()}
    followed, said = follow(cell)
    assert not followed and "No network" in said and cell.records.feeds.all() == []
