"""/v1/me/{verb}/{kind}/{id}: hard, idempotent, and told to the learner once."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import quote

import pytest

from jhalak.ports.errors import DiskFull, Unavailable
from jhalak.schema.activity import OWN_VERBS, TARGET_KINDS, Relation
from tests.worlds import NOW_MS, Jhalak, Phone, make_item

TARGETS = {"item": "en-food-3", "creator": "en food 1", "topic": "food", "channel": "food"}


def path(verb: str, kind: str, name: str) -> str:
    return f"/v1/me/{verb}/{kind}/{quote(name)}"


def told(jhalak: Jhalak, phone: Phone) -> list[Relation]:
    return [r for r in jhalak.records(phone.viewer) if isinstance(r, Relation)]


def standing(phone: Phone) -> list[tuple[str, str, str]]:
    answer = phone.ask("GET", "/v1/me/relations").json()
    return [(r["verb"], r["kind"], r["id"]) for r in answer["relations"]]


PAIRS = [
    (verb, kind)
    for verb in OWN_VERBS
    for kind in TARGET_KINDS
    if (verb != "mutes" or kind == "creator") and (kind != "channel" or verb == "follows")
]


@pytest.mark.parametrize(("verb", "kind"), PAIRS)
def test_put_and_delete_are_idempotent_and_each_change_is_told_once(
    shared: Jhalak, verb: str, kind: str
) -> None:
    phone, name = shared.phone(), TARGETS[kind]
    says = {"verb": verb, "kind": kind, "id": name, "asked": False}
    for changed in (True, False, False):
        answer = phone.ask("PUT", path(verb, kind, name))
        assert answer.status_code == 200
        assert answer.json() == {**says, "on": True, "changed": changed}
    assert standing(phone) == [(verb, kind, name)]
    for changed in (True, False):
        answer = phone.ask("DELETE", path(verb, kind, name))
        assert answer.status_code == 200
        assert answer.json() == {**says, "on": False, "changed": changed}
    assert standing(phone) == []
    phone.ask("PUT", path(verb, kind, name))
    records = told(shared, phone)
    assert [(r.verb, r.kind, r.on) for r in records] == [
        (verb, kind, True), (verb, kind, False), (verb, kind, True)
    ]  # fmt: skip
    assert len({r.id for r in records}) == 3
    assert len({r.target for r in records}) == 1


def test_what_was_never_put_may_be_taken_back(shared: Jhalak, guest: Phone) -> None:
    answer = guest.ask("DELETE", path("likes", "item", "en-food-3"))
    assert answer.status_code == 200 and answer.json()["changed"] is False
    assert told(shared, guest) == []


def test_a_like_tells_what_the_item_is(shared: Jhalak, guest: Phone) -> None:
    guest.ask("PUT", path("likes", "item", "en-food-3"))
    [record] = told(shared, guest)
    catalogue = shared.services.world.catalogue
    row = catalogue.by_id["en-food-3"]
    assert record.item == record.target == catalogue.num[row]
    assert (record.topic, record.language) == (catalogue.topic[row], catalogue.language[row])
    assert record.creator == catalogue.creator[row] and record.at_ms == NOW_MS


def test_a_slot_names_what_showed_the_item(shared: Jhalak, guest: Phone) -> None:
    card = guest.edition()["cards"][0]
    guest.ask("PUT", path("hides", "creator", card["publisher"]) + f"?slot={card['slot']}")
    [record] = told(shared, guest)
    claim = shared.services.slot_tokens.verify(card["slot"], guest.number, NOW_MS)
    assert (record.slate, record.item) == (claim.slate, claim.item)
    assert record.topic >= 0


def test_a_slot_of_somebody_else_is_refused_and_changes_nothing(
    shared: Jhalak, guest: Phone
) -> None:
    slot = shared.phone().edition()["cards"][0]["slot"]
    answer = guest.ask("PUT", path("likes", "item", "en-food-3") + f"?slot={slot}")
    assert answer.status_code == 400 and answer.json()["error"] == "wrong_viewer_or_forged"
    assert standing(guest) == []


@pytest.mark.parametrize(
    ("kind", "name"), [("item", "nothing"), ("creator", "nobody"), ("topic", "cricket")]
)
@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_an_unknown_target_is_not_found(guest: Phone, method: str, kind: str, name: str) -> None:
    answer = guest.ask(method, path("likes", kind, name))
    assert answer.status_code == 404
    assert answer.json()["error"] == "no_such_target" and name in answer.json()["detail"]


@pytest.mark.parametrize("kind", ["item", "topic"])
def test_only_creators_can_be_muted(guest: Phone, kind: str) -> None:
    answer = guest.ask("PUT", path("mutes", kind, TARGETS[kind]))
    assert answer.status_code == 400 and answer.json()["error"] == "bad_kind"


@pytest.mark.parametrize(
    "where",
    ["loves/item/en-food-3", "likes/city/pune", "LIKES/item/x", "barred/creator/en%20food%201"],
)
def test_an_unknown_verb_or_kind_is_refused(guest: Phone, where: str) -> None:
    answer = guest.ask("PUT", f"/v1/me/{where}")
    assert answer.status_code in (400, 404) and set(answer.json()) == {"error", "detail"}


def test_ids_with_slashes_and_scripts_are_targets_too(jhalak: Jhalak, phone: Phone) -> None:
    name, publisher = "https://x.y/a?b=1&c", "दैनिक / समाचार"
    jhalak.put([make_item(name, publisher=publisher)])
    assert phone.ask("PUT", path("saves", "item", name)).json()["id"] == name
    assert phone.ask("PUT", path("follows", "creator", publisher)).json()["id"] == publisher
    assert set(standing(phone)) == {("saves", "item", name), ("follows", "creator", publisher)}


def test_an_item_that_left_may_still_be_saved_and_let_go(jhalak: Jhalak, phone: Phone) -> None:
    jhalak.clock.forward(days=21)
    jhalak.follow()
    assert phone.ask("PUT", path("saves", "item", "en-food-3")).json()["changed"] is True
    assert phone.ask("DELETE", path("saves", "item", "en-food-3")).json()["changed"] is True


def test_relations_survive_a_start(jhalak: Jhalak, phone: Phone) -> None:
    phone.ask("PUT", path("follows", "topic", "food"))
    jhalak.restart()
    assert standing(phone) == [("follows", "topic", "food")]
    assert phone.ask("PUT", path("follows", "topic", "food")).json()["changed"] is False
    assert len(told(jhalak, phone)) == 1


def test_a_put_after_the_event_was_lost_tells_it_then(
    jhalak: Jhalak, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: Any, **__: Any) -> Any:
        raise Unavailable("busy")

    with monkeypatch.context() as broken:
        broken.setattr(jhalak.services.event_log, "append", fails)
        answer = phone.ask("PUT", path("likes", "item", "en-food-3"))
        assert answer.status_code == 503 and answer.headers["retry-after"]
    assert phone.ask("PUT", path("likes", "item", "en-food-3")).status_code == 200
    assert len(told(jhalak, phone)) == 1


def test_a_full_disk_answers_507(
    jhalak: Jhalak, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any) -> Any:
        raise DiskFull("no room")

    monkeypatch.setattr(jhalak.services.relations, "write", fails)
    answer = phone.ask("PUT", path("likes", "item", "en-food-3"))
    assert answer.status_code == 507 and answer.json()["error"] == "disk_full"
    assert answer.headers["retry-after"]


def test_many_puts_at_once_are_told_once(jhalak: Jhalak, phone: Phone) -> None:
    async def storm() -> list[int]:
        ask = [
            jhalak.asking("PUT", path("likes", "item", "en-food-3"), phone.token) for _ in range(8)
        ]
        return [a.status_code for a in await asyncio.gather(*ask)]

    assert set(jhalak.run(storm())) == {200}
    assert len(told(jhalak, phone)) == 1


def test_relations_are_ones_own(shared: Jhalak, guest: Phone) -> None:
    guest.ask("PUT", path("likes", "item", "en-food-3"))
    assert standing(shared.phone()) == []
