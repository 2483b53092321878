"""The same server and people as for comments; grown up, so that they may show their lists."""

from __future__ import annotations

import pytest

from tests.api.comments.conftest import world as world
from tests.api.comments.people import Person
from tests.worlds import Jhalak


def grown_up(world: Jhalak, name: str) -> Person:
    world.clock.forward(s=1)
    person = Person(world, name)
    world.services.creator_accounts.change(person.num, age_band="25-34")
    return person


@pytest.fixture
def asha(world: Jhalak) -> Person:
    """Who makes videos."""
    return grown_up(world, "asha")


@pytest.fixture
def ravi(world: Jhalak) -> Person:
    """Who makes lists."""
    return grown_up(world, "ravi")


@pytest.fixture
def meena(world: Jhalak) -> Person:
    """Who reads them."""
    return grown_up(world, "meena")
