"""The console in a real browser, in front of a real `jhalak serve` whose cell has a past."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from jhalak.api.apps import is_built
from jhalak.people.password import hashed
from jhalak.workers.tell_figures import TellFigures
from tests.cli.conftest import Beside, begin
from tests.journeys.conftest import browser as browser
from tests.worlds import DAY_MS, TOPICS, Clock, Jhalak, make_items, tap_games

PASSWORD = "a few plain words"
VIEWERS = 24


class Cell(NamedTuple):
    """A server, and one of its viewers."""

    server: Beside
    viewer: str


def past(data: Path) -> str:
    """A cell in which two dozen viewers tapped every game, an hour ago; answers one of them."""
    now_ms = int(time.time() * 1000)
    world = Jhalak(data, clock=Clock(now_ms - 3_600_000))
    items = make_items(dict.fromkeys(TOPICS, 30), newest_ms=now_ms - 2 * 3_600_000)
    world.put([item.__class__(**_fields(item, now_ms)) for item in items])
    world.services.accounts.add("asha", "admin", hashed(PASSWORD), world.clock())
    phones = tap_games(world, VIEWERS)
    world.run(TellFigures(world.learner(), world.services.blobs, world.clock).step())
    world.end()
    return phones[0].viewer


def _fields(item: Any, now_ms: int) -> dict[str, Any]:
    fields = {name: getattr(item, name) for name in item.__struct_fields__}
    return {**fields, "expires_ms": now_ms + DAY_MS}


@pytest.fixture(scope="module")
def cell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cell]:
    if not is_built("console"):
        pytest.skip("the console is not built: make web")
    data = tmp_path_factory.mktemp("console") / "data"
    with ThreadPoolExecutor(1) as apart:  # the browser runs an event loop in this thread
        viewer = apart.submit(past, data).result()
    server = begin(data, "--no-learner", "--no-follower")
    yield Cell(server, viewer)
    server.end()
