"""Nothing of the console's API answers without an operator."""

from __future__ import annotations

import pytest

from jhalak.api.console.access import Operator, may
from jhalak.api.console.routes import console_routes
from jhalak.api.raw import Refused
from tests.api.console.conftest import Console

ROUTES = [
    (method, route.path_format.replace("{number}", "1").replace("{key}", "0"))
    for route in console_routes().routes
    for method in sorted(route.methods)
]


def test_every_route_is_behind_the_guard(console: Console) -> None:
    assert len(ROUTES) >= 13
    for method, path in ROUTES:
        for token in ("", "jho_" + "b" * 40, console.phones[0].token):
            answer = console.jhalak.ask(method, path, token)
            assert answer.status_code in (401, 405), (method, path, answer.text)
            assert answer.status_code == 401 or method == "OPTIONS"


def test_a_role_may_do_what_lower_ones_may() -> None:
    may(Operator("a", "admin"), "editor")
    may(Operator("a", "editor"), "editor")
    with pytest.raises(Refused, match="needs the role editor; yours is moderator"):
        may(Operator("a", "moderator"), "editor")
