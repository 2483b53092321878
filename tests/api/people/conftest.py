"""A Jhalak with two people in it, Asha and Bina, and one video of each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.people.person import Person
from tests.worlds import Jhalak


class Two:
    """`a` and `b`, and their videos."""

    def __init__(self, jhalak: Jhalak) -> None:
        self.jhalak = jhalak
        self.a, self.b = Person(jhalak, "asha"), Person(jhalak, "bina")
        self.by_a, self.by_b = self.a.publish("by_a"), self.b.publish("by_b", topic="travel")


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Two]:
    world = Jhalak(tmp_path / "data")
    yield Two(world)
    world.end()
