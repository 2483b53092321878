"""A new part of a series: who watches it is told, once, and nobody else."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.collections.conftest import grown_up
from tests.api.collections.test_continue import GRANTED, film, watch
from tests.api.collections.test_series import change, make
from tests.api.comments.people import Person
from tests.worlds import DAY_MS, Jhalak, Phone, make_item

LIST = "/v1/creators/me/notifications"


def device(person: Person) -> Phone:
    phone = Phone(person.world, "", person.token)
    assert phone.ask("PUT", "/v1/me/consents", json=GRANTED).status_code == 200
    return phone


def tell(world: Jhalak, s: float = 10) -> None:
    world.clock.forward(s=s)
    world.follow()
    while world.run(world.server._tell_parts.step()):
        pass


def told(person: Person) -> list[dict[str, Any]]:
    found = person.ask("GET", LIST).json()["notifications"]
    return [one for one in found if one["kind"] == "part"]


@pytest.fixture
def fans(world: Jhalak, asha: Person, ravi: Person, meena: Person) -> tuple[Person, Person]:
    """Who follow asha."""
    for one in (ravi, meena):
        one.relate("follows", asha)
    return ravi, meena


def test_who_follows_its_creator_and_watched_a_part_is_told_once(
    world: Jhalak, asha: Person, fans: tuple[Person, Person]
) -> None:
    ravi, meena = fans
    stranger = grown_up(world, "stranger")
    first = film(asha, 60)
    series = make(asha, first)["id"]
    for one in (ravi, stranger):
        watch(device(one), first, 30)
    second = film(asha, 60)
    change(asha, series, videos=[first, second])
    assert told(ravi) == [], "not before every process serves it"
    tell(world)
    [notice] = told(ravi)
    assert notice["about"] == {"video": second, "title": "पहाड़ों में"}
    assert (notice["subject"], notice["n"]) == (series, 1)
    assert notice["people"][0]["handle"] == asha.handle and not notice["read"]
    assert told(meena) == [] == told(stranger) == told(asha)
    world.restart()
    tell(world)
    assert len(told(ravi)) == 1 and told(meena) == []


def test_who_has_met_the_part_is_not_told_and_who_saved_one_is(
    world: Jhalak, asha: Person, fans: tuple[Person, Person]
) -> None:
    ravi, meena = fans
    first, second = film(asha, 60), film(asha, 60)
    series = make(asha, first)["id"]
    phone = device(ravi)
    watch(phone, first, 60)
    watch(phone, second, 20)
    saver = grown_up(world, "saver")
    saved = world.ask("PUT", f"/v1/me/saves/item/{first}", saver.token)
    assert saved.status_code == 200
    change(asha, series, videos=[first, second])
    tell(world)
    assert told(ravi) == [] == told(meena) and len(told(saver)) == 1


def test_what_was_there_before_or_for_a_week_is_no_news(
    world: Jhalak, asha: Person, fans: tuple[Person, Person]
) -> None:
    ravi, _ = fans
    first, second, old = film(asha, 60), film(asha, 60), film(asha, 60)
    watch(device(ravi), first, 30)
    series = make(asha, first, second)["id"]
    tell(world)
    world.clock.forward(days=7)
    change(asha, series, videos=[first, second, old])
    tell(world)
    assert told(ravi) == []


def test_who_mutes_its_creator_or_turned_it_off_is_not_told(
    world: Jhalak, asha: Person, fans: tuple[Person, Person]
) -> None:
    first = film(asha, 60)
    series = make(asha, first)["id"]
    for one in fans:
        watch(device(one), first, 30)
    fans[0].relate("mutes", asha)
    wish = {"kinds": {"part": "off"}}
    answer = fans[1].ask("PUT", "/v1/creators/me/notification-settings", json=wish)
    assert answer.status_code == 200, answer.text
    change(asha, series, videos=[first, film(asha, 60)])
    tell(world)
    assert told(fans[0]) == [] == told(fans[1])


def test_a_minor_is_not_told_of_what_is_unfit_for_them(
    world: Jhalak, asha: Person, fans: tuple[Person, Person]
) -> None:
    grown, young = fans
    first, second = film(asha, 60), film(asha, 60)
    for one in fans:
        watch(device(one), first, 30)
    world.services.creator_accounts.change(young.num, age_band="13-17")
    unfit = make_item(
        second, "nature", "hi", kind="video", publisher=f"@{asha.handle}", duration_s=60,
        sensitive=True,
    )  # fmt: skip
    world.put([unfit])
    series = make(asha, first)["id"]
    change(asha, series, videos=[first, second])
    tell(world)
    assert len(told(grown)) == 1 and told(young) == []


def test_a_draft_is_news_when_it_is_published_and_what_is_taken_down_never_is(
    world: Jhalak, asha: Person, fans: tuple[Person, Person]
) -> None:
    ravi, _ = fans
    first, draft, gone = film(asha, 60), film(asha, 60), film(asha, 60)
    videos, now = world.services.videos, world.clock
    for one in (draft, gone):
        videos.change(one, ("live",), now(), state="draft")
    watch(device(ravi), first, 30)
    make(asha, first, draft, gone)
    tell(world)
    assert told(ravi) == []
    videos.change(gone, ("draft",), now(), state="removed")
    world.clock.forward(days=9)
    videos.change(draft, ("draft",), now(), state="live", live_ms=now())
    tell(world)
    [notice] = told(ravi)
    assert notice["about"]["video"] == draft
    tell(world, s=DAY_MS / 1000)
    assert len(told(ravi)) == 1
