"""One server for a module; each test has people of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.api.comments.people import Person
from tests.worlds import Jhalak


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jhalak]:
    made = Jhalak(tmp_path_factory.mktemp("comments") / "data")
    yield made
    made.end()


@pytest.fixture
def asha(world: Jhalak) -> Person:
    """Who made the video."""
    world.clock.forward(h=2)
    return Person(world, "asha")


@pytest.fixture
def ravi(world: Jhalak) -> Person:
    return Person(world, "ravi")


@pytest.fixture
def meena(world: Jhalak) -> Person:
    return Person(world, "meena")


@pytest.fixture
def video(asha: Person) -> str:
    return asha.publish()
