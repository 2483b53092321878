"""The console's channels: what is in them, and changing them."""

from __future__ import annotations

import httpx

from tests.api.console.conftest import TOKEN, Console


def put(console: Console, name: str, **body: object) -> httpx.Response:
    path = f"/console/api/channels/{name}"
    said = {"names": {"en": "Trips"}, "why": "people ask for it", **body}
    return console.jhalak.ask("PUT", path, TOKEN, json=said)


def forget(console: Console, name: str) -> httpx.Response:
    path = f"/console/api/channels/{name}"
    return console.jhalak.ask("DELETE", path, TOKEN, json={"why": "no use any more"})


def named(console: Console) -> dict[str, dict[str, object]]:
    return {one["id"]: one for one in console.get("channels").json()["channels"]}


def test_channels_are_shown_with_what_is_in_them(console: Console) -> None:
    food = named(console)["food"]
    assert food["items"] == {"en": 30}
    assert len(food["newest"]) == 12  # type: ignore[arg-type]
    assert (food["ships"], food["changed"]) == (True, False)


def test_one_is_made_changed_and_forgotten(console: Console) -> None:
    made = put(console, "trips", topics=["travel"], hashtags=["#Road_Trip"], picked=["en-food-1"])
    assert made.status_code == 200, made.text
    assert made.json()["hashtags"] == ["roadtrip"]
    console.jhalak.follow()
    assert named(console)["trips"]["items"] == {"en": 31}
    assert put(console, "trips", topics=["travel"], hidden=True).status_code == 200
    console.jhalak.follow()
    assert named(console)["trips"]["items"] == {}
    assert forget(console, "trips").json() == {"channel": None}
    assert forget(console, "trips").status_code == 404
    assert "trips" not in named(console)
    assert ("operator:asha", "change channel", "trips", "people ask for it") in console.audited()


def test_one_that_ships_comes_back_as_it_was(console: Console) -> None:
    before = named(console)["food"]
    assert put(console, "food", topics=["food", "travel"]).json()["changed"]
    assert forget(console, "food").json()["channel"]["topics"] == before["topics"]
    assert named(console)["food"] == before


def test_what_does_not_fit_is_said(console: Console) -> None:
    answer = put(console, "trips", topics=["cheese"])
    assert answer.status_code == 400
    assert answer.json()["error"] == "bad_channel"
    assert "no topic 'cheese'" in answer.json()["detail"]
    assert put(console, "Big%20Name").status_code == 400
    assert put(console, "trips", why="").status_code == 400
    assert put(console, "trips", more=1).status_code == 400
