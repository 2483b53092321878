"""The demonstration's own account of the console."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

from jhalak.cli.demo import OPERATOR, console_says
from jhalak.people.password import matches
from tests.worlds import Jhalak


def test_its_password_is_told_at_the_first_start_only(tmp_path: Path) -> None:
    world = Jhalak(tmp_path / "data")
    server = SimpleNamespace(services=world.services, address="http://127.0.0.1:1")
    first, later = console_says(server), console_says(server)  # type: ignore[arg-type]
    found = world.services.accounts.find(OPERATOR)
    world.end()
    password = first.partition("password ")[2].split()[0]
    assert found is not None and found[0].role == "admin" and matches(password, found[1])
    assert "http://127.0.0.1:1/console/" in first and len(password) == 16
    assert password not in later and "jhalak operator password demo" in later
