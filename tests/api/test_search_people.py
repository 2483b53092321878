"""/v1/search: who is found by words, and who is not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from jhalak.workers.index_accounts import IndexAccounts
from tests.api.people.person import Person
from tests.api.test_search import index, search
from tests.worlds import Jhalak, Phone


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jhalak]:
    jhalak = Jhalak(tmp_path_factory.mktemp("people") / "data")
    yield jhalak
    jhalak.end()


def person(jhalak: Jhalak, handle: str, name: str, band: str = "25-34", **more: object) -> Person:
    """Somebody who joined and is indexed."""
    found = Person(jhalak, handle, band)  # type: ignore[arg-type]
    found.change(name=name, **more)
    follow(jhalak)
    return found


def follow(jhalak: Jhalak) -> None:
    while jhalak.run(IndexAccounts(jhalak.services.people, jhalak.services.search).step()):
        pass


def found(phone: Phone, q: str) -> list[str]:
    return [one["name"] for one in search(phone, q, kind="creator")["creators"]]


def test_who_has_only_a_profile_is_found_by_handle_and_name(world: Jhalak) -> None:
    person(world, "dev.anand", "देव आनंद")
    phone = world.phone("en")
    for words in ("dev.anand", "@dev.anand", "देव", "anand", "anan", "aanand", "DEV"):
        assert found(phone, words) == ["@dev.anand"], words
    (one,) = search(phone, "dev")["creators"]
    assert one == {"name": "@dev.anand", "items": 0, "called": "देव आनंद", "verified": False}


def test_a_new_name_is_found_and_the_old_one_not(world: Jhalak) -> None:
    one = person(world, "kavi", "Meghraj Bose")
    one.change(name="Chitra Sen")
    follow(world)
    phone = world.phone("en")
    assert found(phone, "chitra") == ["@kavi"]
    assert found(phone, "meghraj") == []


def test_who_has_videos_is_found_once(world: Jhalak) -> None:
    one = person(world, "gita", "Gita Films")
    one.publish("gita-rain")
    index(world)
    (hit,) = search(world.phone("en"), "gita")["creators"]
    assert (hit["name"], hit["items"], hit["called"]) == ("@gita", 1, "Gita Films")


def test_a_private_account_is_found_by_its_handle_and_by_its_followers(world: Jhalak) -> None:
    friend = person(world, "friend", "Friend")
    one = person(world, "hidden.one", "Noor Jahan")
    friend.put("follows", "@hidden.one")
    one.change(private=True)
    stranger = world.phone("en", age_band="25-34")
    assert found(stranger, "noor") == []
    assert found(stranger, "@hidden.one") == ["@hidden.one"]
    assert found(friend.phone, "noor") == found(one.phone, "noor") == ["@hidden.one"]


@pytest.mark.parametrize(("band", "led"), [("25-34", False), ("13-17", True), (None, True)])
def test_adults_are_not_led_to_who_is_under_18(world: Jhalak, band: str | None, led: bool) -> None:
    handle = f"young.{band or 'unknown'}"
    person(world, handle, f"Tarini {band}", "13-17")
    phone = world.phone("en", age_band=band)
    assert (f"@{handle}" in found(phone, "tarini")) is led
    assert found(phone, handle)[0] == f"@{handle}", "whoever knows the handle finds the profile"


def test_neither_of_two_of_whom_one_blocks_the_other_finds_the_other(world: Jhalak) -> None:
    one, other = person(world, "omkar", "Omkar"), person(world, "pritam", "Pritam")
    one.put("blocks", "@pritam")
    assert found(one.phone, "pritam") == found(one.phone, "@pritam") == []
    assert found(other.phone, "omkar") == found(other.phone, "@omkar") == []
    one.drop("blocks", "@pritam")
    assert found(other.phone, "omkar") == ["@omkar"]


def test_who_is_suspended_or_erased_is_not_found(world: Jhalak) -> None:
    one = person(world, "quarrel", "Quarrelsome")
    phone, accounts = world.phone("en"), world.services.creator_accounts
    accounts.suspend(one.account.num, world.clock())
    assert found(phone, "quarrelsome") == found(phone, "quarrel") == []
    accounts.suspend(one.account.num, 0)
    assert found(phone, "quarrelsome") == ["@quarrel"]
    accounts.erase(one.account.num)
    assert not world.services.search.holds("quarrelsome"), "nothing of the name stays"
    assert found(phone, "quarrelsome") == found(phone, "@quarrel") == []
