"""Shares: who shared an item is counted once, whatever their devices send."""

from __future__ import annotations

import pytest

from jhalak.ports.errors import Unavailable
from jhalak.schema.activity import Relation
from tests.api.creators.studio import Studio, quick_passwords
from tests.worlds import Jhalak, Phone

ITEM = "en-sport-1"


def card_of(phone: Phone, name: str = ITEM) -> dict[str, object]:
    """A slot that shows it."""
    found: dict[str, object] = next(c for c in phone.edition(48)["cards"] if c["item"] == name)
    return found


def shared(jhalak: Jhalak, name: str = ITEM) -> int:
    record = jhalak.services.items.get(name)
    assert record is not None
    return jhalak.services.relations.count("shares", "item", record.num)


def test_a_viewer_counts_once_however_often_they_share(jhalak: Jhalak) -> None:
    one, two = jhalak.phone("en"), jhalak.phone("en")
    card = card_of(one)
    first, again = one.event(card, "share"), one.event(card, "share")
    one.send(first, again)
    assert one.send(first)["duplicates"] == 1 and shared(jhalak) == 1
    other = card_of(two)
    two.send(two.event(other, "impression"), two.event(other, "share"))
    assert shared(jhalak) == 2 and shared(jhalak, "en-food-2") == 0
    jhalak.restart()
    one.send(first, one.event(card, "share"))
    assert shared(jhalak) == 2


def test_who_wants_nothing_learned_counts_too_and_nobody_else_can_ask(jhalak: Jhalak) -> None:
    phone = jhalak.phone("en")
    wanted = {"languages": ["en"], "profiled": False}
    assert phone.ask("PUT", "/v1/me/preferences", json=wanted).status_code == 200
    phone.send(phone.event(card_of(phone), "share"))
    assert shared(jhalak) == 1
    assert phone.ask("PUT", f"/v1/me/shares/item/{ITEM}").status_code in (400, 404)
    assert phone.ask("GET", "/v1/me/relations").json() == {"relations": []}
    exported = phone.ask("POST", "/v1/me/export").json()
    assert [row["verb"] for row in exported["relations"]] == ["shares"]
    assert not any(isinstance(r, Relation) for r in jhalak.records(phone.viewer))


def test_who_is_erased_counts_no_more(jhalak: Jhalak) -> None:
    phone = jhalak.phone("en")
    phone.send(phone.event(card_of(phone), "share"))
    assert phone.ask("DELETE", "/v1/me").status_code in (200, 202, 204)
    assert shared(jhalak) == 0


def test_a_store_that_does_not_answer_takes_nothing_of_the_batch(
    jhalak: Jhalak, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone = jhalak.phone("en")
    event = phone.event(card_of(phone), "share")
    with monkeypatch.context() as broken:

        async def write(_: object) -> None:
            raise Unavailable("busy")

        broken.setattr(jhalak.services.relation_writer, "write", write)
        answer = phone.ask("POST", "/v1/events", json={"events": [event]})
        assert answer.status_code == 503 and answer.headers["retry-after"] == "1"
    assert phone.send(event)["accepted"] == 1 and shared(jhalak) == 1


def test_shares_of_one_person_on_two_devices_are_one_when_they_join(
    jhalak: Jhalak, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick_passwords(monkeypatch)
    town = Studio(jhalak)
    session, phone = town.sign_up("asha"), jhalak.phone("en")
    own = town.viewer(session).json()
    for device in (phone, Phone(jhalak, own["viewer"], own["token"])):
        device.send(device.event(card_of(device), "share"))
    assert shared(jhalak) == 2
    answer = town.viewer(session, join=phone.token, consent=True).json()
    assert answer["viewer"] == own["viewer"] and shared(jhalak) == 1
