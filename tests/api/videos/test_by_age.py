"""What is unfit for minors stays away from them, also where they open it themselves."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from jhalak.schema.video import Use
from tests.api.comments.people import Person
from tests.worlds import Jhalak, Phone

UNFIT: dict[str, dict[str, Any]] = {
    "plain": {}, "labelled": {"sensitive": True}, "violent": {"unsafe": ("violence",)},
}  # fmt: skip


class Shelf:
    """Videos of one creator, by what they are, made with one that is gone; and who asks."""

    def __init__(self, world: Jhalak, maker: Person) -> None:
        self.maker, self.named = maker, dict[str, str]()
        world.services.creator_accounts.change(maker.num, age_band="25-34")
        use = Use(kind="duet", video=f"gone of {maker.handle}", handle="x", title="")
        for name, said in UNFIT.items():
            world.clock.forward(s=1)
            video = maker.publish(of=use)
            self.named[video] = name
            record = world.services.items.get(video)
            assert record is not None
            world.put([msgspec.structs.replace(record.item, **said)])
        self.young, self.grown = (world.phone(age_band=band) for band in ("13-17", "18-24"))

    def names(self, videos: list[str]) -> list[str]:
        return [self.named[video] for video in videos]

    def opened(self, phone: Phone) -> list[str]:
        found = []
        for video in self.named:
            answer = phone.ask("GET", f"/v1/videos/{video}")
            assert answer.status_code in (200, 404), answer.text
            comments = phone.ask("GET", f"/v1/videos/{video}/comments")
            assert comments.status_code == answer.status_code
            found += [video] if answer.status_code == 200 else []
        return self.names(found)

    def items(self, phone: Phone, path: str) -> list[str]:
        answer = phone.ask("GET", path)
        assert answer.status_code == 200, answer.text
        return self.names([one["item"] for one in answer.json()["items"]])


@pytest.fixture
def shelf(world: Jhalak, asha: Person) -> Shelf:
    return Shelf(world, asha)


def test_by_its_address(world: Jhalak, shelf: Shelf) -> None:
    assert shelf.opened(shelf.young) == ["plain"]
    assert shelf.opened(shelf.grown) == list(UNFIT)
    world.services.creator_accounts.change(shelf.maker.num, age_band="13-17")
    assert shelf.opened(Phone(world, "", shelf.maker.token)) == list(UNFIT), "one's own always"


def test_on_a_profile(world: Jhalak, shelf: Shelf) -> None:
    path = f"/v1/people/{shelf.maker.handle}/videos"
    assert shelf.items(shelf.young, path) == ["plain"]
    assert shelf.items(shelf.grown, path) == list(UNFIT)[::-1]
    world.services.creator_accounts.change(shelf.maker.num, age_band="13-17")
    assert shelf.items(Phone(world, "", shelf.maker.token), path) == list(UNFIT)[::-1]


def test_among_what_was_made_with_another(shelf: Shelf) -> None:
    path = f"/v1/videos/gone%20of%20{shelf.maker.handle}/uses"
    assert shelf.items(shelf.young, path) == ["plain"]
    assert shelf.items(shelf.grown, path) == list(UNFIT)[::-1]


def test_in_a_list(shelf: Shelf) -> None:
    new = {"title": "All", "public": True}
    made = shelf.maker.ask("POST", "/v1/creators/me/playlists", json=new).json()["id"]
    for video in shelf.named:
        path = f"/v1/creators/me/playlists/{made}/videos/{video}"
        assert shelf.maker.ask("PUT", path, json={}).status_code == 204
    for phone, seen in ((shelf.young, ["plain"]), (shelf.grown, list(UNFIT))):
        told = phone.ask("GET", f"/v1/playlists/{made}").json()
        assert shelf.names([one["video"]["item"] for one in told["items"]]) == seen
        assert told["unavailable"] == len(UNFIT) - len(seen)
