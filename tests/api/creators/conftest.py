"""One server that makes no videos, and creators of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pytest

from tests.api.creators.senders import Creator, settings
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
