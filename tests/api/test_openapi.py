"""/openapi.json is valid, whole, and the same as docs/api.md and what the application answers."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from schemathesis.specs.openapi.definitions import OPENAPI_31_VALIDATOR

from jhalak.api.reports import CODES as REPORTS
from jhalak.residency.consent import PURPOSES
from jhalak.schema.activity import EVENT_TYPES, TARGET_KINDS, VERBS
from jhalak.schema.reason import REASONS
from jhalak.schema.slate import Level
from tests.worlds import Jhalak, Phone

ROOT = Path(__file__).parents[2]
API = (ROOT / "docs/api.md").read_text("utf-8")
NOT_API = ("/", "/openapi.json")
NOT_API_BEGINS = ("/page", "/app", "/console", "/people", "/schema")
"""The page, its files, and this document itself."""


@pytest.fixture(scope="module")
def document(shared: Jhalak) -> dict[str, Any]:
    answer = shared.ask("GET", "/openapi.json")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def operations(document: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (method.upper(), path): operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


def test_it_is_valid_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1.")
    assert [e.message for e in OPENAPI_31_VALIDATOR.iter_errors(document)] == []


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    def references(part: Any) -> set[str]:
        if isinstance(part, list):
            return set().union(*map(references, part))
        if not isinstance(part, dict):
            return set()
        mine = {part["$ref"]} if isinstance(part.get("$ref"), str) else set()
        return mine.union(*map(references, part.values()))

    known = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert references(document) <= known


def test_every_path_parameter_is_declared_and_every_operation_has_a_name(
    document: dict[str, Any],
) -> None:
    names = set()
    for (method, path), operation in operations(document).items():
        declared = {p["name"] for p in operation.get("parameters", []) if p["in"] == "path"}
        assert declared == set(re.findall(r"{(\w+)}", path)), f"{method} {path}"
        assert operation["operationId"] not in names
        names.add(operation["operationId"])
        assert operation["summary"] or operation["description"]


def test_every_route_of_the_application_is_in_it(shared: Jhalak, document: dict[str, Any]) -> None:
    routes = {
        re.sub(r":\w+}", "}", route.path)
        for route in shared.app.framework.routes
        if route.path not in NOT_API and not route.path.startswith(NOT_API_BEGINS)
    }
    mounted = {path for path in document["paths"] if path.startswith("/v1/uploads/")}
    assert routes == set(document["paths"]) - mounted, "one route holds all uploads"
    hot = {"/v1/lockscreen/edition", "/v1/video/feed", "/v1/events"}
    assert hot <= routes


def test_every_operation_of_a_viewer_asks_for_a_token(
    shared: Jhalak, document: dict[str, Any]
) -> None:
    for (method, path), operation in operations(document).items():
        filled = re.sub(r"{\w+}", "x", path)
        filled = filled.replace("/x/x/x", "/likes/item/x")
        answer = shared.ask(method, filled, json={} if "requestBody" in operation else None)
        assert ("security" in operation) == (answer.status_code == 401), f"{method} {path}"
        if answer.status_code != 405:
            assert str(answer.status_code) in operation["responses"], f"{method} {path}"


def test_docs_tell_of_every_operation_and_of_no_other(document: dict[str, Any]) -> None:
    told = set(re.findall(r"^### `([A-Z]+) (/\S*)`$", API, re.MULTILINE))
    assert told == set(operations(document))


def test_docs_name_every_code_that_the_code_can_answer() -> None:
    source = "".join(p.read_text("utf-8") for p in (ROOT / "jhalak").rglob("*.py"))
    raised = set(re.findall(r"(?:Refused|_problem)\(\s*\d{3},\s*\"(\w+)\"", source))
    raised |= set(re.findall(r"(?:_Bad|BadToken)\(\s*\"(\w+)\"", source))
    raised |= {"bad_request", "not_found", "method_not_allowed", "too_large"}
    assert len(raised) > 20
    assert {code for code in raised if f"`{code}`" not in API} == set()


@pytest.mark.parametrize(
    "words", [EVENT_TYPES, REASONS, VERBS, TARGET_KINDS, REPORTS, tuple(PURPOSES),
              tuple(level.name for level in Level)],
)  # fmt: skip
def test_docs_name_every_word_that_an_answer_can_hold(words: tuple[str, ...]) -> None:
    assert [word for word in words if f"`{word}`" not in API] == []


def test_answers_have_the_fields_that_it_says(document: dict[str, Any], guest: Phone) -> None:
    schemas = document["components"]["schemas"]
    edition, page = guest.edition(), guest.page()
    assert set(edition) == set(schemas["EditionOut"]["properties"])
    assert set(edition["cards"][0]) <= set(schemas["CardOut"]["properties"])
    now_and_then = {"series", "resume_ms"}
    assert set(page["items"][0]) | now_and_then == set(schemas["VideoOut"]["properties"])
    for card in edition["cards"]:
        assert set(schemas["CardOut"]["required"]) <= set(card)
