"""Profiles, blocks, private accounts, requests, and the feed of the followed, as people meet
them."""

from __future__ import annotations

from typing import Any

import pytest

from jhalak.ports.errors import Unavailable
from jhalak.schema.activity import Relation
from tests.api.people.conftest import Two
from tests.api.people.person import Person


def told(two: Two, who: Person) -> list[tuple[str, int, bool]]:
    records = two.jhalak.records(who.phone.viewer)
    return [(r.verb, r.target, r.on) for r in records if isinstance(r, Relation)]


def test_a_profile_says_who_somebody_is_and_counts_exactly(two: Two) -> None:
    guest = two.jhalak.phone()
    for who in (two.b, guest):
        who.ask("PUT", f"/v1/me/follows/creator/{two.a.name}")
        who.ask("PUT", f"/v1/me/likes/item/{two.by_a}")
    two.a.put("follows", two.b.name)
    two.a.change(name="Asha K", about="Films from Pune")
    assert two.b.profile(two.a.handle) == {
        "handle": two.a.handle, "name": "Asha K", "about": "Films from Pune", "verified": False,
        "private": False, "followers": 2, "following": 1, "likes": 2, "videos": 1,
        "follows": "yes", "blocks": False, "mutes": False, "own": False,
    }  # fmt: skip
    guest.ask("DELETE", "/v1/me")
    seen = two.a.profile(two.a.handle)
    assert (seen["followers"], seen["likes"], seen["own"]) == (1, 1, True)


def test_a_shelf_shows_videos_newest_first_as_the_feed_does(two: Two) -> None:
    newer = two.a.publish(f"{two.a.handle}n")
    guest = two.jhalak.phone()
    answer = guest.ask("GET", f"/v1/people/{two.a.handle}/videos").json()
    assert [item["item"] for item in answer["items"]] == [newer, two.by_a]
    assert answer["next"] is None
    shown = {item["item"]: item for item in guest.page(limit=10)["items"]}
    for item in answer["items"]:
        assert item == shown[item["item"]] | {"slot": None, "why": ""}


def test_a_shelf_comes_in_pages(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jhalak.api.people.profile.PAGE", 2)
    names = [*[two.a.publish(f"{two.a.handle}n{i}") for i in range(4)][::-1], two.by_a]
    met: list[str] = []
    after: str | None = ""
    while after is not None:
        page = two.b.ask("GET", f"/v1/people/{two.a.handle}/videos?after={after}").json()
        met += [item["item"] for item in page["items"]]
        after = page["next"]
    assert met == names
    assert two.b.ask("GET", f"/v1/people/{two.a.handle}/videos?after=nothing").status_code == 400
    # Nobody learns by it whether somebody else's video exists.
    assert two.b.ask("GET", f"/v1/people/{two.a.handle}/videos?after={two.by_b}").status_code == 400


@pytest.mark.parametrize("path", ["/v1/people/nobody", "/v1/people/nobody/videos"])
def test_nobody_is_not_found(two: Two, path: str) -> None:
    answer = two.b.ask("GET", path)
    assert answer.status_code == 404 and answer.json()["error"] == "no_such_person"


def test_a_block_hides_both_ways_at_once_and_is_undone_by_taking_it_back(two: Two) -> None:
    a, b = two.a, two.b
    a.put("follows", two.b.name)
    b.put("follows", two.a.name)
    assert two.by_b in a.sees() and two.by_a in b.sees()
    assert a.put("blocks", two.b.name).json()["changed"] is True
    two.jhalak.clock.forward(days=31)
    assert two.by_b not in a.sees() and two.by_a not in b.sees()
    for path in (
        f"/v1/people/{two.a.handle}",
        f"/v1/people/{two.a.handle}/videos",
        f"/v1/items/{two.by_a}",
    ):
        assert b.ask("GET", path).status_code == 404, path
    for verb, whom, kind in (("likes", two.by_a, "item"), ("follows", two.a.name, "creator")):
        assert b.put(verb, whom, kind).status_code == 404
    assert a.put("follows", two.b.name).json()["error"] == "blocked"
    mine = a.profile(two.b.handle)
    assert (mine["blocks"], mine["follows"], mine["followers"]) == (True, "no", 0)
    assert a.shelf(two.b.handle) == []
    assert b.ask("GET", "/v1/me/relations").json() == {"relations": []}
    a.drop("blocks", two.b.name)
    two.jhalak.clock.forward(days=31)
    assert two.by_b in a.sees() and two.by_a in b.sees()
    assert b.profile(two.a.handle)["follows"] == "no"


def test_a_block_is_told_in_both_logs_and_survives_a_start(two: Two) -> None:
    a, b = two.a, two.b
    b.put("follows", two.a.name)
    a.put("blocks", two.b.name)
    asha, bina = a.account.creator, b.account.creator
    assert told(two, a) == [("blocks", bina, True)]
    assert told(two, b) == [
        ("follows", asha, True),
        ("barred", asha, True),
        ("follows", asha, False),
    ]
    two.jhalak.restart()
    assert (
        two.by_a not in b.sees() and b.ask("GET", f"/v1/people/{two.a.handle}").status_code == 404
    )
    a.drop("blocks", two.b.name)
    assert told(two, b)[3:] == [("barred", asha, False)]


@pytest.mark.parametrize("lost", [0, 1, 2])
def test_a_block_that_broke_off_is_whole_when_put_again(
    two: Two, monkeypatch: pytest.MonkeyPatch, lost: int
) -> None:
    """A crash after the transaction, before the log was told the `lost`-th record."""
    a, b = two.a, two.b
    b.put("follows", two.a.name)
    append, done = two.jhalak.services.event_log.append, 0

    async def breaks_off(*args: Any, **more: Any) -> Any:
        nonlocal done
        if done == lost:
            raise Unavailable("gone")
        done += 1
        return await append(*args, **more)

    with monkeypatch.context() as broken:
        broken.setattr(two.jhalak.services.event_log, "append", breaks_off)
        assert a.put("blocks", two.b.name).status_code == 503
    two.jhalak.restart()
    assert two.by_a not in b.sees()
    assert a.put("blocks", two.b.name).json()["changed"] is False
    asha = a.account.creator
    assert told(two, a) == [("blocks", b.account.creator, True)]
    assert told(two, b) == [
        ("follows", asha, True),
        ("barred", asha, True),
        ("follows", asha, False),
    ]


def test_who_is_muted_does_not_know_it(two: Two) -> None:
    a, b = two.a, two.b
    a.put("mutes", two.b.name)
    assert two.by_b not in a.sees() and two.by_a in b.sees()
    assert a.profile(two.b.handle)["mutes"] is True and b.profile(two.a.handle)["mutes"] is False
    assert a.shelf(two.b.handle) == [two.by_b]


def test_a_private_accounts_videos_are_for_those_whom_it_accepted(two: Two) -> None:
    a, b = two.a, two.b
    guest = two.jhalak.phone()
    a.change(private=True)
    for who in (b, guest):
        assert two.by_a not in {
            i["item"] for i in who.ask("GET", "/v1/video/feed?limit=50").json()["items"]
        }
        assert who.ask("GET", f"/v1/items/{two.by_a}").status_code == 404
        assert who.ask("PUT", f"/v1/me/likes/item/{two.by_a}").status_code == 404
    assert two.jhalak.ask("GET", f"/v1/items/{two.by_a}").status_code == 404
    assert b.shelf(two.a.handle) == [] and b.profile(two.a.handle)["videos"] == 0
    asked = b.put("follows", two.a.name).json()
    assert (asked["on"], asked["changed"], asked["asked"]) == (False, True, True)
    assert b.profile(two.a.handle)["follows"] == "asked"
    [request] = a.signed("GET", "/v1/creators/me/follow-requests").json()["requests"]
    assert request["handle"] == two.b.handle
    assert two.by_a not in b.sees()
    assert a.signed("PUT", f"/v1/creators/me/follow-requests/{two.b.handle}").status_code == 204
    assert told(two, b) == [("follows", a.account.creator, True)]
    assert b.profile(two.a.handle)["follows"] == "yes" and b.shelf(two.a.handle) == [two.by_a]
    assert b.ask("GET", f"/v1/items/{two.by_a}").status_code == 200
    assert [item["item"] for item in b.following()["items"]] == [two.by_a]
    assert a.shelf(two.a.handle) == [two.by_a] and a.profile(two.a.handle)["videos"] == 1
    assert a.ask("GET", f"/v1/items/{two.by_a}").status_code == 200
    a.change(private=False)
    assert two.by_a in {item["item"] for item in guest.page(limit=50)["items"]}


def test_only_an_account_may_ask_and_a_request_may_be_declined(two: Two) -> None:
    a, b = two.a, two.b
    a.change(private=True)
    refused = two.jhalak.phone().ask("PUT", f"/v1/me/follows/creator/{two.a.name}")
    assert refused.status_code == 403 and refused.json()["error"] == "needs_account"
    b.put("follows", two.a.name)
    assert a.signed("DELETE", f"/v1/creators/me/follow-requests/{two.b.handle}").status_code == 204
    assert b.profile(two.a.handle)["follows"] == "no"
    for method in ("PUT", "DELETE"):
        gone = a.signed(method, f"/v1/creators/me/follow-requests/{two.b.handle}")
        assert gone.status_code == 404 and gone.json()["error"] == "no_such_request"
    b.put("follows", two.a.name)
    assert b.drop("follows", two.a.name).json()["changed"] is True
    assert a.signed("GET", "/v1/creators/me/follow-requests").json() == {"requests": []}


def test_exports_tell_of_requests_and_not_of_who_bars_whom(two: Two) -> None:
    a, b = two.a, two.b
    a.change(private=True)
    b.put("follows", two.a.name)
    at_ms = two.jhalak.clock()
    mine = a.signed("POST", "/v1/creators/me/export").json()
    theirs = b.signed("POST", "/v1/creators/me/export").json()
    assert mine["follow_requests"] == [{"from": two.b.handle, "at_ms": at_ms}]
    assert theirs["asked_to_follow"] == [{"whom": two.a.handle, "at_ms": at_ms}]
    a.put("blocks", two.b.name)
    document = b.signed("POST", "/v1/creators/me/export").json()
    assert document["asked_to_follow"] == [] and "barred" not in str(document)
    assert [row["verb"] for row in b.ask("POST", "/v1/me/export").json()["relations"]] == []


def test_a_video_may_be_for_followers_only_and_for_everyone_again(two: Two) -> None:
    a, b = two.a, two.b
    where = f"/v1/creators/me/videos/{two.by_a}/audience"
    said = a.signed("PUT", where, json={"audience": "followers"})
    assert said.status_code == 200 and said.json() == {"video": two.by_a, "audience": "followers"}
    two.jhalak.follow()
    assert two.by_a not in b.sees() and b.shelf(two.a.handle) == []
    b.put("follows", two.a.name)
    assert b.shelf(two.a.handle) == [two.by_a]
    assert [item["item"] for item in b.following()["items"]] == [two.by_a]
    b.drop("follows", two.a.name)
    a.signed("PUT", where, json={"audience": "everyone"})
    two.jhalak.follow()
    assert b.shelf(two.a.handle) == [two.by_a]
    assert b.signed("PUT", where, json={"audience": "followers"}).status_code == 404
    assert a.signed("PUT", where, json={"audience": "friends"}).status_code == 400


def test_what_one_may_not_see_any_more_leaves_history_and_why(two: Two) -> None:
    a, b = two.a, two.b
    [slot] = [i["slot"] for i in b.phone.page(limit=50)["items"] if i["item"] == two.by_a]
    b.phone.send(b.phone.event({"slot": slot}))
    a.change(private=True)
    [event] = b.ask("GET", "/v1/me/history").json()["events"]
    assert event["item"] is None and event["title"] is None
    assert b.ask("GET", f"/v1/me/why/{slot}").json()["item"] is None


def test_the_followed_feed_has_the_followed_only_and_says_when_it_ran_out(two: Two) -> None:
    guest = two.jhalak.phone()
    two.jhalak.put([])
    assert guest.ask("GET", "/v1/video/feed?of=following").json()["items"] == []
    guest.ask("PUT", f"/v1/me/follows/creator/{two.a.name}")
    newer = two.a.publish(f"{two.a.handle}n")
    page = guest.ask("GET", "/v1/video/feed?of=following&limit=1").json()
    assert len(page["items"]) == 1 and page["level"] != "exhausted"
    rest = guest.ask("GET", "/v1/video/feed?of=following&limit=5").json()
    assert rest["level"] == "exhausted"
    assert {i["item"] for i in page["items"] + rest["items"]} == {newer, two.by_a}
    assert len(rest["items"]) == 1
    assert guest.ask("GET", "/v1/video/feed?of=following").json()["items"] == []
    assert guest.ask("GET", "/v1/video/feed?of=friends").status_code == 400


def test_who_wants_nothing_learned_has_a_followed_feed_too(two: Two) -> None:
    guest = two.jhalak.phone(consents=[{"purpose": "personalisation", "granted": False}])
    guest.ask("PUT", f"/v1/me/follows/creator/{two.b.name}")
    page = guest.ask("GET", "/v1/video/feed?of=following").json()
    assert [item["item"] for item in page["items"]] == [two.by_b]
