"""A small Jhalak: eight topics, twenty items each, one language; and its viewers' devices."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.worlds import TOPICS, Jhalak, Phone, make_items


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jhalak]:
    """The same for a whole module: for tests that change nothing but a viewer of their own."""
    world = Jhalak(tmp_path_factory.mktemp("shared") / "data")
    world.put(make_items(dict.fromkeys(TOPICS, 20)))
    yield world
    world.end()


@pytest.fixture
def guest(shared: Jhalak) -> Phone:
    return shared.phone()


@pytest.fixture
def jhalak(tmp_path: Path) -> Iterator[Jhalak]:
    world = Jhalak(tmp_path / "data")
    world.put(make_items(dict.fromkeys(TOPICS, 20)))
    yield world
    world.end()


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Jhalak]:
    """A Jhalak without an item."""
    world = Jhalak(tmp_path / "empty")
    yield world
    world.end()


@pytest.fixture
def phone(jhalak: Jhalak) -> Phone:
    return jhalak.phone()
