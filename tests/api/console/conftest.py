"""A small Jhalak with viewers who like games, and an operator who looks at it."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from jhalak.people.operator_token import token_hash
from tests.worlds import TOPICS, Jhalak, Phone, make_items, tap_games

TOKEN = "jho_" + "a" * 40
VIEWERS = 24


class Console:
    """The console of a server, as an operator's browser speaks to it."""

    def __init__(self, jhalak: Jhalak, phones: list[Phone]) -> None:
        self.jhalak, self.phones = jhalak, phones
        jhalak.services.operators.add("asha", token_hash(TOKEN), jhalak.clock())

    def get(self, path: str) -> httpx.Response:
        return self.jhalak.ask("GET", f"/console/api/{path}", TOKEN)

    def post(self, path: str, **body: object) -> httpx.Response:
        return self.jhalak.ask("POST", f"/console/api/{path}", TOKEN, json=body)

    def audited(self) -> list[tuple[str, str, str, str]]:
        """(actor, action, subject, detail) of all, oldest first."""
        return [r[2:] for r in self.jhalak.services.audit.read(0, 1000)]


@pytest.fixture(scope="package")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """Two dozen viewers looked at three editions each and tapped the games."""
    world = Jhalak(tmp_path_factory.mktemp("console") / "data")
    world.put(make_items(dict.fromkeys(TOPICS, 30)))
    phones = tap_games(world, VIEWERS)
    yield Console(world, phones)
    world.end()


@pytest.fixture(scope="package")
def entrance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """A console whose time may go on: nothing but who comes in is looked at there."""
    world = Jhalak(tmp_path_factory.mktemp("entrance") / "data")
    world.put(make_items({"food": 30}))
    yield Console(world, [world.phone()])
    world.end()
