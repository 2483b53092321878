"""A Jhalak with two people in it, Asha and Bina, and one video of each; other two for each test."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from tests.api.people.person import Person
from tests.worlds import Jhalak

_numbers = itertools.count(1)


class Two:
    """`a` and `b`, and their videos."""

    def __init__(self, jhalak: Jhalak) -> None:
        self.jhalak = jhalak
        number = next(_numbers)
        self.a, self.b = Person(jhalak, f"asha{number}"), Person(jhalak, f"bina{number}")
        self.by_a = self.a.publish(f"a{number}")
        self.by_b = self.b.publish(f"b{number}", topic="travel")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jhalak]:
    made = Jhalak(tmp_path_factory.mktemp("people") / "data")
    yield made
    made.end()


@pytest.fixture
def two(world: Jhalak) -> Two:
    return Two(world)
