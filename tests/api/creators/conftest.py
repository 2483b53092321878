"""One server that makes no videos, and creators of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pytest

from tests.api.creators.senders import Creator, settings
from tests.api.creators.studio import Studio, quick_passwords
from tests.worlds import Jhalak


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jhalak]:
    """One for the module; each test has a creator of its own."""
    made = Jhalak(tmp_path_factory.mktemp("uploads") / "data", settings(most_bytes=20_000_000))
    yield made
    made.end()


@pytest.fixture
def asha(world: Jhalak, request: pytest.FixtureRequest) -> Creator:
    name = hashlib.sha256(request.node.name.encode()).hexdigest()[:10]
    world.clock.forward(h=2)
    return Creator(world, f"asha.{name}")


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jhalak]:
    """One for the module, without an item: for tests whose people have names of their own."""
    made = Jhalak(tmp_path_factory.mktemp("crowd") / "data")
    yield made
    made.end()


@pytest.fixture
def people(crowd: Jhalak, monkeypatch: pytest.MonkeyPatch) -> Studio:
    """The same for all tests of a module; an hour later each time."""
    quick_passwords(monkeypatch)
    crowd.clock.forward(h=1)
    return Studio(crowd)


@pytest.fixture
def studio(empty: Jhalak, monkeypatch: pytest.MonkeyPatch) -> Studio:
    quick_passwords(monkeypatch)
    return Studio(empty)
