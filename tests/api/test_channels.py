"""/v1/channels and their feeds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jhalak.schema.channel import Channel
from tests.worlds import TOPICS, Jhalak, Phone, ids, make_items


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jhalak]:
    jhalak = Jhalak(tmp_path_factory.mktemp("channels") / "data")
    jhalak.put([*make_items(dict.fromkeys(TOPICS, 12)), *make_items({"food": 2}, "hi")])
    yield jhalak
    jhalak.end()


def page(phone: Phone, channel: str, limit: int = 6) -> dict[str, Any]:
    answer = phone.ask("GET", f"/v1/video/feed?channel={channel}&limit={limit}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def told(phone: Phone) -> dict[str, tuple[str, int]]:
    answer = phone.ask("GET", "/v1/channels")
    assert answer.status_code == 200
    return {c["channel"]: (c["name"], c["items"]) for c in answer.json()["channels"]}


def test_all_channels_are_told_in_ones_language_with_what_is_in_them(world: Jhalak) -> None:
    assert len(told(world.phone("en"))) == 30
    assert told(world.phone("en"))["food"] == ("Food", 12)
    assert told(world.phone("hi", "en"))["food"] == ("खाना", 14)
    assert told(world.phone("en"))["comedy"] == ("Comedy", 0)


def test_its_feed_holds_nothing_else_and_does_not_repeat(world: Jhalak) -> None:
    phone = world.phone("en")
    first, second = page(phone, "food"), page(phone, "food")
    assert {item["topic"] for item in first["items"] + second["items"]} == {"food"}
    assert len({*ids(first), *ids(second)}) == 12
    third = page(phone, "food")
    assert third["level"] == "exhausted"
    assert set(ids(third)) <= {*ids(first), *ids(second)}
    assert len(ids(third)) == 6


def test_what_was_seen_there_is_seen_everywhere(world: Jhalak) -> None:
    phone = world.phone("en")
    seen = ids(page(phone, "food"))
    assert not set(seen) & {name for _ in range(6) for name in ids(phone.page(limit=12))}


def test_it_is_ranked_by_taste(world: Jhalak) -> None:
    phone = world.phone("en")
    slot = page(phone, "food", 1)["items"][0]
    world.settle()
    why = phone.ask("GET", f"/v1/me/why/{slot['slot']}")
    assert why.status_code == 200, why.text
    phone.ask("PUT", "/v1/me/hides/creator/en food 0")
    publishers = {item["creator"] for item in page(phone, "food", 12)["items"]}
    assert publishers == {"en food 1", "en food 2"}


def test_an_empty_channel_gives_an_empty_page(world: Jhalak) -> None:
    found = page(world.phone("en"), "comedy")
    assert found["items"] == []


def test_a_followed_channel_comes_first_and_is_told_of(world: Jhalak) -> None:
    phone = world.phone("en")
    for _ in range(2):
        assert phone.ask("PUT", "/v1/me/follows/channel/nature").status_code == 200
    channels = phone.ask("GET", "/v1/channels").json()["channels"]
    assert (
        [c["channel"] for c in channels if c["followed"]] == ["nature"] == [channels[0]["channel"]]
    )
    relations = phone.ask("GET", "/v1/me/relations").json()["relations"]
    assert [(r["verb"], r["kind"], r["id"]) for r in relations] == [
        ("follows", "channel", "nature")
    ]
    assert phone.page()["level"]  # the log that holds it is read
    phone.ask("DELETE", "/v1/me/follows/channel/nature")
    assert not any(c["followed"] for c in phone.ask("GET", "/v1/channels").json()["channels"])
    for verb, name, status in (
        ("likes", "nature", 400), ("hides", "nature", 400), ("follows", "cheese", 404),
    ):  # fmt: skip
        assert phone.ask("PUT", f"/v1/me/{verb}/channel/{name}").status_code == status


def test_those_with_something_live_are_offered_to_who_is_not_known_yet(world: Jhalak) -> None:
    answer = world.ask("GET", "/v1/channels/offered")
    assert answer.status_code == 200
    offered = {one["channel"]: one for one in answer.json()["channels"]}
    assert offered["food"]["items"] == {"en": 12, "hi": 2}
    assert offered["food"]["topic"] == "food" and offered["food"]["names"]["hi"] == "खाना"
    assert "comedy" not in offered, "nothing is in it"
    assert [*offered] == [name for name in told(world.phone("en")) if name in offered]


def test_what_is_chosen_in_the_first_minute_is_followed(world: Jhalak) -> None:
    phone = world.phone("en", topics=["sport"], channels=["nature", "food", "nature", "cheese"])
    relations = phone.ask("GET", "/v1/me/relations").json()["relations"]
    assert {(r["verb"], r["kind"], r["id"]) for r in relations} == {
        ("follows", "topic", "sport"), ("follows", "channel", "nature"),
        ("follows", "channel", "food"),
    }  # fmt: skip
    state = world.run(world.services.states.get(phone.number, profiled=True))[0]
    assert len(state.followed_channels) == 2
    phone.ask("DELETE", "/v1/me/follows/channel/food")
    assert len(state.followed_channels) == 1


def test_no_such_channel(world: Jhalak) -> None:
    answer = world.phone("en").ask("GET", "/v1/video/feed?channel=cheese")
    assert answer.status_code == 404
    assert answer.json()["error"] == "no_such_channel"


def test_a_new_channel_is_a_ranked_feed_at_the_next_step(tmp_path: Path) -> None:
    jhalak = Jhalak(tmp_path / "data")
    jhalak.put(make_items(dict.fromkeys(TOPICS, 8)))
    phone = jhalak.phone("en")
    own = Channel(id="trips", names={"en": "Trips"}, topics=("travel", "nature"))
    jhalak.services.channels.put(own, "operator:asha", "asked for", jhalak.clock())
    jhalak.follow()
    assert told(phone)["trips"] == ("Trips", 16)
    assert {item["topic"] for item in page(phone, "trips", 12)["items"]} == {"travel", "nature"}
    jhalak.services.channels.forget("trips", "operator:asha", "no use", jhalak.clock())
    jhalak.follow()
    assert "trips" not in told(phone)
    jhalak.end()
