"""What one was told, how far one has read, and how one wants to be told."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.api.people_at_hand import Member
from tests.worlds import Jhalak

LIST = "/v1/creators/me/notifications"
SETTINGS = "/v1/creators/me/notification-settings"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jhalak]:
    made = Jhalak(tmp_path_factory.mktemp("notices") / "data")
    yield made
    made.end()


@pytest.fixture(scope="module")
def someone(world: Jhalak) -> Member:
    return Member(world, "someone")


def pair(world: Jhalak, name: str) -> tuple[Member, Member]:
    return Member(world, f"asha.{name}"), Member(world, f"ravi.{name}")


def test_one_reads_what_one_was_told_page_by_page(world: Jhalak) -> None:
    asha, ravi = pair(world, "pages")
    for n in range(35):
        asha.notify("comment", f"c{n}", ravi.num, {"video": "v"})
    first = asha.get(LIST)
    assert asha.get(f"{LIST}/unread") == {"unread": 35}
    assert first["unread"] == 35 and len(first["notifications"]) == 30
    newest = first["notifications"][0]
    assert newest["people"] == [{"handle": ravi.handle, "name": ravi.handle.title()}]
    assert (newest["subject"], newest["about"], newest["n"], newest["read"]) == (
        "c34", {"video": "v"}, 1, False,
    )  # fmt: skip
    rest = asha.get(f"{LIST}?after={first['next']}")
    assert [one["subject"] for one in rest["notifications"]] == ["c4", "c3", "c2", "c1", "c0"]
    assert rest["next"] is None
    answer = asha.ask("POST", f"{LIST}/read", json={"up_to": first["next"]})
    assert answer.json() == {"unread": 29}, answer.text
    assert ravi.get(LIST) == {"notifications": [], "unread": 0, "next": None}


def test_likes_come_with_the_next_second_as_one_group(world: Jhalak) -> None:
    asha, ravi = pair(world, "likes")
    asha.video("dance.likes")
    answer = ravi.phone.ask("PUT", "/v1/me/likes/item/dance.likes")
    assert answer.status_code == 200, answer.text
    world.services.notify.liked("dance.likes", ravi.account.viewer)
    world.run(world.server._notifier.step())
    [notice] = asha.told("like")
    assert (notice["subject"], notice["n"]) == ("dance.likes", 1)
    assert [one["handle"] for one in notice["people"]] == [ravi.handle]


def test_a_kind_that_is_off_is_not_told_and_settings_are_kept(world: Jhalak) -> None:
    asha, ravi = pair(world, "kinds")
    before = asha.get(SETTINGS)
    assert set(before["kinds"].values()) == {"push"} and not before["night_is_quiet"]
    wish = {
        "kinds": {"comment": "off", "like": "list"}, "utc_offset_min": 330,
        "quiet": {"on": True, "begin": "21:30", "end": "08:00"},
    }  # fmt: skip
    answer = asha.ask("PUT", SETTINGS, json=wish)
    assert answer.status_code == 200, answer.text
    assert asha.get(SETTINGS) == before | wish | {"kinds": before["kinds"] | wish["kinds"]}
    asha.notify("comment", "c", ravi.num)
    asha.notify("reply", "c", ravi.num)
    assert [one["kind"] for one in asha.told()] == ["reply"]


def test_the_night_of_who_is_under_18_is_quiet(world: Jhalak) -> None:
    mina = Member(world, "mina", age_band="13-17")
    answer = mina.ask("PUT", SETTINGS, json={"quiet": {"on": False}})
    assert answer.json()["night_is_quiet"] is True


@pytest.mark.parametrize(
    ("method", "path", "body", "says"),
    [
        ("PUT", SETTINGS, {"kinds": {"strike": "off"}}, "strike"),
        ("PUT", SETTINGS, {"kinds": {"drums": "off"}}, "kinds"),
        ("PUT", SETTINGS, {"quiet": {"begin": "24:00"}}, "begin"),
        ("PUT", SETTINGS, {"utc_offset_min": 900}, "utc_offset_min"),
        ("PUT", SETTINGS, {"hush": True}, "hush"),
        ("POST", f"{LIST}/read", {"up_to": "x"}, "17.5"),
        ("POST", f"{LIST}/read", {}, "up_to"),
        ("GET", f"{LIST}?after=1.x", None, "17.5"),
        ("GET", f"{LIST}?after={'1' * 99}.1", None, "after"),
    ],
)
def test_bad_input_is_told_what_is_wrong(
    someone: Member, method: str, path: str, body: object, says: str
) -> None:
    answer = someone.ask(method, path, json=body)
    assert answer.status_code == 400 and says in answer.text, answer.text


@pytest.mark.parametrize("path", [LIST, SETTINGS])
def test_it_is_for_who_is_signed_in(world: Jhalak, path: str) -> None:
    answer = world.ask("GET", path)
    assert (answer.status_code, answer.json()["error"]) == (401, "no_creator")
