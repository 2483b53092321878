"""Each route has a role in the table, and refuses every lower one."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from jhalak.api.console.access import COOKIE, HEADER, RANK, SAFE
from jhalak.api.console.roles import LEAST, PREFIX, least_of
from jhalak.api.console.routes import console_routes
from jhalak.people.operator_token import token_hash
from tests.api.console.conftest import Console

ROUTES = {
    (method, route.path_format)
    for route in console_routes().routes
    for method in route.methods
    if method != "OPTIONS"
}
STREAMS = "/now"
"""An answer without an end; that it is behind the guard shows test_guarded.py."""


@pytest.fixture(autouse=True)
def in_sessions(console: Console) -> Iterator[None]:
    """One of each role, signed in; the secret is the role's name."""
    services = console.jhalak.services
    for role in RANK:
        if services.accounts.find(f"the {role}") is None:
            services.accounts.add(f"the {role}", role, "no password", 1)
    yield
    console.jhalak.client.cookies.clear()


def ask(console: Console, role: str, method: str, path: str) -> httpx.Response:
    services, world = console.jhalak.services, console.jhalak
    now_ms = world.clock()
    services.sessions.end(token_hash(role))
    services.sessions.open(token_hash(role), f"the {role}", "internet", now_ms, now_ms + 1000)
    world.client.cookies.set(COOKIE, role)
    path = path.replace("{number}", "1").replace("{key}", "0" * 16)
    return world.ask(method, path, headers={HEADER: "1"}, json=None if method in SAFE else {})


def test_the_table_names_every_route_and_nothing_else() -> None:
    assert {f"{method} {path.removeprefix(PREFIX)}" for method, path in ROUTES} == set(LEAST)
    assert least_of("GET", "/console/api/of-tomorrow") == "admin"


def test_a_lower_role_is_refused_everywhere_and_the_refusal_is_written_down(
    console: Console,
) -> None:
    refused = 0
    for method, path in sorted(ROUTES):
        least = least_of(method, path)
        for role in RANK:
            if RANK[role] >= RANK[least] and path.endswith(STREAMS):
                continue
            answer = ask(console, role, method, path)
            if RANK[role] >= RANK[least]:
                assert answer.status_code not in (401, 403, 500), (method, path, role, answer.text)
                continue
            refused += 1
            assert answer.status_code == 403, (method, path, role)
            assert answer.json()["error"] == "not_allowed"
            said = f"this needs the role {least}; yours is {role}"
            found = console.audited()[-1]
            assert found == (f"operator:the {role}", "refused role", f"{method} {path}", said)
    assert refused >= 16
