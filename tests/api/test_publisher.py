"""/v1/publisher: publishers send items, change them, and take them back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import httpx
import pytest

from jhalak.assembly import open_follower
from jhalak.config.settings import Settings
from jhalak.people.operator_token import token_hash
from jhalak.ports.errors import DiskFull
from tests.worlds import Jhalak

KEY, OTHER = "jhp_" + "a" * 40, "jhp_" + "b" * 40
ITEMS = "/v1/publisher/items"


class Paper:
    """A publisher's system, and the worker beside the server."""

    def __init__(self, jhalak: Jhalak) -> None:
        self.jhalak = jhalak
        records = jhalak.server.records
        records.publishers.add("Dainik Example", token_hash(KEY), "reviewed", 1)
        records.publishers.add("Other Paper", token_hash(OTHER), "unreviewed", 1)
        self._records = records

    def ask(self, method: str, path: str, body: Any = None, key: str = KEY) -> httpx.Response:
        headers = {"authorization": f"Bearer {key}"}
        return self.jhalak.ask(method, path, json=body, headers=headers)

    def work(self) -> None:
        async def steps() -> None:
            follower, end = open_follower(self._records, Settings(), self.jhalak.clock, Random(1))
            while await follower.step():
                await follower.settle()
            await end()

        asyncio.run(steps())
        self.jhalak.follow()

    def state(self, name: str, key: str = KEY) -> dict[str, Any]:
        found: dict[str, Any] = self.ask("GET", f"{ITEMS}/{name}", key=key).json()
        return found


@pytest.fixture
def paper(empty: Jhalak) -> Iterator[Paper]:
    yield Paper(empty)


def item(name: str = "a-1", **more: Any) -> dict[str, Any]:
    return {"id": name, "title": f"The town council opens its market {name}", "language": "en",
            "topic": ["business"], "url": f"https://paper.example/{name}", **more}  # fmt: skip


def test_items_are_live_after_the_workers_next_step(paper: Paper) -> None:
    answer = paper.ask("POST", ITEMS, {"items": [item("a-1"), item("https://x/2")]})
    assert answer.status_code == 202
    [first, second] = answer.json()["items"]
    assert first == {"id": "a-1", "item": "publisher:Dainik Example:a-1"}
    assert paper.state("a-1")["status"] == "waiting"
    paper.work()
    assert paper.state("a-1")["status"] == paper.state("https://x/2")["status"] == "live"
    shown = paper.jhalak.ask("GET", f"/v1/items/{first['item']}").json()
    assert shown["publisher"] == "Dainik Example" and shown["topic"] == "business"
    assert len(paper.jhalak.services.world.catalogue) == 2
    assert paper.jhalak.server.records.items.get(second["item"]).item.reviewed  # type: ignore[union-attr]


def test_sent_again_nothing_changes_and_changed_the_card_does(paper: Paper) -> None:
    for _ in range(2):
        paper.ask("POST", ITEMS, {"items": [item(), item()]})
        paper.work()
    assert len(paper.jhalak.server.records.items.changes(0, 9)) == 1
    [before] = paper.jhalak.server.records.items.changes(0, 9)
    body = {key: value for key, value in item().items() if key != "id"}
    answer = paper.ask("PUT", f"{ITEMS}/a-1", {**body, "title": "The council closes the market"})
    assert answer.status_code == 202
    paper.work()
    [after] = paper.jhalak.server.records.items.changes(0, 9)
    assert after.num == before.num and after.item.title == "The council closes the market"
    [source] = paper.jhalak.server.records.feeds.all()
    assert (source.state.tally.new, source.state.tally.updated) == (1, 1)


def test_what_is_rejected_says_why(paper: Paper) -> None:
    paper.ask("POST", ITEMS, {"items": [item(title="12 34"), item("b", language="fr")]})
    paper.work()
    assert paper.state("b")["status"] == "rejected" and "fr" in paper.state("b")["reason"]
    assert paper.ask("GET", f"{ITEMS}/none").status_code == 404


def test_a_withdrawal_is_immediate_and_for_good(paper: Paper) -> None:
    paper.ask("POST", ITEMS, {"items": [item()]})
    paper.work()
    assert paper.ask("DELETE", f"{ITEMS}/a-1").json()["status"] == "recalled"
    assert len(paper.jhalak.services.world.catalogue) == 0
    paper.ask("POST", ITEMS, {"items": [item(summary="It is back.")]})
    paper.work()
    assert paper.state("a-1")["status"] == "recalled"
    assert len(paper.jhalak.services.world.catalogue) == 0


def test_what_still_waits_is_withdrawn_too(paper: Paper) -> None:
    paper.ask("POST", ITEMS, {"items": [item()]})
    assert paper.ask("DELETE", f"{ITEMS}/a-1").json()["status"] == "waiting"
    paper.work()
    assert paper.state("a-1")["status"] == "recalled"


def test_a_full_disk_does_not_hold_a_withdrawal_up(
    paper: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    paper.ask("POST", ITEMS, {"items": [item()]})
    paper.work()
    disk = FullDisk(monkeypatch, paper.jhalak)
    assert paper.ask("DELETE", f"{ITEMS}/a-1").json()["status"] == "recalled"
    assert disk.given_up
    assert len(paper.jhalak.services.world.catalogue) == 0


class FullDisk:
    """Nothing can be written until the reserve is given up."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, jhalak: Jhalak) -> None:
        self.given_up = False
        services = jhalak.services
        for store, name in ((services.items, "recall"), (services.deliveries, "add")):
            monkeypatch.setattr(store, name, self._when_there_is_room(getattr(store, name)))
        monkeypatch.setattr(services, "give_up_reserve", self._give_up)

    def _give_up(self) -> bool:
        self.given_up = True
        return True

    def _when_there_is_room(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def called(*arguments: Any) -> Any:
            if not self.given_up:
                raise DiskFull("no space left")
            return call(*arguments)

        return called


def test_a_publisher_touches_only_its_own(paper: Paper) -> None:
    paper.ask("POST", ITEMS, {"items": [item()]})
    paper.work()
    assert paper.ask("GET", f"{ITEMS}/a-1", key=OTHER).status_code == 404
    paper.ask("DELETE", f"{ITEMS}/a-1", key=OTHER)
    paper.ask("DELETE", f"{ITEMS}/publisher:Dainik Example:a-1", key=OTHER)
    paper.ask("POST", ITEMS, {"items": [item(title="Not by them at all, this one")]}, key=OTHER)
    paper.work()
    assert paper.state("a-1")["status"] == "live"
    titles = {r.item.title for r in paper.jhalak.server.records.items.changes(0, 9)}
    assert titles == {"The town council opens its market a-1", "Not by them at all, this one"}


def test_a_publisher_whose_name_another_begins_with_touches_only_its_own(paper: Paper) -> None:
    """`ABP` could recall item 1 of `ABP:Majha`, for good, as its own `Majha:1`."""
    theirs, ours = "jhp_" + "d" * 40, "jhp_" + "e" * 40
    publishers = paper.jhalak.server.records.publishers
    publishers.add("ABP", token_hash(theirs), "unreviewed", 1)
    publishers.add("ABP:Majha", token_hash(ours), "unreviewed", 1)
    paper.ask("POST", ITEMS, {"items": [item("1")]}, key=ours)
    paper.work()
    assert paper.ask("DELETE", f"{ITEMS}/Majha:1", key=theirs).json()["status"] == "waiting"
    paper.work()
    assert paper.state("1", key=ours)["status"] == "live"
    assert paper.ask("DELETE", f"{ITEMS}/1", key=ours).json()["status"] == "recalled"


def test_who_has_no_key_or_a_revoked_one_is_refused(paper: Paper) -> None:
    for key in ("jhp_" + "c" * 40, "x", ""):
        answer = paper.ask("POST", ITEMS, {"items": [item()]}, key=key)
        assert answer.status_code == 401 and answer.json()["error"] == "no_publisher"
    [first, _] = paper.jhalak.server.records.publishers.all()
    paper.jhalak.server.records.publishers.revoke(first.id, 5)
    assert paper.ask("POST", ITEMS, {"items": [item()]}).status_code == 401


@pytest.mark.parametrize(
    "body",
    [
        None, [], {}, {"items": []}, {"items": [item()] * 101}, {"items": [{"id": "a"}]},
        {"items": [item(id="")]}, {"items": [item(colour="red")]}, {"items": [item(topic="x")]},
        {"items": [item(kind="story")]}, {"items": [item(title="")]}, {"items": [item("a\x00b")]},
        {"items": [item(renditions=[{"src": "x"}])]}, {"items": "x"},
    ],
)  # fmt: skip
def test_what_is_not_of_this_shape_is_refused(paper: Paper, body: Any) -> None:
    answer = paper.ask("POST", ITEMS, body)
    assert answer.status_code == 400 and answer.json()["detail"]
    assert paper.jhalak.server.records.deliveries.next(0) is None


def test_too_much_at_once_waits(paper: Paper) -> None:
    answers = [paper.ask("PUT", f"{ITEMS}/{n}", {"title": "Some words"}) for n in range(66)]
    codes = [answer.status_code for answer in answers]
    assert codes == [202] * 64 + [503] * 2 and answers[-1].headers["retry-after"] == "5"


def test_an_operator_sees_how_each_source_does(paper: Paper) -> None:
    records = paper.jhalak.server.records
    records.operators.add("asha", token_hash("o" * 40), 1)
    paper.ask("POST", ITEMS, {"items": [item(), item("b", language="fr")]})
    paper.work()
    headers = {"authorization": "Bearer " + "o" * 40}
    [told] = paper.jhalak.ask("GET", "/v1/ops/feeds", headers=headers).json()["feeds"]
    assert told["url"] == "publisher:Dainik Example" and told["status"] == "pushed"
    assert (told["new"], told["rejected"], told["deliveries"]) == (1, 1, 1)
    assert paper.jhalak.ask("GET", "/v1/ops/feeds").status_code == 401
