"""Cases in the console: what is due first, all that one needs to decide, and two for an appeal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from jhalak.people.operator_token import token_hash
from tests.api.cases.conftest import Court
from tests.api.cases.test_reports import report
from tests.worlds import Jhalak

TOKENS = {name: f"jho_{name * 10:x<40.40}" for name in ("ravi", "zoya", "meera")}


class Desk(Court):
    """The console where cases wait."""

    def __init__(self, jhalak: Jhalak) -> None:
        super().__init__(jhalak)
        for name, token in TOKENS.items():
            jhalak.services.operators.add(name, token_hash(token), jhalak.clock())

    def queue(self, query: str = "", name: str = "meera") -> dict[str, Any]:
        answer = self.jhalak.ask("GET", f"/console/api/cases?{query}", TOKENS[name])
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def say(self, case: str, decision: str, name: str = "meera", **more: Any) -> httpx.Response:
        body = {"decision": decision, **more}
        return self.jhalak.ask("POST", f"/console/api/cases/{case}", TOKENS[name], json=body)


@pytest.fixture
def desk(empty: Jhalak) -> Iterator[Desk]:
    yield Desk(empty)


def test_the_queue_tells_what_is_due_first_with_all_that_one_needs(desk: Desk) -> None:
    asha, mina = desk.member("asha"), desk.member("mina")
    comment = desk.comment(asha, asha.video("v1"), "some bad words")
    report(mina.phone, "comment", comment, "harassment", note="it is about me")
    report(desk.jhalak.phone(), "creator", asha.handle, "child_safety")
    told = desk.queue()
    assert [one["kind"] for one in told["cases"]] == ["creator", "comment"]
    assert [(one["language"], one["waiting"]) for one in told["languages"]] == [
        ("hi", 1), ("und", 1),
    ]  # fmt: skip
    last = told["cases"][1]
    assert last["shown"] == {"text": "some bad words", "language": "hi", "video": "v1"}
    assert (last["why"], last["notes"], last["may"]) == ("harassment 1", ["it is about me"], True)
    assert last["account"]["handle"] == asha.handle and last["account"]["next"] == "warning"
    assert mina.handle not in str(last), "nobody needs to know who reported"
    assert [one["id"] for one in desk.queue("language=hi&kind=comment")["cases"]] == [last["id"]]


def test_one_decides_a_report_and_it_is_carried_out_and_audited(desk: Desk) -> None:
    asha, mina = desk.member("asha"), desk.member("mina")
    comment = desk.comment(asha, asha.video("v1"))
    report(mina.phone, "comment", comment)
    [case] = desk.queue()["cases"]
    answer = desk.say(case["id"], "upheld", why="hate")
    assert answer.json() == {"id": case["id"], "decision": "upheld", "more_needed": False}
    assert desk.state(comment) == "removed"
    assert [one["about"]["reason"] for one in asha.told("strike")] == ["hate"]
    actor, action, subject, _ = desk.services.audit.read(0, 99)[-1][2:]
    assert (actor, action, subject) == ("operator:meera", "decide case", f"comment {comment}")
    again = desk.say(case["id"], "dismissed", "zoya")
    assert (again.status_code, again.json()["error"]) == (409, "not_yours")


def test_without_a_strike_only_the_comment_goes(desk: Desk) -> None:
    asha = desk.member("asha")
    comment = desk.comment(asha, asha.video("v1"))
    report(desk.jhalak.phone(), "comment", comment)
    desk.say(desk.queue()["cases"][0]["id"], "upheld", strike=False)
    assert desk.state(comment) == "removed" and asha.told("strike") == []


def test_an_appeal_needs_two_who_did_not_decide(desk: Desk) -> None:
    asha = desk.member("asha")
    comment = desk.comment(asha, asha.video("v1"))
    report(desk.jhalak.phone(), "comment", comment)
    desk.say(desk.queue()["cases"][0]["id"], "upheld", "meera")
    said = {"about": "comment", "id": comment, "text": "it was a joke"}
    assert asha.ask("POST", "/v1/creators/me/appeals", json=said).status_code == 202
    [mine] = desk.queue(name="meera")["cases"]
    assert not mine["may"] and mine["why"] == "it was a joke" and mine["of"]["by"] == ["meera"]
    assert desk.say(mine["id"], "upheld", "meera").status_code == 409
    assert desk.say(mine["id"], "upheld", "zoya").json()["more_needed"]
    assert desk.queue(name="zoya")["cases"][0]["said"]
    assert not desk.say(mine["id"], "upheld", "ravi").json()["more_needed"]
    assert desk.state(comment) == "shown" and desk.queue()["cases"] == []


@pytest.mark.parametrize(
    ("case", "body", "status", "says"),
    [
        ("nothing", {"decision": "upheld"}, 404, "no_such_case"),
        ("nothing", {"decision": "upheld", "why": "ugly"}, 400, "why"),
        ("nothing", {"decision": "maybe"}, 400, "decision"),
    ],
)
def test_bad_decisions_are_told_what_is_wrong(
    desk: Desk, case: str, body: dict[str, Any], status: int, says: str
) -> None:
    answer = desk.say(case, **body)
    assert answer.status_code == status and says in answer.text
