"""A policy is saved only after its replay, holds in serving, and can be taken back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from jhalak.assembly import open_learned, open_log
from jhalak.evaluation.replay_drafts import ReplayDrafts
from jhalak.schema.query import Query
from tests.api.console.conftest import Console
from tests.worlds import Jhalak


def replay(world: Jhalak) -> None:
    """What the worker does."""
    s, log = world.services, open_log(world.data, world.settings, writable=False)
    worker = ReplayDrafts(
        s.drafts, s.policies, s.items, s.viewers, log, open_learned(world.data), world.settings,
        world.clock,
    )  # fmt: skip
    while world.run(worker.step()):
        pass
    log.close()


def query(world: Jhalak) -> Query:
    made = Query(1, 0, world.clock(), (0,), 8)
    world.services.experiments.apply(made)
    return made


@pytest.fixture
def clean(console: Console) -> Iterator[Console]:
    """The settings hold when a test begins, and when it ends."""
    yield console
    console.post("policy/back", version=0, why="the test is over")
    console.jhalak.follow()


def drafted(console: Console, **override: Any) -> dict[str, Any]:
    answer = console.post("policy/drafts", override=override)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_all_that_may_be_changed_is_shown_with_its_meaning_and_default(console: Console) -> None:
    found = console.get("policy").json()
    fields = {field["name"]: field for field in found["fields"]}
    assert fields["hide"]["default"] == fields["hide"]["file"] == fields["hide"]["now"] == -12.0
    assert fields["topic_fade"]["default"] == 0.88 and fields["exploration"]["default"] == 0.05
    assert all(field["doc"] for field in found["fields"])
    stages = {stage["name"]: stage for stage in found["stages"]}
    assert stages["feed.candidates"]["now"] == 320 and stages["feed.candidates"]["doc"]


def test_a_draft_is_replayed_saved_obeyed_and_taken_back(clean: Console) -> None:
    world = clean.jhalak
    draft = drafted(clean, values={"tap": 0.0, "long": 0.0}, exploration=0.0)
    assert draft["state"] == "waiting" and draft["by"] == "asha"
    refused = clean.post("policy", draft=draft["number"], why="before it was seen")
    assert refused.status_code == 409 and refused.json()["error"] == "not_replayed"
    replay(world)
    done = clean.get(f"policy/drafts/{draft['number']}").json()
    assert done["state"] == "done" and done["done"] == done["total"]
    figures = {one["name"]: one for one in done["result"]["figures"]}
    assert figures["tap"]["difference"] < 0 and figures["trials"]["draft"] == 0
    assert clean.post("policy", draft=draft["number"], why="").status_code == 400
    saved = clean.post("policy", draft=draft["number"], why="fewer taps").json()
    assert query(world).values is None, "it is followed, not pushed"
    world.follow()
    assert query(world).values.tap == 0.0 and query(world).exploration == 0.0
    assert clean.get("policy").json()["version"] == saved["version"]
    back = clean.post("policy/back", version=0, why="it was worse").json()
    world.follow()
    assert query(world).values is None and back["version"] == saved["version"] + 1
    said = [(action, detail) for _, action, _, detail in clean.audited()[-2:]]
    assert said == [("save policy", "fewer taps"), ("bring back policy", "it was worse")]
    assert clean.post("policy/back", version=999, why="which one").status_code == 404


def test_a_draft_of_an_older_policy_has_to_be_replayed_again(clean: Console) -> None:
    one, other = drafted(clean, exploration=0.2), drafted(clean, exploration=0.3)
    replay(clean.jhalak)
    assert clean.post("policy", draft=one["number"], why="first").status_code == 201
    late = clean.post("policy", draft=other["number"], why="second")
    assert late.status_code == 409 and late.json()["error"] == "policy_changed"


@pytest.mark.parametrize(
    ("override", "status"),
    [
        ({}, 409), ({"values": {"tap": 1.0}}, 409), ({"values": {"tapp": 1.0}}, 400),
        ({"values": {"tap": 1e9}}, 400), ({"exploration": 1.5}, 400), ({"topic_fade": 0}, 400),
        ({"candidates": 5}, 400),
    ],
)  # fmt: skip
def test_what_changes_nothing_or_is_none_is_no_draft(
    console: Console, override: dict[str, Any], status: int
) -> None:
    assert console.post("policy/drafts", override=override).status_code == status


def test_a_draft_that_is_not_there_is_not_found(console: Console) -> None:
    assert console.get("policy/drafts/9999").status_code == 404
    assert console.post("policy", draft=9999, why="which one").status_code == 404


def test_a_number_that_no_record_can_have_is_refused(console: Console) -> None:
    most, why = 2**63, "see what it does"
    answers = [
        console.get(f"policy/drafts/{most}"), console.post(f"reviews/{most}", decision="allow"),
        console.post("policy", draft=most, why=why),
        console.post("policy/back", version=most, why=why),
    ]  # fmt: skip
    assert [answer.status_code for answer in answers] == [400] * 4, [a.text for a in answers]
