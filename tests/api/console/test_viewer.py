"""A viewer is looked up by token or id, with a reason, and every look is recorded."""

from __future__ import annotations

from typing import Any

import pytest

from jhalak.learning.features import FEATURES
from jhalak.learning.model import HEADS
from jhalak.learning.value import PARTS
from jhalak.schema.ids import spell
from tests.api.console.conftest import Console
from tests.worlds import ids


def look(console: Console, which: str, reason: str = "a complaint") -> dict[str, Any]:
    answer = console.post("viewer", viewer=which, reason=reason)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_profile_and_slates_are_as_they_were_made(console: Console) -> None:
    phone = console.phones[0]
    found = look(console, phone.viewer)
    assert found["profile"]["interests"][0]["topic"] == "games" and found["languages"] == ["en"]
    assert found["profile"]["seen"] == 24 and len(found["slates"]) == 3
    newest = found["slates"][0]
    assert newest["at"] > found["slates"][1]["at"] and newest["level"] == "full"
    for slot in newest["slots"]:
        assert set(slot["columns"]) == set(FEATURES) and set(slot["parts"]) == set(PARTS)
        assert set(slot["expected"]) == set(HEADS) and 0 < slot["propensity"] <= 1
        assert slot["events"] == ["impression", "tap"][: 1 + (slot["topic"] == "games")]
    assert found["slates"][2]["slots"][0]["columns"].keys() in (set(), set(FEATURES))


def test_a_token_finds_the_same_viewer_as_their_id(console: Console) -> None:
    phone = console.phones[1]
    assert look(console, f" {phone.token} ")["viewer"] == look(console, phone.viewer)["viewer"]


def test_each_look_is_recorded_with_its_reason_before_it_is_answered(console: Console) -> None:
    before = len(console.audited())
    viewer = console.phones[2].viewer
    look(console, viewer, "complaint 17 ")
    console.post("viewer/what-if", viewer=viewer, reason="complaint 17, the second question")
    assert console.audited()[before:] == [
        ("operator:asha", "look at viewer", viewer, "complaint 17"),
        ("operator:asha", "ask what if of viewer", viewer, "complaint 17, the second question"),
    ]


def test_without_a_reason_nothing_is_shown(console: Console) -> None:
    before = console.audited()
    for path in ("viewer", "viewer/what-if"):
        answer = console.post(path, viewer=console.phones[0].viewer, reason="  ")
        assert answer.status_code == 400 and answer.json()["error"] == "no_reason"
        assert console.post(path, viewer=console.phones[0].viewer).status_code == 400
    assert console.audited() == before


@pytest.mark.parametrize(
    ("which", "status"), [("nobody", 400), (spell(7), 404), ("x" * 60, 400), ("", 400)]
)
def test_who_is_not_there_is_not_found(console: Console, which: str, status: int) -> None:
    assert console.post("viewer", viewer=which, reason="a complaint").status_code == status


def ask(console: Console, phone: Any, **change: Any) -> dict[str, Any]:
    answer = console.post(
        "viewer/what-if", viewer=phone.viewer, reason="a complaint", slots=8, change=change
    )
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def topics(slate: dict[str, Any]) -> list[str]:
    return [slot["topic"] for slot in slate["slots"]]


def test_what_if_nothing_changes_is_the_same_slate(console: Console) -> None:
    both = ask(console, console.phones[3])
    assert [slot["item"] for slot in both["now"]["slots"]] == [
        slot["item"] for slot in both["changed"]["slots"]
    ]
    assert all(slot["was"] == slot["position"] for slot in both["changed"]["slots"])


def games(console: Console, of: str, **change: Any) -> int:
    """Slots of games that eight viewers get: one alone may be offered as much another way."""
    return sum(topics(ask(console, p, **change)[of]).count("games") for p in console.phones[4:12])


def test_without_an_interest_or_with_other_weights_other_items_come(console: Console) -> None:
    liked = games(console, "now")
    assert liked > games(console, "changed", drop=["games"])
    indifferent = {"values": dict.fromkeys(HEADS, 0.0)}
    assert liked > games(console, "changed", override=indifferent)
    other = ask(console, console.phones[4], override=indifferent)
    assert any(slot["was"] is None for slot in other["changed"]["slots"])


def test_a_language_gets_the_share_that_is_told(console: Console) -> None:
    world = console.jhalak
    phone = world.phone("en", "hi")
    found = ask(console, phone, languages={"en": 1.0})
    assert {slot["language"] for slot in found["changed"]["slots"]} == {"en"}
    assert console.post(
        "viewer/what-if", viewer=phone.viewer, reason="a complaint", change={"languages": {"ta": 1}}
    ).status_code == 400  # fmt: skip


def test_what_was_only_asked_was_never_served(console: Console) -> None:
    phone, world = console.phones[5], console.jhalak
    records, answers = len(world.records(phone.viewer)), dict(world.services.lockscreen.answers)
    first = ask(console, phone, drop=["games"])
    assert len(world.records(phone.viewer)) == records
    assert world.services.lockscreen.answers == answers
    assert look(console, phone.viewer)["profile"]["interests"][0]["topic"] == "games"
    served = ids(phone.edition(8))
    assert len(set(served) & {slot["item"] for slot in first["now"]["slots"]}) >= 6


@pytest.mark.parametrize(
    "change",
    [{"drop": ["nothing"]}, {"override": {"values": {"tapp": 1}}}, {"languages": {"en": 2}},
     {"unknown": 1}],
)  # fmt: skip
def test_a_change_that_is_none_is_named(console: Console, change: dict[str, Any]) -> None:
    answer = console.post(
        "viewer/what-if", viewer=console.phones[0].viewer, reason="a complaint", change=change
    )
    assert answer.status_code == 400
